package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/cf-process/terraform-provider-cf/internal/capi"
	"github.com/cf-process/terraform-provider-cf/internal/fakecf"
)

// playedApp is the app that the requests are about, as the foundation shows it.
type playedApp struct {
	flavor fakecf.Flavor

	GUID, Name, State string
	CreatedAt         string
	Docker            bool
	SpaceGUID         string
	SpaceName         string
	OrganizationGUID  string
	OrganizationName  string
	Suspended         bool
	processes         []*playedProcess // in the order of the list
	sidecars          []fakecf.Sidecar
	target            *playedProcess // the process that the requests are about
}

// playedProcess is a process of the app.
type playedProcess struct {
	GUID, Type string
	// fields are the JSON of the process; numbers are json.Number.
	fields map[string]any
	stats  []stat // of its instances, by index

	// explicit holds the fields of which the foundation shows an effective value,
	// command and user: the value to put back, nil for the default. Only the
	// writing half knows it.
	explicit map[string]*string
	detected *string // the command without one of its own
}

// stat is what the shape of an instance's stats depends on.
type stat struct {
	Index    int     `json:"index"`
	State    string  `json:"state"`
	Routable *bool   `json:"routable"`
	Details  *string `json:"details"`
}

// text is a field as text, or "" if it is none.
func (p *playedProcess) text(field string) string {
	text, _ := p.fields[field].(string) // null and absent are ""
	return text
}

// number is a field as a number, 0 where it is none.
func (p *playedProcess) number(field string) string {
	if n, ok := p.fields[field].(json.Number); ok {
		return n.String()
	}
	return "0"
}

// named is an app, a space or an organization.
type named struct {
	GUID      string `json:"guid"`
	Name      string `json:"name"`
	State     string `json:"state"`
	CreatedAt string `json:"created_at"`
	Suspended bool   `json:"suspended"`
	Lifecycle struct {
		Type string `json:"type"`
	} `json:"lifecycle"`
	Relationships struct {
		Space        related `json:"space"`
		Organization related `json:"organization"`
	} `json:"relationships"`
}

type related struct {
	Data struct {
		GUID string `json:"guid"`
	} `json:"data"`
}

// page is a page of a list.
type page[T any] struct {
	Resources []T `json:"resources"`
}

// discover reads the app, what is around it, and its processes. An appGUID of ""
// is the app of the first process that is visible.
func discover(ctx context.Context, s *side, appGUID, processType string) (*playedApp, error) {
	a := &playedApp{}
	var root struct {
		OnKubernetes bool `json:"cf_on_k8s"`
	}
	if err := s.read(ctx, "/", &root); err != nil {
		return nil, err
	}
	if root.OnKubernetes {
		a.flavor = fakecf.Korifi
	}
	if appGUID == "" {
		var first page[struct {
			Relationships struct {
				App related `json:"app"`
			} `json:"relationships"`
		}]
		if err := s.read(ctx, "/v3/processes?per_page=1", &first); err != nil {
			return nil, err
		}
		if len(first.Resources) == 0 {
			return nil, errors.New("this credential sees no process; set CONFORMANCE_APP_GUID to an app that it sees")
		}
		appGUID = first.Resources[0].Relationships.App.Data.GUID
	}
	if err := a.readAround(ctx, s, appGUID); err != nil {
		return nil, err
	}
	if err := a.readProcesses(ctx, s); err != nil {
		return nil, err
	}
	if err := a.refuseDeployment(ctx, s); err != nil {
		return nil, err
	}
	at := slices.IndexFunc(a.processes, func(p *playedProcess) bool { return p.Type == processType })
	if at < 0 {
		return nil, fmt.Errorf("the app %s has no process of type %s; set CONFORMANCE_PROCESS_TYPE", a.GUID, processType)
	}
	a.target = a.processes[at]
	return a, nil
}

