package process_test

import (
	"bytes"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/providerserver"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"

	"github.com/cf-process/terraform-provider-cf/internal/capi"
	"github.com/cf-process/terraform-provider-cf/internal/plugin"
	"github.com/cf-process/terraform-provider-cf/internal/transport"
)

// serveProcesses serves processes as they are, by GUID and as lists of one page.
func serveProcesses(t testing.TB, processes []generated) string {
	t.Helper()
	byGUID := map[string]string{}
	all := make([]string, 0, len(processes))
	for _, p := range processes {
		body := compact(t, p.said)
		byGUID[p.said["guid"].(string)] = body
		all = append(all, body)
	}
	page := fmt.Sprintf(`{"pagination":{"total_results":%d,"next":null},"resources":[%s]}`, len(all), strings.Join(all, ","))
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body := byGUID[strings.TrimPrefix(r.URL.Path, "/v3/processes/")]
		if r.URL.Path == "/v3/processes" {
			body = page
		}
		if body == "" {
			w.WriteHeader(http.StatusNotFound)
		}
		_, _ = w.Write([]byte(body)) // a client that went away fails the test by itself
	}))
	t.Cleanup(server.Close)
	return server.URL
}

// wholeReaderOf reads through the server that users have.
func wholeReaderOf(t testing.TB, address string) *reader {
	t.Helper()
	server := plugin.NewServer("test")()
	return connect(t, server, providerBlock(t, server, arguments{
		"api_url": address, "access_token": "token-of-a-test", "max_retries": 0,
	}))
}

