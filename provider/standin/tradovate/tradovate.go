// Package tradovate stands in for the broker Tradovate, as far as no orders
// are concerned: tokens, accounts, penalty tickets, and the socket of market
// data. The prices are made up.
package tradovate

import (
	"context"
	"net"
	"net/http"
	"sync"
	"time"

	"assay/health"
	"assay/provider/standin"
)

// The login that it takes unless told another, beside standin.Options.Key,
// which is the API key's secret.
const (
	Name     = "standin"
	Password = "standin-opens-nothing" //nolint:gosec // it does
	AppID    = "Assay"
	CID      = 8
	Account  = "DEMO15460" // the name of the account
)

// Fault is what goes wrong with it beyond what a standin.Script can do.
type Fault string

// The faults.
const (
	Penalty      Fault = "penalty"           // the next call is answered with a ticket
	LongPenalty  Fault = "long penalty"      // one that is longer than a verification waits
	EndlessTicks Fault = "endless penalties" // each call is, whatever ticket it carries
	Captcha      Fault = "captcha"           // the next call is answered with a captcha
	ErrorInside  Fault = "error inside"      // accounts are refused with status 200
	NoToken      Fault = "no token"          // a login succeeds without a token
	UserLocked   Fault = "user locked"       // the user is not active
	NoRenewal    Fault = "no renewal"        // tokens cannot be renewed
	NeverTokens  Fault = "tokens never last" // each token is refused at once
	NoAccounts   Fault = "no accounts"       // the user has none
	Inactive     Fault = "inactive"          // the account is
	NotEntitled  Fault = "not entitled"      // quotes may not be subscribed
	TooMany      Fault = "429 on the socket" // a subscription is answered so
	NoOpen       Fault = "no open frame"     // the socket says nothing
	BadFrame     Fault = "malformed frame"   // the socket sends half a frame
	OddFrame     Fault = "unknown frame"     // the socket sends one of a kind that is not known
	NoBeats      Fault = "no heartbeats"     // the socket sends neither heartbeats nor quotes
	NoQuotes     Fault = "no quotes"         // the socket has no quotes
	OldQuotes    Fault = "old quotes"        // its quotes are of an hour ago
	CutSocket    Fault = "cut socket"        // the line ends after it was authorised
	CloseFrame   Fault = "close frame"       // it is closed in words
	Shutdown     Fault = "shutdown"          // it is shut down for maintenance
	Quota        Fault = "quota"             // it is shut down for too many lines
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
	owing   map[string]owed      // penalties that were not served yet, by path
	broken  []string             // rules of the penalties that were broken
	dropped int                  // lines that were dropped as nobody beat
}

// NewServer returns a broker that nobody can reach yet. Tokens live for
// tokenLife; 0 is 80 minutes.
func NewServer(o standin.Options, tokenLife time.Duration) *Server {
	if tokenLife == 0 {
		tokenLife = 80 * time.Minute
	}
	s := &Server{
		options: o.Defaults(), tokenLife: tokenLife, stop: make(chan struct{}),
		faults: map[Fault]bool{}, names: standin.Names{Seed: o.Seed}, walk: standin.NewWalk(o.Seed),
		tokens: map[string]time.Time{}, owing: map[string]owed{},
		closer: func() error { return nil },
	}
	s.Script = standin.NewScript(s.routes(), s.options.Now)
	return s
}

// routes are all calls on one screen.
func (s *Server) routes() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("POST /v1/auth/accesstokenrequest", s.penalised(s.login))
	mux.HandleFunc("GET /v1/auth/renewaccesstoken", s.known(s.renew))
	mux.HandleFunc("GET /v1/account/list", s.penalised(s.known(s.accounts)))
	mux.HandleFunc("GET /v1/websocket", s.open)
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
	s.URL, s.closer = url+"/v1", closer
}

// Start implements standin.Starter.
func Start(ctx context.Context, o standin.Options) (standin.Service, error) {
	s, err := Run(ctx, o, 0)
	if err != nil {
		return standin.Service{}, err
	}
	return standin.Service{
		Provider: health.Tradovate, Close: s.Close,
		Settings: []standin.Setting{
			{Name: "TRADOVATE_NAME", Value: Name},
			{Name: "TRADOVATE_PASSWORD", Value: Password},
			{Name: "TRADOVATE_APP_ID", Value: AppID},
			{Name: "TRADOVATE_CID", Value: "8"},
			{Name: "TRADOVATE_SECRET", Value: s.options.Key},
			{Name: "TRADOVATE_URL", Value: s.URL},
			{Name: "TRADOVATE_MD_URL", Value: s.URL},
		},
	}, nil
}

// Close ends the server and its sockets, and waits for them.
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

// Broken tells which rules of penalties were broken.
func (s *Server) Broken() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.broken
}

// Dropped is how many lines were dropped because no heartbeat came.
func (s *Server) Dropped() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.dropped
}

func (s *Server) has(f Fault) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.faults[f]
}
