package tradovate

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"time"

	"assay/health"
	"assay/provider/wire"
)

// beatEvery is how often the broker wants to hear from us, or it drops the
// line.
const beatEvery = 2500 * time.Millisecond

// maxWaiting bounds the events that come while an answer is awaited.
const maxWaiting = 1000

// Line is a socket of market data. When it ends, another must be opened and
// subscribed anew. One goroutine uses it at a time.
type Line struct {
	Skew time.Duration // how far the broker's clock is from ours, at least

	client  *Client
	socket  *wire.Socket
	last    int64     // number of the last request
	waiting []message // events that came while an answer was awaited
	stop    context.CancelFunc
	beats   sync.WaitGroup
}

// MarketData opens a line and authorises it. Close it.
func (c *Client) MarketData(ctx context.Context) (*Line, error) {
	s, err := c.session(ctx, nil)
	if err != nil {
		return nil, err
	}
	line, err := c.open(ctx, s)
	if !refused(err) {
		return line, err
	}
	if s, err = c.session(ctx, s); err != nil {
		return nil, err
	}
	return c.open(ctx, s)
}

func (c *Client) open(ctx context.Context, s *session) (*Line, error) {
	socket, err := s.md.Socket(ctx, wire.Request{Name: "open market data", Path: "/websocket"})
	if err != nil {
		return nil, err
	}
	line := &Line{Skew: socket.Skew, client: c, socket: socket}
	if err := line.greet(ctx, s.mdToken); err != nil {
		line.Close()
		return nil, err
	}
	return line, nil
}

// greet waits for the broker to open and says who we are.
func (l *Line) greet(ctx context.Context, token string) error {
	f, err := l.read(ctx)
	if err != nil {
		return err
	}
	if f.kind != frameOpen {
		return l.socket.Malformed("it begins with a frame %q", f.kind)
	}
	beating, stop := context.WithCancel(context.WithoutCancel(ctx)) // until Close
	l.stop = stop
	l.beats.Go(func() { l.beat(beating) })
	return l.ask(ctx, "authorize", token)
}

// beat keeps the line alive. When it fails, reading fails too and says why.
func (l *Line) beat(ctx context.Context) {
	ticker := time.NewTicker(beatEvery)
	defer ticker.Stop()
	for {
		select {
		case <-ticker.C:
			if l.socket.Write(ctx, "[]") != nil {
				return
			}
		case <-ctx.Done():
			return
		}
	}
}

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

func (l *Line) ask(ctx context.Context, endpoint, body string) error {
	_, err := l.request(ctx, endpoint, body)
	return err
}

// request sends a request and waits for its answer.
func (l *Line) request(ctx context.Context, endpoint, body string) (said []byte, err error) {
	l.last++
	if err := l.socket.Write(ctx, fmt.Sprintf("%s\n%d\n\n%s", endpoint, l.last, body)); err != nil {
		return nil, err
	}
	for {
		f, err := l.read(ctx)
		if err != nil {
			return nil, err
		}
		var answer *message
		for _, m := range f.messages {
			switch {
			case m.Request == nil:
				l.waiting = append(l.waiting, m)
			case *m.Request == l.last:
				answer = &m
			}
		}
		if len(l.waiting) > maxWaiting {
			return nil, l.socket.Malformed("%d events came before the answer to %s", len(l.waiting), endpoint)
		}
		if answer != nil {
			return answer.Data, l.judge(endpoint, *answer)
		}
	}
}

// judge reads an answer as one over HTTP is read.
func (l *Line) judge(endpoint string, m message) error {
	code, words, no := explain(wire.Answer{Status: m.Status, Body: m.Data})
	if !no && m.Status >= 200 && m.Status < 300 {
		return nil
	}
	if code == "" {
		code = codeOf(m.Status)
	}
	if code == health.RateLimited {
		l.client.door.Limiter.Hold(l.client.config.Now().Add(coolDown))
	}
	if words == "" {
		words = text(m.Data)
	}
	return l.socket.Trouble(code, "%s", strings.TrimSuffix(fmt.Sprintf("%s was answered %d: %s", endpoint, m.Status, words), ": "))
}

func codeOf(status int) health.Code {
	switch {
	case status == http.StatusUnauthorized:
		return health.CredentialsRefused
	case status == http.StatusForbidden:
		return health.NotLicensed
	case status == http.StatusTooManyRequests:
		return health.RateLimited
	case status >= 500:
		return health.ServerError
	case status >= 400:
		return health.RequestRefused
	default:
		return health.MalformedAnswer
	}
}

// Next waits for the next quotes.
func (l *Line) Next(ctx context.Context) ([]Quote, error) {
	for {
		for len(l.waiting) > 0 {
			m := l.waiting[0]
			l.waiting = l.waiting[1:]
			if got, err := l.event(m); err != nil || len(got) > 0 {
				return got, err
			}
		}
		f, err := l.read(ctx)
		if err != nil {
			return nil, err
		}
		for _, m := range f.messages {
			if m.Request == nil {
				l.waiting = append(l.waiting, m)
			}
		}
	}
}

func (l *Line) event(m message) ([]Quote, error) {
	switch m.Event {
	case "md":
		got, err := quotes(m.Data)
		if err != nil {
			return nil, l.socket.Malformed("%v", err)
		}
		return got, nil
	case "shutdown":
		return nil, l.shutdown(m)
	default: // charts and changes of entities, which nobody subscribed here
		return nil, nil
	}
}

func (l *Line) shutdown(m message) error {
	var why struct{ ReasonCode, Reason string }
	if json.Unmarshal(m.Data, &why) != nil {
		return l.socket.Malformed("a shutdown does not say why")
	}
	code := health.ServerError
	if strings.HasSuffix(why.ReasonCode, "QuotaReached") {
		code = health.RateLimited
	}
	return l.socket.Trouble(code, "it shuts the line down: %s", strings.TrimSpace(why.ReasonCode+" "+why.Reason))
}

// read waits for a frame that is no close.
func (l *Line) read(ctx context.Context) (frame, error) {
	text, err := l.socket.Read(ctx)
	if err != nil {
		return frame{}, err
	}
	f, err := parseFrame(text)
	switch {
	case err != nil:
		return frame{}, l.socket.Malformed("%v", err)
	case f.kind == frameClose:
		return frame{}, l.socket.Trouble(health.Unreachable, "it closed the line (%d %s)", f.code, f.reason)
	}
	return f, nil
}

// Close ends the line.
func (l *Line) Close() {
	if l.stop != nil {
		l.stop()
	}
	l.socket.Close()
	l.beats.Wait()
}
