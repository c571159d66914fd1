package capi_test

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/cf-process/terraform-provider-cf/internal/capi"
	"github.com/cf-process/terraform-provider-cf/internal/fakecf"
	"github.com/cf-process/terraform-provider-cf/internal/transport"
)

// operation is one request of the API, and its required result.
type operation struct {
	method, path string
	// run makes the request for the number-th time and checks the result.
	run func(c *capi.Client, number int64) error
	// done checks that the foundation has the values of the last run.
	done func(f *fakecf.Foundation, number int64) error
	// once: the request must not be repeated when it may have arrived.
	once bool
}

var (
	byGUID = capi.Address{GUID: fakecf.GUIDWeb}
	byApp  = capi.Address{AppGUID: fakecf.AppGUID, Type: "web"}
)

func isWeb(p *capi.Process, err error) error {
	if err == nil && p.GUID != fakecf.GUIDWeb {
		return fmt.Errorf("got the process %s, want %s", p.GUID, fakecf.GUIDWeb)
	}
	return err
}

var operations = map[string]operation{
	"get": {
		method: "GET", path: "/v3/processes/" + fakecf.GUIDWeb,
		run: func(c *capi.Client, _ int64) error { return isWeb(c.GetProcess(context.Background(), byGUID)) },
	},
	"get by app": {
		method: "GET", path: "/v3/apps/" + fakecf.AppGUID + "/processes/web",
		run: func(c *capi.Client, _ int64) error { return isWeb(c.GetProcess(context.Background(), byApp)) },
	},
	"list": {
		method: "GET", path: "/v3/processes",
		run: func(c *capi.Client, _ int64) error {
			list, err := c.ListProcesses(context.Background(), capi.ProcessFilter{AppGUIDs: []string{fakecf.AppGUID}})
			if err == nil && len(list.Processes) != 2 {
				return fmt.Errorf("got %d processes, want 2", len(list.Processes))
			}
			return err
		},
	},
	"stats": {
		method: "GET", path: "/v3/processes/" + fakecf.GUIDWeb + "/stats",
		run: func(c *capi.Client, _ int64) error {
			stats, err := c.ProcessStats(context.Background(), byGUID)
			if err == nil && len(stats.Resources) == 0 {
				return errors.New("got no stats, want those of the instances")
			}
			return err
		},
	},
	"update": {
		method: "PATCH", path: "/v3/processes/" + fakecf.GUIDWeb,
		run: func(c *capi.Client, number int64) error {
			return isWeb(c.UpdateProcess(context.Background(), byGUID, capi.ProcessUpdate{Metadata: capi.Set(capi.MetadataUpdate{
				Annotations: map[string]capi.Field[string]{"number": capi.Set(fmt.Sprint(number))},
			})}))
		},
		done: func(f *fakecf.Foundation, number int64) error {
			if p, _ := f.Process(fakecf.GUIDWeb); p.Annotations["number"] != fmt.Sprint(number) {
				return fmt.Errorf("got the annotation %q, want %d", p.Annotations["number"], number)
			}
			return nil
		},
	},
	"scale": {
		method: "POST", path: "/v3/processes/" + fakecf.GUIDWeb + "/actions/scale",
		run: func(c *capi.Client, number int64) error {
			return isWeb(c.ScaleProcess(context.Background(), byGUID, capi.ProcessScale{Instances: capi.Set(number + 4)}))
		},
		done: func(f *fakecf.Foundation, number int64) error {
			if p, _ := f.Process(fakecf.GUIDWeb); p.Instances != number+4 {
				return fmt.Errorf("got %d instances, want %d", p.Instances, number+4)
			}
			return nil
		},
	},
	"get app": {
		method: "GET", path: "/v3/apps/" + fakecf.AppGUID,
		run: func(c *capi.Client, _ int64) error {
			app, err := c.GetApp(context.Background(), fakecf.AppGUID)
			if err == nil && (app.GUID != fakecf.AppGUID || app.Stopped()) {
				return fmt.Errorf("got the app %v, want %s, started", app, fakecf.AppGUID)
			}
			return err
		},
	},
	"deployments": {
		method: "GET", path: "/v3/deployments",
		run: func(c *capi.Client, _ int64) error {
			active, err := c.ActiveDeployments(context.Background(), fakecf.AppGUIDPayments)
			if err == nil && len(active) > 0 {
				return fmt.Errorf("got %d active deployments, want none", len(active))
			}
			return err
		},
	},
	"deploy": {
		method: "POST", path: "/v3/deployments", once: true,
		run: func(c *capi.Client, _ int64) error {
			d, err := c.CreateDeployment(context.Background(), fakecf.AppGUIDCatalog, capi.Set("rolling"), capi.Omit[capi.DeploymentOptions]())
			if err == nil && !d.Is(capi.DeploymentActive) {
				return fmt.Errorf("got the deployment %v, want an active one", d)
			}
			return err
		},
	},
	"restart app": {
		method: "POST", path: "/v3/apps/" + fakecf.AppGUID + "/actions/restart", once: true,
		run: func(c *capi.Client, _ int64) error { return c.RestartApp(context.Background(), fakecf.AppGUID) },
	},
	"terminate": {
		method: "DELETE", path: "/v3/processes/" + fakecf.GUIDWeb + "/instances/0", once: true,
		run: func(c *capi.Client, _ int64) error {
			return c.TerminateInstance(context.Background(), &capi.Process{GUID: fakecf.GUIDWeb}, 0)
		},
	},
}

