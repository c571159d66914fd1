package acctest_test

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"net/url"
	"slices"
	"strings"
	"sync"
)

// planted are the secrets of this test. No encoding changes their ends, so that
// they are found in all of them.
type planted struct {
	mu     sync.Mutex
	values []string
}

func (p *planted) add(values ...string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, v := range values {
		if v != "" && !slices.Contains(p.values, v) {
			p.values = append(p.values, v)
		}
	}
}

// in returns the first secret in the content, in any of its encodings, or a third
// of it.
func (p *planted) in(content []byte) (string, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, secret := range p.values {
		forms := []string{secret, url.QueryEscape(secret), url.PathEscape(secret), strings.ReplaceAll(secret, "/", `\/`)}
		for _, encoding := range []*base64.Encoding{base64.StdEncoding, base64.URLEncoding} {
			forms = append(forms, encoding.EncodeToString([]byte(secret)))
		}
		if quoted, err := json.Marshal(secret); err == nil {
			forms = append(forms, string(quoted[1:len(quoted)-1]))
		}
		if third := len(secret) / 3; third >= 12 {
			forms = append(forms, secret[:third], secret[third:2*third], secret[len(secret)-third:])
		}
		for _, form := range forms {
			if bytes.Contains(content, []byte(form)) {
				return form, true
			}
		}
	}
	return "", false
}
