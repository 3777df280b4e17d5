// Package redis verifies an optional Redis server, which carries events and
// short-lived counters between nodes and never a truth.
package redis

import (
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"net"
	"net/url"
	"strings"
	"time"

	goredis "github.com/redis/go-redis/v9"
	"github.com/redis/go-redis/v9/maintnotifications"

	"assay"
	"assay/health"
)

// How long a ping may take before it counts as slow: bounds for a server on
// the same host and for one in the same region.
const (
	slowOnHost   = 5 * time.Millisecond
	slowInRegion = 20 * time.Millisecond
)

// Config says how to reach a server.
type Config struct {
	URL     string           // redis://user:password@host:6379/0, rediss:// with TLS, unix:///path?db=0
	Timeout time.Duration    // of a whole verification; 0 means 5 s
	Slow    time.Duration    // pings that all take longer are DEGRADED; 0 means 5 ms on this host, 20 ms elsewhere
	Now     func() time.Time // nil means the machine's clock
}

// Client verifies one server. It holds no connection: each verification dials
// and authenticates anew, or a password changed since would go unnoticed.
type Client struct {
	options goredis.Options
	address string
	timeout time.Duration
	slow    time.Duration
	now     func() time.Time
}

// New reads the address. The library's own error is dropped, because it
// repeats the address with its password.
func New(c Config) (*Client, error) {
	options, err := goredis.ParseURL(c.URL)
	if err != nil {
		return nil, assay.Errorf(assay.Invalid, "write REDIS_URL like redis://user:password@host:6379/0",
			"REDIS_URL is not the address of a Redis server")
	}
	client := &Client{
		address: address(c.URL, options),
		timeout: cmp.Or(c.Timeout, 5*time.Second),
		slow:    cmp.Or(c.Slow, slowFrom(options)),
		now:     c.Now,
	}
	if client.now == nil {
		client.now = time.Now
	}
	client.options = once(options, client.timeout)
	return client, nil
}

// once turns off whatever the library would repeat or do on its own, so that
// a verification is one attempt.
func once(o *goredis.Options, timeout time.Duration) goredis.Options {
	return goredis.Options{
		Network: o.Network, Addr: o.Addr, Username: o.Username, Password: o.Password, DB: o.DB, TLSConfig: o.TLSConfig,
		ReadTimeout: timeout, WriteTimeout: timeout,
		ContextTimeoutEnabled:    true, // without it a deadline does not limit reads
		MaxRetries:               -1,
		DialerRetries:            1,
		PipelinePoolSize:         -1,
		DisableIdentity:          true,
		MaintNotificationsConfig: &maintnotifications.Config{Mode: maintnotifications.ModeDisabled},
	}
}

// Provider names it.
func (*Client) Provider() health.ProviderID { return health.Redis }

// Address is host and database, without user and password.
func (c *Client) Address() string { return c.address }

// Probes lists PING, all there is to ask.
func (*Client) Probes() []health.Probe { return []health.Probe{health.Ping} }

// LogTo sends what the library says by itself, otherwise written to the
// standard logger, to log. It is a setting of the whole process.
func LogTo(log *slog.Logger) { goredis.SetLogger(logger{log}) }

type logger struct{ log *slog.Logger }

// Printf implements what the library calls a logger.
func (l logger) Printf(ctx context.Context, format string, args ...any) {
	l.log.DebugContext(ctx, "redis library", "said", fmt.Sprintf(format, args...))
}

func address(text string, o *goredis.Options) string {
	if o.Network == "unix" {
		return "unix://" + o.Addr
	}
	scheme, _, _ := strings.Cut(text, "://")
	return (&url.URL{Scheme: scheme, Host: o.Addr, Path: fmt.Sprint("/", o.DB)}).String()
}

func slowFrom(o *goredis.Options) time.Duration {
	host, _, err := net.SplitHostPort(o.Addr)
	switch {
	case o.Network == "unix", err == nil && host == "localhost", net.ParseIP(host).IsLoopback():
		return slowOnHost
	default:
		return slowInRegion
	}
}
