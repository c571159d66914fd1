package process

import (
	"net/http"
	"strings"
	"testing"

	"github.com/cf-process/terraform-provider-cf/internal/fakecf"
)

func TestResourceAddressForms(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		given    settings
		identity string
	}{
		"guid":             {settings{"guid": fakecf.GUIDWorker}, "guid=" + fakecf.GUIDWorker},
		"app and type":     {settings{"app_guid": fakecf.AppGUID, "type": "worker"}, "app_guid=" + fakecf.AppGUID + " type=worker"},
		"app, web":         {settings{"app_guid": fakecf.AppGUID}, "app_guid=" + fakecf.AppGUID + " type=web"},
		"guid in capitals": {settings{"guid": strings.ToUpper(fakecf.GUIDWorker)}, "guid=" + strings.ToUpper(fakecf.GUIDWorker)},
		"all three":        {settings{"guid": fakecf.GUIDWorker, "app_guid": fakecf.AppGUID, "type": "worker"}, "guid=" + fakecf.GUIDWorker},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := startWorkspace(t, fakecf.SpaceDeveloper)
			if strings.Contains(name, "capitals") {
				ignoreCase(w)
			}
			unknown := settings{}
			for attribute := range test.given {
				unknown[attribute] = unknownYet
			}
			for name, first := range map[string]settings{"known in the plan": test.given, "unknown in the plan": unknown} {
				w.subtest(t, name, func(t *testing.T) {
					w.forget()
					w.ResetRequests()
					if text := diagnosticsText(w.apply(w.plan(first), test.given)); text != "" {
						t.Fatalf("apply: got diagnostics:\n%.1000s\nwant none", text)
					}
					w.wrote()
					w.settled(test.given)
					if got := w.identityOf(w.identified); got != test.identity {
						t.Errorf("got the identity %q, want %q", got, test.identity)
					}
					for attribute, value := range test.given {
						if w.at(attribute) != value {
							t.Errorf("state: got %s %s, want %s, as configured", attribute, brief(w.at(attribute)), brief(value))
						}
					}
				})
			}
		})
	}
}

// ignoreCase makes the foundation find GUIDs in any case, as on MySQL.
func ignoreCase(w *workspace) {
	w.OnRequest(lowerPath)
}

func TestResourceAddressThatDisagrees(t *testing.T) {
	t.Parallel()
	w := startWorkspace(t, fakecf.SpaceDeveloper)
	for attribute, s := range map[string]settings{
		"type":     {"guid": fakecf.GUIDWorker, "app_guid": fakecf.AppGUID, "type": "web", "instances": 4},
		"app_guid": {"guid": fakecf.GUIDWorker, "app_guid": fakecf.AppGUIDCatalog, "type": "worker", "instances": 4},
	} {
		w.subtest(t, attribute, func(t *testing.T) {
			w.fails(s, `AttributeName("`+attribute+`"): Contradictory address`)
			w.wrote()
			if !w.state.IsNull() {
				t.Errorf("failed create: got the state %s, want none", brief(w.state))
			}
		})
	}
}

// A changed address is another process: a replacement releases the old one and
// adopts the new one.
func TestResourceAddressChanges(t *testing.T) {
	t.Parallel()
	w := startWorkspace(t, fakecf.SpaceDeveloper)
	w.converges(settings{"app_guid": fakecf.AppGUID, "type": "worker", "instances": 2}, `POST {"instances":2}`)

	for name, s := range map[string]settings{
		"another app":      {"app_guid": fakecf.AppGUIDCatalog, "type": "worker"},
		"type left out":    {"app_guid": fakecf.AppGUID},
		"another guid":     {"guid": fakecf.GUIDTanzu},
		"guid and a check": {"guid": fakecf.GUIDWeb, "health_check": settings{"data": settings{"endpoint": "/x"}}},
	} {
		w.subtest(t, "replaced by "+name, func(t *testing.T) {
			if p := w.plan(s); !p.replace || hasErrors(p.diags) {
				t.Errorf("plan: got replace %t and the diagnostics:\n%.1000s\nwant a replacement without an error", p.replace, diagnosticsText(p.diags))
			}
			first := w.planFrom(w.config(s), w.state, w.private)
			mentions(t, "plan", diagnosticsText(first.diags), "Destroying deletes nothing", fakecf.GUIDWorker)
		})
	}
	for name, s := range map[string]settings{
		"all three":        {"guid": fakecf.GUIDWorker, "app_guid": fakecf.AppGUID, "type": "worker"},
		"guid only":        {"guid": fakecf.GUIDWorker},
		"other case":       {"app_guid": strings.ToUpper(fakecf.AppGUID), "type": "worker"},
		"guid, other case": {"guid": strings.ToUpper(fakecf.GUIDWorker)},
	} {
		w.subtest(t, "the same by "+name, func(t *testing.T) {
			if p := w.plan(s); p.replace || len(p.diags) > 0 {
				t.Errorf("plan: got replace %t and the diagnostics:\n%.1000s\nwant no replacement and no diagnostics", p.replace, diagnosticsText(p.diags))
			}
		})
	}
}

