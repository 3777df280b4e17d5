// Package polygon stands in for Polygon.io: bars page by page, contracts and
// market status, with its limits and its ways to say no.
package polygon

import (
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"assay/health"
	"assay/history/dbn"
	"assay/market"
	"assay/provider/standin"
	"assay/provider/standin/archive"
)

// Server answers the HTTP API with the bars of an archive, as futures.
type Server struct {
	Archive *archive.Archive
	Options standin.Options
	Limit   int  // calls in a minute; 0 for none
	Delayed bool // the plan has no newest data
	Page    int  // most results of a page; 0 for as many as are asked for

	mu    sync.Mutex
	calls []time.Time
}

// NewServer returns a server that has no limits.
func NewServer(a *archive.Archive, o standin.Options) *Server {
	return &Server{Archive: a, Options: o.Defaults()}
}

// ServeHTTP implements http.Handler.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	key, bearer := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	if !bearer {
		key = r.URL.Query().Get("apiKey")
	}
	switch {
	case key == "":
		refuse(w, http.StatusUnauthorized, "ERROR", "error", "API Key was not provided")
	case key != s.Options.Takes():
		refuse(w, http.StatusUnauthorized, "ERROR", "error", "Unknown API Key")
	case !s.allowed():
		refuse(w, http.StatusTooManyRequests, "ERROR", "error",
			"You've exceeded the maximum requests per minute, please wait or upgrade your subscription to continue.")
	default:
		s.answer(w, r)
	}
}

func (s *Server) answer(w http.ResponseWriter, r *http.Request) {
	query := r.URL.Query()
	contract, bars := strings.CutPrefix(r.URL.Path, "/futures/v1/aggs/")
	stock, aggregates := strings.CutPrefix(r.URL.Path, "/v2/aggs/ticker/")
	switch {
	case r.URL.Path == "/v1/marketstatus/now":
		say(w, map[string]any{
			"market": "open", "serverTime": s.Options.Now().UTC().Format(time.RFC3339), "earlyHours": false, "afterHours": false,
			"exchanges": map[string]string{"nasdaq": "open", "nyse": "open", "otc": "open"},
		})
	case r.URL.Path == "/futures/v1/market-status":
		s.results(w, r, []any{map[string]any{
			"product_code": query.Get("product_code"), "market_event": "open", "timestamp": s.Options.Now().UTC().Format(time.RFC3339),
		}})
	case r.URL.Path == "/futures/v1/contracts":
		s.contracts(w, r, query.Get("product_code"))
	case bars && query.Get("resolution") == "1min":
		s.futures(w, r, contract, query)
	case aggregates:
		s.aggregates(w, r, stock)
	default:
		refuse(w, http.StatusNotFound, "NOT_FOUND", "message", "Page not found")
	}
}

// allowed counts the calls of the last minute.
func (s *Server) allowed() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.Options.Now()
	s.calls = slices.DeleteFunc(s.calls, func(t time.Time) bool { return now.Sub(t) >= time.Minute })
	if s.Limit > 0 && len(s.calls) >= s.Limit {
		return false
	}
	s.calls = append(s.calls, now)
	return true
}

func refuse(w http.ResponseWriter, status int, word, place, words string) {
	w.WriteHeader(status)
	say(w, map[string]string{"status": word, "request_id": "standin", place: words})
}

func say(w http.ResponseWriter, v any) {
	_ = json.NewEncoder(w).Encode(v) // whoever has gone needs no answer
}

// results answers with a page of results; "results" is absent when there are
// none, and the address of the next page is there when there are more.
func (s *Server) results(w http.ResponseWriter, r *http.Request, all []any) {
	query := r.URL.Query()
	size, err := strconv.Atoi(query.Get("limit"))
	if err != nil || size < 1 {
		size = 1000
	}
	if s.Page > 0 {
		size = min(size, s.Page)
	}
	at, _ := strconv.Atoi(query.Get("cursor")) // none is the first page
	at = min(max(at, 0), len(all))
	page := all[at:min(at+size, len(all))]
	out := map[string]any{"status": "OK", "request_id": "standin"}
	if s.Delayed {
		out["status"] = "DELAYED"
	}
	if len(page) > 0 {
		out["results"] = page
	}
	if at+size < len(all) {
		query.Set("cursor", strconv.Itoa(at+size))
		next := url.URL{Scheme: "http", Host: r.Host, Path: r.URL.Path, RawQuery: query.Encode()}
		out["next_url"] = next.String()
	}
	say(w, out)
}

