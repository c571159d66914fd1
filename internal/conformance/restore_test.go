package main

import (
	"bytes"
	"context"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/cf-process/terraform-provider-cf/internal/fakecf"
)

// running reports whether the foundation still handles a write.
func running(f *fakecf.Foundation) bool {
	return slices.ContainsFunc(f.Requests(), func(r fakecf.Request) bool {
		return r.Status == 0 && r.Method == http.MethodPatch && !strings.HasPrefix(r.Path, "/v3/apps/") // that one is cut off
	})
}

// After every run, also a failed one, the app is as it was before.
func TestPutsBack(t *testing.T) {
	for _, row := range []struct {
		name string
		// prepare changes the foundation; cancel is Ctrl-C.
		prepare func(f *fakecf.Foundation, cancel func())
		want    string // part of the error
	}{
		{
			"after Ctrl-C",
			func(f *fakecf.Foundation, cancel func()) {
				// While the foundation works on the first PATCH that changes something.
				f.OnRequest(func(r *http.Request) {
					if r.Method == http.MethodPatch && f.Count(http.MethodPatch, "") == 4 {
						cancel()
						<-time.After(200 * time.Millisecond) // it continues although the client is gone
					}
				})
			},
			"context canceled",
		},
		{
			"after a connection that broke",
			func(f *fakecf.Foundation, _ func()) {
				f.AddFault(fakecf.Fault{Method: http.MethodPatch, Path: "/v3/apps/", From: 3, Times: 1, Do: fakecf.CloseAfter()})
			},
			"the connection broke",
		},
		{
			"after a write that failed although it was stored",
			func(f *fakecf.Foundation, _ func()) {
				f.AddFault(fakecf.Fault{Method: http.MethodPost, From: 3, Times: 1, Do: fakecf.Rewrite(func(int, []byte) (int, []byte) {
					return http.StatusServiceUnavailable, []byte(`{"errors":[{"code":170015,"title":"CF-RunnerUnavailable"}]}`)
				})})
			},
			"",
		},
	} {
		t.Run(row.name, func(t *testing.T) {
			f := newFoundation(t, fakecf.Admin)
			before := stateOf(t, f, fakecf.GUIDLabels)
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			row.prepare(f, cancel)
			var out bytes.Buffer
			_, err := run(ctx, &out, settings{appGUID: fakecf.AppGUIDCatalog, processType: "web", write: true, only: "{"})
			if row.want == "" && err != nil || row.want != "" && (err == nil || !strings.Contains(err.Error(), row.want)) {
				t.Errorf("run: got the error %.500v, want %q", err, row.want)
			}
			for running(f) {
				<-time.After(10 * time.Millisecond)
			}
			wantState(t, f, fakecf.GUIDLabels, before)
			if want := "The process is as it was before."; !strings.Contains(out.String(), want) {
				t.Errorf("run: got the output\n%.2000s\nwant %q in it", &out, want)
			}
		})
	}
}

// A change that only one side stores does not affect the requests after it.
func TestOneDifferenceAlone(t *testing.T) {
	f := newFoundation(t, fakecf.Admin)
	body := `{"metadata":{"labels":{"conformance":"yes"},"annotations":{"conformance":"yes"}}}`
	refused := f.AddFault(fakecf.Fault{
		Method: http.MethodPatch, When: func(r *http.Request) bool { return r.ContentLength == int64(len(body)) },
		Do: fakecf.Status(http.StatusUnprocessableEntity).WithHeader("X-RateLimit-Limit", "1").
			WithHeader("X-RateLimit-Remaining", "1").WithHeader("X-RateLimit-Reset", "1"),
	})
	_, out := compared(t, settings{appGUID: fakecf.AppGUIDCatalog, write: true, everything: true, only: `"metadata"`})
	want := []string{
		"Fake laxer, provider concerned",
		"  the foundation answers 422 10008 CF-UnprocessableEntity, the fake 200",
	}
	if got := headings(out); !reflect.DeepEqual(got, want) || !strings.Contains(out, body) || refused.Hits() == 0 {
		t.Errorf("report: got\n%.1000s\nwant\n%s\nand %d refused requests, want one or more, with their body, in\n%.2000s",
			strings.Join(got, "\n"), strings.Join(want, "\n"), refused.Hits(), out)
	}
}

// With a credential that may not write, both sides refuse all writes.
func TestWritingRefused(t *testing.T) {
	f := newFoundation(t, fakecf.SpaceAuditor)
	before := stateOf(t, f, fakecf.GUIDWeb)
	found, out := compared(t, settings{appGUID: fakecf.AppGUID, role: "space-auditor", write: true, only: "{"})
	if found != 0 || !strings.Contains(out, "may not change the process") {
		t.Errorf("run: got %d differences, want none, and may not change the process in the output:\n%.2000s", found, out)
	}
	wantState(t, f, fakecf.GUIDWeb, before)
}

func TestCannotPutBack(t *testing.T) {
	f := newFoundation(t, fakecf.Admin)
	f.AddFault(fakecf.Fault{Method: http.MethodPatch, From: 10, Do: fakecf.Status(http.StatusForbidden)})
	f.OnRequest(func(r *http.Request) {
		if r.Method == http.MethodPatch && f.Count(http.MethodPatch, "") == 10 {
			f.UpdateProcess(fakecf.GUIDLabels, func(p *fakecf.Process) { p.Labels = nil })
		}
	})
	var out bytes.Buffer
	_, err := run(t.Context(), &out, settings{appGUID: fakecf.AppGUIDCatalog, processType: "web", write: true, only: "{"})
	for _, want := range []string{"could NOT be put back", "metadata of the process " + fakecf.GUIDLabels} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("run: got the error %.500v, want %q in it", err, want)
		}
	}
}
