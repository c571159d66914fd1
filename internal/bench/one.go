package main

import (
	"encoding/json"
	"net"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"github.com/cf-process/terraform-provider-cf/internal/fakecf"
)

// processes is a server of single processes, each after some time. Their answers
// are made beforehand, since the API of a user does not take CPU time from the
// machine that Terraform runs on.
type processes struct {
	server                *httptest.Server
	guids                 []string
	requests, connections atomic.Int64
}

// newProcesses keeps the answers of a foundation in memory with n processes.
func newProcesses(n int, latency time.Duration) (*processes, error) {
	source, err := fakecf.Start(fakecf.WithoutSeed(), fakecf.WithRequestLogLimit(10))
	if err != nil {
		return nil, err
	}
	defer source.Close()
	source.AddMany(n)
	page, err := fetch(source, 1)
	if err != nil {
		return nil, err
	}
	var list struct {
		Resources []json.RawMessage `json:"resources"`
	}
	if err := json.Unmarshal(page, &list); err != nil {
		return nil, err
	}
	p, answers := &processes{}, make(map[string][]byte, n)
	for _, body := range list.Resources {
		var one struct {
			GUID string `json:"guid"`
		}
		if err := json.Unmarshal(body, &one); err != nil {
			return nil, err
		}
		answers[one.GUID] = body
		p.guids = append(p.guids, one.GUID)
	}
	p.server = httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		p.requests.Add(1)
		select {
		case <-time.After(latency):
		case <-r.Context().Done():
			return
		}
		body, found := answers[strings.TrimPrefix(r.URL.Path, "/v3/processes/")]
		if !found {
			http.NotFound(w, r)
			return
		}
		w.Header().Set("Content-Type", "application/json; charset=utf-8")
		w.Header().Set("Content-Length", strconv.Itoa(len(body)))
		_, _ = w.Write(body) // what is lost here, the reader reports
	}))
	p.server.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		if state == http.StateNew {
			p.connections.Add(1)
		}
	}
	p.server.Start()
	return p, nil
}

func (p *processes) close() { p.server.Close() }

// reset forgets what was counted.
func (p *processes) reset() {
	p.requests.Store(0)
	p.connections.Store(0)
}
