package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/cf-process/terraform-provider-cf/internal/fakecf"
)

// processes is a server of single processes that responds after a pause. A real API
// does not use CPU time of Terraform's machine, so this one uses little: it only
// reads the paths of GET requests, and its responses are rendered in advance.
type processes struct {
	guids                 []string
	requests, connections atomic.Int64

	listener net.Listener
	latency  time.Duration
	answers  map[string][]byte // by path

	mu   sync.Mutex
	open map[net.Conn]struct{}
	done chan struct{} // closed by close
}

// newProcesses keeps the responses of a foundation in memory with n processes.
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
	p := &processes{latency: latency, answers: make(map[string][]byte, n), open: map[net.Conn]struct{}{}, done: make(chan struct{})}
	for _, body := range list.Resources {
		var one struct {
			GUID string `json:"guid"`
		}
		if err := json.Unmarshal(body, &one); err != nil {
			return nil, err
		}
		p.guids = append(p.guids, one.GUID)
		p.answers["/v3/processes/"+one.GUID] = answer(http.StatusOK, body)
	}
	if p.listener, err = net.Listen("tcp", "127.0.0.1:0"); err != nil { //nolint:noctx // it listens until it is closed
		return nil, err
	}
	go p.serve()
	return p, nil
}

// answer is a complete response.
func answer(status int, body []byte) []byte {
	return fmt.Appendf(nil, "HTTP/1.1 %d %s\r\nContent-Type: application/json; charset=utf-8\r\nContent-Length: %d\r\n\r\n%s",
		status, http.StatusText(status), len(body), body)
}

func (p *processes) url() string { return "http://" + p.listener.Addr().String() }

func (p *processes) serve() {
	for {
		conn, err := p.listener.Accept()
		if err != nil {
			return // closed
		}
		p.connections.Add(1)
		p.mu.Lock()
		p.open[conn] = struct{}{}
		p.mu.Unlock()
		go p.talk(conn)
	}
}

// talk serves one connection until the client closes it.
func (p *processes) talk(conn net.Conn) {
	defer p.hangUp(conn)
	reader := bufio.NewReader(conn)
	for {
		path, err := readRequest(reader)
		if err != nil {
			return
		}
		p.requests.Add(1)
		select {
		case <-time.After(p.latency):
		case <-p.done:
			return
		}
		found, ok := p.answers[path]
		if !ok {
			found = answer(http.StatusNotFound, []byte(`{"errors": []}`))
		}
		if _, err := conn.Write(found); err != nil {
			return
		}
	}
}

// readRequest reads a request without a body and returns its path.
func readRequest(reader *bufio.Reader) (string, error) {
	first, err := reader.ReadString('\n')
	if err != nil {
		return "", err
	}
	words := strings.Fields(first)
	if len(words) != 3 {
		return "", io.ErrUnexpectedEOF
	}
	for {
		line, err := reader.ReadSlice('\n')
		if err != nil {
			return "", err
		}
		if len(line) <= len("\r\n") {
			return words[1], nil
		}
	}
}

func (p *processes) hangUp(conn net.Conn) {
	p.mu.Lock()
	delete(p.open, conn)
	p.mu.Unlock()
	_ = conn.Close() // the client may have closed it first
}

func (p *processes) close() error {
	close(p.done)
	err := p.listener.Close()
	p.mu.Lock()
	defer p.mu.Unlock()
	for conn := range p.open {
		err = errors.Join(err, conn.Close())
	}
	return err
}

// reset resets the counters.
func (p *processes) reset() {
	p.requests.Store(0)
	p.connections.Store(0)
}
