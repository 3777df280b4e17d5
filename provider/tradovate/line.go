package tradovate

import (
	"context"
	"errors"
	"sync"
	"time"

	"assay/health"
	"assay/provider/wire"
)

// beatEvery is how often the broker wants to hear from us, or it drops the
// line.
const beatEvery = 2500 * time.Millisecond

// maxWaiting bounds the frames that came and were not looked at.
const maxWaiting = 1000

// Line is a socket of the broker. When it ends, another must be opened and
// subscribed anew. One goroutine uses it at a time.
type Line struct {
	Skew time.Duration // how far the broker's clock is from ours, at least

	client  *Client
	socket  *wire.Socket
	frames  chan frame // without heartbeats; closed at the end
	failed  error      // why it ended, once frames is closed
	last    int64      // number of the last request
	waiting []message  // events that came while an answer was awaited
	stop    context.CancelFunc
	work    sync.WaitGroup
}

// MarketData opens a line of market data and authorises it. Close it.
func (c *Client) MarketData(ctx context.Context) (*Line, error) {
	return c.line(ctx, func(s *session) (*wire.Client, string) { return s.md, s.mdToken })
}

// account opens the line of the account, on which nothing is subscribed yet.
func (c *Client) account(ctx context.Context) (*Line, error) {
	return c.line(ctx, func(s *session) (*wire.Client, string) { return s.api, s.token })
}

// line opens a line with the held login. When it is refused there is one new
// login, and no second.
func (c *Client) line(ctx context.Context, of func(*session) (*wire.Client, string)) (*Line, error) {
	s, err := c.session(ctx, nil)
	if err != nil {
		return nil, err
	}
	api, token := of(s)
	line, err := c.open(ctx, api, token)
	if !refused(err) {
		return line, err
	}
	if s, err = c.session(ctx, s); err != nil {
		return nil, err
	}
	api, token = of(s)
	return c.open(ctx, api, token)
}

func (c *Client) open(ctx context.Context, api *wire.Client, token string) (*Line, error) {
	socket, err := api.Socket(ctx, wire.Request{Name: "open a socket", Path: "/websocket"})
	if err != nil {
		return nil, err
	}
	life, stop := context.WithCancel(context.WithoutCancel(ctx)) // until Close
	line := &Line{Skew: socket.Skew, client: c, socket: socket, frames: make(chan frame, maxWaiting), stop: stop}
	line.work.Go(func() { line.listen(life) })
	line.work.Go(func() { line.beat(life) })
	if err := line.greet(ctx, token); err != nil {
		line.Close()
		return nil, err
	}
	return line, nil
}

// greet waits for the broker to open and says who we are.
func (l *Line) greet(ctx context.Context, token string) error {
	bounded, cancel := context.WithTimeout(ctx, l.client.config.Timeout)
	defer cancel()
	f, err := l.read(bounded)
	if err != nil {
		return l.late(ctx, err, "its greeting")
	}
	if f.kind != frameOpen {
		return l.socket.Malformed("it begins with a frame %q", f.kind)
	}
	_, err = l.request(ctx, "authorize", token)
	return err
}

// listen reads frames, also while nobody waits for one, as the broker would
// else be held up and take us for dead.
func (l *Line) listen(ctx context.Context) {
	defer close(l.frames)
	for {
		f, err := l.frame(ctx)
		if err != nil {
			l.failed = err
			return
		}
		if f.kind == frameBeat {
			continue
		}
		select {
		case l.frames <- f:
		default:
			l.failed = l.socket.Malformed("more than %d frames came at once", maxWaiting)
			return
		}
	}
}

// frame reads the next frame that is no close.
func (l *Line) frame(ctx context.Context) (frame, error) {
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

// read waits for a frame that holds something.
func (l *Line) read(ctx context.Context) (frame, error) {
	select {
	case f, open := <-l.frames:
		if !open {
			return frame{}, l.failed
		}
		return f, nil
	case <-ctx.Done():
		return frame{}, ctx.Err()
	}
}

// late turns the end of a bounded wait into a sentence.
func (l *Line) late(ctx context.Context, err error, what string) error {
	if errors.Is(err, context.DeadlineExceeded) && ctx.Err() == nil {
		return l.socket.Trouble(health.TimedOut, "%s does not come within %s", what, l.client.config.Timeout)
	}
	return err
}

// Close ends the line.
func (l *Line) Close() {
	l.stop()
	l.socket.Close()
	l.work.Wait()
}
