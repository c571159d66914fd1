package process

import (
	"context"
	"flag"
	"fmt"
	"math/rand/v2"
	"net/url"
	"regexp"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/cf-process/terraform-provider-cf/internal/capi"
	"github.com/cf-process/terraform-provider-cf/internal/fakecf"
	"github.com/cf-process/terraform-provider-cf/internal/instances"
	"github.com/cf-process/terraform-provider-cf/internal/redact"
	"github.com/cf-process/terraform-provider-cf/internal/transport"
	"github.com/cf-process/terraform-provider-cf/internal/uaa"
)

var soakFor = flag.Duration("soak", 3*time.Second, "how long TestSoak goes on")

const (
	soakProviders = 4  // as many Terraforms run at the same time
	soakBlocks    = 10 // each with so many blocks, as many as it works on at once
)

// soak is a foundation with faults and the clients that use it.
type soak struct {
	*fakecf.Foundation
	t        *testing.T
	clients  []*capi.Client
	closers  []func()
	faults   []*fakecf.AddedFault
	troubled atomic.Bool

	applies, empty, failed, reads, lists, failedReads atomic.Int64
	// first is the first failure of each kind, by its first line.
	first sync.Map
}

// note counts a failure, and keeps it when it is the first of its kind.
func (s *soak) note(counter *atomic.Int64, text string) {
	counter.Add(1)
	kind, _, _ := strings.Cut(digits.ReplaceAllString(text, "…"), "\n")
	s.first.LoadOrStore(kind, text)
}

// digits are what tells failures of one kind apart.
var digits = regexp.MustCompile(`[0-9a-f-]*[0-9][0-9a-f-]*`)

// TestSoak plans, applies, reads and lists in parallel while the foundation
// fails in every way: no change may be lost, and no resource may grow. The flag
// -soak sets the duration; make soak takes minutes.
func TestSoak(t *testing.T) {
	before := runtime.NumGoroutine()
	f, err := fakecf.Start(fakecf.WithoutSeed(), fakecf.WithRequestLogLimit(200), fakecf.WithTokenLifetime(10*time.Second),
		fakecf.WithRateLimit(120, time.Second))
	if err != nil {
		t.Fatal(err)
	}
	s := &soak{Foundation: f, t: t}
	f.SetUser(fakecf.User, fakecf.Password, "uaa", fakecf.Admin)
	space := f.AddSpace(f.AddOrganization("soak"), "soak")
	var workers []*soakWorker
	for range soakProviders {
		client := s.provider()
		for range soakBlocks {
			app := f.AddApp(space, fmt.Sprint("app-", len(workers)))
			guid := f.AddProcess(app, fakecf.Process{Type: "web", Instances: 1})
			workers = append(workers, &soakWorker{
				soak: s, workspace: workspaceOf(t, f, client, instances.RealClock{}), client: client, guid: guid, app: app,
				random: rand.New(rand.NewPCG(uint64(len(workers)), 1)), // repeatable, not secret
			})
		}
	}

	ctx, cancel := context.WithTimeout(t.Context(), *soakFor)
	defer cancel()
	s.trouble(ctx)
	var working sync.WaitGroup
	for _, w := range workers {
		working.Go(func() { w.work(ctx, len(workers)) })
	}
	half := time.NewTimer(*soakFor / 2)
	<-half.C
	middle := heapAfterGC()
	working.Wait()
	end := heapAfterGC()

	// Without faults, every worker converges.
	var hits []string
	for i, fault := range s.faults {
		hits = append(hits, fmt.Sprintf("%s %d", soakFaults[i].name, fault.Hits()))
		if fault.Hits() == 0 && *soakFor > 10*time.Second {
			t.Errorf("%s: got no request that met the fault, want one or more", soakFaults[i].name)
		}
	}
	s.troubled.Store(false)
	f.ClearFaults()
	f.SetRateLimit(1_000_000, time.Hour)
	for _, w := range workers {
		w.finish()
	}
	connections := f.OpenConnections()
	for _, closeIdle := range s.closers {
		closeIdle()
	}
	f.Close()
	goroutines := settledGoroutines(before)

	t.Logf("%s: %d applies and %d empty plans, %d failed on the way; %d reads, %d lists, %d failed; %d requests (%d logins); %s",
		*soakFor, s.applies.Load(), s.empty.Load(), s.failed.Load(), s.reads.Load(), s.lists.Load(), s.failedReads.Load(),
		f.Count("", ""), f.Count("POST", "/oauth/token"), strings.Join(hits, ", "))
	t.Logf("connections %d at the end; heap %d KiB half-way, %d KiB at the end; goroutines %d before, %d after",
		connections, middle>>10, end>>10, before, goroutines)
	s.first.Range(func(_, text any) bool {
		t.Logf("failed on the way: %s", text)
		return true
	})
	if s.applies.Load() == 0 || s.reads.Load() == 0 || s.lists.Load() == 0 {
		t.Errorf("got %d applies, %d reads and %d lists, want some of each", s.applies.Load(), s.reads.Load(), s.lists.Load())
	}
	// API and UAA are two hosts.
	if limit := soakProviders * 2 * 12; connections > limit {
		t.Errorf("got %d open connections, want at most %d", connections, limit)
	}
	if end > middle+(8<<20) {
		t.Errorf("got a heap of %d bytes at the end, want at most 8 MiB more than the %d half-way", end, middle)
	}
	if goroutines > before+3 {
		stacks := make([]byte, 1<<20)
		t.Errorf("got %d goroutines at the end, want at most 3 more than %d:\n%s", goroutines, before, stacks[:runtime.Stack(stacks, true)])
	}
}

