package fakecf

import (
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"
)

// login requests a token; form is name, value, name, value.
func login(t *testing.T, f *Foundation, client, secret string, form ...string) *reply {
	t.Helper()
	values := url.Values{}
	for i := 0; i+1 < len(form); i += 2 {
		values.Set(form[i], form[i+1])
	}
	return post(t, f, "/oauth/token", values.Encode(), "application/x-www-form-urlencoded", client, secret)
}

func post(t *testing.T, f *Foundation, path, body, contentType, client, secret string) *reply {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, f.UAAURL()+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Content-Type", contentType)
	if client != "" {
		request.SetBasicAuth(client, secret)
	}
	response, err := httpClient(t, f).Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	content, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return &reply{t: t, call: "POST " + path, status: response.StatusCode, header: response.Header, body: string(content)}
}

// opens checks the status of the API with the token of a response.
func (r *reply) opens(f *Foundation, status int) *reply {
	r.t.Helper()
	r.want(200).wantAt("bearer", "token_type")
	token, _ := r.at("access_token").(string)
	c := &client{t: r.t, f: f, auth: "bearer " + token, http: httpClient(r.t, f)}
	c.get("/v3/processes/" + GUIDWeb).want(status)
	return r
}

func (r *reply) refused(status int, code, description string) {
	r.t.Helper()
	r.want(status).wantAt(code, "error")
	if got, _ := r.at("error_description").(string); !strings.Contains(got, description) {
		r.t.Errorf("%s: got the error_description %.500q, want %q in it", r.call, got, description)
	}
}

const jwtBearer = "urn:ietf:params:oauth:grant-type:jwt-bearer"

func TestRootNamesTheUAA(t *testing.T) {
	f := New(t, WithUAAPath("/uaa"))
	c := &client{t: t, f: f, http: httpClient(t, f)}
	r := c.get("/").want(200)
	r.wantAt(f.UAAURL(), "links", "login", "href").wantAt(f.UAAURL(), "links", "uaa", "href")
	r.wantAt(f.URL()+"/v3", "links", "cloud_controller_v3", "href").wantAt("3.228.0", "links", "cloud_controller_v3", "meta", "version")
	if !strings.HasSuffix(f.UAAURL(), "/uaa") || strings.HasPrefix(f.UAAURL(), f.URL()) {
		t.Errorf("URLs: got the UAA at %s and the API at %s, want different servers, and /uaa at the end", f.UAAURL(), f.URL())
	}
	login(t, f, "cf", "", "grant_type", "password", "username", User, "password", Password).opens(f, 200)
}

func TestEveryGrant(t *testing.T) {
	f := New(t)
	r := login(t, f, "cf", "", "grant_type", "password", "username", User, "password", Password).opens(f, 200)
	r.wantAt(3600, "expires_in")
	refresh, _ := r.at("refresh_token").(string)
	login(t, f, "cf", "", "grant_type", "refresh_token", "refresh_token", refresh).opens(f, 200).wantAt(refresh, "refresh_token")
	login(t, f, ClientID, ClientSecret, "grant_type", "refresh_token", "refresh_token", refresh).refused(401, "invalid_grant", "Wrong client")
	login(t, f, "cf", "", "grant_type", "refresh_token", "refresh_token", "x").refused(401, "invalid_token", "expired, was revoked")
	login(t, f, ClientID, ClientSecret, "grant_type", "client_credentials").opens(f, 200).wantAt(absent{}, "refresh_token")
	login(t, f, url.QueryEscape(ClientID), url.QueryEscape(ClientSecret), "grant_type", "client_credentials").opens(f, 200)
	login(t, f, "cf", "", "grant_type", jwtBearer, "assertion", Assertion).opens(f, 200)
	hint := `{"origin":"` + AssertionOrigin + `"}`
	login(t, f, ClientID, ClientSecret, "grant_type", jwtBearer, "assertion", Assertion, "login_hint", hint).opens(f, 200)
	login(t, f, "cf", "", "grant_type", "password", "username", User, "password", OriginPassword, "login_hint", `{"origin":"`+Origin+`"}`).opens(f, 200)
	code := f.NewPasscode(NoRole)
	login(t, f, "cf", "", "grant_type", "password", "passcode", code).opens(f, 404)
	login(t, f, "cf", "", "grant_type", "password", "passcode", code).refused(401, "unauthorized", "Invalid passcode")
	login(t, f, "cf", "", "grant_type", "password", "username", AuditorUser, "password", AuditorPassword).opens(f, 200)
}

