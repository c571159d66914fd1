package capi

import (
	"context"
	"fmt"
	"net/http"
)

// AppStopped reports whether the app is stopped, so that none of its instances
// runs whatever their number: GET /v3/apps/{guid}.
//
// Errors: as of GetProcess.
func (c *Client) AppStopped(ctx context.Context, guid string) (bool, error) {
	if err := CheckSegment(guid); err != nil {
		return false, fmt.Errorf("the app GUID %w", err)
	}
	var app struct {
		State *string `json:"state"`
	}
	path := appPath(guid)
	header, err := c.get(ctx, request{path: path}, &app)
	if err != nil {
		return false, err
	}
	if app.State == nil {
		return false, c.missing(http.MethodGet, path, header, "state")
	}
	return *app.State == "STOPPED", nil
}
