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

// comparedApp is the app of the requests, as read from the foundation.
type comparedApp struct {
	flavor fakecf.Flavor

	GUID, Name, State string
	CreatedAt         string
	Docker            bool
	SpaceGUID         string
	SpaceName         string
	OrganizationGUID  string
	OrganizationName  string
	Suspended         bool
	processes         []*comparedProcess // in the order of the list
	sidecars          []fakecf.Sidecar
	target            *comparedProcess // of the requests
}

// comparedProcess is a process of the app.
type comparedProcess struct {
	GUID, Type string
	// fields are the JSON of the process; numbers are json.Number.
	fields map[string]any
	stats  []stat // of its instances, by index

	// explicit has the values to restore of command and user, of which the API shows
	// the effective value; nil is the default. Only the writing half sets it.
	explicit map[string]*string
	detected *string // the default command
}

// stat has the fields of an instance's stats that their shape depends on.
type stat struct {
	Index    int     `json:"index"`
	State    string  `json:"state"`
	Routable *bool   `json:"routable"`
	Details  *string `json:"details"`
}

// text returns a field as text, or "" if it is not text.
func (p *comparedProcess) text(field string) string {
	text, _ := p.fields[field].(string) // null and absent are ""
	return text
}

// number returns a field as a number, or 0 if it is not a number.
func (p *comparedProcess) number(field string) string {
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

// discover reads the app, its space and organization, and its processes. The
// appGUID "" means the app of the first visible process.
func discover(ctx context.Context, s *side, appGUID, processType string) (*comparedApp, error) {
	a := &comparedApp{}
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
	at := slices.IndexFunc(a.processes, func(p *comparedProcess) bool { return p.Type == processType })
	if at < 0 {
		return nil, fmt.Errorf("the app %s has no process of type %s; set CONFORMANCE_PROCESS_TYPE", a.GUID, processType)
	}
	a.target = a.processes[at]
	return a, nil
}

func (a *comparedApp) readAround(ctx context.Context, s *side, guid string) error {
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

func (a *comparedApp) readProcesses(ctx context.Context, s *side) error {
	var found page[struct {
		GUID string `json:"guid"`
	}]
	if err := s.read(ctx, "/v3/apps/"+a.GUID+"/processes?per_page=100", &found); err != nil {
		return err
	}
	tanzu := a.flavor != fakecf.Korifi // Tanzu shows the registry credential of every process
	for _, row := range found.Resources {
		p := &comparedProcess{}
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
	case errors.Is(err, errMissing): // Korifi and old foundations lack it
	case err != nil:
		return err
	}
	a.sidecars = sidecars.Resources
	return nil
}

// read reads the process alone, because lists do not show the command.
func (p *comparedProcess) read(ctx context.Context, s *side, guid string) error {
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

// readStats reads the states of the instances, or none if the role may not see
// them.
func (p *comparedProcess) readStats(ctx context.Context, s *side) error {
	a, err := s.send(ctx, get(stats, "/v3/processes/"+p.GUID+"/stats", false))
	if err != nil || a.status != http.StatusOK {
		return err
	}
	var found page[stat]
	if json.Unmarshal(a.body, &found) != nil {
		return fmt.Errorf("the stats of the process %s are not the expected JSON", p.GUID)
	}
	p.stats = found.Resources
	return nil
}

// refuseDeployment fails while a deployment is in flight: the app would change
// between the requests.
func (a *comparedApp) refuseDeployment(ctx context.Context, s *side) error {
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

// canRestore reports whether a field can be restored: the API shows its value, and
// a PATCH accepts that.
func (a *comparedApp) canRestore(field string) bool {
	value, shown := a.target.fields[field]
	switch check := value.(type) {
	case string:
		return !capi.IsHiddenCommand(check)
	case map[string]any:
		return check["type"] != "none" // old processes have it, but a PATCH refuses it
	default:
		return shown
	}
}
