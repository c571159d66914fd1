package transport

import (
	"net/http"
	"testing"
)

// The caller can end the attempts after a failure that would not be the last.
func TestFinal(t *testing.T) {
	for name, test := range map[string]struct {
		fault       http.HandlerFunc
		want        int // requests
		wantFailure string
		check       func(Failure) bool
	}{
		"a status with a body": {text500, 2, "the status 500 with the body stored", func(f Failure) bool { return f.Status == 500 && string(f.Body) == "stored" && f.Kind == 0 }},
		"no response":          {hangUp, 2, "KindConnection without status and body", func(f Failure) bool { return f.Status == 0 && f.Body == nil && f.Kind == KindConnection }},
		"a rate limit":         {status(429), 4, "no call of Final", func(Failure) bool { return false }},
	} {
		t.Run(name, func(t *testing.T) {
			s := serve(t, test.fault)
			c := newTestClient(t, Config{MaxRetries: 3})
			_, _ = c.Do(t.Context(), Request{
				Method: http.MethodPost, URL: address(t, s.URL), Repeatable: true,
				Final: func(f Failure) bool {
					if !test.check(f) {
						t.Errorf("got the failure %s with the status %d and the body %.60q in attempt %d, want %s", kindNames[f.Kind], f.Status, f.Body, f.Attempt, test.wantFailure)
					}
					return f.Attempt == 2
				},
			})
			if got := s.count(); got != test.want {
				t.Errorf("got %d requests, want %d", got, test.want)
			}
		})
	}
}

func text500(w http.ResponseWriter, _ *http.Request) {
	w.WriteHeader(http.StatusInternalServerError)
	_, _ = w.Write([]byte("stored"))
}
