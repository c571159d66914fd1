// Package acctest is what the acceptance tests share: the provider as
// plugin-testing wants it, and provider blocks for a foundation.
package acctest

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"

	"github.com/cf-process/terraform-provider-cf/internal/fakecf"
	"github.com/cf-process/terraform-provider-cf/internal/plugin"
)

// Factories are the ProtoV6ProviderFactories of a test case: the provider cf,
// in the process of the test.
func Factories() map[string]func() (tfprotov6.ProviderServer, error) {
	return map[string]func() (tfprotov6.ProviderServer, error){
		"cf": func() (tfprotov6.ProviderServer, error) { return plugin.NewServer("test")(), nil },
	}
}

// Block is a provider block for the foundation, with the seeded user who may do
// everything. Further lines go into the block as they are.
func Block(f *fakecf.Foundation, lines ...string) string {
	return block(f, append([]string{
		fmt.Sprintf("user = %q", fakecf.User),
		fmt.Sprintf("password = %q", fakecf.Password),
	}, lines...))
}

// BlockFor is a provider block for the foundation with an access token of the
// role. Further lines go into the block as they are.
func BlockFor(f *fakecf.Foundation, role fakecf.Role, lines ...string) string {
	return block(f, append([]string{fmt.Sprintf("access_token = %q", f.Token(role))}, lines...))
}

func block(f *fakecf.Foundation, lines []string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "provider \"cf\" {\n  api_url = %q\n", f.URL())
	if ca := f.CAPEM(); ca != "" {
		fmt.Fprintf(&b, "  ca_certificate = %q\n", ca)
	}
	for _, line := range lines {
		fmt.Fprintf(&b, "  %s\n", line)
	}
	b.WriteString("}\n")
	return b.String()
}

// Isolate takes the environment's credentials and the cf CLI's session away
// from the test, so that only its provider block counts. It excludes t.Parallel.
func Isolate(t testing.TB) {
	t.Helper()
	for _, pair := range os.Environ() {
		name, _, _ := strings.Cut(pair, "=")
		if strings.HasPrefix(name, "CF_") {
			t.Setenv(name, "")
		}
	}
	t.Setenv("CF_HOME", t.TempDir())
}
