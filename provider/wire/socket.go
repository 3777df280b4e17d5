package wire

import (
	"context"
	"errors"
	"io"
	"net/http"
	"time"

	"github.com/coder/websocket"

	"assay/health"
)

// longestMessage bounds one message of a socket.
const longestMessage = 4 << 20

// Socket is a line on which a provider sends text messages. One goroutine may
// read while others write.
type Socket struct {
	Answer // to the handshake, without a body

	client  *Client
	request Request
	conn    *websocket.Conn
	heard   time.Time // when the last message came; at first, when the line was opened
}

// Socket opens a line, in one attempt: who lost one has more to do than to
// dial again. Close it.
func (c *Client) Socket(ctx context.Context, r Request) (*Socket, error) {
	if err := c.Limiter.Wait(ctx, c.MaxWait); err != nil {
		return nil, c.held(ctx, r, err)
	}
	began := c.Now()
	conn, answer, err := c.dial(ctx, r)
	c.Tell(ctx, c.attempt(r, 1, began, answer), err)
	if err != nil {
		return nil, err
	}
	answer.Body = nil
	return &Socket{Answer: answer, client: c, request: r, conn: conn, heard: c.Now()}, nil
}

func (c *Client) dial(ctx context.Context, r Request) (*websocket.Conn, Answer, error) {
	ctx, cancel := context.WithTimeout(ctx, c.Timeout)
	defer cancel()
	request, err := c.request(ctx, r)
	if err != nil {
		return nil, Answer{}, err
	}
	sent := c.Now()
	options := &websocket.DialOptions{HTTPClient: c.http, HTTPHeader: request.Header}
	conn, response, err := websocket.Dial(ctx, request.URL.String(), options) //nolint:bodyclose // the library does
	if response == nil {
		return nil, Answer{}, c.unreached(r, err)
	}
	now := c.Now()
	answer := Answer{
		Status: response.StatusCode, Header: response.Header, Latency: now.Sub(sent),
		Skew: skew(response.Header.Get("Date"), sent, now),
	}
	if err == nil {
		conn.SetReadLimit(longestMessage)
		return conn, answer, nil
	}
	answer.Body, _ = io.ReadAll(response.Body) // the library kept 1 KiB of it
	if err := c.judge(r, answer); err != nil && answer.Status != http.StatusSwitchingProtocols {
		return nil, answer, err
	}
	return nil, answer, c.Malformed(r, answer.Status, "no socket is opened")
}

// Read waits for the next message, as long as the line may be silent.
func (s *Socket) Read(ctx context.Context) ([]byte, error) {
	return s.ReadWithin(ctx, s.client.Silence)
}

// ReadWithin waits for the next message. When nothing comes in time the line
// counts as dead and is closed.
func (s *Socket) ReadWithin(ctx context.Context, most time.Duration) ([]byte, error) {
	bounded, cancel := context.WithTimeout(ctx, most)
	defer cancel()
	kind, text, err := s.conn.Read(bounded)
	switch {
	case err == nil && kind == websocket.MessageText:
		s.heard = s.client.Now()
		return text, nil
	case err == nil:
		return nil, s.Malformed("a message is no text")
	case errors.Is(ctx.Err(), context.Canceled):
		return nil, ctx.Err()
	case bounded.Err() != nil:
		return nil, s.Trouble(health.TimedOut, "nothing came for %s", s.client.Now().Sub(s.heard).Round(time.Second))
	}
	return nil, s.broken(err)
}

// Write sends a message.
func (s *Socket) Write(ctx context.Context, text string) error {
	bounded, cancel := context.WithTimeout(ctx, s.client.Timeout)
	defer cancel()
	err := s.conn.Write(bounded, websocket.MessageText, []byte(text))
	switch {
	case err == nil:
		return nil
	case errors.Is(ctx.Err(), context.Canceled):
		return ctx.Err()
	case bounded.Err() != nil:
		return s.Trouble(health.TimedOut, "a message could not be sent in time")
	}
	return s.broken(err)
}

// broken is the error of a line that ended.
func (s *Socket) broken(err error) error {
	if errors.Is(err, websocket.ErrMessageTooBig) {
		return s.Malformed("a message is longer than %d bytes", longestMessage)
	}
	if e, ok := errors.AsType[websocket.CloseError](err); ok {
		return s.Trouble(health.Unreachable, "it closed the socket (%d %s)", e.Code, e.Reason)
	}
	return s.Trouble(health.Unreachable, "the socket broke off")
}

// Trouble makes the error of this line; the words may be the provider's.
func (s *Socket) Trouble(code health.Code, format string, args ...any) *Error {
	return s.client.Trouble(s.request, code, s.Status, format, args...)
}

// Malformed is the error of a message that cannot be.
func (s *Socket) Malformed(format string, args ...any) *Error {
	return s.client.Malformed(s.request, s.Status, format, args...)
}

// Close ends the line at once.
func (s *Socket) Close() { _ = s.conn.CloseNow() } // it may have ended by itself