func (a *playedApp) readAround(ctx context.Context, s *side, guid string) error {
	var app, space, org named
	if err := s.read(ctx, "/v3/apps/"+url.PathEscape(guid), &app); err != nil {
		return err
	}
	a.GUID, a.Name, a.State, a.CreatedAt = app.GUID, app.Name, app.State, app.CreatedAt
	a.Docker = app.Lifecycle.Type == "docker"
	a.SpaceGUID = app.Relationships.Space.Data.GUID
	if err := s.read(ctx, "/v3/spaces/"+url.PathEscape(a.SpaceGUID), &space); err != nil {
		return err
	}
	a.SpaceName, a.OrganizationGUID = space.Name, space.Relationships.Organization.Data.GUID
	if err := s.read(ctx, "/v3/organizations/"+url.PathEscape(a.OrganizationGUID), &org); err != nil {
		return err
	}
	a.OrganizationName, a.Suspended = org.Name, org.Suspended
	return nil
}

func (a *playedApp) readProcesses(ctx context.Context, s *side) error {
	var found page[struct {
		GUID string `json:"guid"`
	}]
	if err := s.read(ctx, "/v3/apps/"+a.GUID+"/processes?per_page=100", &found); err != nil {
		return err
	}
	tanzu := a.flavor != fakecf.Korifi // shows the registry credential of every process
	for _, row := range found.Resources {
		p := &playedProcess{}
		if err := p.read(ctx, s, row.GUID); err != nil {
			return err
		}
		_, synced := p.fields["registry_credential_last_synced_at"]
		tanzu = tanzu && synced
		if err := p.readStats(ctx, s); err != nil {
			return err
		}
		a.processes = append(a.processes, p)
	}
	if tanzu {
		a.flavor = fakecf.Tanzu
	}
	var sidecars page[fakecf.Sidecar]
	switch err := s.read(ctx, "/v3/apps/"+a.GUID+"/sidecars", &sidecars); {
	case errors.Is(err, errMissing): // not on Korifi, and not on old foundations
	case err != nil:
		return err
	}
	a.sidecars = sidecars.Resources
	return nil
}

// read reads the process itself, in which alone the command stands.
func (p *playedProcess) read(ctx context.Context, s *side, guid string) error {
	var raw json.RawMessage
	if err := s.read(ctx, "/v3/processes/"+url.PathEscape(guid), &raw); err != nil {
		return err
	}
	decoder := json.NewDecoder(strings.NewReader(string(raw)))
	decoder.UseNumber()
	p.fields = nil
	if err := decoder.Decode(&p.fields); err != nil {
		return fmt.Errorf("the process %s is not a JSON object", guid)
	}
	p.GUID, p.Type = p.text("guid"), p.text("type")
	return nil
}

// readStats reads the states of the instances. A role that may not see them
// leaves them out.
func (p *playedProcess) readStats(ctx context.Context, s *side) error {
	a, err := s.send(ctx, get(stats, "/v3/processes/"+p.GUID+"/stats", false))
	if err != nil || a.status != http.StatusOK {
		return err
	}
	var found page[stat]
	if json.Unmarshal(a.body, &found) != nil {
		return fmt.Errorf("the stats of the process %s are not the JSON that was expected", p.GUID)
	}
	p.stats = found.Resources
	return nil
}

// refuseDeployment fails while a deployment runs: the app would change under the
// requests.
func (a *playedApp) refuseDeployment(ctx context.Context, s *side) error {
	var running page[struct{}]
	err := s.read(ctx, "/v3/deployments?app_guids="+a.GUID+"&status_values=ACTIVE", &running)
	if errors.Is(err, errMissing) {
		return nil // an old foundation
	}
	if err == nil && len(running.Resources) > 0 {
		return fmt.Errorf("a deployment of the app %s is in flight; run it again when that is over", a.GUID)
	}
	return err
}

// canRestore reports whether a field can be put back: the foundation shows it,
// and it is no value that a PATCH refuses.
func (a *playedApp) canRestore(field string) bool {
	value, shown := a.target.fields[field]
	switch check := value.(type) {
	case string:
		return !capi.IsHiddenCommand(check)
	case map[string]any:
		return check["type"] != "none" // shown for old processes, and refused
	default:
		return shown
	}
}
