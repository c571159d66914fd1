package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	fwprovider "github.com/hashicorp/terraform-plugin-framework/provider"
	"github.com/hashicorp/terraform-plugin-framework/providerserver"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/cf-process/terraform-provider-cf/internal/capi"
	"github.com/cf-process/terraform-provider-cf/internal/fakecf"
	"github.com/cf-process/terraform-provider-cf/internal/plugin"
	"github.com/cf-process/terraform-provider-cf/internal/process"
	"github.com/cf-process/terraform-provider-cf/internal/transport"
)

const listType = "cf_processes"

// foundation is a server of one list of processes. Its pages are rendered in
// advance, so that rendering does not affect the measurement.
type foundation struct {
	server *httptest.Server
	pages  [][]byte
	bytes  int
}

// newFoundation reads n processes from a foundation in memory and keeps the pages
// of 5,000, the largest size of real foundations.
func newFoundation(n int) (*foundation, error) {
	source, err := fakecf.Start(fakecf.WithoutSeed(), fakecf.WithRequestLogLimit(10))
	if err != nil {
		return nil, err
	}
	defer source.Close()
	source.AddMany(n)
	f := &foundation{}
	for number := 1; (number-1)*5000 < n; number++ {
		page, err := fetch(source, number)
		if err != nil {
			return nil, err
		}
		f.pages = append(f.pages, page)
		f.bytes += len(page)
	}
	f.server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		number, err := strconv.Atoi(r.URL.Query().Get("page"))
		if err != nil {
			number = 1
		}
		page := f.pages[number-1]
		w.Header().Set("Content-Length", strconv.Itoa(len(page)))
		_, _ = w.Write(page) // the reader reports errors
	}))
	return f, nil
}

func (f *foundation) close() { f.server.Close() }

func fetch(source *fakecf.Foundation, number int) ([]byte, error) {
	request, err := http.NewRequestWithContext(context.Background(), http.MethodGet,
		source.URL()+"/v3/processes?per_page=5000&page="+strconv.Itoa(number), http.NoBody)
	if err != nil {
		return nil, err
	}
	request.Header.Set("Authorization", "bearer "+source.Token(fakecf.Admin))
	return read(request)
}

// read sends a request and returns the body of the response.
func read(request *http.Request) ([]byte, error) {
	response, err := new(http.Client).Do(request)
	if err != nil {
		return nil, err
	}
	body, err := io.ReadAll(response.Body)
	if err := errors.Join(err, response.Body.Close()); err != nil {
		return nil, err
	}
	if response.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("%s: %s", request.URL.Path, response.Status)
	}
	return body, nil
}

// way is a way to compute the state of cf_processes.
type way struct {
	name string
	// read computes the state once.
	read func() ([]byte, error)
}

// whole is the server that users have.
func whole(f *foundation) (way, error) {
	server, err := configured(f.server.URL, plugin.NewServer("bench")())
	if err != nil {
		return way{}, err
	}
	return protocolWay("cf", server)
}

// framework is the same data source served by the framework.
func framework(f *foundation) (way, error) {
	return bareWay("framework", f, process.NewProcessesDataSource)
}

// obvious is the way of most providers.
func obvious(f *foundation) (way, error) { return bareWay("obvious", f, newObvious) }

func bareWay(name string, f *foundation, source func() datasource.DataSource) (way, error) {
	server, err := bareServer(f, source)
	if err != nil {
		return way{}, err
	}
	return protocolWay(name, server)
}

// bareServer is the framework's server with one data source.
func bareServer(f *foundation, source func() datasource.DataSource) (tfprotov6.ProviderServer, error) {
	base, err := url.Parse(f.server.URL)
	if err != nil {
		return nil, err
	}
	client, err := transport.New(transport.Config{})
	if err != nil {
		return nil, err
	}
	api := capi.New(capi.Config{BaseURL: base, Transport: client, Auth: fixed{}})
	return configured(f.server.URL, providerserver.NewProtocol6(bare{client: api, source: source})())
}

type fixed struct{}

func (fixed) Authorization(context.Context) (string, error) { return "bearer benchmark", nil }
func (fixed) Renew(context.Context, string) (string, error) {
	return "", errors.New("there is only one token")
}
func (fixed) Source() string { return "a benchmark" }

// bare is a provider with one data source.
type bare struct {
	client *capi.Client
	source func() datasource.DataSource
}

