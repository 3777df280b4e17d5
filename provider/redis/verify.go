package redis

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"slices"
	"strings"
	"time"

	goredis "github.com/redis/go-redis/v9"

	"assay/health"
	"assay/internal/pause"
	"assay/provider/wire"
)

// pings is how many are measured after the first, which also dials, greets
// and authenticates and takes ten times as long.
const pings = 5

// When none of the pings is quick they are measured again, at most so many
// times and so far apart: a busy machine delays many pings, a slow server all.
const (
	rounds   = 4
	roundGap = 250 * time.Millisecond
)

// took is how long the pings of a round took.
type took struct{ fastest, median time.Duration }

// Verify connects, authenticates and pings. Its latency is the median of some
// pings over the warm connection.
func (c *Client) Verify(ctx context.Context, probe health.Probe) health.Verification {
	var round took
	trip := wire.Trip{Provider: health.Redis, Probe: probe, Limit: c.timeout, Now: c.now}
	v := trip.Make(ctx, func(ctx context.Context) (_ time.Duration, err error) {
		if probe != health.Ping {
			return 0, finding(health.RequestRefused, "Redis has no probe %s", probe)
		}
		round, err = c.ping(ctx)
		return 0, c.judge(round, err)
	})
	if round.median > 0 {
		v.Latency = round.median
	}
	return v
}

// ping measures rounds until one has a ping that is quick.
func (c *Client) ping(ctx context.Context) (round took, err error) {
	line, err := c.dial(ctx)
	if err != nil {
		return took{}, err
	}
	defer func() { _ = line.Close() }() // the answer is known by then
	options := c.options
	// The library would dial in the background and go on after ctx is done.
	options.Dialer = func(context.Context, string, string) (net.Conn, error) { return line, nil }
	client := goredis.NewClient(&options)
	defer func() { _ = client.Close() }()
	var greeting firstRefusal
	client.AddHook(&greeting)
	conn := client.Conn()
	defer func() { _ = conn.Close() }()
	if err := conn.Ping(ctx).Err(); err != nil {
		return took{}, greeting.or(err)
	}
	for n := 1; ; n++ {
		round, err = c.round(ctx, conn)
		if err != nil || round.fastest <= c.slow || n == rounds || !pause.For(ctx, roundGap) {
			return round, err
		}
	}
}

func (c *Client) round(ctx context.Context, conn *goredis.Conn) (took, error) {
	all := make([]time.Duration, pings)
	for i := range all {
		started := c.now()
		if err := conn.Ping(ctx).Err(); err != nil {
			return took{}, err
		}
		all[i] = c.now().Sub(started)
	}
	slices.Sort(all)
	return took{all[0], all[pings/2]}, nil
}

// firstRefusal keeps the first error that the server answered. The library
// takes a refused greeting for an old server and goes on, so that "max number
// of clients reached" would end as a cut connection.
type firstRefusal struct{ err error }

// DialHook implements goredis.Hook.
func (*firstRefusal) DialHook(next goredis.DialHook) goredis.DialHook { return next }

// ProcessPipelineHook implements goredis.Hook.
func (*firstRefusal) ProcessPipelineHook(next goredis.ProcessPipelineHook) goredis.ProcessPipelineHook {
	return next
}

// ProcessHook implements goredis.Hook.
func (f *firstRefusal) ProcessHook(next goredis.ProcessHook) goredis.ProcessHook {
	return func(ctx context.Context, cmd goredis.Cmder) error {
		err := next(ctx, cmd)
		if _, said := errors.AsType[goredis.Error](err); said && f.err == nil && !isOld(err) {
			f.err = err
		}
		return err
	}
}

// or returns the refusal when err does not say as much.
func (f *firstRefusal) or(err error) error {
	if _, said := errors.AsType[goredis.Error](err); said || f.err == nil {
		return err
	}
	return f.err
}

// isOld says that the server is older than the greeting (Redis 6).
func isOld(err error) bool { return goredis.HasErrorPrefix(err, "unknown command") }

func (c *Client) dial(ctx context.Context) (net.Conn, error) {
	if c.options.TLSConfig == nil {
		return new(net.Dialer).DialContext(ctx, c.options.Network, c.options.Addr)
	}
	dialer := tls.Dialer{Config: c.options.TLSConfig}
	return dialer.DialContext(ctx, c.options.Network, c.options.Addr)
}

// judge puts the result into words. Redis's own are quoted where it spoke;
// none of them repeats a password.
func (c *Client) judge(round took, err error) error {
	switch {
	case err == nil && round.fastest <= c.slow:
		return nil
	case err == nil:
		return finding(health.Slow, "pings take %s or more, and more than %s is slow", millis(round.fastest), millis(c.slow))
	case errors.Is(err, context.Canceled):
		return err
	case timedOut(err):
		return finding(health.TimedOut, "%s did not answer within %s", c.options.Addr, c.timeout)
	}
	if said, ok := errors.AsType[goredis.Error](err); ok {
		return finding(refusal(err), "it answered: %s", said.Error())
	}
	if unreadable(err) {
		return finding(health.MalformedAnswer, "what answers at %s does not speak Redis", c.options.Addr)
	}
	return finding(health.Unreachable, "%s cannot be reached (%s)", c.options.Addr, reason(err))
}

func finding(code health.Code, format string, args ...any) error {
	return &wire.Finding{Code: code, Detail: fmt.Sprintf(format, args...)}
}

// refusal reads a Redis error, whose first word is its kind.
func refusal(err error) health.Code {
	switch {
	case goredis.IsAuthError(err), goredis.IsPermissionError(err):
		return health.CredentialsRefused
	case goredis.IsMaxClientsError(err):
		return health.NoRoom
	case goredis.HasErrorPrefix(err, "DB index"), goredis.HasErrorPrefix(err, "SELECT is not allowed"):
		return health.RequestRefused // REDIS_URL asks for a database that is not there
	default: // LOADING, MISCONF, MASTERDOWN
		return health.ServerError
	}
}

func timedOut(err error) bool {
	if errors.Is(err, context.DeadlineExceeded) {
		return true
	}
	e, ok := errors.AsType[net.Error](err)
	return ok && e.Timeout()
}

// unreadable tells bytes that are no answer from a connection that was cut.
// The library has no error type for what it cannot parse.
func unreadable(err error) bool {
	if _, ok := errors.AsType[tls.RecordHeaderError](err); ok {
		return true
	}
	text := err.Error()
	return strings.HasPrefix(text, "redis: can't ") || strings.HasPrefix(text, "redis: invalid ")
}

// reason is the innermost words, without the address that stands before them.
func reason(err error) string {
	if e, ok := errors.AsType[*net.OpError](err); ok {
		return e.Err.Error()
	}
	return err.Error()
}

func millis(d time.Duration) string {
	return fmt.Sprintf("%.1f ms", float64(d)/float64(time.Millisecond))
}
