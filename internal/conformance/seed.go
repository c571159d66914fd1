package main

import (
	"encoding/json"
	"fmt"
	"net/url"
	"strings"
	"time"

	"github.com/cf-process/terraform-provider-cf/internal/capi"
	"github.com/cf-process/terraform-provider-cf/internal/fakecf"
	"github.com/cf-process/terraform-provider-cf/internal/fakecf/state"
	"github.com/cf-process/terraform-provider-cf/internal/redact"
	"github.com/cf-process/terraform-provider-cf/internal/transport"
)

// startFake starts a fake foundation with the same app. The caller closes it.
func startFake(a *comparedApp, role fakecf.Role) (*side, func(), error) {
	f, err := fakecf.Start(fakecf.WithFlavor(a.flavor), fakecf.WithoutSeed(), fakecf.WithTokenLifetime(24*time.Hour))
	if err != nil {
		return nil, nil, err
	}
	if err := seed(f, a); err != nil {
		f.Close()
		return nil, nil, err
	}
	api, err := url.Parse(f.URL())
	if err != nil {
		f.Close()
		return nil, nil, err
	}
	secrets := new(redact.Set)
	client, err := transport.New(transport.Config{Secrets: secrets, UserAgent: userAgent})
	if err != nil {
		f.Close()
		return nil, nil, err
	}
	value := f.TokenFor(role, a.SpaceGUID)
	secrets.Add(value)
	s := &side{name: "the fake", api: api, client: client, login: token("bearer " + value), secrets: secrets}
	return s, f.Close, nil
}

// seed fills the fake with the data of the foundation.
func seed(f *fakecf.Foundation, a *comparedApp) error {
	created, err := moment(a.CreatedAt)
	if err != nil {
		return err
	}
	f.Write(func(db *state.DB) {
		db.AddOrganization(a.OrganizationGUID, a.OrganizationName, created).Suspended = a.Suspended
		db.AddSpace(a.SpaceGUID, a.OrganizationGUID, a.SpaceName, created)
		app := db.AddApp(a.GUID, a.SpaceGUID, a.Name, created)
		app.State, app.Docker = a.State, a.Docker
	})
	for _, compared := range a.processes {
		p, err := compared.seed(a)
		if err != nil {
			return fmt.Errorf("the process %s: %w", compared.GUID, err)
		}
		f.AddProcess(a.GUID, p)
		running := len(f.Instances(compared.GUID))
		for _, stat := range compared.stats {
			if stat.State != "RUNNING" && stat.Index >= 0 && stat.Index < running {
				f.SetInstance(compared.GUID, int64(stat.Index), func(i *fakecf.Instance) {
					i.State, i.Routable, i.Details = stat.State, stat.Routable, stat.Details
				})
			}
		}
	}
	for _, sidecar := range a.sidecars {
		f.AddSidecar(a.GUID, sidecar)
	}
	return nil
}

// seed returns the process as the fake stores it.
func (p *comparedProcess) seed(a *comparedApp) (fakecf.Process, error) {
	var shown struct {
		Instances            int64               `json:"instances"`
		MemoryInMB           int64               `json:"memory_in_mb"`
		DiskInMB             int64               `json:"disk_in_mb"`
		LogRateLimit         *int64              `json:"log_rate_limit_in_bytes_per_second"`
		Command              *string             `json:"command"`
		User                 *string             `json:"user"`
		LastSyncedAt         *string             `json:"registry_credential_last_synced_at"`
		HealthCheck          *healthCheck        `json:"health_check"`
		ReadinessHealthCheck *healthCheck        `json:"readiness_health_check"`
		Relationships        map[string]*related `json:"relationships"`
		Metadata             struct {
			Labels      map[string]string `json:"labels"`
			Annotations map[string]string `json:"annotations"`
		} `json:"metadata"`
	}
	raw, err := json.Marshal(p.fields)
	if err != nil {
		return fakecf.Process{}, err
	}
	if err := json.Unmarshal(raw, &shown); err != nil {
		return fakecf.Process{}, err
	}
	out := fakecf.Process{
		GUID: p.GUID, Type: p.Type, Instances: shown.Instances, MemoryInMB: shown.MemoryInMB, DiskInMB: shown.DiskInMB,
		LogRateLimit: shown.LogRateLimit, HealthCheck: shown.HealthCheck.seed(), ReadinessHealthCheck: shown.ReadinessHealthCheck.seed(),
		Labels: ownPairs(shown.Metadata.Labels), Annotations: ownPairs(shown.Metadata.Annotations),
		RegistryCredentialLastSyncedAt: shown.LastSyncedAt, Version: p.text("version"),
		RevisionGUID: guidOf(shown.Relationships["revision"]), RegistryCredentialGUID: guidOf(shown.Relationships["registry_credential"]),
	}
	if out.CreatedAt, err = moment(p.text("created_at")); err != nil {
		return fakecf.Process{}, err
	}
	if out.UpdatedAt, err = moment(p.text("updated_at")); err != nil {
		return fakecf.Process{}, err
	}
	standard := "vcap"
	if a.Docker {
		standard = "root"
	}
	if shown.User != nil && *shown.User != standard {
		out.User = shown.User
	}
	switch command := shown.Command; {
	case command == nil || *command == "":
	case capi.IsHiddenCommand(*command):
		out.Command, out.HideCommand = command, true
	default:
		out.Command = command
	}
	if explicit, known := p.explicit["command"]; known {
		out.Command, out.DetectedCommand = explicit, p.detected
	}
	return out, nil
}

// healthCheck is a health check in the JSON of a process.
type healthCheck struct {
	Type string `json:"type"`
	Data struct {
		Timeout           *int64  `json:"timeout"`
		InvocationTimeout *int64  `json:"invocation_timeout"`
		Interval          *int64  `json:"interval"`
		Endpoint          *string `json:"endpoint"`
	} `json:"data"`
}

func (h *healthCheck) seed() *fakecf.HealthCheck {
	if h == nil {
		return nil
	}
	return &fakecf.HealthCheck{
		Type: h.Type, Timeout: h.Data.Timeout, InvocationTimeout: h.Data.InvocationTimeout,
		Interval: h.Data.Interval, Endpoint: h.Data.Endpoint,
	}
}

func guidOf(r *related) *string {
	if r == nil || r.Data.GUID == "" {
		return nil
	}
	return &r.Data.GUID
}

// serverKey is the prefix of the labels and annotations that Korifi adds and that
// cannot be removed.
const serverKey = "korifi.cloudfoundry.org/"

// ownPairs returns labels or annotations without those that the server sets.
func ownPairs(pairs map[string]string) map[string]string {
	out := map[string]string{}
	for key, value := range pairs {
		if !strings.HasPrefix(key, serverKey) {
			out[key] = value
		}
	}
	return out
}

// moment reads a timestamp of the API.
func moment(text string) (time.Time, error) {
	at, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return time.Time{}, fmt.Errorf("the timestamp %q is not in the form of the API", text)
	}
	return at, nil
}
