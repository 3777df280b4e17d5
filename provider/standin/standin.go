// Package standin holds what the local servers that stand in for providers
// share: faults by script, a record of what was asked, a clock of their own.
// They are for tests and for trying the product without accounts; readiness
// says that their addresses are local.
package standin

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"time"

	"assay/health"
	"assay/market"
)

// Key is the credential that a stand-in takes unless it is told another. It
// opens nothing else.
const Key = "db-standin-opens-nothing-anywhere"

// Options say how a stand-in runs. Zero values are the defaults.
type Options struct {
	Key    string
	Now    func() time.Time
	Bars   []*market.Bars // made-up bars to serve
	Folder string         // of DBN files to serve instead
	Strict bool           // refuse fields that are not known
	Faults []string       // that it has from the beginning, as named.go writes them
	Seed   uint64         // of challenges and the like
}

// Defaults fills in what is absent.
func (o Options) Defaults() Options {
	if o.Key == "" {
		o.Key = Key
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	return o
}

// Setting is a variable that makes Assay use a stand-in.
type Setting struct{ Name, Value string }

// Service is a stand-in that runs until it is closed.
type Service struct {
	Provider health.ProviderID
	Settings []Setting
	Close    func() error
}

// StandIn is a kind of stand-in, and how it is started.
type StandIn struct {
	Provider health.ProviderID
	Ports    int      // how many listeners it takes
	Faults   []string // beyond those of answers
	Start    func([]net.Listener, Options) (Service, error)
}

// Listen opens ports of the loopback interface, from one on; 0 is any that are
// free.
func Listen(ctx context.Context, port, n int) (all []net.Listener, err error) {
	var config net.ListenConfig
	for i := range n {
		at := port
		if port != 0 {
			at += i
		}
		l, err := config.Listen(ctx, "tcp", fmt.Sprintf("127.0.0.1:%d", at))
		if err != nil {
			return nil, errors.Join(fmt.Errorf("start a stand-in: %w", err), Hush(all))
		}
		all = append(all, l)
	}
	return all, nil
}

// Hush closes listeners.
func Hush(all []net.Listener) (err error) {
	for _, l := range all {
		err = errors.Join(err, l.Close())
	}
	return err
}

// Serve answers HTTP on a listener until close is called, which also waits for
// it to end.
func Serve(l net.Listener, handler http.Handler) (url string, closer func() error) {
	server := &http.Server{Handler: handler, ReadHeaderTimeout: 10 * time.Second}
	done := make(chan error, 1)
	go func() { done <- server.Serve(l) }()
	return "http://" + l.Addr().String(), func() error {
		err := server.Close()
		if ended := <-done; !errors.Is(ended, http.ErrServerClosed) {
			err = errors.Join(err, ended)
		}
		return err
	}
}
