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

// serveProcesses serves the processes unchanged, by GUID and as a list of one page.
func serveProcesses(t testing.TB, processes []generated) string {
	t.Helper()
	byGUID := map[string]string{}
	all := make([]string, 0, len(processes))
	for _, p := range processes {
		body := compact(t, p.api)
		byGUID[p.api["guid"].(string)] = body
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
		_, _ = w.Write([]byte(body)) // a client that is gone fails the test
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

// nameAttributes are the attributes of cf_process that stay null without
// include_names.
var nameAttributes = []string{"app_name", "space_name", "organization_guid", "organization_name", "include_names"}

// The state has the values that the API returned, regardless of which fields are
// absent, null, zero or set.
func TestStateHasTheValuesOfTheAPI(t *testing.T) {
	t.Parallel()
	processes := everyState(2, 5)
	for i, p := range anyState(3, 5, 200) {
		guid := fmt.Sprintf("any-%d", i)
		p.api["guid"], p.want["guid"] = guid, guid
		processes = append(processes, p)
	}
	r := wholeReaderOf(t, serveProcesses(t, processes))
	for _, p := range processes {
		a := arguments{"guid": p.api["guid"]}
		if found := r.validate("cf_process", a); found != "" {
			t.Fatalf("got diagnostics %.200q, want none", found)
		}
		for _, name := range nameAttributes {
			p.want[name] = nil
		}
		compareShown(t, p, r.read("cf_process", a))
	}

	list := r.processes(nil)
	if len(list) != len(processes) {
		t.Fatalf("got %d processes, want %d", len(list), len(processes))
	}
	for i, p := range processes {
		delete(p.want, "include_names")
		p.want["process_instances"] = nil
		compareShown(t, p, list[i])
	}
}

func compareShown(t *testing.T, p generated, state map[string]any) {
	t.Helper()
	if reflect.DeepEqual(p.want, state) {
		return
	}
	names := slices.Collect(maps.Keys(state))
	for name := range p.want {
		if _, both := state[name]; !both {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	for _, name := range names {
		want, expected := p.want[name]
		got, is := state[name]
		if is != expected || !reflect.DeepEqual(got, want) {
			t.Errorf("%q is %.200s in the API: got (set: %t) %.200s, want (set: %t) %.200s. Is it in processTable (fields.go) and in processFields (generated_process_test.go)?",
				name, compact(t, p.api[name]), is, compact(t, got), expected, compact(t, want))
		}
	}
	t.FailNow() // the next processes would fail in the same way
}

// A fast read of the list returns the same bytes as the framework. Maps have no
// order in the protocol, so the test compares bytes only where maps have one
// entry, and values otherwise.
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
				t.Run(fmt.Sprint(a), func(t *testing.T) {
					got, want := whole.response("cf_processes", a), framework.response("cf_processes", a)
					if g, w := diagnosticText(got.Diagnostics), diagnosticText(want.Diagnostics); g != w {
						t.Fatalf("got diagnostics:\n%.200s\nwant, as of the framework:\n%.200s", g, w)
					}
					if len(got.State.MsgPack) != len(want.State.MsgPack) {
						t.Errorf("got a state of %d bytes, want %d, as of the framework", len(got.State.MsgPack), len(want.State.MsgPack))
					}
					if name != "many map entries" && !bytes.Equal(got.State.MsgPack, want.State.MsgPack) {
						t.Errorf("got other bytes than the framework from byte %d on, want the same", firstDifference(got.State.MsgPack, want.State.MsgPack))
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
						t.Error("got other values than the framework, want the same")
					}
				})
			}
		})
	}
}

// firstDifference returns the index of the first byte in which a and b differ.
func firstDifference(a, b []byte) int {
	for i := range min(len(a), len(b)) {
		if a[i] != b[i] {
			return i
		}
	}
	return min(len(a), len(b))
}

