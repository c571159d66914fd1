package process

import (
	"fmt"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"

	"github.com/cf-process/terraform-provider-cf/internal/fakecf"
)

func TestTimeoutsAreMoreThanZero(t *testing.T) {
	t.Parallel()
	w := startWorkspace(t, fakecf.SpaceDeveloper)
	for _, test := range []struct {
		timeouts settings
		want     string
	}{
		{nil, ""},
		{settings{}, ""},
		{settings{"create": "1s", "update": "1m30s", "read": "100ms"}, ""},
		{settings{"create": "90"}, `timeouts.create must be a duration with its unit, like "90s" or "10m", but is "90"`},
		{settings{"create": "0s"}, `timeouts.create must be more than 0, but is "0s"`},
		{settings{"update": "-4s"}, `timeouts.update must be more than 0, but is "-4s"`},
		{settings{"read": "-1ns"}, `timeouts.read must be more than 0, but is "-1ns"`},
	} {
		t.Run(fmt.Sprint(test.timeouts), func(t *testing.T) {
			s := settings{"guid": fakecf.GUIDWeb}
			if test.timeouts != nil {
				s["timeouts"] = test.timeouts
			}
			resp, err := w.server.ValidateResourceConfig(t.Context(), &tfprotov6.ValidateResourceConfigRequest{
				TypeName: "cf_process", Config: w.dynamic(w.config(s)),
			})
			if err != nil {
				t.Fatal(err)
			}
			text := diagnosticsText(resp.Diagnostics)
			if (test.want == "") != (text == "") || !strings.Contains(text, test.want) {
				t.Errorf("validate: got diagnostics:\n%.1000s\nwant %q", text, test.want)
			}
		})
	}
}
