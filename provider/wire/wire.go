// Package wire speaks HTTP with providers: every call has a context, a time
// limit and a bounded answer; what harms nobody is tried again a few times;
// trouble becomes one of the codes of package health, in a sentence without
// secrets.
package wire

import (
	"context"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"assay"
	"assay/health"
	"assay/market"
)

// Config says whom a Client speaks to and how long it waits. Zero values are
// the defaults.
type Config struct {
	Provider health.ProviderID
	Base     string   // e.g. "https://hist.databento.com"; paths are put behind it
	Setting  string   // the variable that sets Base, for errors
	Secrets  []string // never shown, whoever repeats them

	// Sign puts the credentials on each attempt. It must not put them into
	// the address.
	Sign func(*http.Request)
	// Explain reads a provider's own way of saying no. It is asked about every
	// whole answer, as some say no with status 200; ok is false when there is
	// nothing amiss beyond the status. An empty code leaves it to the status.
	Explain func(Answer) (code health.Code, detail string, ok bool)
	// Observe is told of every attempt once it has ended, for metrics and
	// records; of a stream that is when it is closed.
	Observe func(context.Context, Attempt)

	Timeout  time.Duration // of one attempt, for a stream until its head; default 30 s
	Silence  time.Duration // longest between two parts of a stream; default 30 s
	Attempts int           // of a call that may be repeated; default 3
	MaxWait  time.Duration // longest wait before another attempt; default 30 s
	Limiter  *Limiter      // of the account; nil for none
	CoolDown time.Duration // how long the account keeps still after it was too much; 0 leaves it to the provider's answer

	Now       func() time.Time  // default time.Now
	Transport http.RoundTripper // default one with connections of its own
}

// Attempt is one request and how it ended.
type Attempt struct {
	Provider health.ProviderID
	Address  string    // that was asked, without path and secrets
	Name     string    // of the call, e.g. "metadata.get_cost"
	Number   int       // from 1
	At       time.Time // when it was made
	Status   int       // of HTTP; 0 without an answer, or where no HTTP is spoken
	Code     health.Code
	Latency  time.Duration // until the head of the answer
	Bytes    int64         // of the answer's body, as far as it came
	Cost     *market.Money // what the whole answer was quoted at; nil when nobody asked
	ID       string        // the provider's name for the request
}

// GivenUp is the code of an attempt whose answer nobody waited for any more. It
// says nothing of the provider, so that no verification ends so.
const GivenUp health.Code = "GIVEN_UP"

// Client makes the calls of one account. It may be used by many goroutines.
type Client struct {
	Config
	base   *url.URL
	http   *http.Client
	redact *strings.Replacer
}

// New returns a client, or an error that names the setting when the address is
// none.
func New(c Config) (*Client, error) {
	base, err := address(c)
	if err != nil {
		return nil, err
	}
	defaults(&c)
	return &Client{Config: c, base: base, redact: redactor(c.Secrets), http: &http.Client{
		Transport: c.Transport,
		// A redirect would carry the credentials to whoever it names.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}, nil
}

func defaults(c *Config) {
	set := func(d *time.Duration, v time.Duration) {
		if *d <= 0 {
			*d = v
		}
	}
	set(&c.Timeout, 30*time.Second)
	set(&c.Silence, 30*time.Second)
	set(&c.MaxWait, 30*time.Second)
	if c.Attempts <= 0 {
		c.Attempts = 3
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Transport == nil {
		c.Transport = transport()
	}
}

// transport keeps few connections and none for long: calls are rare.
func transport() *http.Transport {
	return &http.Transport{
		Proxy:               http.ProxyFromEnvironment,
		DialContext:         (&net.Dialer{Timeout: 10 * time.Second, KeepAlive: 15 * time.Second}).DialContext,
		ForceAttemptHTTP2:   true,
		TLSHandshakeTimeout: 10 * time.Second,
		MaxIdleConns:        4,
		MaxConnsPerHost:     8,
		IdleConnTimeout:     30 * time.Second,

		MaxResponseHeaderBytes: 64 << 10,
	}
}

// address reads the base address. One with credentials in it is refused: it
// would be shown.
func address(c Config) (*url.URL, error) {
	u, err := url.Parse(c.Base)
	fix := "write it like https://host"
	if c.Setting != "" {
		fix = "set " + c.Setting + " to an address like https://host"
	}
	switch {
	case c.Base == "":
		return nil, assay.Errorf(assay.Invalid, fix, "the address of %s is not set", c.Provider.Name())
	case err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https":
		return nil, assay.Errorf(assay.Invalid, fix, "the address of %s does not begin with http:// or https:// and a host", c.Provider.Name())
	case u.User != nil || u.RawQuery != "" || u.Fragment != "":
		return nil, assay.Errorf(assay.Invalid, fix, "the address of %s holds more than a host and a path", c.Provider.Name())
	}
	return u, nil
}

// Address is where the provider is reached, for people to read.
func (c *Client) Address() string { return strings.TrimSuffix(c.base.String(), "/") }

// Close closes the connections that are kept for further calls.
func (c *Client) Close() { c.http.CloseIdleConnections() }
