package provider

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"path/filepath"
	"slices"
	"strings"

	"github.com/cf-process/terraform-provider-cf/internal/diagnostic"
	"github.com/cf-process/terraform-provider-cf/internal/transport"
	"github.com/cf-process/terraform-provider-cf/internal/uaa"
)

// cliConfig has the fields of the cf CLI's config.json that the provider reads.
// The file belongs to the CLI: the provider never writes it.
type cliConfig struct {
	Target                string
	AuthorizationEndpoint string
	UaaEndpoint           string
	AccessToken           string
	RefreshToken          string
	UAAOAuthClient        string
	UAAOAuthClientSecret  string
	SSLDisabled           bool
	// CFOnK8s is set when the CLI is logged in to Korifi. The credential is then
	// the user of a kubeconfig, and the file has no token.
	CFOnK8s struct{ Enabled bool }
}

// cliConfigError is the reason why the cf CLI's configuration cannot be used: a
// sentence without the period.
type cliConfigError struct {
	text string
	// broken is true if there is a file that the cf CLI would not write.
	broken bool
}

// cliSession returns the API and the credential of the cf CLI's session, the last
// resort. The API of the configuration, if one is set, must be the one that the
// CLI is logged in to: its tokens are sent to no other.
func (r *resolver) cliSession(api *url.URL, apiSet bool) target {
	name, config, err := r.readCLIConfig()
	switch {
	case err != nil:
		r.noCLISession(err)
		return target{}
	case config.AccessToken == "" && config.RefreshToken == "" && config.CFOnK8s.Enabled:
		r.noCLISession(&cliConfigError{text: name + " has no token: the cf CLI is logged in to Korifi through a " +
			"kubeconfig; set access_token to a token for Korifi"})
		return target{}
	case config.AccessToken == "" && config.RefreshToken == "":
		r.noCLISession(&cliConfigError{text: name + " has no token: the cf CLI is logged out"})
		return target{}
	}
	cliAPI, err := config.api(name)
	switch {
	case err != nil:
		r.noCLISession(err)
		return target{}
	case apiSet && api == nil:
		return target{} // the URL is malformed, which has been reported
	case apiSet && !transport.SameServer(api, cliAPI):
		r.otherCLIAPI(name, api, cliAPI)
		return target{}
	case !apiSet:
		api = cliAPI
	}
	return target{
		api:         api,
		cliConfig:   name,
		sslDisabled: config.SSLDisabled,
		credential: uaa.Credential{
			Kind:                  uaa.CLISession,
			AccessToken:           config.AccessToken,
			RefreshToken:          config.RefreshToken,
			ClientID:              config.UAAOAuthClient,
			ClientSecret:          config.UAAOAuthClientSecret,
			UAAEndpoint:           config.UaaEndpoint,
			AuthorizationEndpoint: config.AuthorizationEndpoint,
			Source:                "the cf CLI's session in " + name,
		},
	}
}

// cliTarget returns the cf CLI's API for a credential without one, as `cf auth`
// does. It returns none for a token, which is valid only on its foundation.
func (r *resolver) cliTarget(kind uaa.Kind) target {
	const advice = "Set api_url in the provider block, or CF_API_URL in the environment, to the root of the API, such as " +
		"https://api.example.org; `cf api` shows it."
	if !slices.Contains([]uaa.Kind{uaa.Password, uaa.ClientCredentials, uaa.Assertion}, kind) {
		r.reportMissing("Missing api_url", "A credential is set, but not the API that it is for. "+advice)
		return target{}
	}
	name, config, err := r.readCLIConfig()
	var api *url.URL
	if err == nil {
		api, err = config.api(name)
	}
	if err != nil {
		r.reportMissing("Missing api_url", fmt.Sprintf(
			"A credential is set, but not the API that it is for. %s Without api_url the provider uses the cf CLI's API, but %s.",
			advice, err.text))
		return target{}
	}
	return target{api: api, cliConfig: name, sslDisabled: config.SSLDisabled}
}

// readCLIConfig reads the cf CLI's configuration and returns its path.
func (r *resolver) readCLIConfig() (name string, config cliConfig, problem *cliConfigError) {
	home := r.env.cliHome()
	if home == "" {
		return "", cliConfig{}, &cliConfigError{text: "its configuration is not found, because the home directory is unknown; set CF_HOME"}
	}
	name = filepath.Join(home, ".cf", "config.json")
	content, err := r.env.readFile(name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return name, cliConfig{}, &cliConfigError{text: name + " does not exist"}
	case err != nil:
		return name, cliConfig{}, &cliConfigError{text: name + " cannot be read: " + withoutPath(err), broken: true}
	}
	if config, err = parseCLIConfig(content); err != nil {
		return name, cliConfig{}, &cliConfigError{text: name + " cannot be used: " + err.Error(), broken: true}
	}
	return name, config, nil
}

