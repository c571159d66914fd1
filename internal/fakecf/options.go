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

// WithTLS serves API and UAA over TLS (HTTP/1.1 and HTTP/2) with a certificate
// of a CA that only CAPEM makes trusted.
func WithTLS() Option { return func(o *options) { o.tls = true } }

// WithFlavor chooses the kind of server.
func WithFlavor(flavor Flavor) Option { return func(o *options) { o.flavor = flavor } }

// WithoutSeed starts empty: no organizations, spaces, apps and processes. The
// seeded credentials work nevertheless.
func WithoutSeed() Option { return func(o *options) { o.seed = false } }

// WithTokenLifetime sets how long an access token is accepted (default 1 h).
func WithTokenLifetime(d time.Duration) Option { return func(o *options) { o.tokenLifetime = d } }

// WithMaxPerPage lowers the largest per_page that is accepted (default 5000).
func WithMaxPerPage(n int) Option { return func(o *options) { o.maxPerPage = n } }

// WithLatency delays every answer by d.
func WithLatency(d time.Duration) Option { return func(o *options) { o.latency = d } }

// WithForbiddenDelay delays 403 answers by d; Korifi takes about 2.6 s for one.
func WithForbiddenDelay(d time.Duration) Option { return func(o *options) { o.forbidden = d } }

// WithListenAddr sets the address of the API (default 127.0.0.1:0).
func WithListenAddr(addr string) Option { return func(o *options) { o.listenAddr = addr } }

// WithUAAPath puts the UAA under a separate path, such as "/uaa".
func WithUAAPath(path string) Option {
	return func(o *options) { o.uaaPath = "/" + strings.Trim(path, "/") }
}

// WithKorifiUAA starts a UAA for the Korifi flavor as well (its experimental
// one), which the root document then names.
func WithKorifiUAA() Option { return func(o *options) { o.korifiUAA = true } }

// WithRotatingRefreshTokens issues a new refresh token at each use and
// revokes the old one. By default the same one comes back.
func WithRotatingRefreshTokens() Option { return func(o *options) { o.rotateRefresh = true } }

// WithGzip compresses answers for clients that accept it.
func WithGzip() Option { return func(o *options) { o.gzip = true } }

// WithRateLimit allows limit API requests in each window, for all users
// together; further ones are answered 429 until the window ends.
func WithRateLimit(limit int, window time.Duration) Option {
	return func(o *options) { o.rateLimit, o.rateWindow = limit, window }
}

// WithRequestLogLimit keeps at most the last n requests, for runs that make
// very many. Count counts all of them nevertheless.
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

// WithoutFields makes an older foundation that does not know these top-level
// fields of a process: they are left out of every answer and refused as
// unknown in PATCH and scale.
func WithoutFields(names ...string) Option {
	return func(o *options) {
		for _, name := range names {
			o.withoutField[name] = true
		}
	}
}

// WithoutInstanceGUIDs leaves instance_guid out of the stats, as older
// foundations do.
func WithoutInstanceGUIDs() Option { return func(o *options) { o.noGUIDs = true } }
