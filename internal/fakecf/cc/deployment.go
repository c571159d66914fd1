package cc

import (
	"encoding/json"
	"net/http"
	"strings"
	"time"

	"github.com/cf-process/terraform-provider-cf/internal/fakecf/rest"
	"github.com/cf-process/terraform-provider-cf/internal/fakecf/state"
)

// deploymentJSON is a deployment in a response.
//
// Source: cloud_controller_ng 3bbba906, deployment_presenter.rb.
type deploymentJSON struct {
	GUID            string            `json:"guid"`
	CreatedAt       string            `json:"created_at"`
	UpdatedAt       string            `json:"updated_at"`
	Status          deploymentStatus  `json:"status"`
	Strategy        string            `json:"strategy"`
	Options         deploymentOptions `json:"options"`
	Droplet         rest.GUIDOf       `json:"droplet"`
	PreviousDroplet rest.GUIDOf       `json:"previous_droplet"`
	NewProcesses    []newProcess      `json:"new_processes"`
	Revision        *struct{}         `json:"revision"` // null: the fake has no revisions of apps
	Relationships   relations         `json:"relationships"`
	Metadata        metadataJSON      `json:"metadata"`
	Links           rest.Links        `json:"links"`
}

type deploymentStatus struct {
	Value   string                  `json:"value"`
	Reason  string                  `json:"reason"`
	Details deploymentStatusDetails `json:"details"`
}

type deploymentStatusDetails struct {
	LastSuccessfulHealthcheck *string `json:"last_successful_healthcheck"`
	LastStatusChange          string  `json:"last_status_change"`
	Error                     string  `json:"error,omitempty"`
}

type deploymentOptions struct {
	MaxInFlight int64 `json:"max_in_flight"`
}

type newProcess struct {
	GUID string `json:"guid"`
	Type string `json:"type"`
}

func (s *Server) deploymentJSON(d *state.Deployment) []byte {
	format := func(at time.Time) string { return at.Format(rest.TimeFormat) }
	self := s.Root + "/v3/deployments/" + d.GUID
	out := deploymentJSON{
		GUID: d.GUID, CreatedAt: format(d.CreatedAt), UpdatedAt: format(d.UpdatedAt),
		Status: deploymentStatus{d.Value, d.Reason, deploymentStatusDetails{
			LastStatusChange: format(d.StatusChangedAt), Error: d.Error,
		}},
		Strategy: "rolling", Options: deploymentOptions{d.MaxInFlight},
		Droplet: rest.GUIDOf{GUID: d.Droplet}, PreviousDroplet: rest.GUIDOf{GUID: d.PreviousDroplet},
		NewProcesses:  []newProcess{},
		Relationships: relations{"app": rest.Related(&d.App.GUID)},
		Metadata:      metadataJSON{Labels: d.Labels, Annotations: d.Annotations},
		Links:         rest.Links{"self": {Href: self}, "app": {Href: s.Root + "/v3/apps/" + d.App.GUID}},
	}
	if !d.HealthyAt.IsZero() {
		out.Status.Details.LastSuccessfulHealthcheck = state.Ptr(format(d.HealthyAt))
	}
	if d.NewProcess != nil {
		out.NewProcesses = append(out.NewProcesses, newProcess{d.NewProcess.GUID, d.NewProcess.Type})
	}
	if d.Value == state.Active {
		out.Links["cancel"] = rest.Link{Href: self + "/actions/cancel", Method: http.MethodPost}
	}
	return rest.Marshal(out)
}

// createDeployment refuses what Cloud Controller refuses, and also the strategy
// canary, revisions and the options that scale, which the fake lacks.
func (s *Server) createDeployment(c *rest.Call, db *state.DB) *rest.Answer {
	o, malformed := parseObject(c.Content)
	if malformed != nil {
		return malformed
	}
	check := &bodyCheck{}
	check.unknown(o, "", "relationships", "droplet", "strategy", "options", "metadata")
	var strategy *string
	if raw, given := o["strategy"]; given && (json.Unmarshal(raw, &strategy) != nil || strategy != nil && *strategy != "rolling") {
		check.errorf("Strategy '%s' is not a supported deployment strategy", strings.Trim(string(raw), `"`))
	}
	maxInFlight := check.maxInFlight(o)
	labels, annotations := check.metadata(o)
	if len(check.messages) > 0 {
		return rest.Unprocessable(check.messages...)
	}
	var body struct {
		Relationships struct {
			App rest.Relationship `json:"app"`
		} `json:"relationships"`
		Droplet *rest.GUIDOf `json:"droplet"`
	}
	if json.Unmarshal(c.Content, &body) != nil {
		return rest.ParseError()
	}
	var app *state.App
	if named := body.Relationships.App.Data; named != nil {
		app = db.Apps.Get(named.GUID)
	}
	if app == nil || !c.Who.Sees(app.Space) || !c.Who.Writes() {
		return rest.Unprocessable("Unable to use app. Ensure that the app exists and you have access to it.")
	}
	if refused := mayManage(c, app.Space); refused != nil {
		return refused
	}
	switch {
	case body.Droplet != nil && body.Droplet.GUID != app.Droplet:
		return rest.Unprocessable("Unable to assign current droplet. Ensure the droplet exists and belongs to this app.")
	case app.Droplet == "":
		return rest.Unprocessable("Invalid droplet. Please specify a droplet in the request or set a current droplet for the app.")
	}
	if problem := db.DeploymentError(app, maxInFlight); problem != "" {
		return rest.Unprocessable(problem)
	}
	d := db.Deploy(app, maxInFlight)
	d.Labels, d.Annotations = labels.Apply(nil), annotations.Apply(nil)
	return rest.NewAnswer(http.StatusCreated, rest.JSONType, s.deploymentJSON(d))
}

