package capi

import (
	"context"
	"errors"
	"fmt"
	"net/http"
)

// RestartApp stops all instances of all processes of an app and starts them
// again: POST /v3/apps/{guid}/actions/restart. Repeated, it would take the app
// down twice, so it is sent once; a *transport.Error reports whether it may have
// arrived.
//
// Errors: those of GetProcess.
func (c *Client) RestartApp(ctx context.Context, guid string) error {
	if err := CheckSegment(guid); err != nil {
		return fmt.Errorf("the app GUID %w", err)
	}
	r := request{method: http.MethodPost, path: appPath(guid) + "/actions/restart", once: true, runtime: true}
	response, err := c.send(ctx, r)
	if err != nil {
		return err
	}
	// A login page with 200 must not count as a restart.
	app := new(AppInfo)
	if err = decode(response.Body, app); err == nil && app.GUID == "" {
		err = errors.New("the app has no guid")
	}
	if err != nil {
		return c.responseError(r.method, r.path, response, err)
	}
	return nil
}