// provider is what one Terraform has: a client with a login of its own.
func (s *soak) provider() *capi.Client {
	s.t.Helper()
	root, err := url.Parse(s.URL())
	if err != nil {
		s.t.Fatal(err)
	}
	secrets := new(redact.Set)
	client, err := transport.New(transport.Config{MaxRetries: 8, RequestTimeout: 2 * time.Second, Secrets: secrets},
		transport.WithBackoff(5*time.Millisecond, 100*time.Millisecond))
	if err != nil {
		s.t.Fatal(err)
	}
	s.closers = append(s.closers, client.CloseIdleConnections)
	credential := uaa.Credential{Kind: uaa.Password, User: fakecf.User, Password: fakecf.Password, Source: "the soak test"}
	api := capi.New(capi.Config{
		BaseURL: root, Transport: client, Secrets: secrets, Auth: uaa.New(root, credential, client, secrets), RuntimeTimeout: 2 * time.Second,
	})
	s.clients = append(s.clients, api)
	return api
}

// soakFaults recur during the whole test.
var soakFaults = []struct {
	name  string
	fault fakecf.Fault
}{
	{"503", fakecf.Fault{Path: "/v3/", Every: 37, From: 11, Do: fakecf.Status(503)}},
	{"closed", fakecf.Fault{Path: "/v3/", Every: 53, From: 17, Do: fakecf.Close()}},
	{"closed after the effect", fakecf.Fault{Method: "PATCH", Path: "/v3/", Every: 23, From: 5, Do: fakecf.CloseAfter()}},
	{"scaled, not said", fakecf.Fault{Method: "POST", Path: "/v3/", Every: 23, From: 7, Do: fakecf.CloseAfter()}},
	{"cut off", fakecf.Fault{Path: "/v3/", Every: 61, From: 23, Do: fakecf.CutOff(40)}},
	{"cut off without a length", fakecf.Fault{Path: "/v3/", Every: 67, From: 41, Do: fakecf.CutOffUnframed(40)}},
	{"empty", fakecf.Fault{Method: "GET", Path: "/v3/", Every: 89, From: 47, Do: fakecf.Empty(200)}},
	{"429 without a time", fakecf.Fault{Path: "/v3/", Every: 43, From: 19, Do: fakecf.Status(429)}},
	{"101", fakecf.Fault{Path: "/v3/", Every: 307, From: 53, Do: fakecf.SwitchProtocols()}},
	{"router 502", fakecf.Fault{Path: "/v3/", Every: 71, From: 29, Do: fakecf.RouterError(502, "endpoint_failure")}},
	{"router 404", fakecf.Fault{Path: "/v3/", Every: 83, From: 31, Do: fakecf.RouterError(404, "unknown_route")}},
	{"HTML 502", fakecf.Fault{Path: "/v3/", Every: 97, From: 37, Do: fakecf.HTML(502)}},
	{"login 503", fakecf.Fault{Path: "/oauth/token", Every: 5, From: 3, Do: fakecf.HTML(503)}},
	{"422", fakecf.Fault{Method: "PATCH", Path: "/v3/", Every: 29, From: 13, Do: fakecf.Status(422)}},
	{"garbage", fakecf.Fault{Method: "GET", Path: "/v3/", Every: 211, From: 43, Do: fakecf.Garbage(1000)}},
	{"hangs", fakecf.Fault{Path: "/v3/", Every: 1009, From: 101, Do: fakecf.Hang(0)}},
	{"429 with a time", fakecf.Fault{Path: "/v3/", Every: 503, From: 59, Do: fakecf.RateLimited(time.Second)}},
	{"JSON with two readings", fakecf.Fault{Method: "GET", Path: `^/v3/apps/[^/]+/processes/web$`, Every: 307, From: 61, Do: fakecf.RawJSON(200, `{"guid":"a","GUID":"b","guid":"c"}`)}},
}