// maxInFlight reads the only key of options; the default is 1.
func (c *bodyCheck) maxInFlight(o rest.Object) int64 {
	options := c.object(o, "options", "Options")
	var unknown []string
	for _, key := range rest.SortedKeys(options) {
		if key != "max_in_flight" {
			unknown = append(unknown, key)
		}
	}
	if unknown != nil {
		c.errorf("Options has unsupported key(s): %s", strings.Join(unknown, ", "))
	}
	raw, given := options["max_in_flight"]
	if !given || rest.IsNull(raw) {
		return 1
	}
	var n int64
	if json.Unmarshal(raw, &n) != nil || n < 1 {
		c.errorf("Max in flight must be an integer greater than 0")
	}
	return n
}

func findDeployment(c *rest.Call, db *state.DB) (*state.Deployment, *rest.Answer) {
	d := db.Deployment(c.Segments[2])
	if d == nil || !c.Who.Sees(d.App.Space) {
		return nil, notFound("Deployment")
	}
	return d, nil
}

func (s *Server) getDeployment(c *rest.Call, db *state.DB) *rest.Answer {
	d, missing := findDeployment(c, db)
	if missing != nil {
		return missing
	}
	db.Poll(d)
	return rest.Rendered(s.deploymentJSON(d))
}

func (s *Server) listDeployments(c *rest.Call, db *state.DB) *rest.Answer {
	list, refused := s.parseList(c, listKind{
		arrays: []string{"app_guids", "states", "status_reasons", "status_values"}, labels: true,
	})
	if refused != nil {
		return refused
	}
	var found []*state.Deployment
	for _, d := range db.Deployments() {
		if c.Who.Sees(d.App.Space) && list.PassKeys(d.Keys()) && list.PassLabels(d.Labels) && list.Pass("app_guids", d.App.GUID) &&
			list.Pass("status_values", d.Value) && list.Pass("status_reasons", d.Reason) && list.Pass("states", d.Reason) {
			found = append(found, d)
		}
	}
	found, pagination := cut(s, c, list, found)
	page := rest.Page{Pagination: pagination, Resources: rest.Render(found, s.deploymentJSON)}
	return page.Answer()
}

// cancelDeployment responds with 404 to callers without permission.
func (s *Server) cancelDeployment(c *rest.Call, db *state.DB) *rest.Answer {
	d, missing := findDeployment(c, db)
	if missing != nil || !c.Who.Writes() {
		return notFound("Deployment")
	}
	if refused := mayManage(c, d.App.Space); refused != nil {
		return refused
	}
	if err := db.Cancel(d); err != nil {
		return rest.Unprocessable(err.Error())
	}
	return rest.NewAnswer(http.StatusOK, "", nil)
}

// appAction starts, stops or restarts an app.
//
// Source: cloud_controller_ng 3bbba906, apps_controller.rb.
func (s *Server) appAction(action string) handler {
	return func(c *rest.Call, db *state.DB) *rest.Answer {
		app, missing := findApp(c, db)
		switch {
		case missing != nil:
			return missing
		case action != "stop" && app.Droplet == "":
			return rest.Unprocessable("Assign a droplet before starting this app.")
		}
		if refused := mayManage(c, app.Space); refused != nil {
			return refused
		}
		if db.Runtime == state.RuntimeAway && len(app.Processes) > 0 {
			return runtimeError(app.Processes[0], db)
		}
		switch action {
		case "start":
			db.SetAppState(app, state.Started)
		case "stop":
			db.SetAppState(app, state.Stopped)
		default:
			app.State = state.Started
			db.Restart(app)
		}
		return rest.Rendered(s.appJSON(app))
	}
}
