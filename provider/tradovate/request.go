package tradovate

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"assay/health"
	"assay/provider/wire"
)

// Subscribe asks for the quotes of a contract, e.g. "ESZ6".
func (l *Line) Subscribe(ctx context.Context, symbol string) error {
	r := wire.Request{Name: "md/subscribequote"}
	return l.client.patiently(ctx, r, func(ticket string) ([]byte, error) {
		body := map[string]string{"symbol": symbol}
		if ticket != "" {
			body["p-ticket"] = ticket
		}
		text, err := json.Marshal(body)
		if err != nil {
			return nil, fmt.Errorf("write the request %s: %w", r.Name, err)
		}
		return l.request(ctx, r.Name, string(text))
	})
}

// request sends a request and waits for its answer.
func (l *Line) request(ctx context.Context, endpoint, body string) (said []byte, err error) {
	bounded, cancel := context.WithTimeout(ctx, l.client.config.Timeout)
	defer cancel()
	l.last++
	if err := l.socket.Write(ctx, fmt.Sprintf("%s\n%d\n\n%s", endpoint, l.last, body)); err != nil {
		return nil, err
	}
	for {
		f, err := l.read(bounded)
		if err != nil {
			return nil, l.late(ctx, err, "the answer to "+endpoint)
		}
		answer := l.sort(f)
		if len(l.waiting) > maxWaiting {
			return nil, l.socket.Malformed("more than %d events came before the answer to %s", maxWaiting, endpoint)
		}
		if answer != nil {
			return answer.Data, l.judge(endpoint, *answer)
		}
	}
}

// sort puts events aside and returns the answer to the last request. Answers
// to others, which were given up, are left alone.
func (l *Line) sort(f frame) (answer *message) {
	for _, m := range f.messages {
		switch {
		case m.Request == nil:
			l.waiting = append(l.waiting, m)
		case *m.Request == l.last:
			answer = &m
		}
	}
	return answer
}

// judge reads an answer as one over HTTP is read.
func (l *Line) judge(endpoint string, m message) error {
	code, words, no := explain(wire.Answer{Status: m.Status, Body: m.Data})
	if !no && m.Status >= 200 && m.Status < 300 {
		return nil
	}
	if code == "" {
		code = wire.CodeOf(m.Status)
	}
	if words == "" {
		words = wire.Words(m.Data)
	}
	detail := strings.TrimSuffix(fmt.Sprintf("%s was answered %d: %s", endpoint, m.Status, words), ": ")
	if code == health.RateLimited {
		until := l.client.config.Now().Add(coolDown)
		l.client.door.Limiter.Hold(until)
		detail += wire.LeftAlone(until)
	}
	return l.socket.Trouble(code, "%s", detail)
}
