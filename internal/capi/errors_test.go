package capi

import (
	"strings"
	"testing"
	"time"

	"github.com/cf-process/terraform-provider-cf/internal/transport"
)

// A part that the API omits from an error leaves no gap in the message.
func TestErrorObjectString(t *testing.T) {
	for name, test := range map[string]struct {
		object ErrorObject
		want   string
	}{
		"all":           {ErrorObject{Code: 10010, Title: "CF-NotFound", Detail: "gone"}, "CF-NotFound (10010): gone"},
		"no code":       {ErrorObject{Title: "CF-NotFound", Detail: "gone"}, "CF-NotFound: gone"},
		"no detail":     {ErrorObject{Code: 10010, Title: "CF-NotFound"}, "CF-NotFound (10010)"},
		"only a title":  {ErrorObject{Title: "CF-NotFound"}, "CF-NotFound"},
		"no title":      {ErrorObject{Code: 10010, Detail: "gone"}, "code 10010: gone"},
		"only a code":   {ErrorObject{Code: 10010}, "code 10010"},
		"only a detail": {ErrorObject{Detail: "gone"}, "gone"},
		"nothing":       {ErrorObject{}, "(without code, title and detail)"},
	} {
		t.Run(name, func(t *testing.T) {
			if got := test.object.String(); got != test.want {
				t.Errorf("String of %+v: got %q, want %q", test.object, got, test.want)
			}
		})
	}
}

// Of many errors in one response the first 49 are kept, with the number of the
// others.
func TestErrorsOfOneResponseAreBounded(t *testing.T) {
	body := `{"errors": [` + strings.Repeat(`{"code": 1},`, 999) + `{"code": 2}]}`
	got := errorFrom("GET", "/v3/processes", &transport.Response{Status: 422, Body: []byte(body)}, nil, time.Now()).Errors
	if len(got) != 50 {
		t.Fatalf("got %d errors, want 50", len(got))
	}
	if last, want := got[49].String(), "… and 951 more"; last != want {
		t.Errorf("last error: got %q, want %q", last, want)
	}
}
