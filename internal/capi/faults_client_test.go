package capi_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/cf-process/terraform-provider-cf/internal/capi"
	"github.com/cf-process/terraform-provider-cf/internal/fakecf"
	"github.com/cf-process/terraform-provider-cf/internal/redact"
	"github.com/cf-process/terraform-provider-cf/internal/transport"
	"github.com/cf-process/terraform-provider-cf/internal/uaa"
)

// fastClock is a clock that advances instantly by each wait, so that a rate limit of
// minutes takes no time in a test.
type fastClock struct {
	mu      sync.Mutex
	skipped time.Duration
}

func (c *fastClock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return time.Now().Add(c.skipped)
}

func (c *fastClock) sleep(ctx context.Context, d time.Duration) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.skipped += d
	return ctx.Err()
}

// sessionClient returns a client as the provider builds it, with client credentials.
// It does not wait between attempts.
func sessionClient(t *testing.T, f *fakecf.Foundation, timeout time.Duration, retries int) *capi.Client {
	t.Helper()
	return credentialClient(t, f, timeout, retries, uaa.Credential{
		Kind: uaa.ClientCredentials, ClientID: fakecf.ClientID, ClientSecret: fakecf.ClientSecret, Source: "the test's client",
	})
}

func credentialClient(t *testing.T, f *fakecf.Foundation, timeout time.Duration, retries int, credential uaa.Credential) *capi.Client {
	t.Helper()
	base, err := url.Parse(f.URL())
	if err != nil {
		t.Fatal(err)
	}
	secrets, clock := &redact.Set{}, &fastClock{}
	client, err := transport.New(
		transport.Config{RequestTimeout: timeout, MaxRetries: retries, Secrets: secrets},
		transport.WithClock(clock.now, clock.sleep),
	)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(client.CloseIdleConnections)
	return capi.New(capi.Config{BaseURL: base, Transport: client, Auth: uaa.New(base, credential, client, secrets), Secrets: secrets, RuntimeTimeout: timeout})
}

// inAnHour is the X-RateLimit-Reset that Cloud Controller sends with every response.
func inAnHour() string { return strconv.FormatInt(time.Now().Add(time.Hour).Unix(), 10) }

// bomb responds with a compressed body of that size when it is unpacked.
func bomb(size int64) fakecf.Action {
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	_, _ = io.CopyN(z, zeros{}, size) // a buffer takes everything
	_ = z.Close()
	return fakecf.Body(http.StatusOK, "application/json", packed.String()).WithHeader("Content-Encoding", "gzip")
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) {
	clear(p)
	return len(p), nil
}
