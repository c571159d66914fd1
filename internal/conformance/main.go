// Conformance is `make conformance`: it sends the same requests to a foundation
// and to the fake foundation of the tests, which has the same app, and prints the
// differences between the responses. CONTRIBUTING.md describes how to run it.
//
// By default it only reads. It reverts its writes, also if it fails or is
// interrupted.
//
// Exit status: 0 no differences, 1 differences, 2 it could not run or could not
// revert its writes.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/signal"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/cf-process/terraform-provider-cf/internal/provider"
	"github.com/cf-process/terraform-provider-cf/internal/transport"
)

const userAgent = "terraform-provider-cf/conformance"

// restoreTimeout bounds the restore at the end, also after an interrupt.
const restoreTimeout = 5 * time.Minute

// settings are the options of a run.
type settings struct {
	appGUID     string
	processType string
	role        string
	write       bool
	only        string        // sends only the requests with this text in their line
	everything  bool          // shows every request of a difference
	interval    time.Duration // between two requests to the foundation
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	s, err := parse(os.Args[1:], os.Getenv)
	differences := 0
	if err == nil {
		differences, err = run(ctx, os.Stdout, s)
	}
	interrupted := ctx.Err() != nil
	stop()
	switch {
	case errors.Is(err, flag.ErrHelp):
		os.Exit(2)
	case err != nil && interrupted:
		fmt.Fprintln(os.Stderr, "\nInterrupted:", err)
		os.Exit(2)
	case err != nil:
		fmt.Fprintln(os.Stderr, "\nThe comparison could not run:", err)
		os.Exit(2)
	case differences > 0:
		os.Exit(1)
	}
}

// parse reads the flags; their defaults come from the environment.
func parse(args []string, env func(string) string) (settings, error) {
	var s settings
	flags := flag.NewFlagSet("conformance", flag.ContinueOnError)
	processType := env("CONFORMANCE_PROCESS_TYPE")
	if processType == "" {
		processType = "web"
	}
	write := false
	if text := env("CONFORMANCE_WRITE"); text != "" {
		var err error
		if write, err = strconv.ParseBool(text); err != nil {
			return s, fmt.Errorf("CONFORMANCE_WRITE is %q, want true or false", text)
		}
	}
	flags.StringVar(&s.appGUID, "app", env("CONFORMANCE_APP_GUID"), "GUID of the app that the requests are about (CONFORMANCE_APP_GUID)")
	flags.StringVar(&s.processType, "type", processType, "type of its process (CONFORMANCE_PROCESS_TYPE)")
	flags.StringVar(&s.role, "role", env("CONFORMANCE_ROLE"), "role of the credential, where its token does not name it (CONFORMANCE_ROLE)")
	flags.BoolVar(&s.write, "write", write, "also change the app, and put it back (CONFORMANCE_WRITE)")
	flags.StringVar(&s.only, "only", "", "send only the requests that have this text in the report, such as /stats or PATCH")
	flags.BoolVar(&s.everything, "all", false, "show every request of a difference")
	flags.DurationVar(&s.interval, "interval", 100*time.Millisecond, "time between two requests to the foundation")
	if err := flags.Parse(args); err != nil {
		return s, err
	}
	if flags.NArg() > 0 {
		return s, fmt.Errorf("unexpected argument %q", flags.Arg(0))
	}
	if s.write && s.appGUID == "" {
		return s, errors.New("writing needs an app that may be changed: set CONFORMANCE_APP_GUID to its GUID")
	}
	return s, nil
}

// selected are the requests to send.
func (s settings) selected(all []request) []request {
	return slices.DeleteFunc(all, func(r request) bool { return !strings.Contains(r.String(), s.only) })
}

// run compares the foundation of the environment with the fake and returns the
// number of differences.
func run(ctx context.Context, out io.Writer, wanted settings) (int, error) {
	c, err := provider.Connect(userAgent)
	if err != nil {
		return 0, err
	}
	p := printer{out, c.Secrets}
	for _, warning := range c.Warnings {
		p.printf("Warning: %s", warning)
	}
	actual := &side{
		name: "the foundation", api: c.API, client: c.Client, login: c.Login, secrets: c.Secrets, interval: wanted.interval,
	}
	all, err := compareWith(ctx, p, actual, wanted)
	p.differences(all, wanted.everything)
	if err != nil {
		return 0, errors.New(c.Secrets.Clean(err.Error()))
	}
	p.conclusion(all, actual.requests)
	return len(groups(all)), nil
}

