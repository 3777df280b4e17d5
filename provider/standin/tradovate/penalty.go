package tradovate

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"time"

	"assay/provider/standin"
)

// How long penalties are.
const (
	penaltySeconds = 15
	longSeconds    = 600
)

// owed is a penalty: the ticket that the same call must carry, and not sooner.
type owed struct {
	ticket, body string
	from         time.Time
}

// penalised answers a call with a penalty when a fault says so, and sees that
// a call which owes one serves it.
func (s *Server) penalised(next http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return // the client has gone
		}
		ticket, bare := ticketOf(r, body)
		if answer := s.penalty(r.URL.Path, ticket, bare); answer != nil {
			standin.Say(w, http.StatusOK, answer)
			return
		}
		r.Body = io.NopCloser(bytes.NewReader([]byte(bare)))
		next(w, r)
	}
}

// ticketOf takes the ticket out of a call: what is left must be the same as
// before.
func ticketOf(r *http.Request, body []byte) (ticket, bare string) {
	var fields map[string]any
	if json.Unmarshal(body, &fields) != nil {
		return r.URL.Query().Get("p-ticket"), string(body)
	}
	ticket, _ = fields["p-ticket"].(string)
	delete(fields, "p-ticket")
	rest, _ := json.Marshal(fields) // it was JSON
	return ticket, string(rest)
}

// penalty returns the answer that makes a call wait, or nil.
func (s *Server) penalty(call, ticket, body string) map[string]any {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.Options.Now()
	if o, ok := s.owing[call]; ok {
		s.check(call, o, owed{ticket, body, now})
		delete(s.owing, call)
	}
	seconds, captcha := penaltySeconds, false
	switch {
	case s.Has(EndlessTicks):
	case s.Script.Once(Penalty):
	case s.Script.Once(LongPenalty):
		seconds = longSeconds
	case s.Script.Once(Captcha):
		captcha = true
	default:
		return nil
	}
	next := owed{s.Name("ticket", 24), body, now.Add(time.Duration(seconds) * time.Second)}
	if !captcha { // one with a captcha is never served by a program
		s.owing[call] = next
	}
	return map[string]any{"p-ticket": "ticket-" + next.ticket, "p-time": seconds, "p-captcha": captcha}
}

func (s *Server) check(call string, owed, came owed) {
	switch {
	case came.ticket != "ticket-"+owed.ticket:
		s.broken = append(s.broken, call+": came without its ticket")
	case came.body != owed.body:
		s.broken = append(s.broken, call+": came with another body")
	case came.from.Before(owed.from):
		s.broken = append(s.broken, call+": came too early")
	}
}