// outcome is the required reaction to a fault.
type outcome int

const (
	// again: the request is repeated, unless it must not be.
	again outcome = iota
	// alwaysAgain: the request is repeated in any case, since it was refused.
	alwaysAgain
	// renewed: the request is repeated in any case, after one new login.
	renewed
	// failed: the request is not repeated, and the caller gets an error.
	failed
)

// fault is a failure of a request, and the client's required reaction.
type fault struct {
	do   fakecf.Action
	want outcome
	// status is that of the *capi.Error; 0 for a *transport.Error of the kind;
	// -1 for a *capi.ResponseError.
	status int
	kind   transport.Kind
	// hangs: only the time limit of the attempt ends it.
	hangs bool
	// firstOnly: no request can follow it, or it takes much time.
	firstOnly bool
	// bodies: it needs a response with a body.
	bodies bool
}

const unusable = -1

func faults(elsewhere string) map[string]fault {
	return map[string]fault{
		"500":                          {do: fakecf.Status(500), status: 500},
		"502 of the router":            {do: fakecf.RouterError(502, "endpoint_failure"), status: 502},
		"502 of a load balancer":       {do: fakecf.HTML(502), status: 502},
		"503":                          {do: fakecf.Status(503), status: 503},
		"503 with Retry-After":         {do: fakecf.Status(503).WithHeader("Retry-After", "30"), status: 503},
		"503 with a rate limit's time": {do: fakecf.Status(503).WithHeader("X-RateLimit-Remaining", "0").WithHeader("X-RateLimit-Reset", inAnHour()), status: 503},
		"504":                          {do: fakecf.HTML(504), status: 504},
		"404 of the router":            {do: fakecf.RouterError(404, "unknown_route"), status: 404},
		"closed before it acted":       {do: fakecf.Close(), kind: transport.KindConnection},
		"closed after it acted":        {do: fakecf.CloseAfter(), kind: transport.KindConnection},
		"cut off":                      {do: fakecf.CutOff(20), kind: transport.KindTruncated, bodies: true},
		"no answer, it did not act":    {do: fakecf.Hang(0), kind: transport.KindTimeout, hangs: true},
		"no answer, though it acted":   {do: fakecf.HangAfter(0), kind: transport.KindTimeout, hangs: true},
		"429 with seconds":             {do: fakecf.RateLimited(2 * time.Minute), want: alwaysAgain},
		"429 without a time":           {do: fakecf.Status(429), want: alwaysAgain},
		"401":                          {do: fakecf.Status(401), want: renewed},
		"403":                          {do: fakecf.Status(403), want: failed, status: 403},
		"404":                          {do: fakecf.Status(404), want: failed, status: 404},
		"404 in HTML":                  {do: fakecf.HTML(404), want: failed, status: 404},
		"410":                          {do: fakecf.Status(410), want: failed, status: 410},
		"422":                          {do: fakecf.Status(422), want: failed, status: 422},
		"501":                          {do: fakecf.HTML(501), want: failed, status: 501},
		"429 for an hour":              {do: fakecf.RateLimited(time.Hour), want: failed, status: 429, firstOnly: true},
		"200 with a login page":        {do: fakecf.HTML(200), want: failed, status: unusable},
		"200 without a body":           {do: fakecf.Empty(200), status: unusable},
		"200 with JSON that ends":      {do: fakecf.RawJSON(200, `{"guid":"9c0c`), status: unusable},
		"cut off without a length":     {do: fakecf.CutOffUnframed(20), status: unusable, bodies: true},
		"101":                          {do: fakecf.SwitchProtocols(), want: failed, kind: transport.KindProtocol},
		"200 with an array":            {do: fakecf.RawJSON(200, `[]`), want: failed, status: unusable},
		"200 with 3 MB of garbage":     {do: fakecf.Garbage(3_000_000), want: failed, status: unusable, firstOnly: true},
		"100 MB in 100 KB":             {do: bomb(100 << 20), want: failed, kind: transport.KindTooLarge, firstOnly: true},
		"redirect to another host":     {do: fakecf.Redirect(302, elsewhere), want: failed, kind: transport.KindRedirect},
		"redirect to another, for all": {do: fakecf.Redirect(307, elsewhere), want: failed, kind: transport.KindRedirect},
	}
}

// occasions are the requests to an endpoint that a fault affects.
var occasions = map[string]fakecf.Fault{
	"first":        {From: 1, Times: 1},
	"second":       {From: 2, Times: 1},
	"every second": {From: 2, Every: 2},
	"two in a row": {From: 1, Times: 2},
}
