package instances

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/cf-process/terraform-provider-cf/internal/capi"
	"github.com/cf-process/terraform-provider-cf/internal/transport"
	"github.com/cf-process/terraform-provider-cf/internal/uaa"
)

// Running out of time is not a cancel.
func TestTerminateRunsOutOfTime(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	late := &transport.Error{Method: http.MethodDelete, Kind: transport.KindCanceled, MayHaveArrived: true, Err: context.DeadlineExceeded}
	target := Target{
		Client: &slowTerminator{script{answers: states("RUNNING RUNNING")}, late}, Clock: RealClock{},
		Address: capi.Address{GUID: "process-1"},
	}
	diags := target.Terminate(ctx, 1)
	if want := "The 5 min of the action were over"; len(diags) != 1 || diags[0].Summary() != "Timeout" || !strings.Contains(diags[0].Detail(), want) {
		t.Errorf("got %v, want one Timeout with %q", diags, want)
	}
}

// slowTerminator never answers a request to terminate.
type slowTerminator struct {
	script
	err error
}

func (s *slowTerminator) TerminateInstance(ctx context.Context, _ *capi.Process, _ int64) error {
	<-ctx.Done()
	return s.err
}

// Only the request to terminate itself can have been carried out.
func TestMayHaveArrived(t *testing.T) {
	t.Parallel()
	broken := &transport.Error{MayHaveArrived: true, Err: errors.New("reset")}
	for name, test := range map[string]struct {
		err  error
		want bool
	}{
		"the connection broke":       {broken, true},
		"nobody took it":             {&transport.Error{Err: errors.New("refused")}, false},
		"502":                        {&capi.Error{Status: 502}, true},
		"404":                        {&capi.Error{Status: 404}, false},
		"somebody else answered":     {&capi.ResponseError{Err: errors.New("HTML")}, true},
		"the login broke":            {&uaa.Error{Op: "log in", Err: broken}, false},
		"401, and the renewal broke": {&capi.Error{Status: 401, Renewal: &uaa.Error{Op: "renew the token", Err: broken}}, false},
	} {
		t.Run(name, func(t *testing.T) {
			if got := mayHaveArrived(test.err); got != test.want {
				t.Errorf("got %t, want %t", got, test.want)
			}
		})
	}
}
