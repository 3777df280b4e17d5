// Package broker is what the stand-ins for brokers share: tokens that last for a
// time, sockets that end with the server, and a made-up price.
package broker

import (
	"net"
	"net/http"
	"strings"
	"sync"
	"time"

	"assay/provider/standin"
)

// Password is the one that they take. It opens nothing else.
const Password = "standin-opens-nothing" //nolint:gosec // it does

// NeverTokens is the habit of refusing each token at once.
const NeverTokens standin.Habit = "tokens-never-last"

// Broker is the part of a server that is the same for all brokers. Its Script
// records requests and lets faults happen.
type Broker struct {
	Script  *standin.Script
	Options standin.Options
	URL     string // with the version, once it serves
	Stop    chan struct{}
	Sockets sync.WaitGroup

	version   string
	tokenLife time.Duration
	closer    func() error

	mu     sync.Mutex
	names  standin.Names
	walk   *standin.Walk
	tokens map[string]time.Time // until when they are good
}

// New returns a broker that nobody can reach yet. version is the path of its
// API.
func New(o standin.Options, version string, tokenLife time.Duration) *Broker {
	o = o.Defaults()
	if o.Is(standin.ExpiredToken) {
		tokenLife = time.Second
	}
	return &Broker{
		Options: o, Stop: make(chan struct{}), version: version, tokenLife: tokenLife, closer: func() error { return nil },
		names: standin.Names{Seed: o.Seed}, walk: standin.NewWalk(o.Seed), tokens: map[string]time.Time{},
	}
}

// Answers sets what answers the calls.
func (b *Broker) Answers(routes http.Handler) {
	b.Script = standin.NewScript(routes, b.Options.Now)
	b.Script.Apply(b.Options)
}

// Serve answers on a listener until Close.
func (b *Broker) Serve(l net.Listener) {
	url, closer := standin.Serve(l, b.Script)
	b.URL, b.closer = url+b.version, closer
}

// Close ends the server and its sockets, and waits for them.
func (b *Broker) Close() error {
	close(b.Stop)
	err := b.closer()
	b.Sockets.Wait()
	return err
}

// Has says whether it has a habit now.
func (b *Broker) Has(h standin.Habit) bool { return b.Script.Has(h) }

// Name returns another name that nobody guesses, of n letters.
func (b *Broker) Name(kind string, n int) string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.names.Next(kind, n)
}

// Step moves the price on.
func (b *Broker) Step(now time.Time) standin.Market {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.walk.Step(now)
}

// Admit makes tokens, and says until when they are good.
func (b *Broker) Admit(kinds ...string) (tokens []string, until time.Time) {
	b.mu.Lock()
	defer b.mu.Unlock()
	until = b.Options.Now().Add(b.tokenLife)
	for _, kind := range kinds {
		token := "eyJ0" + b.names.Next(kind, 40)
		b.tokens[token] = until
		tokens = append(tokens, token)
	}
	return tokens, until
}

// Forget makes tokens worth nothing: those named, or all.
func (b *Broker) Forget(tokens ...string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(tokens) == 0 {
		clear(b.tokens)
	}
	for _, token := range tokens {
		delete(b.tokens, token)
	}
}

// Good says whether a token is.
func (b *Broker) Good(token string) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.Options.Now().Before(b.tokens[token]) && !b.Has(NeverTokens)
}

// Bearer is the token that a request carries, "" without one.
func Bearer(r *http.Request) string {
	token, _ := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	return token
}
