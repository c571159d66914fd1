package capi

import "testing"

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
