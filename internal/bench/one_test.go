package main

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/cf-process/terraform-provider-cf/internal/fakecf"
	"github.com/cf-process/terraform-provider-cf/internal/plugin"
	"github.com/cf-process/terraform-provider-cf/internal/process"
)

// BenchmarkOne measures the requests of Terraform for each block of cf_process:
// a validation, which it sends twice, and a read.
func BenchmarkOne(b *testing.B) {
	source := fakecf.New(b)
	request, err := http.NewRequestWithContext(b.Context(), http.MethodGet, source.URL()+"/v3/processes/"+fakecf.GUIDWeb, http.NoBody)
	if err != nil {
		b.Fatal(err)
	}
	request.Header.Set("Authorization", "bearer "+source.Token(fakecf.Admin))
	body, err := read(request)
	if err != nil {
		b.Fatal(err)
	}
	api := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(body) }))
	b.Cleanup(api.Close)
	f := &foundation{server: api}

	for name, server := range map[string]func() (tfprotov6.ProviderServer, error){
		"cf": func() (tfprotov6.ProviderServer, error) {
			return configured(f.server.URL, plugin.NewServer("bench")())
		},
		"framework": func() (tfprotov6.ProviderServer, error) { return bareServer(f, process.NewDataSource) },
	} {
		s, err := server()
		if err != nil {
			b.Fatal(err)
		}
		config := oneConfig(b)
		b.Run(name+"/validate", func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				resp, err := s.ValidateDataResourceConfig(b.Context(), &tfprotov6.ValidateDataResourceConfigRequest{TypeName: "cf_process", Config: config})
				if err != nil || len(resp.Diagnostics) > 0 {
					b.Fatalf("ValidateDataResourceConfig: got error %v and %d diagnostics, want none", err, len(resp.Diagnostics))
				}
			}
		})
		b.Run(name+"/read", func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				resp, err := s.ReadDataSource(b.Context(), &tfprotov6.ReadDataSourceRequest{TypeName: "cf_process", Config: config})
				if err != nil || len(resp.Diagnostics) > 0 {
					b.Fatalf("ReadDataSource: got error %v and %d diagnostics, want none", err, len(resp.Diagnostics))
				}
			}
		})
	}
}

// oneConfig is the configuration of a block with a guid.
func oneConfig(b *testing.B) *tfprotov6.DynamicValue {
	b.Helper()
	var resp datasource.SchemaResponse
	process.NewDataSource().Schema(b.Context(), datasource.SchemaRequest{}, &resp)
	typ, ok := resp.Schema.Type().TerraformType(b.Context()).(tftypes.Object)
	if !ok {
		b.Fatalf("schema of cf_process: got the type %T, want tftypes.Object", typ)
	}
	values := map[string]tftypes.Value{}
	for name, t := range typ.AttributeTypes {
		values[name] = tftypes.NewValue(t, nil)
	}
	values["guid"] = tftypes.NewValue(tftypes.String, fakecf.GUIDWeb)
	config, err := tfprotov6.NewDynamicValue(typ, tftypes.NewValue(typ, values))
	if err != nil {
		b.Fatal(err)
	}
	return &config
}
