// Package tradovate stands in for the broker Tradovate, as far as no orders
// are concerned: tokens, accounts, penalty tickets, and the socket of market
// data. The prices are made up.
package tradovate

import (
	"cmp"
	"net"
	"net/http"
	"sync"
	"time"

	"assay/health"
	"assay/provider/standin"
	"assay/provider/standin/broker"
)

// The login that it takes unless told another, beside standin.Options.Key,
// which is the API key's secret.
const (
	Name     = "standin"
	Password = broker.Password
	AppID    = "Assay"
	CID      = 8
	Account  = "DEMO15460" // the name of the account
)

// What it may do amiss.
const (
	Penalty      standin.Habit = "penalty"           // the next call is answered with a ticket
	LongPenalty  standin.Habit = "long-penalty"      // one that is longer than a verification waits
	EndlessTicks standin.Habit = "endless-penalties" // each call is, whatever ticket it carries
	Captcha      standin.Habit = "captcha"           // the next call is answered with a captcha
	ErrorInside  standin.Habit = "error-inside"      // accounts are refused with status 200
	NoToken      standin.Habit = "no-token"          // a login succeeds without a token
	UserLocked   standin.Habit = "user-locked"       // the user is not active
	NoRenewal    standin.Habit = "no-renewal"        // tokens cannot be renewed
	NoAccounts   standin.Habit = "no-accounts"       // the user has none
	Inactive     standin.Habit = "inactive"          // the account is
	NotEntitled  standin.Habit = "not-entitled"      // quotes may not be subscribed
	TooMany      standin.Habit = "429-on-the-socket" // a subscription is answered so
	NoOpen       standin.Habit = "no-open-frame"     // the socket says nothing
	BadFrame     standin.Habit = "malformed-frame"   // the socket sends half a frame
	OddFrame     standin.Habit = "unknown-frame"     // the socket sends one of a kind that is not known
	NoBeats      standin.Habit = "no-heartbeats"     // the socket sends neither heartbeats nor quotes
	NoQuotes     standin.Habit = "no-quotes"         // the socket has no quotes
	OldQuotes    standin.Habit = "old-quotes"        // its quotes are of an hour ago
	CutSocket    standin.Habit = "cut-socket"        // the line ends after it was authorised
	CloseFrame   standin.Habit = "close-frame"       // it is closed in words
	Shutdown     standin.Habit = "shutdown"          // it is shut down for maintenance
	Quota        standin.Habit = "quota"             // it is shut down for too many lines
	NeverTokens                = broker.NeverTokens
)

// Server is the broker.
type Server struct {
	*broker.Broker

	mu      sync.Mutex
	owing   map[string]owed // penalties that were not served yet, by path
	broken  []string        // rules of the penalties that were broken
	dropped int             // lines that were dropped as nobody beat
}

// NewServer returns a broker that nobody can reach yet. Tokens live for
// tokenLife; 0 is 80 minutes.
func NewServer(o standin.Options, tokenLife time.Duration) *Server {
	s := &Server{Broker: broker.New(o, "/v1", cmp.Or(tokenLife, 80*time.Minute)), owing: map[string]owed{}}
	s.Answers(s.routes())
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

// StandIn is how it is started.
func StandIn() standin.StandIn {
	return standin.StandIn{Provider: health.Tradovate, Ports: 1, Start: start, Faults: []string{
		standin.WrongKey, standin.ExpiredToken, string(Penalty), string(LongPenalty), string(EndlessTicks), string(Captcha),
		string(ErrorInside), string(NoToken), string(UserLocked), string(NoRenewal), string(NoAccounts), string(Inactive),
		string(NotEntitled), string(TooMany), string(NoOpen), string(BadFrame), string(OddFrame), string(NoBeats),
		string(NoQuotes), string(OldQuotes), string(CutSocket), string(CloseFrame), string(Shutdown), string(Quota), string(NeverTokens),
	}}
}

func start(l []net.Listener, o standin.Options) (standin.Service, error) {
	s := NewServer(o, 0)
	s.Serve(l[0])
	return standin.Service{
		Provider: health.Tradovate, Close: s.Close,
		Settings: []standin.Setting{
			{Name: "TRADOVATE_NAME", Value: Name},
			{Name: "TRADOVATE_PASSWORD", Value: Password},
			{Name: "TRADOVATE_APP_ID", Value: AppID},
			{Name: "TRADOVATE_CID", Value: "8"},
			{Name: "TRADOVATE_SECRET", Value: s.Options.Key},
			{Name: "TRADOVATE_URL", Value: s.URL},
			{Name: "TRADOVATE_MD_URL", Value: s.URL},
		},
	}, nil
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
