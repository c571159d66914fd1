package acctest_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"

	"github.com/cf-process/terraform-provider-cf/internal/plugin"
)

// What is registered is in the examples and in the tests that use everything.
func TestWhatIsRegisteredIsUsed(t *testing.T) {
	t.Parallel()
	schemas, err := plugin.NewServer("test")().GetProviderSchema(t.Context(), &tfprotov6.GetProviderSchemaRequest{})
	if err != nil {
		t.Fatal(err)
	}
	live := liveSteps()[0].Config
	for name := range schemas.DataSourceSchemas {
		hasExample(t, "data-sources", name)
		if !strings.Contains(features(), `data "`+name+`"`) {
			t.Errorf("features (secrets_test.go) does not use the data source %s", name)
		}
		if !strings.Contains(live, `data "`+name+`"`) {
			t.Errorf("liveSteps (live_test.go) does not read the data source %s", name)
		}
	}
	for name := range schemas.ResourceSchemas {
		hasExample(t, "resources", name)
		if !strings.Contains(features(), `resource "`+name+`"`) {
			t.Errorf("features (secrets_test.go) does not use the resource %s", name)
		}
	}
	for name := range schemas.ActionSchemas {
		hasExample(t, "actions", name)
		if !strings.Contains(actions("x", "y"), `action "`+name+`"`) {
			t.Errorf("actions (secrets_test.go) does not invoke %s", name)
		}
	}
	for name := range schemas.ListResourceSchemas {
		hasExample(t, "list-resources", name)
		if !strings.Contains(list("x"), `list "`+name+`"`) {
			t.Errorf("list (secrets_test.go) does not list %s", name)
		}
	}
	for name := range schemas.Functions {
		hasExample(t, "functions", name)
	}
}

func hasExample(t *testing.T, kind, name string) {
	t.Helper()
	if _, err := os.Stat(filepath.Join(examplesDir, kind, name)); errors.Is(err, fs.ErrNotExist) {
		t.Errorf("there is no examples/%s/%s", kind, name)
	} else if err != nil {
		t.Error(err)
	}
}