func (b bare) Metadata(_ context.Context, _ fwprovider.MetadataRequest, resp *fwprovider.MetadataResponse) {
	resp.TypeName = "cf"
}
func (bare) Schema(context.Context, fwprovider.SchemaRequest, *fwprovider.SchemaResponse) {}
func (b bare) Configure(_ context.Context, _ fwprovider.ConfigureRequest, resp *fwprovider.ConfigureResponse) {
	resp.DataSourceData = b.client
}
func (bare) Resources(context.Context) []func() resource.Resource { return nil }
func (b bare) DataSources(context.Context) []func() datasource.DataSource {
	return []func() datasource.DataSource{b.source}
}

// configured configures a server for the API at the address.
func configured(address string, server tfprotov6.ProviderServer) (tfprotov6.ProviderServer, error) {
	ctx := context.Background()
	schemas, err := server.GetProviderSchema(ctx, &tfprotov6.GetProviderSchemaRequest{})
	if err != nil {
		return nil, err
	}
	block := map[string]any{}
	if kind, ok := schemas.Provider.ValueType().(tftypes.Object); ok {
		for attribute := range kind.AttributeTypes {
			block[attribute] = nil
		}
	}
	if _, has := block["api_url"]; has {
		block["api_url"], block["access_token"] = address, "benchmark"
	}
	config, err := json.Marshal(block)
	if err != nil {
		return nil, err
	}
	resp, err := server.ConfigureProvider(ctx, &tfprotov6.ConfigureProviderRequest{Config: &tfprotov6.DynamicValue{JSON: config}})
	if err != nil {
		return nil, err
	}
	return server, failed(resp.Diagnostics)
}

// protocolWay reads through a protocol server.
func protocolWay(name string, server tfprotov6.ProviderServer) (way, error) {
	ctx := context.Background()
	kind, err := listKind(ctx, server)
	if err != nil {
		return way{}, err
	}
	arguments := map[string]tftypes.Value{}
	for attribute, t := range kind.AttributeTypes {
		arguments[attribute] = tftypes.NewValue(t, nil)
	}
	given, err := tfprotov6.NewDynamicValue(kind, tftypes.NewValue(kind, arguments))
	if err != nil {
		return way{}, err
	}
	return way{name: name, read: func() ([]byte, error) {
		resp, err := server.ReadDataSource(ctx, &tfprotov6.ReadDataSourceRequest{TypeName: listType, Config: &given})
		if err == nil {
			err = failed(resp.Diagnostics)
		}
		if err != nil {
			return nil, err
		}
		return resp.State.MsgPack, nil
	}}, nil
}

// listKind is the type of the list's configuration and state.
func listKind(ctx context.Context, server tfprotov6.ProviderServer) (tftypes.Object, error) {
	schemas, err := server.GetProviderSchema(ctx, &tfprotov6.GetProviderSchemaRequest{})
	if err != nil {
		return tftypes.Object{}, err
	}
	kind, ok := schemas.DataSourceSchemas[listType].ValueType().(tftypes.Object)
	if !ok {
		return tftypes.Object{}, fmt.Errorf("got no schema of %s", listType)
	}
	return kind, nil
}

func failed(diagnostics []*tfprotov6.Diagnostic) error {
	for _, d := range diagnostics {
		return fmt.Errorf("%s: %s", d.Summary, d.Detail)
	}
	return nil
}

// floor is the unavoidable work: encoding/json decodes the pages, and the finished
// state is encoded.
func floor(f *foundation) (way, error) {
	source, err := whole(f)
	if err != nil {
		return way{}, err
	}
	state, err := source.read()
	if err != nil {
		return way{}, err
	}
	kind, err := listKind(context.Background(), plugin.NewServer("bench")())
	if err != nil {
		return way{}, err
	}
	value, err := tfprotov6.DynamicValue{MsgPack: state}.Unmarshal(kind)
	if err != nil {
		return way{}, err
	}
	return way{name: "floor", read: func() ([]byte, error) {
		for _, page := range f.pages {
			var decoded struct {
				Resources []*capi.Process `json:"resources"`
			}
			if err := json.Unmarshal(page, &decoded); err != nil {
				return nil, err
			}
		}
		encoded, err := tfprotov6.NewDynamicValue(kind, value)
		return encoded.MsgPack, err
	}}, nil
}
