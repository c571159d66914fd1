package capi

import (
	"context"
	"fmt"
	"net/http"
)

// AppInfo is the part of an app that the provider needs.
type AppInfo struct {
	GUID string `json:"guid"`
	Name *Text  `json:"name"`
	// State is STARTED or STOPPED: the desired state, not the actual one.
	State    *Text     `json:"state"`
	Metadata *Metadata `json:"metadata"`
}

// Stopped reports whether the app is stopped, so that none of its instances
// runs, regardless of their number.
func (a *AppInfo) Stopped() bool { return a.State != nil && *a.State == "STOPPED" }

// OnKorifi reports whether the app runs on Korifi.
func (a *AppInfo) OnKorifi() bool { return a.Metadata.ofKorifi() }

// GetApp reads one app: GET /v3/apps/{guid}.
//
// Errors: those of GetProcess.
func (c *Client) GetApp(ctx context.Context, guid string) (*AppInfo, error) {
	if err := CheckSegment(guid); err != nil {
		return nil, fmt.Errorf("the app GUID %w", err)
	}
	path := appPath(guid)
	app := new(AppInfo)
	header, err := c.get(ctx, request{path: path}, app)
	if err != nil {
		return nil, err
	}
	if app.State == nil {
		return nil, c.missing(http.MethodGet, path, header, "state")
	}
	c.mask(app.Name)
	return app, nil
}

// AppStopped reports whether the app is stopped: GET /v3/apps/{guid}.
//
// Errors: those of GetProcess.
func (c *Client) AppStopped(ctx context.Context, guid string) (bool, error) {
	app, err := c.GetApp(ctx, guid)
	if err != nil {
		return false, err
	}
	return app.Stopped(), nil
}
