package capi_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/cf-process/terraform-provider-cf/internal/capi"
	"github.com/cf-process/terraform-provider-cf/internal/transport"
)

// recorder is an API that notes each request as "METHOD URI body" and gives one
// answer to all.
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
	if got, want := strings.Join(r.requests, "\n"), strings.Join(requests, "\n"); got != want {
		t.Errorf("got requests:\n%s\nwant:\n%s", got, want)
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
		t.Errorf("got %+v", d.Status)
	}
	if len(d.NewProcesses) != 1 || d.NewProcesses[0] != (capi.DeploymentProcess{GUID: "p-2", Type: "web"}) {
		t.Errorf("got new processes %v", d.NewProcesses)
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
		t.Errorf("got %+v", d)
	}
}

// A deployment that may have been made, and a restart that may have been done,
// are not requested again.
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
				t.Error("got no error")
			}
			if len(r.requests) != 1 {
				t.Errorf("got %d requests, want 1", len(r.requests))
			}
		})
	}
}

func TestRestartApp(t *testing.T) {
	c, r := recording(t, http.StatusOK, `{"guid":"a.1","state":"STARTED"}`)
	if err := c.RestartApp(t.Context(), "a.1"); err != nil {
		t.Error(err)
	}
	r.want(t, "POST /v3/apps/a%2E1/actions/restart")
	for _, body := range []string{`<html>Log in</html>`, `{}`} {
		c, _ = recording(t, http.StatusOK, body)
		if err := c.RestartApp(t.Context(), "a-1"); err == nil {
			t.Errorf("got no error for %s", body)
		}
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
				t.Errorf("got %+v, want an error", d)
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
		t.Errorf("got %d deployments, want d-1 alone", len(found))
	}
	c, _ = recording(t, http.StatusOK, `{}`)
	if _, err := c.ActiveDeployments(t.Context(), "a-1"); err == nil {
		t.Error("got no error for an answer without resources")
	}
}

func TestDeploymentsTakeOnlySegments(t *testing.T) {
	c, r := recording(t, http.StatusOK, deploymentOfCC)
	for _, bad := range []string{"", "..", "a/b", "a?b", "a\nb"} {
		_, create := c.CreateDeployment(t.Context(), bad, capi.Omit[string](), capi.Omit[capi.DeploymentOptions]())
		_, get := c.GetDeployment(t.Context(), bad)
		_, active := c.ActiveDeployments(t.Context(), bad)
		_, app := c.GetApp(t.Context(), bad)
		for i, err := range []error{create, get, active, app, c.RestartApp(t.Context(), bad)} {
			if err == nil {
				t.Errorf("%q: got no error from request %d", bad, i)
			}
		}
	}
	r.want(t)
}

func TestGetApp(t *testing.T) {
	c, _ := recording(t, http.StatusOK, `{"guid":"a-1","name":"shop","state":"STOPPED","metadata":{"labels":{"korifi.cloudfoundry.org/guid":"a-1"}}}`)
	app, err := c.GetApp(t.Context(), "a-1")
	if err != nil || !app.Stopped() || !app.OnKorifi() || *app.Name != "shop" {
		t.Errorf("got %+v, %v", app, err)
	}
	c, _ = recording(t, http.StatusOK, `{"guid":"a-1","name":"shop","state":"STARTED","metadata":{"labels":{}}}`)
	app, err = c.GetApp(t.Context(), "a-1")
	if err != nil || app.Stopped() || app.OnKorifi() {
		t.Errorf("got %+v, %v", app, err)
	}
}

// Only for a pod of Korifi an index is written as the end of its name.
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
				t.Fatal(err)
			}
			r.want(t, "DELETE /v3/processes/p-1/instances/"+test.want)
		})
	}
}
