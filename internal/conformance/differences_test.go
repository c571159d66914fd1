package main

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/cf-process/terraform-provider-cf/internal/fakecf"
)

// headings returns the report without requests: the verdicts, and below them the
// differences.
func headings(out string) []string {
	var found []string
	for line := range strings.Lines(out) {
		line = strings.TrimRight(line, "\n")
		if strings.HasPrefix(line, "Fake ") || strings.HasPrefix(line, "Answers ") || strings.HasPrefix(line, "  ") && !strings.HasPrefix(line, "      ") {
			found = append(found, line)
		}
	}
	return found
}

// unfiltered responds to a request for a list with all rows of the app, regardless of
// the filter.
func unfiltered(t *testing.T, f *fakecf.Foundation) fakecf.Action {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, f.URL()+"/v3/processes?app_guids="+fakecf.AppGUID, nil)
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Authorization", "bearer "+f.Token(fakecf.Admin))
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	page, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return fakecf.Rewrite(func(int, []byte) (int, []byte) { return http.StatusOK, page })
}

// queryEnds matches the requests whose query ends with a text.
func queryEnds(text string) func(*http.Request) bool {
	return func(r *http.Request) bool { return strings.HasSuffix(r.URL.RawQuery, text) }
}

// The comparison finds exactly the deliberate differences of a foundation.
func TestDifferences(t *testing.T) {
	for _, row := range []struct {
		name   string
		faults func(*testing.T, *fakecf.Foundation) []fakecf.Fault
		want   []string
	}{
		{
			"a filter by type that is ignored, and a key that is missing",
			func(t *testing.T, f *fakecf.Foundation) []fakecf.Fault {
				return []fakecf.Fault{
					{Path: "/v3/processes", When: queryEnds("1&types=no-such-type"), Do: unfiltered(t, f)},
					{Path: "^/v3/processes/[-0-9a-f]*$", Do: fakecf.Edit(func(object map[string]any) { delete(object, "memory_in_mb") })},
				}
			},
			[]string{
				"Fake laxer, provider concerned",
				"  memory_in_mb is only on the fake",
				"Fake stricter, provider concerned",
				"  the foundation finds 2 of 2 rows, the fake 0 of 0 rows",
			},
		},
		{
			"a mistake that is accepted, and another title",
			func(t *testing.T, f *fakecf.Foundation) []fakecf.Fault {
				return []fakecf.Fault{
					{Path: "/v3/processes", When: queryEnds("1&unknown=1"), Do: unfiltered(t, f)},
					{Path: "/v3/apps/" + noGUID, Do: fakecf.Rewrite(func(status int, body []byte) (int, []byte) {
						return status, bytes.ReplaceAll(body, []byte("CF-ResourceNotFound"), []byte("CF-NoSuchThing"))
					})},
				}
			},
			[]string{
				"Answers differ, provider concerned",
				"  the foundation answers 404 10010 CF-NoSuchThing, the fake 404 10010 CF-ResourceNotFound",
				"Fake stricter",
				"  the foundation answers 200, the fake 400 10005 CF-BadQueryParameter",
			},
		},
		{
			"a request that is refused, a type, a link and headers",
			func(*testing.T, *fakecf.Foundation) []fakecf.Fault {
				return []fakecf.Fault{
					{Path: "/v3/processes", When: queryEnds("1&types=web"), Do: fakecf.Rewrite(func(int, []byte) (int, []byte) {
						return http.StatusBadRequest, []byte(`{"errors":[{"code":10005,"title":"CF-BadQueryParameter"}]}`)
					})},
					{Path: "/v3/spaces/" + fakecf.SpaceGUIDProduction, Do: fakecf.Edit(func(object map[string]any) {
						object["name"] = 5
						object["links"].(map[string]any)["of-another-version"] = map[string]any{"href": "x"}
					}), From: 2}, // the first is read for the fake
					{Path: "/v3/info", Do: fakecf.Edit(func(map[string]any) {}).WithHeader("Content-Type", "text/html")},
					{Path: "/v3/processes/%00", Do: fakecf.CloseAfter()},
					{Path: "/v3/nope", Do: fakecf.Edit(func(map[string]any) {}).WithHeader("X-VCAP-Request-ID", "")},
				}
			},
			[]string{
				"Fake laxer, provider concerned",
				"  only the fake sends X-Vcap-Request-Id",
				"  the foundation answers 400 10005 CF-BadQueryParameter, the fake 200",
				"Answers differ, provider concerned",
				"  name is number on the foundation, string on the fake",
				"Fake stricter",
				"  links.of-another-version is only on the foundation",
				"Answers differ",
				`  Content-Type is "text/html" on the foundation, "application/json; charset=utf-8" on the fake`,
				"  the foundation answers nothing, the fake 404 10010 CF-ResourceNotFound",
			},
		},
	} {
		t.Run(row.name, func(t *testing.T) {
			f := newFoundation(t, fakecf.Admin)
			for _, fault := range row.faults(t, f) {
				f.AddFault(fault)
			}
			found, out := compared(t, settings{appGUID: fakecf.AppGUID, everything: true})
			if got := headings(out); !reflect.DeepEqual(got, row.want) {
				t.Errorf("report: got\n%.1000s\nwant\n%s\nin\n%.2000s", strings.Join(got, "\n"), strings.Join(row.want, "\n"), out)
			}
			want := 0
			for _, line := range row.want {
				if strings.HasPrefix(line, "  ") {
					want++
				}
			}
			if found != want {
				t.Errorf("run: got %d differences, want %d", found, want)
			}
		})
	}
}

