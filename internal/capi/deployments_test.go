package capi_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/cf-process/terraform-provider-cf/internal/capi"
	"github.com/cf-process/terraform-provider-cf/internal/transport"
)

// recorder is an API that records each request as "METHOD URI body" and sends the
// same response to all.
type recorder struct {
	status   int
	body     string
	requests []string
}

func (r *recorder) ServeHTTP(w http.ResponseWriter, request *http.Request) {
	body, _ := io.ReadAll(request.Body)
	r.requests = append(r.requests, strings.TrimSpace(request.Method+" "+request.RequestURI+" "+string(body)))
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(r.status)
	_, _ = io.WriteString(w, r.body)
}

// fixed is a credential that never changes.
type fixed struct{}

func (fixed) Authorization(context.Context) (string, error) { return "bearer token", nil }
func (fixed) Renew(context.Context, string) (string, error) { return "", fmt.Errorf("no other token") }
func (fixed) Source() string                                { return "the test" }

func recording(t *testing.T, status int, body string) (*capi.Client, *recorder) {
	t.Helper()
	r := &recorder{status: status, body: body}
	server := httptest.NewServer(r)
	t.Cleanup(server.Close)
	base, err := url.Parse(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	client, err := transport.New(transport.Config{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(client.CloseIdleConnections)
	return capi.New(capi.Config{BaseURL: base, Transport: client, Auth: fixed{}}), r
}

func (r *recorder) want(t *testing.T, requests ...string) {
	t.Helper()
	if !slices.Equal(r.requests, requests) {
		t.Errorf("got the requests %s\nwant %s", short(r.requests), short(requests))
	}
}

// Bodies as of Cloud Controller (3bbba906) and, shorter, of Korifi (fb0a00b2).
const (
	deploymentOfCC = `{"guid":"d-1","status":{"value":"ACTIVE","reason":"DEPLOYING","details":{"last_successful_healthcheck":` +
		`"2026-01-02T03:04:05Z","last_status_change":"2026-01-02T03:04:05Z","error":"memory quota_exceeded"}},"strategy":"rolling",` +
		`"options":{"max_in_flight":1},"droplet":{"guid":"x"},"previous_droplet":{"guid":"x"},"new_processes":[{"guid":"p-2",` +
		`"type":"web"}],"revision":null,"relationships":{"app":{"data":{"guid":"a.1"}}},"metadata":{"labels":{},"annotations":{}},` +
		`"links":{"cancel":{"href":"https://api.example.org/v3/deployments/d-1/actions/cancel","method":"POST"}}}`
	deploymentOfKorifi = `{"guid":"a-1","status":{"value":"FINALIZED","reason":"DEPLOYED"},"droplet":{"guid":"x"},` +
		`"relationships":{"app":{"data":{"guid":"a-1"}}},"links":{},"created_at":"2026-01-02T03:04:05Z"}`
)

func TestCreateDeployment(t *testing.T) {
	c, r := recording(t, http.StatusCreated, deploymentOfCC)
	d, err := c.CreateDeployment(t.Context(), "a.1", capi.Set("rolling"), capi.Set(capi.DeploymentOptions{MaxInFlight: 2}))
	if err != nil {
		t.Fatal(err)
	}
	r.want(t, `POST /v3/deployments {"relationships":{"app":{"data":{"guid":"a.1"}}},"strategy":"rolling","options":{"max_in_flight":2}}`)
	if !d.Is(capi.DeploymentActive) || d.Reason() != "DEPLOYING" || d.Problem() != "memory quota_exceeded" {
		t.Errorf("got the reason %q and the problem %q (active: %t), want DEPLOYING and memory quota_exceeded (active: true)",
			d.Reason(), d.Problem(), d.Is(capi.DeploymentActive))
	}
	if len(d.NewProcesses) != 1 || d.NewProcesses[0] != (capi.DeploymentProcess{GUID: "p-2", Type: "web"}) {
		t.Errorf("got the new processes %v, want only p-2 with the type web", d.NewProcesses)
	}
}

func TestCreateDeploymentOnKorifi(t *testing.T) {
	c, r := recording(t, http.StatusCreated, deploymentOfKorifi)
	d, err := c.CreateDeployment(t.Context(), "a-1", capi.Omit[string](), capi.Omit[capi.DeploymentOptions]())
	if err != nil {
		t.Fatal(err)
	}
	r.want(t, `POST /v3/deployments {"relationships":{"app":{"data":{"guid":"a-1"}}}}`)
	if !d.Is(capi.DeploymentFinalized) || d.Reason() != capi.DeploymentDeployed || d.Problem() != "" || d.NewProcesses != nil {
		t.Errorf("got the reason %q, the problem %q and the new processes %v (finalized: %t), want DEPLOYED alone (finalized: true)",
			d.Reason(), d.Problem(), d.NewProcesses, d.Is(capi.DeploymentFinalized))
	}
}

// Requests for a deployment and for a restart that may have arrived are not sent
// again.
func TestRestartsAreSentOnce(t *testing.T) {
	for name, send := range map[string]func(*capi.Client) error{
		"deployment": func(c *capi.Client) error {
			_, err := c.CreateDeployment(t.Context(), "a-1", capi.Omit[string](), capi.Omit[capi.DeploymentOptions]())
			return err
		},
		"restart": func(c *capi.Client) error { return c.RestartApp(t.Context(), "a-1") },
	} {
		t.Run(name, func(t *testing.T) {
			c, r := recording(t, http.StatusBadGateway, "oops")
			if err := send(c); err == nil {
				t.Error("got no error, want that of the 502")
			}
			if len(r.requests) != 1 {
				t.Errorf("got the requests %s\nwant 1", short(r.requests))
			}
		})
	}
}

func TestRestartApp(t *testing.T) {
	c, r := recording(t, http.StatusOK, `{"guid":"a.1","state":"STARTED"}`)
	if err := c.RestartApp(t.Context(), "a.1"); err != nil {
		t.Errorf("got error %v, want none", err)
	}
	r.want(t, "POST /v3/apps/a%2E1/actions/restart")
	for name, body := range map[string]string{"a login page": `<html>Log in</html>`, "an empty object": `{}`} {
		t.Run(name, func(t *testing.T) {
			c, _ := recording(t, http.StatusOK, body)
			if err := c.RestartApp(t.Context(), "a-1"); err == nil {
				t.Errorf("got no error for %s, want one", body)
			}
		})
	}
}

func TestGetDeployment(t *testing.T) {
	c, r := recording(t, http.StatusOK, deploymentOfCC)
	if _, err := c.GetDeployment(t.Context(), "d.1"); err != nil {
		t.Fatal(err)
	}
	r.want(t, "GET /v3/deployments/d%2E1")
	for name, body := range map[string]string{
		"no guid": `{"status":{"value":"ACTIVE"}}`, "no status": `{"guid":"d-1"}`, "null status": `{"guid":"d-1","status":null}`,
		"no value": `{"guid":"d-1","status":{}}`, "a list": `[]`, "a number": `{"guid":"d-1","status":{"value":1}}`,
	} {
		t.Run(name, func(t *testing.T) {
			c, _ := recording(t, http.StatusOK, body)
			if d, err := c.GetDeployment(t.Context(), "d-1"); err == nil {
				t.Errorf("got the deployment %q with the reason %q, want an error", d.GUID, d.Reason())
			}
		})
	}
}

func TestActiveDeployments(t *testing.T) {
	page := `{"pagination":{"total_results":2},"resources":[` + deploymentOfKorifi + "," + deploymentOfCC + `]}`
	c, r := recording(t, http.StatusOK, page)
	found, err := c.ActiveDeployments(t.Context(), "a,1")
	if err != nil {
		t.Fatal(err)
	}
	r.want(t, "GET /v3/deployments?app_guids=a%252C1&status_values=ACTIVE")
	if len(found) != 1 || found[0].GUID != "d-1" {
		t.Errorf("got %d deployments, want only d-1", len(found))
	}
	c, _ = recording(t, http.StatusOK, `{}`)
	if _, err := c.ActiveDeployments(t.Context(), "a-1"); err == nil {
		t.Error("response without resources: got no error, want one")
	}
}

func TestDeploymentsTakeOnlySegments(t *testing.T) {
	c, r := recording(t, http.StatusOK, deploymentOfCC)
	for name, send := range map[string]func(ctx context.Context, guid string) error{
		"create deployment": func(ctx context.Context, guid string) error {
			_, err := c.CreateDeployment(ctx, guid, capi.Omit[string](), capi.Omit[capi.DeploymentOptions]())
			return err
		},
		"get deployment":     func(ctx context.Context, guid string) error { _, err := c.GetDeployment(ctx, guid); return err },
		"active deployments": func(ctx context.Context, guid string) error { _, err := c.ActiveDeployments(ctx, guid); return err },
		"get app":            func(ctx context.Context, guid string) error { _, err := c.GetApp(ctx, guid); return err },
		"restart app":        c.RestartApp,
	} {
		for _, bad := range []string{"", "..", "a/b", "a?b", "a\nb"} {
			t.Run(fmt.Sprintf("%s/%q", name, bad), func(t *testing.T) {
				if err := send(t.Context(), bad); err == nil {
					t.Errorf("got no error for the GUID %q, want one", bad)
				}
			})
		}
	}
	r.want(t)
}

func TestGetApp(t *testing.T) {
	c, _ := recording(t, http.StatusOK, `{"guid":"a-1","name":"shop","state":"STOPPED","metadata":{"labels":{"korifi.cloudfoundry.org/guid":"a-1"}}}`)
	app, err := c.GetApp(t.Context(), "a-1")
	if err != nil || !app.Stopped() || !app.OnKorifi() || *app.Name != "shop" {
		t.Errorf("got %s and error %v, want shop, stopped, on Korifi", describeAppInfo(app), err)
	}
	c, _ = recording(t, http.StatusOK, `{"guid":"a-1","name":"shop","state":"STARTED","metadata":{"labels":{}}}`)
	app, err = c.GetApp(t.Context(), "a-1")
	if err != nil || app.Stopped() || app.OnKorifi() {
		t.Errorf("got %s and error %v, want shop, started, not on Korifi", describeAppInfo(app), err)
	}
}

// describeAppInfo returns an app's name and state, for a failure.
func describeAppInfo(app *capi.AppInfo) string {
	if app == nil {
		return "no app"
	}
	return fmt.Sprintf("the app %v (stopped: %t, on Korifi: %t)", app.Name, app.Stopped(), app.OnKorifi())
}

// Only on Korifi an index is sent as the end of a pod's name.
func TestTerminateNamesOnePod(t *testing.T) {
	guid, version := "p-1", "v"
	korifi := &capi.Metadata{Labels: map[string]*string{capi.KorifiMetadataPrefix + "guid": &guid}}
	other := "another"
	for name, test := range map[string]struct {
		process capi.Process
		want    string
	}{
		"Korifi":                     {capi.Process{GUID: guid, Metadata: korifi}, "-1"},
		"Cloud Controller":           {capi.Process{GUID: guid, Version: &version, Metadata: &capi.Metadata{}}, "1"},
		"no metadata":                {capi.Process{GUID: guid}, "1"},
		"Korifi's labels on another": {capi.Process{GUID: guid, Version: &version, Metadata: korifi}, "1"},
		"a user's label with the prefix": {
			capi.Process{GUID: guid, Metadata: &capi.Metadata{Labels: map[string]*string{capi.KorifiMetadataPrefix + "guid": &other}}}, "1",
		},
	} {
		t.Run(name, func(t *testing.T) {
			c, r := recording(t, http.StatusNoContent, "")
			if err := c.TerminateInstance(t.Context(), &test.process, 1); err != nil {
				t.Fatalf("got error %v, want none", err)
			}
			r.want(t, "DELETE /v3/processes/p-1/instances/"+test.want)
		})
	}
}
