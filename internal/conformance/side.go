package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/cf-process/terraform-provider-cf/internal/redact"
	"github.com/cf-process/terraform-provider-cf/internal/transport"
)

const (
	// longest is how long a response may take. Cloud Controller takes 63 s to notice
	// that Diego is unavailable.
	longest = 100 * time.Second
	// longestLimit is the longest wait for the end of a rate limit.
	longestLimit = 5 * time.Minute
	// unknownLimit is the wait after a 429 that does not name a time.
	unknownLimit = 30 * time.Second
	// maxLimits is how often a request is sent again after a 429.
	maxLimits = 5
)

// authorizer returns values of the Authorization header; *uaa.Session is one.
type authorizer interface {
	Authorization(ctx context.Context) (string, error)
	Renew(ctx context.Context, rejected string) (string, error)
}

// token is an Authorization value that does not expire.
type token string

func (t token) Authorization(context.Context) (string, error) { return string(t), nil }
func (t token) Renew(context.Context, string) (string, error) {
	return "", errors.New("the fake refuses its token")
}

// side is one of the two servers that are compared.
type side struct {
	name     string // for messages
	api      *url.URL
	client   *transport.Client
	login    authorizer
	secrets  *redact.Set
	interval time.Duration // between two requests
	next     time.Time     // the earliest time of the next request
	requests int
}

// answer is a response.
type answer struct {
	status int // 0 without a response
	header http.Header
	body   []byte
}

// ok reports whether the request succeeded.
func (a *answer) ok() bool { return a.status != 0 && a.status < http.StatusBadRequest }

// send sends a request, and again after an expired token or a rate limit. An
// interrupt does not cancel a write: its change can be reverted only after it ends.
func (s *side) send(ctx context.Context, r request) (*answer, error) {
	renewed := false
	for limits := 0; ; {
		value, err := s.authorization(ctx, r)
		if err != nil {
			return nil, err
		}
		a, err := s.once(ctx, r, value)
		switch {
		case err != nil:
			return nil, err
		case a.status == http.StatusUnauthorized && r.login == withCredential && !renewed:
			renewed = true
			if _, err := s.login.Renew(ctx, value); err != nil {
				return nil, fmt.Errorf("%s refuses the credential: %w", s.name, err)
			}
		case a.status == http.StatusTooManyRequests && limits < maxLimits:
			limits++
			if err := s.waitFor(ctx, a); err != nil {
				return nil, err
			}
		default:
			return a, nil
		}
	}
}

// authorization is the value of the header, or "" for none.
func (s *side) authorization(ctx context.Context, r request) (string, error) {
	switch r.login {
	case withoutCredential:
		return "", nil
	case withHeader:
		return r.header, nil
	default:
		return s.login.Authorization(ctx)
	}
}

func (s *side) once(ctx context.Context, r request, authorization string) (*answer, error) {
	if err := wait(ctx, time.Until(s.next)); err != nil {
		return nil, err
	}
	s.next = time.Now().Add(s.interval)
	target, err := url.Parse(strings.TrimRight(s.api.String(), "/") + r.target)
	if err != nil {
		return nil, err
	}
	header := http.Header{"Accept": {"application/json"}}
	if authorization != "" {
		header.Set("Authorization", authorization)
	}
	if r.body != "" {
		header.Set("Content-Type", "application/json")
	}
	if r.contentType != "" {
		header.Set("Content-Type", r.contentType)
	}
	if r.method != http.MethodGet && r.method != http.MethodHead {
		ctx = context.WithoutCancel(ctx)
	}
	s.requests++
	response, err := s.client.Do(ctx, transport.Request{
		Method: r.method, URL: target, Header: header, Body: []byte(r.body), AtLeast: longest,
	})
	if err != nil {
		return nil, err
	}
	return &answer{response.Status, response.Header, response.Body}, nil
}

// waitFor waits for the end of a rate limit.
func (s *side) waitFor(ctx context.Context, a *answer) error {
	now := time.Now()
	limit := unknownLimit
	if at, known := transport.RetryAt(a.status, a.header, now); known {
		limit = at.Sub(now)
	}
	if limit > longestLimit {
		return fmt.Errorf("%s has a rate limit until %s; run it again then", s.name, now.Add(limit).Format(time.TimeOnly))
	}
	return wait(ctx, limit)
}

// wait waits for d, or returns the context's error.
func wait(ctx context.Context, d time.Duration) error {
	if d <= 0 {
		return ctx.Err()
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}

// errMissing is a document that does not exist, or is not visible.
var errMissing = errors.New("it does not exist, or is not visible")

// read reads a JSON document for the program, not for the comparison.
func (s *side) read(ctx context.Context, target string, into any) error {
	a, err := s.send(ctx, get(nothing, target, false))
	switch {
	case err != nil:
		return err
	case a.status == http.StatusNotFound:
		return fmt.Errorf("GET %s: %w", target, errMissing)
	case a.status != http.StatusOK:
		return fmt.Errorf("GET %s: %s answers %d", target, s.name, a.status)
	}
	if err := json.Unmarshal(a.body, into); err != nil {
		return fmt.Errorf("GET %s: the response is not the expected JSON", target)
	}
	return nil
}