// frameworkReaderOf reads through the framework's server alone.
func frameworkReaderOf(t testing.TB, address string) *reader {
	t.Helper()
	base, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	client, err := transport.New(transport.Config{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(client.CloseIdleConnections)
	api := capi.New(capi.Config{BaseURL: base, Transport: client, Auth: userToken("token-of-a-test")})
	return connect(t, providerserver.NewProtocol6(bareProvider{api})(), `{}`)
}

// response reads a data source and returns the response as it is.
func (r *reader) response(name string, a arguments) *tfprotov6.ReadDataSourceResponse {
	r.t.Helper()
	resp, err := r.server.ReadDataSource(r.t.Context(), &tfprotov6.ReadDataSourceRequest{TypeName: name, Config: r.config(name, a)})
	if err != nil {
		r.t.Fatal(err)
	}
	return resp
}

// notAskedFor are the attributes of cf_process that stay null without
// include_names.
var notAskedFor = []string{"app_name", "space_name", "organization_guid", "organization_name", "include_names"}

// What Terraform shows of a process is what the API said, whatever of it is
// absent, null, zero or set.
func TestProcessIsShownAsTheAPISaidIt(t *testing.T) {
	t.Parallel()
	processes := everyState(2, 5)
	for i, p := range anyState(3, 5, 200) {
		guid := fmt.Sprintf("any-%d", i)
		p.said["guid"], p.shown["guid"] = guid, guid
		processes = append(processes, p)
	}
	r := wholeReaderOf(t, serveProcesses(t, processes))
	for _, p := range processes {
		a := arguments{"guid": p.said["guid"]}
		if found := r.validate("cf_process", a); found != "" {
			t.Fatal(found)
		}
		for _, name := range notAskedFor {
			p.shown[name] = nil
		}
		compareShown(t, p, r.read("cf_process", a))
	}

	list := r.processes(nil)
	if len(list) != len(processes) {
		t.Fatalf("%d of %d processes", len(list), len(processes))
	}
	for i, p := range processes {
		delete(p.shown, "include_names")
		p.shown["process_instances"] = nil
		compareShown(t, p, list[i])
	}
}

func compareShown(t *testing.T, p generated, shown map[string]any) {
	t.Helper()
	if reflect.DeepEqual(p.shown, shown) {
		return
	}
	names := slices.Collect(maps.Keys(shown))
	for name := range p.shown {
		if _, both := shown[name]; !both {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	for _, name := range names {
		want, expected := p.shown[name]
		got, is := shown[name]
		if is != expected || !reflect.DeepEqual(got, want) {
			t.Errorf("the API said %q %.300s; Terraform shows it (%t) as %.300s, want (%t) %.300s. Is it in processTable (fields.go) and in processFields (generated_process_test.go)?",
				name, compact(t, p.said[name]), is, compact(t, got), expected, compact(t, want))
		}
	}
	t.FailNow() // the others would only repeat it
}

// The list that is answered in front of the framework has the same bytes as the
// framework's own. Maps have no order in the protocol, so that bytes can only be
// compared where they have one entry; for more, the values are.
func TestListIsTheSameInFrontOfTheFramework(t *testing.T) {
	t.Parallel()
	for name, processes := range map[string][]generated{
		"every state":      everyState(4, 1),
		"any state":        anyState(5, 1, 300),
		"many map entries": anyState(6, 6, 300),
		"15 processes":     anyState(7, 1, 15),
		"16 processes":     anyState(8, 1, 16),
		"1 process":        anyState(9, 1, 1),
		"no process":       nil,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			address := serveProcesses(t, processes)
			whole, framework := wholeReaderOf(t, address), frameworkReaderOf(t, address)
			for _, a := range []arguments{
				nil,
				{"include_names": false, "guids": []string{"process-000001", "process-000002"}, "order_by": "created_at"},
				{"types": []string{}, "app_guid": "some-app"},
				{"created_ats": arguments{"gt": "2025-01-01T00:00:00Z"}, "updated_ats": arguments{"values": []string{"2025-01-01T00:00:00Z"}}},
				{"label_selector": "größe in (\"x\",目)", "include_names": true, "guids": []string{}},
			} {
				got, want := whole.response("cf_processes", a), framework.response("cf_processes", a)
				if g, w := diagnosticText(got.Diagnostics), diagnosticText(want.Diagnostics); g != w {
					t.Fatalf("%v: %s\nthe framework: %s", a, g, w)
				}
				if len(got.State.MsgPack) != len(want.State.MsgPack) {
					t.Errorf("%v: %d bytes, not %d", a, len(got.State.MsgPack), len(want.State.MsgPack))
				}
				if name != "many map entries" && !bytes.Equal(got.State.MsgPack, want.State.MsgPack) {
					t.Errorf("%v: the bytes differ", a)
				}
				gotState, err := got.State.Unmarshal(whole.types["cf_processes"])
				if err != nil {
					t.Fatal(err)
				}
				wantState, err := want.State.Unmarshal(framework.types["cf_processes"])
				if err != nil {
					t.Fatal(err)
				}
				if !gotState.Equal(wantState) {
					t.Errorf("%v: the values differ", a)
				}
			}
		})
	}
}

// So has a single process.
func TestProcessIsTheSameInFrontOfTheFramework(t *testing.T) {
	t.Parallel()
	processes := everyState(10, 1)
	address := serveProcesses(t, processes)
	whole, framework := wholeReaderOf(t, address), frameworkReaderOf(t, address)
	for _, p := range processes {
		a := arguments{"guid": p.said["guid"]}
		got, want := whole.response("cf_process", a), framework.response("cf_process", a)
		if len(got.Diagnostics)+len(want.Diagnostics) > 0 {
			t.Fatalf("%s\n%s", diagnosticText(got.Diagnostics), diagnosticText(want.Diagnostics))
		}
		if !bytes.Equal(got.State.MsgPack, want.State.MsgPack) {
			t.Fatalf("pack.go does not write what value.go makes (is each attribute in both, in pack.go in the order of their names?) of %.1000s", compact(t, p.said))
		}
	}
	for _, a := range []arguments{{"guid": "not-there"}, {"app_guid": "not-there"}, {"app_guid": "not-there", "type": "worker"}} {
		got, want := whole.response("cf_process", a), framework.response("cf_process", a)
		if g, w := diagnosticText(got.Diagnostics), diagnosticText(want.Diagnostics); g != w || g == "" {
			t.Errorf("%s\nthe framework: %s", g, w)
		}
		if !bytes.Equal(got.State.MsgPack, want.State.MsgPack) {
			t.Errorf("%v: the state beside the error differs", a)
		}
	}
}

// And its validation says the same.
func TestProcessIsValidatedAsByTheFramework(t *testing.T) {
	t.Parallel()
	address := serveProcesses(t, nil)
	whole, framework := wholeReaderOf(t, address), frameworkReaderOf(t, address)
	values := []any{nil, "", "g", "..", "a/b", "web ", "é", unknown}
	var all []arguments
	for _, guid := range values {
		for _, app := range values {
			for _, kind := range values {
				all = append(all, arguments{"guid": guid, "app_guid": app, "type": kind})
			}
		}
	}
	for _, name := range []string{"command", "instances", "command_redacted", "links"} {
		value := map[string]any{"command": "x", "instances": 1, "command_redacted": false, "links": map[string]any{}}[name]
		all = append(all, arguments{"guid": "g", name: value})
	}
	sound := 0
	for _, a := range all {
		// The framework goes over attributes in any order.
		got := strings.Split(whole.validate("cf_process", a), "\n")
		want := strings.Split(framework.validate("cf_process", a), "\n")
		slices.Sort(got)
		slices.Sort(want)
		if !slices.Equal(got, want) {
			t.Errorf("%v: %q\nthe framework: %q", a, got, want)
		}
		if want[0] == "" {
			sound++
		}
	}
	// Of a GUID, an app and a type, two values each are right and one is not known
	// yet, which excludes nothing: 12 with a GUID, 14 with one to come, 12 with none.
	// Four set what is only computed, which Terraform itself refuses.
	if sound != 12+14+12+4 {
		t.Errorf("%d of %d are right", sound, len(all))
	}
}

// Errors and warnings are also the same, with their attributes.
func TestListFailsTheSameInFrontOfTheFramework(t *testing.T) {
	t.Parallel()
	const page = `{"pagination":{"total_results":1},"resources":[{"guid":"g","relationships":{"app":{"data":{"guid":"a"}}}}]}`
	for name, test := range map[string]struct {
		status    int
		header    map[string]string
		body      string
		arguments arguments
		want      string // of one diagnostic
	}{
		"not found": {
			404, nil, `{"errors":[{"code":10010,"title":"CF-ResourceNotFound","detail":"App not found"}]}`,
			arguments{"app_guid": "a"}, `error at ("app_guid")`,
		},
		"unknown filter": {
			400, nil, `{"errors":[{"code":10005,"title":"CF-BadQueryParameter","detail":"Unknown query parameter(s): 'label_selector'. Valid parameters are: 'page'"}]}`,
			arguments{"label_selector": "a"}, `error at ("label_selector")`,
		},
		"unusable":         {200, nil, `{"resources":7}`, nil, "error: Unusable response"},
		"two errors":       {422, nil, `{"errors":[{"code":1,"title":"A","detail":"b"},{"code":2,"title":"C","detail":"d"}]}`, nil, "error: "},
		"html":             {502, map[string]string{"X-Cf-RouterError": "endpoint_failure"}, "<html>", nil, "error: "},
		"refused":          {401, nil, "", nil, "error: Credential refused"},
		"warnings":         {200, map[string]string{"X-Cf-Warnings": "one,two%20words"}, page, nil, "warning: Warning from the API: two words"},
		"unstable":         {200, nil, strings.Replace(page, `:1}`, `:2}`, 1), nil, "warning: The list changed"},
		"names fail":       {200, nil, page, arguments{"include_names": true}, "error: "},
		"warning and fail": {200, map[string]string{"X-Cf-Warnings": "one"}, page, arguments{"include_names": true}, "warning: Warning"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if r.URL.Path == "/v3/apps" {
					http.Error(w, "no apps today", http.StatusTeapot)
					return
				}
				for name, value := range test.header {
					w.Header().Set(name, value)
				}
				w.WriteHeader(test.status)
				_, _ = w.Write([]byte(test.body))
			}))
			t.Cleanup(server.Close)
			got := wholeReaderOf(t, server.URL).response("cf_processes", test.arguments)
			want := frameworkReaderOf(t, server.URL).response("cf_processes", test.arguments)
			gotText, wantText := diagnosticText(got.Diagnostics), diagnosticText(want.Diagnostics)
			// Only the credential is another one.
			gotText, _, _ = strings.Cut(gotText, "The API does not accept the credential")
			wantText, _, _ = strings.Cut(wantText, "The API does not accept the credential")
			if gotText != wantText || !strings.Contains(gotText, test.want) {
				t.Errorf("it says\n%s\nthe framework\n%s\nwant\n%s", gotText, wantText, test.want)
			}
			if !reflect.DeepEqual(got.State, want.State) {
				t.Errorf("the state is\n%q\nthe framework's\n%q", got.State, want.State)
			}
		})
	}
}
