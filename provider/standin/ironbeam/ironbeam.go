// Package ironbeam stands in for the broker Ironbeam: its REST API version 2,
// as far as no orders are concerned, and its stream. The prices are made up.
package ironbeam

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

// The login that it takes unless told another, beside standin.Options.Key.
const (
	Username = "51392077" // the account's number too
	Password = broker.Password
)

// What it may do amiss.
const (
	ErrorsWith200 standin.Habit = "errors-with-200"  // errors come with status 200
	SpeaksLive    standin.Habit = "speaks-live"      // it says isLive: true
	SaysNothing   standin.Habit = "says-nothing"     // it does not say isLive at all
	NoAccounts    standin.Habit = "no-accounts"      // the login has none
	NotEntitled   standin.Habit = "not-entitled"     // quotes may not be subscribed
	NoPings       standin.Habit = "no-pings"         // the stream never pings
	NoQuotes      standin.Habit = "no-quotes"        // the stream has no quotes
	OldQuotes     standin.Habit = "old-quotes"       // its quotes are of an hour ago
	CutStream     standin.Habit = "cut-stream"       // the stream ends after its first message
	BadStream     standin.Habit = "malformed-stream" // the stream sends half a message
	Refuses       standin.Habit = "refuses-streams"  // no stream can be opened
	NoToken       standin.Habit = "no-token"         // a login succeeds without a token
	NumberedWords standin.Habit = "words-as-numbers" // enumerations are numbers in REST too
	OldShape      standin.Habit = "old-error-shape"  // errors come in the first of the three shapes
	NeverTokens                 = broker.NeverTokens
)

// Server is the broker.
type Server struct {
	*broker.Broker

	mu      sync.Mutex
	streams map[string]*stream
	asked   map[string]bool // symbols whose quotes were asked for before
	calls   []time.Time     // of the last second
	coolTo  time.Time
	cut     chan struct{} // closed to end the open streams
}

// NewServer returns a broker that nobody can reach yet. Tokens live for
// tokenLife; 0 is an hour.
func NewServer(o standin.Options, tokenLife time.Duration) *Server {
	s := &Server{
		Broker: broker.New(o, "/v2", cmp.Or(tokenLife, time.Hour)), cut: make(chan struct{}),
		streams: map[string]*stream{}, asked: map[string]bool{},
	}
	s.Answers(s.routes())
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

// StandIn is how it is started.
func StandIn() standin.StandIn {
	return standin.StandIn{Provider: health.Ironbeam, Ports: 1, Start: start, Faults: []string{
		standin.WrongKey, standin.ExpiredToken, string(ErrorsWith200), string(SpeaksLive), string(SaysNothing), string(NoAccounts),
		string(NotEntitled), string(NoPings), string(NoQuotes), string(OldQuotes), string(CutStream), string(BadStream),
		string(Refuses), string(NoToken), string(NumberedWords), string(OldShape), string(NeverTokens),
	}}
}

func start(l []net.Listener, o standin.Options) (standin.Service, error) {
	s := NewServer(o, 0)
	s.Serve(l[0])
	return standin.Service{
		Provider: health.Ironbeam, Close: s.Close,
		Settings: []standin.Setting{
			{Name: "IRONBEAM_USERNAME", Value: Username},
			{Name: "IRONBEAM_PASSWORD", Value: Password},
			{Name: "IRONBEAM_API_KEY", Value: s.Options.Key},
			{Name: "IRONBEAM_URL", Value: s.URL},
		},
	}, nil
}

// CutStreams ends the streams that are open.
func (s *Server) CutStreams() {
	s.mu.Lock()
	defer s.mu.Unlock()
	close(s.cut)
	s.cut = make(chan struct{})
}