// records returns the bars of a symbol over a stretch of time, in ns.
func (s *Server) records(symbol string, from, to int64) []dbn.Bar {
	first, last := s.Archive.Span()
	from, to = max(from, first), min(to, last, s.Options.Now().UnixNano())
	if from >= to {
		return nil
	}
	day := func(ns int64) market.Date { return market.DateOf(time.Unix(0, ns).UTC()) }
	return archive.Records(s.Archive.Resolve(symbol, day(from), day(to)+1), from, to)
}

func (s *Server) futures(w http.ResponseWriter, r *http.Request, contract string, query url.Values) {
	from, _ := strconv.ParseInt(query.Get("window_start.gte"), 10, 64) // none is the beginning
	to, err := strconv.ParseInt(query.Get("window_start.lt"), 10, 64)
	if err != nil {
		to = s.Options.Now().UnixNano()
	}
	var all []any
	for _, b := range s.records(contract, from, to) {
		all = append(all, map[string]any{
			"ticker": contract, "open": points(b.Open), "high": points(b.High), "low": points(b.Low), "close": points(b.Close),
			"volume": b.Volume, "window_start": b.Time,
		})
	}
	s.results(w, r, all)
}

// aggregates answers for indices and stocks, of which the plan has none.
func (s *Server) aggregates(w http.ResponseWriter, r *http.Request, path string) {
	ticker, _, _ := strings.Cut(path, "/")
	parts := strings.Split(path, "/") // ticker, range, n, unit, from, to
	if strings.HasPrefix(ticker, "I:") || len(parts) != 6 {
		refuse(w, http.StatusForbidden, "NOT_AUTHORIZED", "message",
			"You are not entitled to this data. Please upgrade your plan at https://polygon.io/pricing")
		return
	}
	from, err := strconv.ParseInt(parts[4], 10, 64)
	to, bad := strconv.ParseInt(parts[5], 10, 64)
	if err != nil || bad != nil || parts[3] != "minute" || parts[2] != "1" {
		refuse(w, http.StatusBadRequest, "ERROR", "error", "Could not parse the range")
		return
	}
	var all []any
	for _, b := range s.records(ticker, from*1e6, to*1e6+1) {
		all = append(all, map[string]any{
			"o": points(b.Open), "h": points(b.High), "l": points(b.Low), "c": points(b.Close), "v": b.Volume, "n": 1, "t": b.Time / 1e6,
		})
	}
	s.results(w, r, all)
}

func (s *Server) contracts(w http.ResponseWriter, r *http.Request, product string) {
	now := market.DateOf(s.Options.Now().UTC())
	var all []any
	for rank := range 4 {
		for _, c := range s.Archive.Resolve(fmt.Sprintf("%s.c.%d", product, rank), now-4, now+1) {
			all = append(all, map[string]any{
				"ticker": c.Contract.Symbol, "product_code": product, "trading_venue": "XCME", "type": "single", "active": true,
			})
		}
	}
	s.results(w, r, all)
}

// points prints nano-units as a number.
func points(nano int64) json.Number {
	return json.Number(fmt.Sprintf("%d.%09d", nano/market.Nano, nano%market.Nano))
}

// StandIn is how it is started.
func StandIn() standin.StandIn {
	return standin.StandIn{Provider: health.Polygon, Ports: 1, Start: start, Faults: []string{standin.WrongKey}}
}

func start(l []net.Listener, o standin.Options) (standin.Service, error) {
	o = o.Defaults()
	a, err := archive.Of(o)
	if err != nil {
		return standin.Service{}, err
	}
	script := standin.NewScript(NewServer(a, o), o.Now)
	script.Apply(o)
	address, closer := standin.Serve(l[0], script)
	return standin.Service{
		Provider: health.Polygon, Close: closer,
		Settings: []standin.Setting{{Name: "POLYGON_API_KEY", Value: o.Key}, {Name: "POLYGON_URL", Value: address}},
	}, nil
}
