package provider

import (
	"errors"
	"net/url"
	"os"
	"runtime"
	"strings"

	"github.com/cf-process/terraform-provider-cf/internal/redact"
	"github.com/cf-process/terraform-provider-cf/internal/transport"
	"github.com/cf-process/terraform-provider-cf/internal/uaa"
)

// Connection has the API, transport and login for raw requests to a foundation.
type Connection struct {
	API     *url.URL
	Client  *transport.Client
	Login   *uaa.Session
	Secrets *redact.Set
	// Warnings are about the settings, such as certificates that are not
	// verified.
	Warnings []string
}

// Connect resolves the environment and the cf CLI's session as the provider does
// for an empty provider block. The client does not repeat requests, so that its
// caller sees every response. Connect sends no request. The error describes which
// setting is missing or malformed.
func Connect(userAgent string) (*Connection, error) {
	s, diags := resolve(model{}, environment{goos: runtime.GOOS, lookup: os.LookupEnv, readFile: os.ReadFile})
	if diags.HasError() {
		var problems []string
		for _, d := range diags.Errors() {
			problems = append(problems, d.Summary()+": "+d.Detail())
		}
		return nil, errors.New(strings.Join(problems, "\n\n"))
	}
	if s.incomplete != nil {
		return nil, s.incomplete
	}
	secrets := new(redact.Set)
	client, err := transport.New(transport.Config{
		CACertificate:     s.caCertificate,
		SkipSSLValidation: s.skipSSLValidation,
		RequestTimeout:    s.requestTimeout,
		UserAgent:         userAgent,
		Secrets:           secrets,
	})
	if err != nil {
		return nil, err
	}
	c := &Connection{API: s.api, Client: client, Login: uaa.New(s.api, s.credential, client, secrets), Secrets: secrets}
	for _, d := range diags.Warnings() {
		c.Warnings = append(c.Warnings, d.Summary()+": "+d.Detail())
	}
	return c, nil
}
