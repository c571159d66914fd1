package provider

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"path/filepath"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/path"

	"github.com/cf-process/terraform-provider-cf/internal/diagnostic"
	"github.com/cf-process/terraform-provider-cf/internal/uaa"
)

// cliConfig is what the provider reads of the cf CLI's config.json. The file
// belongs to the CLI: it is never written.
type cliConfig struct {
	Target                string
	AuthorizationEndpoint string
	UaaEndpoint           string
	AccessToken           string
	RefreshToken          string
	UAAOAuthClient        string
	UAAOAuthClientSecret  string
	SSLDisabled           bool
	// CFOnK8s is set where the CLI logs in to Korifi. The credential is then
	// the user of a kubeconfig, and there is no token in the file.
	CFOnK8s struct{ Enabled bool }
}

// cliSession is a session of the cf CLI.
type cliSession struct {
	// tlsSource is what turns the verification of certificates off, for people.
	tlsSource   string
	target      *url.URL
	credential  uaa.Credential
	sslDisabled bool
}

// cliSession gives the session of the cf CLI, the last resort. Nil means that
// the diagnostics say why there is none that can be used. The API of the
// configuration, nil if there is none or it is wrong, must be the one that the
// CLI is logged in to: its tokens go nowhere else.
func (r *resolver) cliSession(api *url.URL, apiGiven bool) *cliSession {
	name, err := r.cliConfigPath()
	if err != nil {
		r.noCredentials("not found, because the home directory is unknown; CF_HOME can name it")
		return nil
	}
	content, err := r.around.readFile(name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		r.noCredentials(name + " does not exist")
		return nil
	case err != nil:
		r.brokenCLIConfig(name, "cannot be read: "+reasonOf(err))
		return nil
	}
	config, err := parseCLIConfig(content)
	if err != nil {
		r.brokenCLIConfig(name, "cannot be used: "+err.Error())
		return nil
	}
	if config.AccessToken == "" && config.RefreshToken == "" {
		switch {
		case config.CFOnK8s.Enabled:
			r.noCredentials(name + " is logged in to Korifi through a kubeconfig, which has no token that the provider could " +
				"use; give Korifi's in access_token")
		default:
			r.noCredentials(name + " is logged out")
		}
		return nil
	}
	if config.Target == "" {
		r.brokenCLIConfig(name, "cannot be used: it has a session, but no Target that says where the session is valid")
		return nil
	}
	target, err := parseAPIURL(config.Target)
	if err != nil {
		r.brokenCLIConfig(name, "cannot be used: its Target "+err.Error())
		return nil
	}
	if apiGiven && api == nil {
		return nil // the URL is wrong, and that has been said
	}
	if api != nil && !sameServer(api, target) {
		r.elsewhere(name, api, target)
		return nil
	}
	if api != nil {
		target = api
	}
	return &cliSession{
		tlsSource:   "SSLDisabled in the cf CLI's " + name,
		target:      target,
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

// cliConfigPath is where the cf CLI keeps its session.
func (r *resolver) cliConfigPath() (string, error) {
	home, _ := r.around.env("CF_HOME")
	if home == "" {
		var err error
		if home, err = r.around.home(); err != nil {
			return "", err
		}
	}
	return filepath.Join(home, ".cf", "config.json"), nil
}

// parseCLIConfig reads config.json. Its errors name fields, never values.
func parseCLIConfig(content []byte) (cliConfig, error) {
	var config *cliConfig
	err := json.Unmarshal(content, &config)
	var wrongType *json.UnmarshalTypeError
	switch {
	case errors.As(err, &wrongType) && wrongType.Field != "":
		return cliConfig{}, fmt.Errorf("its field %s is a JSON %s, which the cf CLI does not write there", wrongType.Field, kindOfJSON(wrongType))
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
		return cliConfig{}, errors.New("its OAuth client has a control character in it")
	}
	return *config, nil
}

// kindOfJSON is the JSON type that was found. For a number the decoder tells
// the number as well; only the word is of use.
func kindOfJSON(e *json.UnmarshalTypeError) string {
	word, _, _ := strings.Cut(e.Value, " ")
	return word
}

// reasonOf leaves the path out of a file error: the message has it already.
func reasonOf(err error) string {
	var pathError *fs.PathError
	if errors.As(err, &pathError) {
		err = pathError.Err
	}
	return err.Error()
}

func (r *resolver) brokenCLIConfig(name, reason string) {
	r.diags.AddError("Unusable session of the cf CLI", fmt.Sprintf(
		"Neither the provider block nor the environment names a credential, so the session of the cf CLI would be used, but "+
			"%s %s. Log in again with `cf login`, or set a credential.", name, reason))
}

func (r *resolver) elsewhere(name string, api, target *url.URL) {
	v := r.lookup(apiURL)
	summary := "The cf CLI is logged in elsewhere"
	detail := fmt.Sprintf(
		"Neither the provider block nor the environment names a credential, so the session of the cf CLI in %s would be "+
			"used. It belongs to %s, but %s is %s, and the tokens of a session go to no other server. Log in there with "+
			"`cf login -a %s`, leave %s out, or set a credential.", name, target, v.label(), api, api, v.label())
	if v.inBlock {
		r.diags.AddAttributeError(path.Root(v.name), summary, detail)
		return
	}
	r.diags.AddError(summary, detail)
}

// noCredentials lists the ways to give a credential; session says why there is
// none of the cf CLI.
func (r *resolver) noCredentials(session string) {
	var ways strings.Builder
	for _, k := range append(append([]kind{}, kinds...), clientCredentials) {
		names := make([]string, len(k.attributes))
		for i, a := range k.attributes {
			names[i] = a.either()
		}
		if k.pair {
			ways.WriteString("\n  - " + enumerate(names))
			continue
		}
		for _, n := range names {
			ways.WriteString("\n  - " + n)
		}
	}
	r.diags.AddError("No Cloud Foundry credentials", fmt.Sprintf(
		"The provider needs the root of the API in %s and one of these credentials, in the provider block or in the "+
			"environment:%s\n\nWithout any of them it takes the session of the cf CLI (`cf login`), which also knows the API; "+
			"but %s.\n\nSee %s", apiURL.either(), ways.String(), session, diagnostic.AuthenticationGuide))
}