// The comparison waits for a rate limit, and does not report it as a difference.
func TestRateLimit(t *testing.T) {
	f := newFoundation(t, fakecf.Admin)
	limited := f.AddFault(fakecf.Fault{Method: http.MethodGet, Path: "/v3/processes", From: 20, Times: 1, Do: fakecf.RateLimited(time.Second)})
	begin := time.Now()
	if found, out := compared(t, settings{appGUID: fakecf.AppGUID, only: "/v3/processes/"}); found != 0 {
		t.Errorf("run: got %d differences, want none:\n%.2000s", found, out)
	}
	if took := time.Since(begin); limited.Hits() != 1 || took < time.Second {
		t.Errorf("run: got an end after %s with %d refused requests, want at least 1 s with 1", took, limited.Hits())
	}
}

func TestLongRateLimit(t *testing.T) {
	f := newFoundation(t, fakecf.Admin)
	f.AddFault(fakecf.Fault{Method: http.MethodGet, Path: "/v3/processes", Do: fakecf.RateLimited(time.Hour)})
	_, err := run(t.Context(), io.Discard, settings{appGUID: fakecf.AppGUID, processType: "web"})
	if err == nil || !strings.Contains(err.Error(), "rate limit until") {
		t.Errorf("run: got the error %.500v, want one with rate limit until", err)
	}
}

// The report does not have the token, even if a server repeats it.
func TestNoSecrets(t *testing.T) {
	f := newFoundation(t, fakecf.Admin)
	secret := f.Token(fakecf.Admin)
	t.Setenv("CF_ACCESS_TOKEN", secret)
	f.AddFault(fakecf.Fault{
		Path: "/v3/processes", When: queryEnds("page=word"), Do: fakecf.Status(http.StatusTeapot, fakecf.APIError{Code: 1, Title: secret}),
	})
	found, out := compared(t, settings{appGUID: fakecf.AppGUID, everything: true, only: "page="})
	if found == 0 {
		t.Errorf("run: got no difference, want the one with the token as its title:\n%.2000s", out)
	}
	if at := strings.Index(out, secret[:40]); at >= 0 {
		t.Errorf("report: got the token at byte %d, want it redacted: …%.200s", at, out[max(0, at-100):])
	}
}

// isRead is true for exactly the keys that the types of capi read.
func TestIsRead(t *testing.T) {
	for path, want := range map[string]bool{
		"memory_in_mb": true, "resources[].memory_in_mb": true, "health_check.data.timeout": true, "metadata.labels.team": true,
		"links.self.href": true, "process_instances[].since": true, "pagination.total_results": true, "errors[].title": true,
		"pagination.first": false, "unknown": false, "health_check.data.unknown": false,
	} {
		t.Run("process, "+path, func(t *testing.T) { wantRead(t, process, path, want) })
	}
	wantRead(t, app, "included.spaces[].relationships.organization.data.guid", true)
	wantRead(t, app, "included.spaces[].links.self", false)
	wantRead(t, nothing, "x", false)
}

func wantRead(t *testing.T, k kind, path string, want bool) {
	t.Helper()
	if got := isRead(k, path); got != want {
		t.Errorf("isRead(%s, %q): got %t, want %t", k, path, got, want)
	}
}

// The bodies in the tables are JSON, except the deliberate mistakes.
func TestTables(t *testing.T) {
	a := &comparedApp{GUID: "g", target: &comparedProcess{GUID: "p", Type: "web", fields: map[string]any{"command": "x", "user": "y"}}}
	broken := 0
	for name, table := range map[string]string{"patchBodies": patchBodies, "scaleBodies": scaleBodies} {
		for _, l := range lines(table) {
			if !json.Valid([]byte(a.expand(l.text))) {
				broken++
				if l.sent {
					t.Errorf("%s: got the body %.200q among those that the provider sends, want JSON", name, l.text)
				}
			}
		}
	}
	if broken != 5 {
		t.Errorf("tables: got %d bodies that are not JSON, want 5", broken)
	}
	for _, r := range append(writes(a), lastWrites(a)...) {
		if r.method == http.MethodDelete && !strings.Contains(r.target, "/processes/") || strings.ContainsAny(r.target, "{}") {
			t.Errorf("writes: got %.200s, want no DELETE of anything but instances, and no placeholder", r)
		}
	}
}