// The fast read of a single process has the same bytes as well.
func TestProcessIsTheSameInFrontOfTheFramework(t *testing.T) {
	t.Parallel()
	processes := everyState(10, 1)
	address := serveProcesses(t, processes)
	whole, framework := wholeReaderOf(t, address), frameworkReaderOf(t, address)
	for _, p := range processes {
		a := arguments{"guid": p.api["guid"]}
		got, want := whole.response("cf_process", a), framework.response("cf_process", a)
		if len(got.Diagnostics)+len(want.Diagnostics) > 0 {
			t.Fatalf("got diagnostics %.200q, of the framework %.200q, want none", diagnosticText(got.Diagnostics), diagnosticText(want.Diagnostics))
		}
		if !bytes.Equal(got.State.MsgPack, want.State.MsgPack) {
			t.Fatalf("got other bytes than the framework from byte %d on, want the same (does a type of internal/field pack what tftypes makes of its value?) for %.200s",
				firstDifference(got.State.MsgPack, want.State.MsgPack), compact(t, p.api))
		}
	}
	for _, a := range []arguments{{"guid": "not-there"}, {"app_guid": "not-there"}, {"app_guid": "not-there", "type": "worker"}} {
		t.Run(fmt.Sprint(a), func(t *testing.T) {
			got, want := whole.response("cf_process", a), framework.response("cf_process", a)
			if g, w := diagnosticText(got.Diagnostics), diagnosticText(want.Diagnostics); g != w || g == "" {
				t.Errorf("got diagnostics:\n%.200s\nwant an error, as of the framework:\n%.200s", g, w)
			}
			if !bytes.Equal(got.State.MsgPack, want.State.MsgPack) {
				t.Errorf("got the state %.200q with the error, want %.200q", got.State.MsgPack, want.State.MsgPack)
			}
		})
	}
}

// The fast validation returns the same diagnostics.
func TestProcessIsValidatedAsByTheFramework(t *testing.T) {
	t.Parallel()
	address := serveProcesses(t, nil)
	whole, framework := wholeReaderOf(t, address), frameworkReaderOf(t, address)
	values := []any{nil, "", "g", "..", "a/b", "web ", "é", unknown}
	var all []arguments
	for _, guid := range values {
		for _, app := range values {
			for _, typ := range values {
				all = append(all, arguments{"guid": guid, "app_guid": app, "type": typ})
			}
		}
	}
	valid := 0
	for _, a := range all {
		// The framework goes over attributes in any order.
		got := strings.Split(whole.validate("cf_process", a), "\n")
		want := strings.Split(framework.validate("cf_process", a), "\n")
		slices.Sort(got)
		slices.Sort(want)
		if !slices.Equal(got, want) {
			t.Errorf("%v: got diagnostics %.200q, want %.200q, as of the framework", a, got, want)
		}
		if want[0] == "" {
			valid++
		}
	}
	// Of a GUID, an app and a type, two values each are valid and one is unknown,
	// which excludes nothing: 12 with a GUID, 14 with an unknown one, 12 with none.
	if want := 12 + 14 + 12; valid != want {
		t.Errorf("got %d of %d configurations valid, want %d", valid, len(all), want)
	}
	// What is wrong with an attribute that can only be read, the framework and the
	// plugin word differently.
	for name, value := range map[string]any{"command": "x", "instances": 1, "command_redacted": false, "links": map[string]any{}} {
		t.Run(name, func(t *testing.T) {
			want := fmt.Sprintf("error at (%q): ", name)
			for _, r := range []*reader{whole, framework} {
				if got := r.validate("cf_process", arguments{"guid": "g", name: value}); !strings.HasPrefix(got, want) || strings.Count(got, "error at") != 1 {
					t.Errorf("got diagnostics %.200q, want one that begins with %q", got, want)
				}
			}
		})
	}
}

// Errors and warnings of a fast read are the same as well, with their attributes.
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
			// Only the name of the credential differs.
			gotText, _, _ = strings.Cut(gotText, "The API does not accept the credential")
			wantText, _, _ = strings.Cut(wantText, "The API does not accept the credential")
			if gotText != wantText || !strings.Contains(gotText, test.want) {
				t.Errorf("got diagnostics:\n%.200s\nwant, as of the framework:\n%.200s\nwith %q in them", gotText, wantText, test.want)
			}
			if !reflect.DeepEqual(got.State, want.State) {
				t.Errorf("got the state:\n%.200q\nwant, as of the framework:\n%.200q", got.State, want.State)
			}
		})
	}
}
