package capi

import (
	"context"
	"errors"
	"fmt"
	"net/http"
)

// Values and reasons of the status of a deployment that decide what happens
// next. While it is ACTIVE, the reason is DEPLOYING, PAUSED or CANCELING.
const (
	DeploymentActive     = "ACTIVE"
	DeploymentFinalized  = "FINALIZED"
	DeploymentDeployed   = "DEPLOYED"
	DeploymentCanceled   = "CANCELED"
	DeploymentSuperseded = "SUPERSEDED"
)

// CodeRollingDeployNotSupported is Korifi's refusal of a deployment when the
// runner of the apps cannot roll them (README.md#runner).
const CodeRollingDeployNotSupported = 42000

// Deployment replaces the instances of an app's web process one after another.
type Deployment struct {
	GUID   string            `json:"guid"`
	Status *DeploymentStatus `json:"status"`
	// NewProcesses are the processes that the deployment has made. Korifi makes
	// none and has no such field (README.md#deployments).
	NewProcesses []DeploymentProcess `json:"new_processes"`
}

// DeploymentStatus is the progress of a deployment.
type DeploymentStatus struct {
	// Value is ACTIVE or FINALIZED.
	Value *Text `json:"value"`
	// Reason is the reason for the value, such as DEPLOYED.
	Reason  *Text              `json:"reason"`
	Details *DeploymentDetails `json:"details"`
}

// DeploymentDetails describe the current problem of a deployment. Korifi has
// none (README.md#deployments).
type DeploymentDetails struct {
	Error *Text `json:"error"`
}

// DeploymentProcess is a process that a deployment has made.
type DeploymentProcess struct {
	GUID string `json:"guid"`
	Type string `json:"type"`
}

// Is reports whether the status of the deployment has this value.
func (d *Deployment) Is(value string) bool {
	return d.Status != nil && d.Status.Value != nil && string(*d.Status.Value) == value
}

// Reason returns the reason of the status, "" if there is none.
func (d *Deployment) Reason() Text {
	if d.Status == nil || d.Status.Reason == nil {
		return ""
	}
	return *d.Status.Reason
}

// Problem returns the current problem of the deployment, "" if there is none.
func (d *Deployment) Problem() Text {
	if d.Status == nil || d.Status.Details == nil || d.Status.Details.Error == nil {
		return ""
	}
	return *d.Status.Details.Error
}

func (d *Deployment) finish() error {
	switch {
	case d.GUID == "":
		return errors.New("the deployment has no guid")
	case d.Status == nil || d.Status.Value == nil:
		return errors.New("the deployment has no status.value")
	}
	return nil
}

// mask redacts the secrets of the run in the texts of the deployment.
func (d *Deployment) mask(c *Client) {
	c.mask(d.Status.Value, d.Status.Reason)
	if d.Status.Details != nil {
		c.mask(d.Status.Details.Error)
	}
}

// DeploymentOptions control how a deployment rolls.
type DeploymentOptions struct {
	MaxInFlight int64 `json:"max_in_flight"`
}

// deploymentCreate is the body of POST /v3/deployments.
type deploymentCreate struct {
	Relationships deploymentRelationships  `json:"relationships"`
	Strategy      Field[string]            `json:"strategy,omitzero"`
	Options       Field[DeploymentOptions] `json:"options,omitzero"`
}

type deploymentRelationships struct {
	App struct {
		Data struct {
			GUID string `json:"guid"`
		} `json:"data"`
	} `json:"app"`
}

// CreateDeployment deploys the current droplet of an app: POST /v3/deployments.
// Korifi supports neither strategy nor options, and Cloud Controllers of some
// years ago do not support options (README.md#deployment-options). Repeated, the request would replace the
// deployment with another one, so it is sent once; a *transport.Error reports
// whether it may have arrived.
//
// Errors: those of GetProcess.
func (c *Client) CreateDeployment(ctx context.Context, appGUID string, strategy Field[string], options Field[DeploymentOptions]) (*Deployment, error) {
	if err := CheckSegment(appGUID); err != nil {
		return nil, fmt.Errorf("the app GUID %w", err)
	}
	body := deploymentCreate{Strategy: strategy, Options: options}
	body.Relationships.App.Data.GUID = appGUID
	return c.deployment(ctx, request{method: http.MethodPost, path: "/v3/deployments", body: body, once: true})
}

// GetDeployment reads one deployment: GET /v3/deployments/{guid}.
//
// Errors: those of GetProcess.
func (c *Client) GetDeployment(ctx context.Context, guid string) (*Deployment, error) {
	if err := CheckSegment(guid); err != nil {
		return nil, fmt.Errorf("the deployment GUID %w", err)
	}
	return c.deployment(ctx, request{method: http.MethodGet, path: "/v3/deployments/" + escapeSegment(guid)})
}

// deployment sends a request and returns the deployment in the response.
func (c *Client) deployment(ctx context.Context, r request) (*Deployment, error) {
	response, err := c.send(ctx, r)
	if err != nil {
		return nil, err
	}
	deployment := new(Deployment)
	if err = decode(response.Body, deployment); err == nil {
		err = deployment.finish()
	}
	if err != nil {
		return nil, c.responseError(r.method, r.path, response, err)
	}
	deployment.mask(c)
	return deployment, nil
}

// ActiveDeployments returns the deployments of an app that are in flight, at most
// a page of them: GET /v3/deployments?app_guids={guid}&status_values=ACTIVE. On
// Korifi they only show whether all instances of the app are ready
// (README.md#app-ready).
//
// Errors: those of GetProcess.
func (c *Client) ActiveDeployments(ctx context.Context, appGUID string) ([]*Deployment, error) {
	if err := CheckSegment(appGUID); err != nil {
		return nil, fmt.Errorf("the app GUID %w", err)
	}
	query := anyOf("app_guids", []string{appGUID}, true).encode() + single("status_values", "", DeploymentActive).encode()
	r := request{method: http.MethodGet, path: "/v3/deployments", query: query[1:]}
	response, err := c.send(ctx, r)
	if err != nil {
		return nil, err
	}
	var page struct {
		Resources []*Deployment `json:"resources"`
	}
	if err := decode(response.Body, &page); err != nil {
		return nil, c.responseError(r.method, r.path, response, err)
	}
	if page.Resources == nil {
		return nil, c.missing(r.method, r.path, response.Header, "resources")
	}
	active := make([]*Deployment, 0, len(page.Resources))
	for _, d := range page.Resources {
		if d == nil {
			continue
		}
		if err := d.finish(); err != nil {
			return nil, c.responseError(r.method, r.path, response, err)
		}
		// A foundation that ignores the filter returns the others as well.
		if d.Is(DeploymentActive) {
			d.mask(c)
			active = append(active, d)
		}
	}
	return active, nil
}
