package fakecf

import (
	"fmt"
	"net"
	"net/http"

	"github.com/cf-process/terraform-provider-cf/internal/fakecf/rest"
)

// writeUnframed writes a response of HTTP/1.0 without Content-Length, which ends
// with the connection.
func writeUnframed(w http.ResponseWriter, a *rest.Answer, body []byte) {
	conn := takeOver(w)
	defer func() { _ = conn.Close() }()
	// The client may have gone away.
	_, _ = fmt.Fprintf(conn, "HTTP/1.0 %d %s\r\nContent-Type: application/json\r\n\r\n%s", a.Status, http.StatusText(a.Status), body)
}

// switchProtocols responds with 101 and keeps the connection open until the client
// closes it, hanging requests are released, or the foundation ends.
func (f *Foundation) switchProtocols(w http.ResponseWriter, act *Action) {
	conn := takeOver(w)
	defer func() { _ = conn.Close() }()
	// The client may have gone away.
	_, _ = fmt.Fprint(conn, "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n")
	closed := make(chan struct{})
	go func() {
		defer close(closed)
		_, _ = conn.Read(make([]byte, 1)) // it ends with the connection
	}()
	select {
	case <-closed:
	case <-act.released:
	case <-f.done:
	}
}

// takeOver hijacks the connection of a request, which only HTTP/1 allows.
func takeOver(w http.ResponseWriter) net.Conn {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	return conn
}
