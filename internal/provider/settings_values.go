package provider

import (
	"errors"
	"fmt"
	"math"
	"math/big"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/hashicorp/terraform-plugin-framework/path"

	"github.com/cf-process/terraform-provider-cf/internal/transport"
)

// apiURL returns the API. It is nil if none is set, or if it is malformed.
func (r *resolver) apiURL() (api *url.URL, set bool) {
	v := r.lookup(apiURL)
	if !v.isSet() {
		return nil, false
	}
	u, err := parseAPIURL(v.text)
	if err != nil {
		r.refuse(v, err.Error(), "Set it to the root of the Cloud Foundry API, such as https://api.example.org; `cf api` shows it.")
		return nil, true
	}
	return u, true
}

// parseAPIURL parses the root of an API. The errors complete a sentence that
// begins with the name of the value; none quotes a password.
func parseAPIURL(text string) (*url.URL, error) {
	quoted := quoteURL(text)
	if strings.ContainsFunc(text, func(c rune) bool { return unicode.IsSpace(c) || !unicode.IsPrint(c) }) {
		return nil, fmt.Errorf("is %s: a URL has no spaces or control characters", quoted)
	}
	full := text
	if scheme, _, found := strings.Cut(text, "://"); !found {
		lower := strings.ToLower(text)
		if strings.HasPrefix(lower, "http:") || strings.HasPrefix(lower, "https:") {
			return nil, fmt.Errorf("is %s: the scheme is followed by two slashes, as in https://", quoted)
		}
		full = "https://" + strings.TrimPrefix(text, "//")
	} else if !strings.EqualFold(scheme, "https") && !strings.EqualFold(scheme, "http") {
		return nil, fmt.Errorf("is %s: the scheme is neither https nor http", quoted)
	}
	u, err := url.Parse(full)
	if err != nil {
		if strings.Contains(text, "@") {
			return nil, errors.New("is not a URL")
		}
		var parseError *url.Error
		if errors.As(err, &parseError) {
			err = parseError.Err
		}
		return nil, fmt.Errorf("is %s: %w", quoted, err)
	}
	switch {
	case u.User != nil:
		return nil, errors.New("carries a user name or password; set user and password instead")
	case strings.ContainsAny(full, "?#"):
		return nil, fmt.Errorf("is %s with a query or fragment: the root of an API has none", quoted)
	case u.Hostname() == "":
		return nil, fmt.Errorf("is %s: the host is missing", quoted)
	case !validHost(u):
		return nil, fmt.Errorf("is %s: %q is not a valid host", quoted, u.Host)
	}
	u.Host = strings.ToLower(u.Host)
	u.Path, u.RawPath = strings.TrimRight(u.Path, "/"), strings.TrimRight(u.RawPath, "/")
	if first, _, _ := strings.Cut(strings.TrimPrefix(u.Path, "/"), "/"); first == "v2" || first == "v3" {
		return nil, fmt.Errorf("is %s: leave out the version, which the provider adds", quoted)
	}
	return u, nil
}

// quoteURL quotes a URL without the parts that may be secret.
func quoteURL(text string) string {
	if strings.Contains(text, "@") {
		return "a URL with an @, which may follow a password and is not shown"
	}
	if i := strings.IndexAny(text, "?#"); i >= 0 {
		text = text[:i]
	}
	return strconv.Quote(text)
}

func validHost(u *url.URL) bool {
	if strings.HasSuffix(u.Host, ":") {
		return false
	}
	if u.Port() != "" {
		if port, err := strconv.Atoi(u.Port()); err != nil || port < 1 || port > 65535 {
			return false
		}
	}
	if strings.HasPrefix(u.Host, "[") {
		_, err := netip.ParseAddr(u.Hostname())
		return err == nil
	}
	for _, label := range strings.Split(strings.TrimSuffix(u.Hostname(), "."), ".") {
		if label == "" || strings.ContainsFunc(label, func(c rune) bool {
			return c != '-' && c != '_' && !unicode.IsLetter(c) && !unicode.IsDigit(c) && !unicode.IsMark(c)
		}) {
			return false
		}
	}
	return true
}

func (r *resolver) caCertificate() string {
	v := r.lookup(caCertificate)
	if !v.isSet() {
		return ""
	}
	if _, err := transport.ParseCertificates(v.text); err != nil {
		advice := "It takes the certificates themselves; `file(\"ca.pem\")` reads them from a file."
		if v.place == inEnvironment {
			advice = "It takes the certificates themselves, not the name of a file."
		}
		r.refuse(v, err.Error(), advice)
		return ""
	}
	return v.text
}

func (r *resolver) requestTimeout() time.Duration {
	v := r.lookup(requestTimeout)
	if !v.isSet() {
		return defaultRequestTimeout
	}
	const advice = "Set it to a duration longer than 0, such as 45s or 2m."
	d, err := time.ParseDuration(v.text)
	switch {
	case err != nil:
		if _, numeric := strconv.ParseFloat(v.text, 64); numeric == nil {
			r.refuse(v, fmt.Sprintf("is %q, without a unit", v.text), advice)
		} else {
			r.refuse(v, fmt.Sprintf("is %q, which is not a duration", v.text), advice)
		}
	case d <= 0:
		r.refuse(v, fmt.Sprintf("is %q", v.text), advice)
	}
	return d
}

func (r *resolver) maxRetries() int {
	const advice = "Set it to a whole number, 0 or more; 0 turns retries off."
	if block := r.block.MaxRetries; !block.IsNull() && !block.IsUnknown() {
		number, accuracy := block.ValueBigFloat().Int64()
		if number < 0 || accuracy != big.Exact {
			r.diags.AddAttributeError(path.Root(maxRetries.name), "Invalid max_retries",
				fmt.Sprintf("max_retries is %s. %s", block.ValueBigFloat().Text('g', 20), advice))
		}
		return int(min(number, math.MaxInt32))
	}
	v := r.lookupIn(maxRetries, inEnvironment)
	if !v.isSet() {
		return defaultMaxRetries
	}
	number, err := strconv.ParseInt(v.text, 10, 64)
	if err != nil || number < 0 {
		r.refuse(v, fmt.Sprintf("is %q", v.text), advice)
	}
	return int(min(number, math.MaxInt32))
}

// skipSSLValidation returns the setting and the attribute or variable that set
// it, "" for none.
func (r *resolver) skipSSLValidation() (skip bool, source string) {
	if b := r.block.SkipSSLValidation; !b.IsNull() && !b.IsUnknown() {
		return b.ValueBool(), skipSSLValidation.name
	}
	v := r.lookupIn(skipSSLValidation, inEnvironment)
	if !v.isSet() {
		return false, ""
	}
	skip, err := strconv.ParseBool(v.text)
	if err != nil {
		r.refuse(v, fmt.Sprintf("is %q", v.text), "Set it to true or false.")
	}
	return skip, v.variable
}
