package fakecf

import (
	"strings"
	"time"

	"github.com/cf-process/terraform-provider-cf/internal/fakecf/state"
)

// Flavor is the kind of server that the foundation stands for.
type Flavor int

const (
	// CloudController is the open-source reference, and the default.
	CloudController Flavor = iota
	// Tanzu is Cloud Controller with the registry_credential fields on every process.
	Tanzu
	// Korifi is Cloud Foundry on Kubernetes: fewer fields, other answers, no UAA.
	Korifi
)

func (flavor Flavor) platform() state.Platform {
	if flavor == Korifi {
		return state.Kubernetes
	}
	return state.Diego
}

type options struct {
	flavor        Flavor
	tls           bool
	seed          bool
	gzip          bool
	rotateRefresh bool
	korifiUAA     bool
	noGUIDs       bool
	tokenLifetime time.Duration
	latency       time.Duration
	forbidden     time.Duration
	maxPerPage    int
	listenAddr    string
	uaaPath       string
	rateLimit     int
	rateWindow    time.Duration
	logLimit      int
	withoutEnd    map[string]bool
	withoutField  map[string]bool
}

// Option changes how a foundation is started.
type Option func(*options)

// WithTLS serves the API and UAA over TLS (HTTP/1.1 and HTTP/2) with a certificate
// of the CA in CAPEM.
func WithTLS() Option { return func(o *options) { o.tls = true } }

// WithFlavor chooses the kind of server.
func WithFlavor(flavor Flavor) Option { return func(o *options) { o.flavor = flavor } }

// WithoutSeed starts without organizations, spaces, apps and processes. The
// seeded credentials still work.
func WithoutSeed() Option { return func(o *options) { o.seed = false } }

// WithTokenLifetime sets how long an access token is accepted (default 1 h).
func WithTokenLifetime(d time.Duration) Option { return func(o *options) { o.tokenLifetime = d } }

// WithMaxPerPage lowers the largest per_page that is accepted (default 5000).
func WithMaxPerPage(n int) Option { return func(o *options) { o.maxPerPage = n } }

// WithLatency delays every response by d.
func WithLatency(d time.Duration) Option { return func(o *options) { o.latency = d } }

// WithForbiddenDelay delays responses with 403 by d; Korifi takes about 2.6 s.
func WithForbiddenDelay(d time.Duration) Option { return func(o *options) { o.forbidden = d } }

// WithListenAddr sets the address of the API (default 127.0.0.1:0).
func WithListenAddr(addr string) Option { return func(o *options) { o.listenAddr = addr } }

// WithUAAPath puts the UAA under a separate path, such as "/uaa".
func WithUAAPath(path string) Option {
	return func(o *options) { o.uaaPath = "/" + strings.Trim(path, "/") }
}

// WithKorifiUAA also starts the experimental UAA of Korifi, and adds it to the
// root document.
func WithKorifiUAA() Option { return func(o *options) { o.korifiUAA = true } }

// WithRotatingRefreshTokens issues a new refresh token at each use and
// revokes the old one. By default the token stays the same.
func WithRotatingRefreshTokens() Option { return func(o *options) { o.rotateRefresh = true } }

// WithGzip compresses answers for clients that accept it.
func WithGzip() Option { return func(o *options) { o.gzip = true } }

// WithRateLimit allows limit API requests in each window, for all users
// together; it refuses further ones with 429 until the window ends.
func WithRateLimit(limit int, window time.Duration) Option {
	return func(o *options) { o.rateLimit, o.rateWindow = limit, window }
}

// WithRequestLogLimit keeps at most the last n requests, for runs with very many.
// Count still counts all of them.
func WithRequestLogLimit(n int) Option { return func(o *options) { o.logLimit = n } }

// WithoutEndpoints makes an older foundation. Known names: process_instances
// (with the embed parameter), sidecars, deployments, apps_include,
// spaces_include.
func WithoutEndpoints(names ...string) Option {
	return func(o *options) {
		for _, name := range names {
			o.withoutEnd[name] = true
		}
	}
}

// WithoutFields makes an older foundation that lacks these top-level fields of a
// process: responses omit them, and PATCH and scale refuse them as unknown.
func WithoutFields(names ...string) Option {
	return func(o *options) {
		for _, name := range names {
			o.withoutField[name] = true
		}
	}
}

// WithoutInstanceGUIDs omits instance_guid from the stats, like older foundations.
func WithoutInstanceGUIDs() Option { return func(o *options) { o.noGUIDs = true } }
