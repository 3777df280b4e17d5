package api

import (
	"bufio"
	"context"
	"errors"
	"net"
	"net/http"
	"testing"
	"testing/synctest"
	"time"
)

// pipes is a network within the process, so that its deadlines follow the
// clock of a synctest bubble.
type pipes struct {
	conns  chan net.Conn
	closed chan struct{}
}

func (p pipes) Accept() (net.Conn, error) {
	select {
	case c := <-p.conns:
		return c, nil
	case <-p.closed:
		return nil, net.ErrClosed
	}
}

func (p pipes) Close() error   { close(p.closed); return nil }
func (p pipes) Addr() net.Addr { return &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 5000} }

func (p pipes) dial(context.Context, string, string) (net.Conn, error) {
	ours, theirs := net.Pipe()
	p.conns <- theirs
	return ours, nil
}

// The server's time limits are for requests; a stream lives on.
func TestStreamOutlivesTheTimeLimits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l, _ := listening(t)
		network := pipes{make(chan net.Conn), make(chan struct{})}
		server := l.HTTPServer()
		stopped := make(chan error, 1)
		go func() { stopped <- server.Serve(network) }()
		browser := &http.Transport{DialContext: network.dial}
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://localhost:5000/api/events", nil)
		l.must(err)
		answer, err := browser.RoundTrip(r)
		l.must(err)
		stream, start := bufio.NewReader(answer.Body), time.Now()
		for time.Since(start) < 3*server.WriteTimeout {
			e, err := nextEvent(stream)
			if err != nil || e.name != "heartbeat" {
				t.Fatalf("after %v: %q, error %v", time.Since(start), e.name, err)
			}
		}
		l.must(answer.Body.Close())
		browser.CloseIdleConnections()
		l.must(server.Shutdown(t.Context()))
		if err := <-stopped; !errors.Is(err, http.ErrServerClosed) {
			t.Error(err)
		}
	})
}
