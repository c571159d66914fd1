package process

import (
	"net/http"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/path"

	"github.com/cf-process/terraform-provider-cf/internal/capi"
)

// A refused change names the attributes that the foundation does not know.
func TestUnknownFields(t *testing.T) {
	t.Parallel()
	readiness := path.Root("readiness_health_check").AtName("data")
	for detail, want := range map[string]path.Paths{
		"Unknown field(s): 'user', 'log_rate_limit_in_bytes_per_second'": {path.Root("user"), path.Root("log_rate_limit_in_bytes_per_second")},
		"Health check data Unknown field(s): 'interval'":                 {path.Root("health_check").AtName("data").AtName("interval")},
		"Readiness health check data Unknown field(s): 'interval'":       {readiness.AtName("interval")},
		"Unknown field(s): 'readiness_health_check.data.timeout'":        {readiness.AtName("timeout")},
		`invalid request body: json: unknown field "user"`:               {path.Root("user")},
		"Unknown field(s): 'nonsense'":                                   nil,
		"Command must not be 'user'":                                     nil,
	} {
		t.Run(detail, func(t *testing.T) {
			err := &capi.Error{Status: http.StatusUnprocessableEntity, Errors: []capi.ErrorObject{{Detail: capi.Text(detail)}}}
			if got := path.Paths(unknownFields(err)); got.String() != want.String() {
				t.Errorf("unknownFields: got %s, want %s", got, want)
			}
		})
	}
}
