package ironbeam

import (
	"context"
	"encoding/json"
	"net/http"
	"time"

	"github.com/coder/websocket"

	"assay/provider/standin"
)

// How often the stream says something.
const (
	pingEvery  = 5 * time.Second
	quoteEvery = 500 * time.Millisecond
)

// maxSymbols is how many a stream may have.
const maxSymbols = 10

// stream is a line that was created, and can be opened once.
type stream struct {
	used    bool
	symbols []string
}

func (s *Server) create(w http.ResponseWriter, _ *http.Request) {
	if s.Has(Refuses) {
		s.refuse(w, http.StatusInternalServerError, "No stream is free")
		return
	}
	s.mu.Lock()
	n := s.Name("stream", 32)
	id := n[:8] + "-" + n[8:12] + "-" + n[12:16] + "-" + n[16:20] + "-" + n[20:]
	s.streams[id] = &stream{}
	s.mu.Unlock()
	standin.Say(w, http.StatusOK, map[string]any{"streamId": id})
}

func (s *Server) subscribe(w http.ResponseWriter, r *http.Request) {
	names := symbols(r)
	s.mu.Lock()
	line := s.streams[r.PathValue("stream")]
	s.mu.Unlock()
	switch {
	case line == nil:
		s.refuse(w, http.StatusBadRequest, "Unknown stream")
	case len(names) > maxSymbols || names[0] == "":
		s.refuse(w, http.StatusBadRequest, "Invalid number of symbols")
	case s.Has(NotEntitled):
		s.refuse(w, http.StatusBadRequest, "Can't subscribe to "+names[0]+": not entitled")
	default:
		s.mu.Lock()
		line.symbols = names
		s.mu.Unlock()
		standin.Say(w, http.StatusOK, map[string]any{"status": "OK"})
	}
}

// open upgrades to a socket. A stream that was open before is refused.
func (s *Server) open(w http.ResponseWriter, r *http.Request) {
	id := r.PathValue("stream")
	line, ended := s.take(id)
	switch {
	case !s.Good(r.URL.Query().Get("token")):
		s.refuse(w, http.StatusUnauthorized, "Unauthorized")
		return
	case line == nil:
		s.refuse(w, http.StatusBadRequest, "Invalid stream")
		return
	}
	conn, err := websocket.Accept(w, r, nil)
	if err != nil {
		return // it answered that already
	}
	s.Sockets.Add(1)
	defer s.Sockets.Done()
	defer func() { _ = conn.CloseNow() }()
	s.feed(conn.CloseRead(context.Background()), conn, line, ended)
	s.mu.Lock()
	delete(s.streams, id)
	s.mu.Unlock()
}

// take marks a stream as open; it returns nil when there is none to open.
func (s *Server) take(id string) (*stream, chan struct{}) {
	s.mu.Lock()
	defer s.mu.Unlock()
	line := s.streams[id]
	if line == nil || line.used {
		return nil, nil
	}
	line.used = true
	return line, s.cut
}

// feed sends the account's snapshot, then pings and quotes, until one side has
// enough.
func (s *Server) feed(ctx context.Context, conn *websocket.Conn, line *stream, ended chan struct{}) {
	send := func(message map[string]any) bool {
		text, err := json.Marshal(message)
		return err == nil && conn.Write(ctx, websocket.MessageText, text) == nil
	}
	if s.Has(BadStream) {
		_ = conn.Write(ctx, websocket.MessageText, []byte(`{"p":{"ping":`))
		return
	}
	if !send(s.snapshot()) || s.Has(CutStream) {
		return
	}
	pings, quotes := time.NewTicker(pingEvery), time.NewTicker(quoteEvery)
	defer pings.Stop()
	defer quotes.Stop()
	sent := map[string]bool{}
	for alive := true; alive; {
		select {
		case <-pings.C:
			if !s.Has(NoPings) {
				alive = send(map[string]any{"p": map[string]any{"ping": "ping"}})
			}
		case <-quotes.C:
			if updates := s.updates(line, sent); len(updates) > 0 {
				alive = send(map[string]any{"q": updates})
			}
		case <-ctx.Done():
			return
		case <-ended:
			return
		case <-s.Stop:
			return
		}
	}
}

// snapshot is what comes after connecting, with numbers in place of words, and
// the first ping.
func (s *Server) snapshot() map[string]any {
	all := map[string]any{
		"ba": []any{map[string]any{"a": Username, "cc": "USD", "cb": json.Number("50000.00"), "bt": 0}},
		"psa": []any{map[string]any{"a": Username, "p": []any{map[string]any{
			"a": Username, "s": "XCME:MES.Z26", "q": 1, "p": json.Number("6802.50"), "sd": 0,
		}}}},
		"f": []any{},
	}
	if !s.Has(NoPings) {
		all["p"] = map[string]any{"ping": "ping"}
	}
	return all
}

// updates are the next quotes of a stream: the first of a symbol is whole.
func (s *Server) updates(line *stream, sent map[string]bool) []any {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.Has(NoQuotes) {
		return nil
	}
	now := s.Options.Now()
	if s.Has(OldQuotes) {
		now = now.Add(-time.Hour)
	}
	var updates []any
	for _, symbol := range line.symbols {
		market := s.Step(now)
		if sent[symbol] {
			updates = append(updates, part(symbol, market))
			continue
		}
		sent[symbol] = true
		updates = append(updates, whole(symbol, market))
	}
	return updates
}