// compareWith reads the app, starts the fake with the same app, and compares. With
// an error it also returns the differences before the error.
func compareWith(ctx context.Context, p printer, actual *side, wanted settings) (all []difference, err error) {
	a, err := discover(ctx, actual, wanted.appGUID, wanted.processType)
	if err != nil {
		return nil, err
	}
	role, err := findRole(ctx, actual, a, wanted.role)
	if err != nil {
		return nil, err
	}
	p.printf("Comparing %s, app %s, process %s (%s), as %s.", actual.api, a.Name, a.target.GUID, a.target.Type, role)
	before := &original{comparedProcess: a.target, flavor: a.flavor}
	if wanted.write {
		// The restore runs on every return from here on. The first Ctrl-C cancels the
		// requests, but not the restore.
		defer func() {
			ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), restoreTimeout)
			defer cancel()
			if problem := before.restore(ctx, actual); problem != nil {
				err = errors.Join(err, fmt.Errorf("the app could NOT be put back: %w", problem))
				return
			}
			p.printf("The process is as it was before.")
		}()
		switch err := before.learn(ctx, actual); {
		case errors.Is(err, errMayNotWrite):
			p.printf("This credential may not change the process, so the writing half compares refusals.")
		case err != nil:
			return nil, err
		}
	}
	fake, closeFake, err := startFake(a, role)
	if err != nil {
		return nil, err
	}
	defer closeFake()
	c, err := newComparison(ctx, actual, fake, a)
	if err != nil {
		return nil, err
	}
	if !c.limited {
		p.printf("The foundation has no rate limiter, so its headers are not compared.")
	}
	if all, err = c.read(ctx, wanted.selected(reads(a))); err != nil || !wanted.write {
		return all, err
	}
	written, err := c.write(ctx, before, wanted.selected(append(writes(a), lastWrites(a)...)))
	return append(all, written...), err
}

// newComparison checks whether the foundation sends headers of a rate limit.
func newComparison(ctx context.Context, actual, fake *side, a *comparedApp) (*comparison, error) {
	probe, err := actual.send(ctx, get(process, a.expand("/v3/processes/{guid}"), true))
	if err != nil {
		return nil, err
	}
	return &comparison{real: actual, fake: fake, limited: probe.header.Get("X-Ratelimit-Limit") != ""}, nil
}

// both sends a request to both sides and compares the responses.
func (c *comparison) both(ctx context.Context, r request) (found []difference, changed bool, err error) {
	actual, err := c.sendActual(ctx, r)
	if err != nil {
		return nil, true, fmt.Errorf("%s: %w", r, err)
	}
	fake, err := c.fake.send(ctx, r)
	if err != nil {
		return nil, true, fmt.Errorf("%s: %w", r, err)
	}
	// A change that the runtime did not apply is stored, but the status is 5xx.
	mayChange := func(a *answer) bool { return a.ok() || a.status >= http.StatusInternalServerError }
	return c.compare(r, actual, fake), mayChange(actual) || mayChange(fake), nil
}

// maxUnanswered is how many requests in a row may fail without a response.
const maxUnanswered = 3

// sendActual sends a request to the foundation. If a proxy in front of it drops a
// read, the answer has the status 0, up to maxUnanswered times in a row.
func (c *comparison) sendActual(ctx context.Context, r request) (*answer, error) {
	a, err := c.real.send(ctx, r)
	var failed *transport.Error
	if err == nil {
		c.unanswered = 0
		return a, nil
	}
	if errors.As(err, &failed) && failed.MayHaveArrived && failed.Kind != transport.KindCanceled && r.method == http.MethodGet {
		if c.unanswered++; c.unanswered < maxUnanswered {
			return &answer{header: http.Header{}}, nil
		}
	}
	return nil, err
}

func (c *comparison) read(ctx context.Context, requests []request) (all []difference, err error) {
	for _, r := range requests {
		found, _, err := c.both(ctx, r)
		if err != nil {
			return all, err
		}
		all = append(all, found...)
	}
	return all, nil
}

// write sends the writing half. It restores both sides after each change, so that
// one difference does not cause others.
func (c *comparison) write(ctx context.Context, before *original, requests []request) (all []difference, err error) {
	for _, r := range requests {
		found, changed, err := c.both(ctx, r)
		if err != nil {
			return all, err
		}
		all = append(all, found...)
		if !changed {
			continue
		}
		for _, s := range []*side{c.real, c.fake} {
			if err := before.restore(ctx, s); err != nil {
				return all, fmt.Errorf("after %s: %w", r, err)
			}
		}
	}
	return all, nil
}
