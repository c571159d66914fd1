package capi

import "testing"

// What an API leaves out of an error leaves no gap in the message.
func TestErrorObjectsSayOnlyWhatIsThere(t *testing.T) {
	for want, o := range map[string]ErrorObject{
		"CF-NotFound (10010): gone":        {Code: 10010, Title: "CF-NotFound", Detail: "gone"},
		"CF-NotFound: gone":                {Title: "CF-NotFound", Detail: "gone"},
		"CF-NotFound (10010)":              {Code: 10010, Title: "CF-NotFound"},
		"CF-NotFound":                      {Title: "CF-NotFound"},
		"code 10010: gone":                 {Code: 10010, Detail: "gone"},
		"code 10010":                       {Code: 10010},
		"gone":                             {Detail: "gone"},
		"(without code, title and detail)": {},
	} {
		if got := o.String(); got != want {
			t.Errorf("%+v reads %q, want %q", o, got, want)
		}
	}
}
