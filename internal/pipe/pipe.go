// Package pipe is a network in memory, for tests of servers and clients in
// virtual time.
package pipe

import (
	"context"
	"net"
	"net/http"
	"sync"
)

// Network is a net.Listener whose connections are made by Dial.
type Network struct {
	calls chan net.Conn
	once  sync.Once
	ended chan struct{}
}

// New returns a network on which nobody listens yet.
func New() *Network { return &Network{calls: make(chan net.Conn), ended: make(chan struct{})} }

// Dial connects to who accepts, whatever the address.
func (n *Network) Dial(ctx context.Context, _, _ string) (net.Conn, error) {
	ours, theirs := net.Pipe()
	select {
	case n.calls <- theirs:
		return ours, nil
	case <-n.ended:
		return nil, &net.OpError{Op: "dial", Net: "pipe", Err: net.ErrClosed}
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// Transport speaks HTTP over the network.
func (n *Network) Transport() *http.Transport { return &http.Transport{DialContext: n.Dial} }

// Accept implements net.Listener.
func (n *Network) Accept() (net.Conn, error) {
	select {
	case conn := <-n.calls:
		return conn, nil
	case <-n.ended:
		return nil, net.ErrClosed
	}
}

// Close implements net.Listener.
func (n *Network) Close() error {
	n.once.Do(func() { close(n.ended) })
	return nil
}

// Addr implements net.Listener.
func (*Network) Addr() net.Addr { return &net.UnixAddr{Name: "pipe", Net: "pipe"} }
