package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"testing"

	tfjson "github.com/hashicorp/terraform-json"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/cf-process/terraform-provider-cf/internal/plugin"
	"github.com/cf-process/terraform-provider-cf/internal/terraformcli"
)

// ours returns the document as JSON, and its part about the provider.
func ours(t *testing.T) ([]byte, map[string]any) {
	t.Helper()
	d, err := schemas(t.Context(), plugin.NewServer("test")())
	if err != nil {
		t.Fatal(err)
	}
	content, err := json.Marshal(d)
	if err != nil {
		t.Fatal(err)
	}
	return content, ofProvider(t, content, address)
}

func ofProvider(t *testing.T, content []byte, address string) map[string]any {
	t.Helper()
	var d struct {
		Schemas map[string]map[string]any `json:"provider_schemas"`
	}
	if err := json.Unmarshal(content, &d); err != nil {
		t.Fatal(err)
	}
	result := d.Schemas[address]
	if result == nil {
		t.Fatalf("document: got no schemas of %s, want some", address)
	}
	return result
}

// tfplugindocs reads the document with terraform-json, which has to find every
// type of object in it.
func TestDocumentIsReadable(t *testing.T) {
	content, _ := ours(t)
	var read tfjson.ProviderSchemas
	if err := json.Unmarshal(content, &read); err != nil {
		t.Fatal(err)
	}
	cf := read.Schemas[address]
	for kind, found := range map[string]bool{
		"data source":   cf.DataSourceSchemas["cf_process"] != nil,
		"resource":      cf.ResourceSchemas["cf_process"] != nil,
		"identity":      cf.ResourceIdentitySchemas["cf_process"] != nil,
		"list resource": cf.ListResourceSchemas["cf_process"] != nil,
		"action":        cf.ActionSchemas["cf_process_scale"] != nil,
		"function":      cf.Functions["megabytes"] != nil,
	} {
		t.Run(kind, func(t *testing.T) {
			if !found {
				t.Errorf("document: got no %s, want one", kind)
			}
		})
	}
}

// The document has the same content as that of terraform providers schema -json.
func TestSameAsTerraform(t *testing.T) {
	cli, err := terraformcli.Find(t.Context(), os.Getenv("TF_CLI"))
	if err != nil {
		t.Fatal(err)
	}
	theirAddress := address
	if cli.OpenTofu {
		theirAddress = "registry.opentofu.org/hashicorp/cf"
	}
	built, err := terraformcli.Build(t.Context(), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	work := t.TempDir()
	if err := os.WriteFile(filepath.Join(work, "main.tf"), []byte("provider \"cf\" {}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	tf, err := built.Terraform(cli, work, nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := tf.Init(t.Context()); err != nil {
		t.Fatal(err)
	}
	theirs, err := tf.ProvidersSchema(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	content, err := json.Marshal(theirs)
	if err != nil {
		t.Fatal(err)
	}
	_, printed := ours(t)
	for kind, expected := range ofProvider(t, content, theirAddress) {
		t.Run(kind, func(t *testing.T) {
			if got, want := asJSON(t, printed[kind]), asJSON(t, expected); !reflect.DeepEqual(printed[kind], expected) {
				at := 0
				for at < min(len(got), len(want)) && got[at] == want[at] {
					at++
				}
				at = max(0, at-100)
				t.Errorf("document, around byte %d:\ngot  %.200s\nwant %.200s", at, got[min(at, len(got)):], want[min(at, len(want)):])
			}
		})
	}
}

func asJSON(t *testing.T, v any) string {
	t.Helper()
	content, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}

func TestTypeJSON(t *testing.T) {
	for expected, in := range map[string]tftypes.Type{
		`"string"`:                 tftypes.String,
		`"number"`:                 tftypes.Number,
		`"bool"`:                   tftypes.Bool,
		`"dynamic"`:                tftypes.DynamicPseudoType,
		`["list","string"]`:        tftypes.List{ElementType: tftypes.String},
		`["set",["map","number"]]`: tftypes.Set{ElementType: tftypes.Map{ElementType: tftypes.Number}},
		`["object",{"a":"bool"}]`:  tftypes.Object{AttributeTypes: map[string]tftypes.Type{"a": tftypes.Bool}},
	} {
		t.Run(expected, func(t *testing.T) {
			got, err := typeJSON(in)
			if err != nil {
				t.Errorf("typeJSON(%s): got error %v, want none", in, err)
			}
			if text := asJSON(t, got); text != expected {
				t.Errorf("typeJSON(%s): got %.500s, want %s", in, text, expected)
			}
		})
	}
	if got, err := typeJSON(tftypes.Tuple{ElementTypes: []tftypes.Type{tftypes.String}}); err == nil {
		t.Errorf("typeJSON of a tuple: got %v, want an error: no schema has tuples", got)
	}
}

func TestNestedBlocks(t *testing.T) {
	got, err := newBlock(&tfprotov6.SchemaBlock{BlockTypes: []*tfprotov6.SchemaNestedBlock{{
		TypeName: "rule", Nesting: tfprotov6.SchemaNestedBlockNestingModeList, MaxItems: 3,
		Block: &tfprotov6.SchemaBlock{Description: "A rule."},
	}}})
	if err != nil {
		t.Fatal(err)
	}
	expected := nestedBlock{NestingMode: "list", MaxItems: 3, Block: block{
		Attributes: map[string]attribute{}, Description: "A rule.", DescriptionKind: "plain",
	}}
	if !reflect.DeepEqual(got.BlockTypes["rule"], expected) {
		t.Errorf("newBlock: got the block %+v, want %+v", got.BlockTypes["rule"], expected)
	}
}
