package korifi

import (
	"net/http"

	"github.com/cf-process/terraform-provider-cf/internal/fakecf/rest"
	"github.com/cf-process/terraform-provider-cf/internal/fakecf/state"
)

// deploymentJSON is a deployment in a response. It has the GUID of its app, and
// neither details nor new processes.
//
// Source: korifi fb0a00b2, api/presenter/deployment.go.
type deploymentJSON struct {
	GUID          string                        `json:"guid"`
	Status        deploymentStatus              `json:"status"`
	Droplet       rest.GUIDOf                   `json:"droplet"`
	Relationships map[string]*rest.Relationship `json:"relationships"`
	Links         rest.Links                    `json:"links"`
	CreatedAt     string                        `json:"created_at"`
	UpdatedAt     string                        `json:"updated_at"`
}

type deploymentStatus struct {
	Value  string `json:"value"`
	Reason string `json:"reason"`
}

// statusOf is the status that a controller wrote to the app: right after the POST
// it is still that of the previous deployment.
func statusOf(app *state.App, db *state.DB) deploymentStatus {
	if db.IsRolling(app) {
		return deploymentStatus{state.Active, state.Deploying}
	}
	return deploymentStatus{state.Finalized, state.Deployed}
}

func (s *Server) deploymentJSON(app *state.App, db *state.DB) []byte {
	at := app.CreatedAt.Format(rest.TimeFormat)
	return rest.Marshal(deploymentJSON{
		GUID: app.GUID, Status: statusOf(app, db), Droplet: rest.GUIDOf{GUID: app.Droplet},
		Relationships: map[string]*rest.Relationship{"app": rest.Related(&app.GUID)},
		Links: rest.Links{
			"self": {Href: s.Root + "/v3/deployments/" + app.GUID},
			"app":  {Href: s.Root + "/v3/apps/" + app.GUID},
		},
		CreatedAt: at, UpdatedAt: at,
	})
}

func (s *Server) createDeployment(c *rest.Call, db *state.DB) *rest.Answer {
	o, refused := parseObject(c.Content, "DeploymentCreate")
	if refused != nil {
		return refused
	}
	var droplet, relationships, related, data rest.Object
	var guid string
	for _, step := range []func() *rest.Answer{
		func() *rest.Answer { return onlyKeys(o, "droplet", "relationships") },
		func() *rest.Answer { return readField(o, "droplet", "Droplet", "payloads.DropletGUID", &droplet) },
		func() *rest.Answer { return onlyKeys(droplet, "guid") },
		func() *rest.Answer {
			return readField(o, "relationships", "Relationships", "payloads.DeploymentRelationships", &relationships)
		},
		func() *rest.Answer { return onlyKeys(relationships, "app") },
		func() *rest.Answer {
			return readField(relationships, "app", "Relationships.app", "payloads.Relationship", &related)
		},
		func() *rest.Answer { return onlyKeys(related, "data") },
		func() *rest.Answer {
			return readField(related, "data", "Relationships.app.data", "payloads.RelationshipData", &data)
		},
		func() *rest.Answer {
			return readField(data, "guid", "Relationships.app.data.guid", "string", &guid)
		},
	} {
		if refused := step(); refused != nil {
			return refused
		}
	}
	switch {
	case relationships == nil:
		return rest.Unprocessable("relationships is required")
	case related == nil:
		return rest.Unprocessable("relationships.app is required")
	case s.WithoutEndpoints["deployments"]:
		return rest.Errors(http.StatusBadRequest, rest.APIError{
			Code: 42000, Title: "CF-RollingDeployNotSupported",
			Detail: "The configured runner 'statefulset-runner' does not support rolling deploys",
		})
	}
	app := db.Apps.Get(guid)
	if app == nil || !c.Who.Sees(app.Space) {
		return notFound("Deployment")
	}
	if !c.Who.Writes() {
		return rest.NotAuthorized()
	}
	if app.State != state.Started {
		db.SetAppState(app, state.Started)
	} else {
		db.RollApp(app)
	}
	return rest.NewAnswer(http.StatusCreated, rest.JSONType, s.deploymentJSON(app, db))
}

func (s *Server) getDeployment(c *rest.Call, db *state.DB) *rest.Answer {
	app := db.Apps.Get(c.Segments[2])
	if app == nil || !c.Who.Sees(app.Space) {
		return notFound("Deployment")
	}
	return rest.Rendered(s.deploymentJSON(app, db))
}

func (s *Server) listDeployments(c *rest.Call, db *state.DB) *rest.Answer {
	list, refused := s.parseList(c, "app_guids", "status_values", "order_by", "page", "per_page")
	if refused != nil {
		return refused
	}
	for _, value := range list.Values["status_values"] {
		if value != state.Active && value != state.Finalized {
			return rest.Unprocessable("StatusValues value must be one of: ACTIVE, FINALIZED")
		}
	}
	var found []*state.App
	for _, app := range db.Apps.Rows() {
		if c.Who.Sees(app.Space) && list.Pass("app_guids", app.GUID) && list.Pass("status_values", statusOf(app, db).Value) {
			found = append(found, app)
		}
	}
	found, pagination := cut(s, c, list, found)
	page := rest.Page{Pagination: pagination, Resources: rest.Render(found, func(app *state.App) []byte {
		return s.deploymentJSON(app, db)
	})}
	return page.Answer()
}

// appAction starts, stops or restarts an app.
func (s *Server) appAction(action string) handler {
	return func(c *rest.Call, db *state.DB) *rest.Answer {
		app, missing := findApp(c, db)
		switch {
		case missing != nil:
			return missing
		case !c.Who.Writes():
			return rest.NotAuthorized()
		case action != "stop" && app.Droplet == "":
			return rest.Unprocessable("Assign a droplet before starting this app.")
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