// trouble adds the faults, and drops connections and revokes tokens until the
// context ends.
func (s *soak) trouble(ctx context.Context) {
	s.troubled.Store(true)
	for _, f := range soakFaults {
		s.faults = append(s.faults, s.AddFault(f.fault))
	}
	go func() {
		tick := time.NewTicker(700 * time.Millisecond)
		defer tick.Stop()
		for n := 1; ; n++ {
			select {
			case <-ctx.Done():
				return
			case <-tick.C:
				s.DropConnections()
				if n%22 == 0 { // every 15 s: the provider takes five revocations a minute for an API that refuses all tokens
					s.RevokeTokens()
				}
			}
		}
	}()
}

// soakWorker changes one block of a configuration repeatedly.
type soakWorker struct {
	*soak
	*workspace
	client    *capi.Client
	guid, app string
	random    *rand.Rand
	config    settings
}

func (w *soakWorker) work(ctx context.Context, all int) {
	for n := 0; ctx.Err() == nil; n++ {
		w.config = settings{
			"app_guid": w.app, "type": "web", "instances": 1 + w.random.IntN(3), "memory_in_mb": 64 << w.random.IntN(4),
			"command":  fmt.Sprint("bin/start ", w.random.IntN(3)),
			"metadata": settings{"labels": settings{"round": fmt.Sprint(w.random.IntN(3)), fmt.Sprint("key-", w.random.IntN(3)): ""}},
		}
		w.round()
		if n%3 == 0 {
			w.reading(ctx, all)
		}
	}
}

// round refreshes, plans and applies. It may fail, but success has to be true.
func (w *soakWorker) round() bool {
	if text := w.refresh(); text != "" {
		w.note(&w.failed, text)
		return false
	}
	p := w.planOnly(w.config)
	if p.empty() {
		w.empty.Add(1)
		w.verify("an empty plan")
		return true
	}
	if diags := w.apply(p, w.config); hasErrors(diags) {
		w.note(&w.failed, diagnosticsText(diags))
		return false
	}
	w.applies.Add(1)
	w.verify("an apply")
	return true
}

// verify compares the foundation with the configuration.
func (w *soakWorker) verify(after string) {
	p, found := w.soak.Process(w.guid)
	labels, _ := w.config["metadata"].(settings)["labels"].(settings)
	switch {
	case !found:
		w.soak.t.Errorf("got no process after %s, want it", after)
	case fmt.Sprint(p.Instances) != fmt.Sprint(w.config["instances"]),
		fmt.Sprint(p.MemoryInMB) != fmt.Sprint(w.config["memory_in_mb"]),
		p.Command == nil || *p.Command != w.config["command"],
		len(p.Labels) != len(labels):
		w.soak.t.Errorf("got %+v after %s, want %v", p, after, w.config)
	}
}

// reading lists the processes of all workers, and reads its own.
func (w *soakWorker) reading(ctx context.Context, all int) {
	list, err := w.client.ListProcesses(ctx, capi.ProcessFilter{})
	switch {
	case err != nil:
		w.note(&w.failedReads, err.Error())
	case len(list.Processes) != all:
		w.soak.t.Errorf("got %d processes in the list, want %d", len(list.Processes), all)
	default:
		w.lists.Add(1)
	}
	p, err := w.client.GetProcess(ctx, capi.Address{AppGUID: w.app, Type: "web"})
	switch {
	case err != nil:
		w.note(&w.failedReads, err.Error())
	case p.GUID != w.guid:
		w.soak.t.Errorf("got the process %s, want %s", p.GUID, w.guid)
	default:
		w.reads.Add(1)
	}
}

// finish applies the last configuration, without faults.
func (w *soakWorker) finish() {
	if !w.round() {
		w.soak.t.Errorf("last apply of %v: got a failure (%s), want none", w.config, w.refresh())
		return
	}
	if w.refresh() != "" || !w.planOnly(w.config).empty() {
		w.soak.t.Errorf("last apply of %v: got a plan with changes after it, want an empty one", w.config)
	}
}

func heapAfterGC() uint64 {
	runtime.GC()
	runtime.GC() // what finalizers let go
	var stats runtime.MemStats
	runtime.ReadMemStats(&stats)
	return stats.HeapAlloc
}

// settledGoroutines waits for goroutines to end, until there are no more than
// before.
func settledGoroutines(before int) int {
	tick, late := time.NewTicker(10*time.Millisecond), time.After(5*time.Second)
	defer tick.Stop()
	for runtime.NumGoroutine() > before {
		select {
		case <-tick.C:
		case <-late:
			return runtime.NumGoroutine()
		}
	}
	return runtime.NumGoroutine()
}
