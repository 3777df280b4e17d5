package tradovate

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/coder/websocket"
)

// How often the socket says something, and how long it waits for the client's
// heartbeat before it drops the line.
const (
	beatEvery  = 2500 * time.Millisecond
	quoteEvery = 500 * time.Millisecond
	patience   = 10 * time.Second
)

// line is one open socket.
type line struct {
	server     *Server
	conn       *websocket.Conn
	ctx        context.Context //nolint:containedctx // the life of the line
	authorised bool
	symbols    []string
	heard      time.Time
}

// open upgrades to a socket and serves it until one side has enough.
func (s *Server) open(w http.ResponseWriter, r *http.Request) {
	conn, err := websocket.Accept(w, r, nil)
	if err != nil {
		return // it answered that already
	}
	s.Sockets.Add(1)
	defer s.Sockets.Done()
	ctx, cancel := context.WithCancel(context.Background())
	l := &line{server: s, conn: conn, ctx: ctx, heard: time.Now()}
	requests := make(chan string)
	s.Sockets.Go(func() { l.listen(requests) })
	l.serve(requests)
	cancel()
	_ = conn.CloseNow() // it may be closed
}

// listen passes on what the client sends, and ends with the line.
func (l *line) listen(requests chan<- string) {
	defer close(requests)
	for {
		_, text, err := l.conn.Read(l.ctx)
		if err != nil {
			return
		}
		select {
		case requests <- string(text):
		case <-l.ctx.Done():
			return
		}
	}
}

func (l *line) serve(requests <-chan string) {
	beats, quotes := time.NewTicker(beatEvery), time.NewTicker(quoteEvery)
	defer beats.Stop()
	defer quotes.Stop()
	for alive := l.greet(); alive; {
		select {
		case text, open := <-requests:
			alive = open && l.hear(text)
		case <-beats.C:
			alive = l.beat()
		case <-quotes.C:
			alive = l.quote()
		case <-l.server.Stop:
			return
		}
	}
}

func (l *line) say(text string) bool {
	return l.conn.Write(l.ctx, websocket.MessageText, []byte(text)) == nil
}

func (l *line) greet() bool {
	switch {
	case l.server.Has(NoOpen):
		return true
	case l.server.Has(BadFrame):
		return l.say(`o`) && l.say(`a[{"s":200,`)
	case l.server.Has(OddFrame):
		return l.say(`x[]`)
	default:
		return l.say("o")
	}
}

func (l *line) beat() bool {
	if time.Since(l.heard) > patience {
		l.server.mu.Lock()
		l.server.dropped++
		l.server.mu.Unlock()
		return false
	}
	return l.server.Has(NoBeats) || l.server.Has(NoOpen) || l.say("h")
}

// hear reads a request: endpoint, number, query, body.
func (l *line) hear(text string) bool {
	l.heard = time.Now()
	if text == "[]" {
		return true
	}
	parts := strings.SplitN(text, "\n", 4)
	if len(parts) != 4 {
		return l.say(`c[1002,"a request has four parts"]`)
	}
	number, err := strconv.ParseInt(parts[1], 10, 64)
	if err != nil {
		return l.say(`c[1002,"a request has a number"]`)
	}
	switch {
	case parts[0] == "authorize":
		return l.authorise(number, parts[3])
	case !l.authorised:
		return l.answer(number, http.StatusUnauthorized, "Access is denied")
	case parts[0] == "md/subscribequote":
		return l.subscribe(number, parts[3])
	default:
		return l.answer(number, http.StatusNotFound, "Unknown endpoint")
	}
}

func (l *line) answer(number int64, status int, body any) bool {
	text, err := json.Marshal([]any{map[string]any{"s": status, "i": number, "d": body}})
	return err == nil && l.say("a"+string(text))
}

func (l *line) authorise(number int64, token string) bool {
	if !l.server.Good(token) {
		return l.answer(number, http.StatusUnauthorized, "Access is denied")
	}
	l.authorised = true
	switch text := fmt.Sprintf(`{"s":200,"i":%d}`, number); {
	case l.server.Has(CutSocket):
		l.say("a[" + text + "]")
		return false
	case l.server.Has(CloseFrame):
		return l.say("a["+text+"]") && l.say(`c[1000,"Normal closure"]`)
	default:
		return l.say("a[" + text + "]")
	}
}

func (l *line) subscribe(number int64, body string) bool {
	var sent struct {
		Symbol string
		Ticket string `json:"p-ticket"`
	}
	if json.Unmarshal([]byte(body), &sent) != nil || sent.Symbol == "" {
		return l.answer(number, http.StatusBadRequest, "No symbol is named")
	}
	bare, _ := json.Marshal(sent.Symbol) // a text is JSON
	if answer := l.server.penalty("md/subscribequote", sent.Ticket, string(bare)); answer != nil {
		return l.answer(number, http.StatusOK, answer)
	}
	switch {
	case l.server.Has(TooMany):
		return l.say(fmt.Sprintf(`a[{"s":429,"i":%d}]`, number))
	case l.server.Has(NotEntitled):
		return l.answer(number, http.StatusOK, map[string]any{"errorText": "Symbol is inaccessible", "errorCode": "UnknownSymbol", "mode": "None"})
	}
	l.symbols = append(l.symbols, sent.Symbol)
	return l.answer(number, http.StatusOK, map[string]any{"mode": "RealTime"})
}

// quote sends the next quotes, or the end of the line.
func (l *line) quote() bool {
	switch s := l.server; {
	case len(l.symbols) == 0 || s.Has(NoQuotes) || s.Has(NoBeats):
		return true
	case s.Has(Shutdown):
		return l.say(`a[{"e":"shutdown","d":{"reasonCode":"Maintenance","reason":"Back at 17:00"}}]`)
	case s.Has(Quota):
		return l.say(`a[{"e":"shutdown","d":{"reasonCode":"ConnectionQuotaReached","reason":"Too many"}}]`)
	}
	text, err := json.Marshal([]any{map[string]any{"e": "md", "d": map[string]any{"quotes": l.quotes()}}})
	return err == nil && l.say("a"+string(text))
}

func (l *line) quotes() (quotes []any) {
	now := l.server.Options.Now()
	if l.server.Has(OldQuotes) {
		now = now.Add(-time.Hour)
	}
	for i := range l.symbols {
		m := l.server.Step(now)
		quotes = append(quotes, map[string]any{
			"timestamp": m.At.UTC().Format("2006-01-02T15:04:05.000Z"), "contractId": i + 1,
			"entries": map[string]any{
				"Bid": level(m.Bid, m.BidSize), "Offer": level(m.Ask, m.AskSize), "Trade": level(m.Last, m.Size),
				"TotalTradeVolume": map[string]any{"size": m.Volume}, "SettlementPrice": map[string]any{"price": m.Settlement},
			},
		})
	}
	return quotes
}

func level(price json.Number, size int64) map[string]any {
	return map[string]any{"price": price, "size": size}
}
