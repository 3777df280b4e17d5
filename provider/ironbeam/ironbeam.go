// Package ironbeam is a client of the futures broker Ironbeam, API version 2:
// session, account, positions, quotes and their stream.
//
// Its documentation declares almost no field as required and differs from what
// its servers send, so that reading is tolerant and judging is not: a word
// that is not known is an error.
package ironbeam

import (
	"context"
	"net/http"
	"time"

	"assay"
	"assay/health"
	"assay/provider"
	"assay/provider/wire"
)

// Where the two environments are.
const (
	DemoURL = "https://demo.ironbeamapi.com/v2"
	LiveURL = "https://live.ironbeamapi.com/v2"
)

// The limit is ten requests a second, login included. Calls made during the
// cool-down of 15 to 30 s that follows prolong it.
const (
	callsPerSecond = 8
	coolDown       = 30 * time.Second
)

// deadAfter is how long a stream may go without its ping, which comes about
// every 5 s.
const deadAfter = 15 * time.Second

// Config says whose account is meant and how to reach it. Zero values are the
// defaults.
type Config struct {
	Environment provider.Environment // default demo; what the broker must say it is
	URL         string               // default that of the environment
	Username    string               // the account's number
	APIKey      string
	Password    string // of an enterprise's user; others have none
	Account     string // the one that must be there; "" is satisfied with any

	Timeout   time.Duration                       // of one attempt; default 10 s
	Now       func() time.Time                    // default time.Now
	Transport http.RoundTripper                   // default one of its own
	Observe   func(context.Context, wire.Attempt) // told of every attempt
}

// Client speaks for one login. It may be used by many goroutines.
type Client struct {
	config Config
	door   *wire.Client  // logs in
	held   chan *session // the current login, nil before the first; who takes it out has the turn
}

// New returns a client. It speaks to nobody yet.
func New(c Config) (*Client, error) {
	if c.Username == "" || c.APIKey == "" {
		return nil, assay.Errorf(assay.Invalid, "set IRONBEAM_USERNAME and IRONBEAM_API_KEY, both",
			"Ironbeam needs a user name and an API key")
	}
	switch c.Environment {
	case "":
		c.Environment = provider.Demo
	case provider.Demo, provider.Live:
	default:
		return nil, assay.Errorf(assay.Invalid, "set IRONBEAM_ENVIRONMENT to demo or live",
			"%.20q is no environment of Ironbeam", c.Environment)
	}
	defaults(&c)
	door, err := wire.New(wire.Config{
		Provider: health.Ironbeam, Base: c.URL, Setting: "IRONBEAM_URL", Secrets: []string{c.APIKey, c.Password},
		Explain: explain, Observe: c.Observe, Timeout: c.Timeout, Silence: deadAfter,
		MaxWait: 5 * time.Second, CoolDown: coolDown, Limiter: wire.NewLimiter(callsPerSecond, time.Second, c.Now),
		Now: c.Now, Transport: c.Transport,
	})
	if err != nil {
		return nil, err
	}
	client := &Client{config: c, door: door, held: make(chan *session, 1)}
	client.held <- nil
	return client, nil
}

func defaults(c *Config) {
	if c.URL == "" {
		c.URL = DemoURL
		if c.Environment == provider.Live {
			c.URL = LiveURL
		}
	}
	if c.Password == "" {
		c.Password = c.APIKey // the API refuses a body without one
	}
	if c.Timeout <= 0 {
		c.Timeout = 10 * time.Second
	}
	if c.Now == nil {
		c.Now = time.Now
	}
}

// Provider names it.
func (*Client) Provider() health.ProviderID { return health.Ironbeam }

// Address is where it is reached.
func (c *Client) Address() string { return c.door.Address() }

// Environment is the one that it is set to reach.
func (c *Client) Environment() provider.Environment { return c.config.Environment }

// Close gives up the connections that are kept. The session ends by itself.
func (c *Client) Close() { c.door.Close() }
