package process

import (
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/cf-process/terraform-provider-cf/internal/fakecf"
)

// Random sequences of configurations, changes by others and failures: after
// each apply the process is as the model expects, only configured attributes were
// written, and the next plan is empty.
func TestResourceSequences(t *testing.T) {
	t.Parallel()
	const sequences, steps = 5, 10
	for server, flavor := range map[string]fakecf.Flavor{"Cloud Controller": fakecf.CloudController, "Korifi": fakecf.Korifi} {
		for seed := range uint64(sequences) {
			t.Run(fmt.Sprintf("%s, seed %d", server, seed), func(t *testing.T) {
				t.Parallel()
				s := &sequence{
					workspace: startWorkspace(t, fakecf.SpaceDeveloper, fakecf.WithFlavor(flavor)),
					random:    rand.New(rand.NewPCG(seed, uint64(flavor))), // repeatable, not secret
					korifi:    flavor == fakecf.Korifi, guid: fakecf.GUIDWeb,
				}
				for step := 0; step < steps && !t.Failed(); step++ {
					s.step()
				}
				if t.Failed() {
					t.Logf("steps of the sequence:\n%s", strings.Join(s.history, "\n"))
				}
			})
		}
	}
}

type sequence struct {
	*workspace
	random  *rand.Rand
	korifi  bool
	guid    string // of the process that is now the web process
	history []string
}

func (s *sequence) note(format string, args ...any) {
	s.history = append(s.history, fmt.Sprintf(format, args...))
}

func (s *sequence) chance(percent int) bool { return s.random.IntN(100) < percent }

func pickOne[T any](s *sequence, from ...T) T { return from[s.random.IntN(len(from))] }

// step changes the configuration and applies it.
func (s *sequence) step() {
	if s.chance(40) {
		s.changeByOthers()
	}
	if s.chance(15) {
		s.StartDeployment(fakecf.AppGUID)
		s.guid = s.FinishDeployment(fakecf.AppGUID)
		s.note("a deployment made it %s", s.guid)
	}
	config := s.someConfig()
	if s.chance(25) {
		s.failing(config)
	}
	s.applying(config)
}

// applying applies and compares the process with the model.
func (s *sequence) applying(config settings) {
	atPlan := s.withUnknowns(config)
	s.note("plan %s, then apply %s", brief(atPlan), brief(config))
	p := s.plan(atPlan)
	if hasErrors(p.diags) || p.replace {
		s.t.Fatalf("plan: got replace %t and the diagnostics:\n%.1000s\nwant no replacement and no error", p.replace, diagnosticsText(p.diags))
	}
	if s.chance(30) {
		s.changeByOthers()
	}
	before := s.shape()
	want := before
	if !p.empty() {
		want = s.expected(before, config)
	}
	s.ResetRequests()
	if text := diagnosticsText(s.apply(p, config)); text != "" {
		s.t.Fatalf("apply: got diagnostics:\n%.1000s\nwant none", text)
	}
	if p.prior.IsFullyKnown() && atPlanIsFinal(atPlan, config) || p.prior.IsNull() {
		s.compare(want)
	}
	s.wroteOnly(config, before)
	if s.plan(config).empty() {
		return
	}
	// If the plan was empty, a change by others after it is still to be reverted.
	s.note("apply again")
	s.apply(s.plan(config), config)
	s.settled(config)
}

func atPlanIsFinal(atPlan, config settings) bool { return fmt.Sprint(atPlan) == fmt.Sprint(config) }

// failing applies while a request fails. Attributes that are not configured stay.
func (s *sequence) failing(config settings) {
	method := pickOne(s, "PATCH", "POST", "GET")
	fault := pickOne(s, quotaExceeded, fakecf.Close(), fakecf.CloseAfter(), fakecf.Garbage(20), fakecf.Status(500))
	p := s.plan(config)
	before := s.shape()
	want := s.expected(before, config)
	s.ResetRequests()
	s.AddFault(fakecf.Fault{Method: method, Path: "/v3/", Do: fault, Times: 1})
	text := diagnosticsText(s.apply(p, config))
	s.note("apply %s while a %s fails, with an error: %t", brief(config), method, text != "")
	s.ClearFaults()
	s.wroteOnly(config, nil)
	after := s.shape()
	for key, value := range after {
		if value != before[key] && want[key] == before[key] {
			s.t.Errorf("%s after a failed apply: got %.100q, want %.100q, as before", key, value, before[key])
		}
	}
}