func TestRefusedLogins(t *testing.T) {
	f := New(t)
	login(t, f, "cf", "", "grant_type", "password", "username", User, "password", "x").refused(401, "unauthorized", "Bad credentials")
	login(t, f, "cf", "", "grant_type", "password", "username", User, "password", OriginPassword).refused(401, "unauthorized", "Bad credentials")
	login(t, f, "cf", "", "grant_type", "password", "username", User, "password", Password, "login_hint", Origin).refused(400, "invalid_request", "login_hint")
	login(t, f, "cf", "x", "grant_type", "client_credentials").refused(401, "unauthorized", "Bad credentials")
	login(t, f, "cf", "", "grant_type", "client_credentials").refused(401, "invalid_client", "client_credentials")
	login(t, f, "cf", "").refused(400, "invalid_request", "Missing grant type")
	login(t, f, "cf", "", "grant_type", "implicit").refused(400, "unsupported_grant_type", "implicit")
	login(t, f, "cf", "", "grant_type", jwtBearer, "assertion", Assertion, "login_hint", `{"origin":"uaa"}`).refused(401, "unauthorized", "issuer")
	login(t, f, "", "", "grant_type", "password", "username", User, "password", Password).refused(401, "unauthorized", "Authentication object")
	good := "grant_type=password&username=" + url.QueryEscape(User) + "&password=" + Password
	post(t, f, "/oauth/token", good, "application/json", "cf", "").want(415)
	post(t, f, "/oauth/token?grant_type=password", good, "application/x-www-form-urlencoded", "cf", "").refused(400, "invalid_request", "URL")
	post(t, f, "/oauth/token", good+"&password=x", "application/x-www-form-urlencoded", "cf", "").refused(400, "invalid_request", "more than once")
	post(t, f, "/oauth/authorize", good, "application/x-www-form-urlencoded", "cf", "").want(404)
}

func TestWrongPasswordsLockTheAccount(t *testing.T) {
	f := New(t)
	for range 5 {
		login(t, f, "cf", "", "grant_type", "password", "username", User, "password", "x").refused(401, "unauthorized", "Bad credentials")
	}
	login(t, f, "cf", "", "grant_type", "password", "username", User, "password", Password).refused(401, "unauthorized", "locked")
}

func TestTokensExpire(t *testing.T) {
	f := New(t, WithTokenLifetime(time.Minute), WithRotatingRefreshTokens())
	now := time.Now()
	f.SetClock(func() time.Time { return now })
	r := login(t, f, "cf", "", "grant_type", "password", "username", User, "password", Password).opens(f, 200).wantAt(60, "expires_in")
	token, _ := r.at("access_token").(string)
	refresh, _ := r.at("refresh_token").(string)
	now = now.Add(time.Minute)
	c := &client{t: t, f: f, auth: "bearer " + token, http: httpClient(t, f)}
	c.get("/v3/processes").wantError(401, 1000)
	r = login(t, f, "cf", "", "grant_type", "refresh_token", "refresh_token", refresh).opens(f, 200)
	if renewed := r.at("refresh_token"); renewed == refresh {
		t.Error("refresh: got the same refresh token, want a new one")
	}
	login(t, f, "cf", "", "grant_type", "refresh_token", "refresh_token", refresh).refused(401, "invalid_token", "revoked")
	refresh = f.NewRefreshToken(Admin)
	f.RevokeRefreshTokens()
	login(t, f, "cf", "", "grant_type", "refresh_token", "refresh_token", refresh).refused(401, "invalid_token", "revoked")
}

func TestAccessTokenIsAReadableJWT(t *testing.T) {
	parts := strings.Split(New(t).Token(Admin), ".")
	if len(parts) != 3 {
		t.Fatalf("access token: got %d parts, want 3", len(parts))
	}
	var claims struct{ Exp, Iat int64 }
	payload, err := decodeSegment(parts[1])
	if err != nil || json.Unmarshal(payload, &claims) != nil || claims.Exp-claims.Iat != 3600 {
		t.Errorf("access token: got the claims %.500s (error %v), want an exp 3600 s after iat", payload, err)
	}
}
