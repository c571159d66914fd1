package acctest_test

import (
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"

	"github.com/cf-process/terraform-provider-cf/internal/acctest"
	"github.com/cf-process/terraform-provider-cf/internal/fakecf"
)

// Transient and permanent faults in a run of Terraform. The full table of faults
// and operations is in internal/capi; this test adds the run with its login and
// its error.
func TestFaultsThroughTerraform(t *testing.T) {
	t.Parallel()
	read := fmt.Sprintf("data \"cf_process\" \"this\" {\n  guid = %q\n}\n", fakecf.GUIDWeb)
	scale := fmt.Sprintf("resource \"cf_process\" \"this\" {\n  guid = %q\n  instances = 4\n}\n", fakecf.GUIDWeb)
	process := "/v3/processes/" + fakecf.GUIDWeb
	for name, test := range map[string]struct {
		config string
		fault  fakecf.Fault
		// retried: the request is sent again; otherwise it is sent once.
		retried bool
		// want is the error that the run ends with; "" for none.
		want string
	}{
		"a limit that ends": {read, fakecf.Fault{
			Method: http.MethodGet, Path: process, Times: 1, Do: fakecf.RateLimited(time.Second),
		}, true, ""},
		"a router without an API": {read, fakecf.Fault{
			Method: http.MethodGet, Path: process, Times: 1, Do: fakecf.RouterError(http.StatusNotFound, "unknown_route"),
		}, true, ""},
		"an answer cut off": {read, fakecf.Fault{
			Method: http.MethodGet, Path: process, Times: 1, Do: fakecf.CutOff(100),
		}, true, ""},
		"a token that is refused once": {read, fakecf.Fault{
			Method: http.MethodGet, Path: process, Times: 1, Do: fakecf.Status(http.StatusUnauthorized),
		}, true, ""},
		"a scale whose answer is lost": {scale, fakecf.Fault{
			Method: http.MethodPost, Path: process, Times: 1, Do: fakecf.CloseAfter(),
		}, true, ""},
		"a login that fails for a moment": {read, fakecf.Fault{
			Method: http.MethodPost, Path: "/oauth/token", Times: 1, Do: fakecf.RouterError(http.StatusBadGateway, "endpoint_failure"),
		}, true, ""},
		"a limit for an hour": {read, fakecf.Fault{
			Method: http.MethodGet, Path: process, Do: fakecf.RateLimited(time.Hour),
		}, false, `(?s)Rate limit reached.*accepts requests again at`},
		"no permission": {scale, fakecf.Fault{
			Method: http.MethodPost, Path: process, Do: fakecf.Status(http.StatusForbidden),
		}, false, `(?s)Not permitted.*403 Forbidden`},
		"a wrong password": {read, fakecf.Fault{
			Method: http.MethodPost, Path: "/oauth/token", Do: fakecf.UAAError(http.StatusUnauthorized, "unauthorized", "Bad credentials"),
		}, false, `(?s)Login failed.*Bad credentials.*user and password`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := fakecf.New(t)
			struck := f.AddFault(test.fault)
			step := resource.TestStep{Config: acctest.Block(f) + test.config}
			if test.want != "" {
				step.ExpectError = regexp.MustCompile(strings.ReplaceAll(test.want, " ", `\s+`))
			}
			resource.UnitTest(t, resource.TestCase{
				ProtoV6ProviderFactories: acctest.Factories(), Steps: []resource.TestStep{step},
			})
			if struck.Hits() == 0 {
				t.Fatal("fault: got no request that met it, want one or more")
			}
			sent := 0
			for _, r := range f.Requests() {
				if r.Method == test.fault.Method && strings.HasPrefix(r.Path, test.fault.Path) {
					sent++
				}
			}
			switch {
			case test.retried && sent <= struck.Hits():
				t.Errorf("run: got %d requests, %d of which met the fault, want a retry without it", sent, struck.Hits())
			case !test.retried && sent != 1:
				t.Errorf("run: got %d requests, want 1 without a retry", sent)
			}
		})
	}
}