// cliHome returns the directory in which the cf CLI has its directory .cf, "" if
// it is unknown. On Windows, HOMEDRIVE and HOMEPATH come before USERPROFILE, which
// os.UserHomeDir returns: on a machine with a network home they differ
// (../capi/README.md#cli-home).
func (e environment) cliHome() string {
	get := func(name string) string { text, _ := e.lookup(name); return text }
	if home := get("CF_HOME"); home != "" {
		return home
	}
	if e.goos != "windows" {
		return get("HOME")
	}
	if home := get("HOMEDRIVE") + get("HOMEPATH"); home != "" {
		return home
	}
	return get("USERPROFILE")
}

// api returns the API that the CLI targets. The name is that of the file.
func (c cliConfig) api(name string) (*url.URL, *cliConfigError) {
	if c.Target == "" {
		return nil, &cliConfigError{text: name + " has no Target, the API that the cf CLI uses", broken: true}
	}
	api, err := parseAPIURL(c.Target)
	if err != nil {
		return nil, &cliConfigError{text: name + " cannot be used: its Target " + err.Error(), broken: true}
	}
	return api, nil
}

// parseCLIConfig parses config.json. Its errors name fields, never values.
func parseCLIConfig(content []byte) (cliConfig, error) {
	var config *cliConfig
	err := json.Unmarshal(content, &config)
	var wrongType *json.UnmarshalTypeError
	switch {
	case errors.As(err, &wrongType) && wrongType.Field != "":
		return cliConfig{}, fmt.Errorf("its field %s is a JSON %s, which the cf CLI does not write there", wrongType.Field, jsonType(wrongType))
	case errors.As(err, &wrongType) || err == nil && config == nil:
		return cliConfig{}, errors.New("it is not a JSON object")
	case err != nil:
		return cliConfig{}, fmt.Errorf("it is not JSON (%w)", err)
	}
	for _, token := range []struct {
		name string
		text *string
	}{{"AccessToken", &config.AccessToken}, {"RefreshToken", &config.RefreshToken}} {
		*token.text = strings.TrimSpace(*token.text)
		if *token.text, err = normalizeAccessToken(*token.text); err != nil {
			return cliConfig{}, fmt.Errorf("its field %s %w", token.name, err)
		}
	}
	for _, endpoint := range []struct{ name, text string }{
		{"UaaEndpoint", config.UaaEndpoint}, {"AuthorizationEndpoint", config.AuthorizationEndpoint},
	} {
		if endpoint.text == "" {
			continue
		}
		if _, err := parseAPIURL(endpoint.text); err != nil {
			return cliConfig{}, fmt.Errorf("its field %s %w", endpoint.name, err)
		}
	}
	if config.UAAOAuthClient == "" {
		// Very old versions of the CLI do not write it.
		config.UAAOAuthClient = "cf"
	}
	if hasControl(config.UAAOAuthClient) || hasControl(config.UAAOAuthClientSecret) {
		return cliConfig{}, errors.New("its OAuth client contains a control character")
	}
	return *config, nil
}

// jsonType returns the JSON type of the value. For a number the decoder adds the
// digits, which may be secret.
func jsonType(e *json.UnmarshalTypeError) string {
	word, _, _ := strings.Cut(e.Value, " ")
	return word
}

// withoutPath returns the reason of a file error without the path, which the
// messages already name.
func withoutPath(err error) string {
	var pathError *fs.PathError
	if errors.As(err, &pathError) {
		err = pathError.Err
	}
	return err.Error()
}

// noCLISession reports that there is neither a credential nor a usable session.
func (r *resolver) noCLISession(err *cliConfigError) {
	if err.broken {
		r.reportMissing("Unusable session of the cf CLI", fmt.Sprintf(
			"Neither the provider block nor the environment sets a credential, so the provider would use the cf CLI's session, "+
				"but %s. Log in again with `cf login`, or set a credential. See %s", err.text, diagnostic.AuthenticationGuide))
		return
	}
	var ways strings.Builder
	for _, k := range append(slices.Clone(credentialKinds), clientCredentials) {
		names := make([]string, len(k.attributes))
		for i, a := range k.attributes {
			names[i] = a.either()
		}
		if k.pair {
			names = []string{diagnostic.Enumerate(names, "and")}
		}
		for _, n := range names {
			ways.WriteString("\n  - " + n)
		}
	}
	r.reportMissing("No Cloud Foundry credentials", fmt.Sprintf(
		"The provider needs the root of the API in %s and one of these credentials, in the provider block or in the "+
			"environment:%s\n\nWithout any of them it uses the cf CLI's session (`cf login`) and its API, but %s.\n\nSee %s",
		apiURL.either(), ways.String(), err.text, diagnostic.AuthenticationGuide))
}

// otherCLIAPI reports that the session is for another API.
func (r *resolver) otherCLIAPI(name string, api, cliAPI *url.URL) {
	label := r.lookup(apiURL).label()
	r.reportMissing("The cf CLI is logged in to a different API", fmt.Sprintf(
		"Neither the provider block nor the environment sets a credential, so the provider would use the cf CLI's session in "+
			"%s. It is for %s, but %s is %s, and the provider sends the tokens of a session to no other server. Log in with "+
			"`cf login -a %s`, remove %s, or set a credential.", name, cliAPI, label, api, api, label))
}
