// Package ironbeam stands in for the broker Ironbeam: its REST API version 2,
// as far as no orders are concerned, and its stream. The prices are made up.
package ironbeam

import (
	"context"
	"net"
	"net/http"
	"sync"
	"time"

	"assay/health"
	"assay/provider/standin"
)

// The login that it takes unless told another, beside standin.Options.Key.
const (
	Username = "51392077"              // the account's number too
	Password = "standin-opens-nothing" //nolint:gosec // it does
)

// Fault is what goes wrong with it beyond what a standin.Script can do.
type Fault string

// The faults.
const (
	ErrorsWith200 Fault = "errors with 200"   // errors come with status 200
	SpeaksLive    Fault = "speaks live"       // it says isLive: true
	SaysNothing   Fault = "says nothing"      // it does not say isLive at all
	NoAccounts    Fault = "no accounts"       // the login has none
	NotEntitled   Fault = "not entitled"      // quotes may not be subscribed
	NoPings       Fault = "no pings"          // the stream never pings
	NoQuotes      Fault = "no quotes"         // the stream has no quotes
	OldQuotes     Fault = "old quotes"        // its quotes are of an hour ago
	CutStream     Fault = "cut stream"        // the stream ends after its first message
	BadStream     Fault = "malformed stream"  // the stream sends half a message
	Refuses       Fault = "refuses streams"   // no stream can be opened
	NoToken       Fault = "no token"          // a login succeeds without a token
	NumberedWords Fault = "words as numbers"  // enumerations are numbers in REST too
	OldShape      Fault = "error of old"      // errors come in the first of the three shapes
	NeverTokens   Fault = "tokens never last" // each token is refused at once
)

// Server is the broker. Its Script records requests and lets faults happen.
type Server struct {
	Script *standin.Script
	URL    string // with the version

	options   standin.Options
	tokenLife time.Duration
	stop      chan struct{}
	sockets   sync.WaitGroup
	closer    func() error

	mu      sync.Mutex
	faults  map[Fault]bool
	names   standin.Names
	walk    *standin.Walk
	tokens  map[string]time.Time // until when they are good
	streams map[string]*stream
	asked   map[string]bool // symbols whose quotes were asked for before
	calls   []time.Time     // of the last second
	coolTo  time.Time
	cut     chan struct{} // closed to end the open streams
}

// NewServer returns a broker that nobody can reach yet. Tokens live for
// tokenLife; 0 is an hour.
func NewServer(o standin.Options, tokenLife time.Duration) *Server {
	if tokenLife == 0 {
		tokenLife = time.Hour
	}
	s := &Server{
		options: o.Defaults(), tokenLife: tokenLife, stop: make(chan struct{}), cut: make(chan struct{}),
		faults: map[Fault]bool{}, names: standin.Names{Seed: o.Seed}, walk: standin.NewWalk(o.Seed),
		tokens: map[string]time.Time{}, streams: map[string]*stream{}, asked: map[string]bool{},
		closer: func() error { return nil },
	}
	s.Script = standin.NewScript(s.routes(), s.options.Now)
	return s
}

// routes are all calls on one screen.
func (s *Server) routes() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("POST /v2/auth", s.limited(s.login))
	mux.HandleFunc("POST /v2/logout", s.known(s.logout))
	mux.HandleFunc("GET /v2/info/trader", s.known(s.trader))
	mux.HandleFunc("GET /v2/account/getAllAccounts", s.known(s.accounts))
	mux.HandleFunc("GET /v2/account/{account}/balance", s.known(s.balance))
	mux.HandleFunc("GET /v2/account/{account}/positions", s.known(s.positions))
	mux.HandleFunc("GET /v2/market/quotes", s.known(s.quotes))
	mux.HandleFunc("GET /v2/market/quotes/subscribe/{stream}", s.known(s.subscribe))
	mux.HandleFunc("GET /v2/stream/create", s.known(s.create))
	mux.HandleFunc("GET /v2/stream/{stream}", s.open)
	mux.HandleFunc("/v2/", func(w http.ResponseWriter, r *http.Request) {
		status, words := http.StatusNotFound, "Not found"
		if r.URL.Path == "/v2/stream/create" {
			status, words = http.StatusMethodNotAllowed, "Method not allowed"
		}
		s.refuse(w, status, words)
	})
	return mux
}

// Run starts a broker on the loopback interface.
func Run(ctx context.Context, o standin.Options, tokenLife time.Duration) (*Server, error) {
	s := NewServer(o, tokenLife)
	listener, err := standin.Listen(ctx, o.Port)
	if err != nil {
		return nil, err
	}
	s.Serve(listener)
	return s, nil
}

// Serve answers on a listener until Close.
func (s *Server) Serve(l net.Listener) {
	url, closer := standin.Serve(l, s.Script)
	s.URL, s.closer = url+"/v2", closer
}

// Start implements standin.Starter.
func Start(ctx context.Context, o standin.Options) (standin.Service, error) {
	s, err := Run(ctx, o, 0)
	if err != nil {
		return standin.Service{}, err
	}
	return standin.Service{
		Provider: health.Ironbeam, Close: s.Close,
		Settings: []standin.Setting{
			{Name: "IRONBEAM_USERNAME", Value: Username},
			{Name: "IRONBEAM_PASSWORD", Value: Password},
			{Name: "IRONBEAM_API_KEY", Value: s.options.Key},
			{Name: "IRONBEAM_URL", Value: s.URL},
		},
	}, nil
}

// Close ends the server and its streams, and waits for them.
func (s *Server) Close() error {
	close(s.stop)
	err := s.closer()
	s.sockets.Wait()
	return err
}

// Fail makes faults happen from now; Mend ends all.
func (s *Server) Fail(faults ...Fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, f := range faults {
		s.faults[f] = true
	}
}

// Mend ends all faults, also those of the script.
func (s *Server) Mend() {
	s.mu.Lock()
	defer s.mu.Unlock()
	clear(s.faults)
	s.Script.Mend()
}

// Forget makes all tokens of before worth nothing.
func (s *Server) Forget() {
	s.mu.Lock()
	defer s.mu.Unlock()
	clear(s.tokens)
}

// CutStreams ends the streams that are open.
func (s *Server) CutStreams() {
	s.mu.Lock()
	defer s.mu.Unlock()
	close(s.cut)
	s.cut = make(chan struct{})
}

func (s *Server) has(f Fault) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.faults[f]
}