// wroteOnly fails the test unless there was at most one PATCH and one scale, with
// configured keys only, and none if the process was as configured before.
func (s *sequence) wroteOnly(config settings, before map[string]string) {
	s.t.Helper()
	count := map[string]int{}
	for _, r := range s.Requests() {
		if r.Method == "GET" {
			continue
		}
		count[r.Method]++
		var body map[string]any
		if err := json.Unmarshal([]byte(r.Body), &body); err != nil {
			s.t.Errorf("apply: got the request %s with the body %.200q, want JSON: %v", r.Method, r.Body, err)
		}
		s.named("", body, config)
	}
	if count["PATCH"] > 1 || count["POST"] > 1 || count["DELETE"] > 0 {
		s.t.Errorf("apply: got the writes %v, want at most one PATCH and one POST", count)
	}
	resets := config["command"] == "" || config["user"] == ""
	if before != nil && !resets && len(count) > 0 && maps.Equal(before, s.shape()) {
		s.t.Errorf("apply of what the process has: got the writes %v, want none", count)
	}
}

// named fails the test unless every key of a body is configured. In metadata, a
// body also has the keys that it removes.
func (s *sequence) named(at string, body map[string]any, config settings) {
	s.t.Helper()
	for key, value := range body {
		given, ok := config[key]
		if !ok || given == nil {
			s.t.Errorf("apply: got %s%s in a request, want only configured attributes", at, key)
			continue
		}
		if inner, nested := value.(map[string]any); nested && key != "labels" && key != "annotations" {
			s.named(at+key+".", inner, given.(settings))
		}
	}
}

// changeByOthers changes the process from outside of the API.
func (s *sequence) changeByOthers() {
	s.note("another client changes the process")
	s.UpdateProcess(s.guid, func(p *fakecf.Process) {
		switch s.random.IntN(7) {
		case 0:
			p.Instances = s.random.Int64N(6)
		case 1:
			p.MemoryInMB, p.DiskInMB = 64+s.random.Int64N(3), 128+s.random.Int64N(3)
		case 2:
			p.Command = pickOne(s, nil, fakecf.Ptr("bin/a"), fakecf.Ptr("bin/theirs"))
		case 3:
			p.Labels = pickOne(s, nil, map[string]string{"a": "theirs"}, map[string]string{"theirs": "1"})
		case 4:
			p.Annotations = pickOne(s, nil, map[string]string{"note": "theirs"})
		case 5:
			p.HealthCheck = pickOne(s, &fakecf.HealthCheck{Type: "port"},
				&fakecf.HealthCheck{Type: "http", Endpoint: fakecf.Ptr("/theirs"), Timeout: fakecf.Ptr(int64(7))})
		case 6:
			if !s.korifi {
				p.User = pickOne(s, nil, fakecf.Ptr("theirs"))
				p.LogRateLimit = fakecf.Ptr(s.random.Int64N(3) - 1)
			}
		}
	})
}

func (s *sequence) someConfig() settings {
	config := pickOne(s, settings{"guid": s.guid}, settings{"app_guid": fakecf.AppGUID},
		settings{"guid": s.guid, "app_guid": fakecf.AppGUID, "type": "web"})
	some := map[string]func() any{
		"command":      func() any { return pickOne(s, "", "bin/a", "bin/b") },
		"instances":    func() any { return s.random.IntN(5) },
		"memory_in_mb": func() any { return 65 + s.random.IntN(3) }, // more than the sidecars need
		"disk_in_mb":   func() any { return 128 + s.random.IntN(3) },
		"health_check": func() any { return s.someCheck(true) },
		"metadata":     s.someMetadata,
	}
	if !s.korifi {
		some["user"] = func() any { return pickOne(s, "", "u1", "u2") }
		some["log_rate_limit_in_bytes_per_second"] = func() any { return s.random.IntN(3) - 1 }
		some["readiness_health_check"] = func() any { return s.someCheck(false) }
	}
	for _, name := range slices.Sorted(maps.Keys(some)) {
		if s.chance(40) {
			config[name] = some[name]()
		}
	}
	return config
}

func (s *sequence) someCheck(liveness bool) any {
	check, data := settings{}, settings{}
	if s.chance(70) {
		check["type"] = pickOne(s, "http", "port", "process")
	}
	// Cloud Controller refuses http without an endpoint if none is stored.
	if check["type"] == "http" && (!s.korifi || s.chance(60)) {
		data["endpoint"] = pickOne(s, "/", "/x", "/theirs")
	}
	if liveness && s.chance(40) {
		data["timeout"] = 1 + s.random.IntN(3)
	}
	if !s.korifi && s.chance(40) {
		data["interval"] = 1 + s.random.IntN(3)
		data["invocation_timeout"] = 1 + s.random.IntN(3)
	}
	if len(data) > 0 || s.chance(20) {
		check["data"] = data
	}
	return check
}