// An address that is unknown in the plan can turn out to be the same or another.
// Neither is a replacement: Terraform cannot change an update into one.
func TestResourceAddressUnknownInThePlan(t *testing.T) {
	t.Parallel()
	started := settings{"app_guid": fakecf.AppGUID, "instances": 2}
	for name, test := range map[string]struct {
		unknown, known settings
		writes         []string
		guid           string
	}{
		"the same app": {
			settings{"app_guid": unknownYet, "instances": 2}, started, nil, fakecf.GUIDWeb,
		},
		"the same GUID": {
			settings{"guid": unknownYet, "instances": 2}, settings{"guid": fakecf.GUIDWeb, "instances": 2}, nil, fakecf.GUIDWeb,
		},
		"the same, with a change": {
			settings{"app_guid": unknownYet, "instances": unknownYet}, settings{"app_guid": fakecf.AppGUID, "instances": 3},
			[]string{`POST {"instances":3}`}, fakecf.GUIDWeb,
		},
		"another app": {
			settings{"app_guid": unknownYet, "type": unknownYet, "instances": 9},
			settings{"app_guid": fakecf.AppGUIDCatalog, "type": "web", "instances": 9}, []string{`POST {"instances":9}`}, fakecf.GUIDLabels,
		},
		"another GUID": {
			settings{"guid": unknownYet, "command": ""}, settings{"guid": fakecf.GUIDWorker, "command": ""},
			[]string{`PATCH {"command":null}`}, fakecf.GUIDWorker,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := startWorkspace(t, fakecf.SpaceDeveloper)
			w.converges(started, `POST {"instances":2}`)
			p := w.plan(test.unknown)
			if p.replace || p.planned.Equal(p.prior) {
				t.Errorf("plan: got replace %t and the changes%s\nwant an update", p.replace, onLines(p.changes()))
			}
			w.ResetRequests()
			if text := diagnosticsText(w.apply(p, test.known)); text != "" {
				t.Errorf("apply: got diagnostics:\n%.1000s\nwant none", text)
			}
			w.wrote(test.writes...)
			if got := w.at("guid"); got != test.guid {
				t.Errorf("state: got guid %v, want %s", got, test.guid)
			}
			w.settled(test.known)
		})
	}
}

// A failed change to another process leaves the state as it was.
func TestResourceAddressUnknownInThePlanFails(t *testing.T) {
	t.Parallel()
	w := startWorkspace(t, fakecf.SpaceDeveloper)
	w.converges(settings{"app_guid": fakecf.AppGUID})
	before := w.state
	p := w.plan(settings{"guid": unknownYet, "command": "bin/x", "instances": 9})
	w.AddFault(fakecf.Fault{Method: "POST", Path: "/v3/", Do: quotaExceeded})
	text := diagnosticsText(w.apply(p, settings{"guid": fakecf.GUIDWorker, "command": "bin/x", "instances": 9}))
	if !strings.Contains(text, "memory quota exceeded") || !w.state.Equal(before) {
		t.Errorf("apply: got diagnostics:\n%.1000s\nand the state %s\nwant memory quota exceeded and the state unchanged", text, brief(w.state))
	}
}

