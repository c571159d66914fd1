package capi_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
	"testing"
	"time"

	"github.com/cf-process/terraform-provider-cf/internal/capi"
	"github.com/cf-process/terraform-provider-cf/internal/transport"
)

// A request that the API forwards to the runtime gets more time than one that the
// API answers alone.
func TestRuntimeRequestsGetMoreTime(t *testing.T) {
	t.Parallel()
	const requestTimeout = 200 * time.Millisecond
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		select {
		case <-time.After(3 * requestTimeout):
		case <-r.Context().Done():
			return
		}
		switch {
		case r.Method == http.MethodDelete:
			w.WriteHeader(http.StatusNoContent)
		case r.URL.Path == processesPath:
			_, _ = w.Write([]byte(`{"pagination": {"total_results": 0}, "resources": []}`))
		default:
			_, _ = w.Write([]byte(`{"guid": "g", "name": "a", "state": "STARTED", "resources": []}`))
		}
	}))
	t.Cleanup(server.Close)
	base, err := url.Parse(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	client, err := transport.New(transport.Config{RequestTimeout: requestTimeout})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(client.CloseIdleConnections)
	api := capi.New(capi.Config{BaseURL: base, Transport: client, Auth: fixedToken{}})
	address := capi.Address{GUID: "g"}
	for name, test := range map[string]struct {
		run    func(ctx context.Context) error
		inTime bool
	}{
		"get": {run: func(ctx context.Context) error { _, err := api.GetProcess(ctx, address); return err }},
		"update": {run: func(ctx context.Context) error {
			_, err := api.UpdateProcess(ctx, address, capi.ProcessUpdate{})
			return err
		}},
		"stats": {run: func(ctx context.Context) error { _, err := api.ProcessStats(ctx, address); return err }, inTime: true},
		"instances": {
			run:    func(ctx context.Context) error { _, err := api.ProcessInstances(ctx, address); return err },
			inTime: true,
		},
		"list with instances": {
			run: func(ctx context.Context) error {
				list, err := api.ListProcesses(ctx, capi.ProcessFilter{IncludeInstances: true})
				if err == nil {
					err = list.InstancesErr
				}
				return err
			},
			inTime: true,
		},
		"scale": {run: func(ctx context.Context) error {
			_, err := api.ScaleProcess(ctx, address, capi.ProcessScale{})
			return err
		}, inTime: true},
		"terminate": {run: func(ctx context.Context) error { return api.TerminateInstance(ctx, &capi.Process{GUID: "g"}, 0) }, inTime: true},
		"restart":   {run: func(ctx context.Context) error { return api.RestartApp(ctx, "a") }, inTime: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			err := test.run(t.Context())
			var late *transport.Error
			if test.inTime && err != nil {
				t.Errorf("got error %v, want a response within RuntimeTimeout", err)
			}
			if !test.inTime && (!errors.As(err, &late) || late.Kind != transport.KindTimeout) {
				t.Errorf("got error %v, want a timeout after RequestTimeout", err)
			}
		})
	}
}