func (s *sequence) someMetadata() any {
	metadata := settings{}
	if s.chance(60) {
		metadata["labels"] = pickOne(s, settings{}, settings{"a": "1"}, settings{"a": "2", "b": ""})
	}
	if s.chance(60) {
		metadata["annotations"] = pickOne(s, settings{}, settings{"note": "Grüße"}, settings{"note": "x", "other": ""})
	}
	return metadata
}

// withUnknowns is the configuration with some values that are unknown until the
// apply.
func (s *sequence) withUnknowns(config settings) settings {
	if !s.chance(25) {
		return config
	}
	unknown := settings{}
	for _, name := range slices.Sorted(maps.Keys(config)) {
		value := config[name]
		inner, nested := value.(settings)
		switch address := name == "guid" || name == "app_guid" || name == "type"; {
		case address || s.chance(60):
			unknown[name] = value
		case nested && s.chance(60):
			unknown[name] = s.withUnknowns(inner)
		default:
			unknown[name] = unknownYet
		}
	}
	return unknown
}

// shape is the process in the foundation as flat pairs.
func (s *sequence) shape() map[string]string {
	p := s.mustProcess(s.guid)
	shape := map[string]string{
		"command": fmt.Sprint(deref(p.EffectiveCommand())), "user": fmt.Sprint(deref(p.User)),
		"instances": fmt.Sprint(p.Instances), "memory_in_mb": fmt.Sprint(p.MemoryInMB), "disk_in_mb": fmt.Sprint(p.DiskInMB),
		"log_rate_limit_in_bytes_per_second": fmt.Sprint(deref(p.LogRateLimit)),
		"metadata.labels":                    sortedText(p.Labels), "metadata.annotations": sortedText(p.Annotations),
	}
	for name, check := range map[string]*fakecf.HealthCheck{"health_check": p.HealthCheck, "readiness_health_check": p.ReadinessHealthCheck} {
		shape[name+".type"] = check.Type
		shape[name+".data.timeout"] = fmt.Sprint(deref(check.Timeout))
		shape[name+".data.invocation_timeout"] = fmt.Sprint(deref(check.InvocationTimeout))
		if !s.korifi { // which has none
			shape[name+".data.interval"] = fmt.Sprint(deref(check.Interval))
		}
		shape[name+".data.endpoint"] = ""
		if check.Type == "http" && check.Endpoint != nil {
			shape[name+".data.endpoint"] = *check.Endpoint
		}
	}
	return shape
}

func deref[T any](p *T) any {
	if p == nil {
		return ""
	}
	return *p
}

func sortedText(m map[string]string) string {
	text := ""
	for _, key := range slices.Sorted(maps.Keys(m)) {
		text += fmt.Sprintf("%s=%s;", key, m[key])
	}
	return text
}

// expected is the model: the process before, with the configured values.
// What "" reset before stays as it is.
func (s *sequence) expected(before map[string]string, config settings) map[string]string {
	want := maps.Clone(before)
	var over func(at string, config settings)
	over = func(at string, config settings) {
		for name, value := range config {
			inner, nested := value.(settings)
			switch {
			case name == "labels" || name == "annotations":
				texts := map[string]string{}
				for key, one := range inner {
					texts[key] = one.(string)
				}
				want[at+name] = sortedText(texts)
			case nested:
				over(at+name+".", inner)
			case name == "command" && value == "":
				if s.at("command") != "" {
					p := s.mustProcess(s.guid)
					want[name] = fmt.Sprint(deref(p.DetectedCommand))
				}
			case name == "user" && value == "" && s.at("user") == "":
			default:
				want[at+name] = fmt.Sprint(value)
			}
		}
	}
	over("", config)
	for _, name := range []string{"guid", "app_guid", "type"} {
		delete(want, name)
	}
	for _, check := range []string{"health_check", "readiness_health_check"} {
		given, _ := config[check].(settings)
		data, _ := given["data"].(settings)
		switch {
		case want[check+".type"] != "http":
			want[check+".data.endpoint"] = ""
		case before[check+".type"] != "http" && data["endpoint"] == nil:
			// Korifi restores the endpoint that the type http had last.
			want[check+".data.endpoint"] = "?"
		}
	}
	return want
}

func (s *sequence) compare(want map[string]string) {
	s.t.Helper()
	got := s.shape()
	for key, value := range want {
		if value != "?" && got[key] != value {
			s.t.Errorf("%s after an apply: got %.100q, want %.100q", key, got[key], value)
		}
	}
}