// The same process by another form of address: no replacement and no write. From
// then on, the resource follows the new form.
func TestResourceAddressChangesItsForm(t *testing.T) {
	t.Parallel()
	w := startWorkspace(t, fakecf.SpaceDeveloper)
	byGUID, byApp := settings{"guid": fakecf.GUIDWeb}, settings{"app_guid": fakecf.AppGUID}
	all := settings{"guid": fakecf.GUIDWeb, "app_guid": fakecf.AppGUID, "type": "web"}
	w.converges(byGUID)
	if p := w.plan(byApp); p.replace || p.empty() || strings.Join(unknowns("", p.planned), " ") != "updated_at" {
		t.Errorf("plan by app: got replace %t and unknown %q, want an update with only updated_at unknown", p.replace, unknowns("", p.planned))
	}
	w.converges(byApp)
	if got := w.identityOf(w.identified); got != "app_guid="+fakecf.AppGUID+" type=web" {
		t.Errorf("by app: got the identity %q, want app_guid and type web", got)
	}
	w.settled(all)
	w.StartDeployment(fakecf.AppGUID)
	replaced := w.FinishDeployment(fakecf.AppGUID)
	w.settled(byApp)
	if w.at("guid") != replaced {
		t.Errorf("after the deployment: got guid %s, want %s", brief(w.at("guid")), replaced)
	}
	w.converges(settings{"guid": replaced})
	if got := w.identityOf(w.identified); got != "guid="+replaced {
		t.Errorf("by guid: got the identity %q, want guid %s", got, replaced)
	}
	w.StartDeployment(fakecf.AppGUID)
	w.FinishDeployment(fakecf.AppGUID)
	if p := w.plan(settings{"guid": replaced}); !p.prior.IsNull() || p.replace {
		t.Errorf("plan of a guid that is gone: got replace %t and the prior state %s, want a create", p.replace, brief(p.prior))
	}
}

func TestResourceAddressInAnotherCase(t *testing.T) {
	t.Parallel()
	w := startWorkspace(t, fakecf.SpaceDeveloper)
	ignoreCase(w)
	upper := strings.ToUpper(fakecf.GUIDWeb)
	w.converges(settings{"guid": fakecf.GUIDWeb})
	w.converges(settings{"guid": upper})
	w.converges(settings{"app_guid": strings.ToUpper(fakecf.AppGUID), "type": "web"})
	w.converges(settings{"app_guid": fakecf.AppGUID, "type": "web", "instances": 5}, `POST {"instances":5}`)
}

// Only the API's own 404 removes a process from the state.
func TestResourceGone(t *testing.T) {
	t.Parallel()
	s := settings{"guid": fakecf.GUIDWeb}
	t.Run("process not found", func(t *testing.T) {
		t.Parallel()
		w := startWorkspace(t, fakecf.SpaceDeveloper)
		w.converges(s)
		w.DeleteProcess(fakecf.GUIDWeb)
		if p := w.plan(s); !p.prior.IsNull() {
			t.Errorf("plan after the process was deleted: got the prior state %s, want a create", brief(p.prior))
		}
		w.fails(s, "manages a process that exists")
		if !w.state.IsNull() {
			t.Errorf("failed create: got the state %s, want none", brief(w.state))
		}
	})
	t.Run("the name of an app", func(t *testing.T) {
		t.Parallel()
		w := startWorkspace(t, fakecf.SpaceDeveloper)
		w.fails(settings{"app_guid": "storefront"}, `"storefront" is not a GUID: app_guid takes the GUID of the app`)
	})
	t.Run("app not found", func(t *testing.T) {
		t.Parallel()
		w := startWorkspace(t, fakecf.SpaceDeveloper)
		w.converges(settings{"app_guid": fakecf.AppGUID})
		w.DeleteApp(fakecf.AppGUID)
		if p := w.plan(settings{"app_guid": fakecf.AppGUID}); !p.prior.IsNull() {
			t.Errorf("plan after the app was deleted: got the prior state %s, want a create", brief(p.prior))
		}
	})
	for name, fault := range map[string]fakecf.Action{
		"router":           fakecf.RouterError(404, "unknown_route"),
		"unknown endpoint": fakecf.Status(404, fakecf.APIError{Code: 10000, Title: "CF-NotFound", Detail: "Unknown request"}),
		"HTML":             fakecf.HTML(404),
		"forbidden":        fakecf.Status(403),
		"empty":            fakecf.Empty(404),
		"empty object":     fakecf.RawJSON(404, "{}"),
	} {
		t.Run("kept after "+name, func(t *testing.T) {
			t.Parallel()
			w := startWorkspace(t, fakecf.SpaceDeveloper)
			w.converges(s)
			w.AddFault(fakecf.Fault{Path: "/v3/processes/", Do: fault})
			before := w.state
			if text := w.refresh(); text == "" || !w.state.Equal(before) {
				t.Errorf("refresh: got diagnostics:\n%.1000s\nand the state %s\nwant an error and the state unchanged", text, brief(w.state))
			}
			w.ClearFaults()
			w.settled(s)
		})
	}
}

func lowerPath(r *http.Request) { r.URL.Path = strings.ToLower(r.URL.Path) }
