// Package tradovate is a client of the futures broker Tradovate: access token,
// accounts, market data frames, and the penalty tickets with which it slows
// down who asks too fast.
package tradovate

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"strconv"
	"sync"
	"time"

	"assay"
	"assay/health"
	"assay/provider"
	"assay/provider/wire"
)

// Where the environments are. Market data is the same for both.
const (
	DemoURL       = "https://demo.tradovateapi.com/v1"
	LiveURL       = "https://live.tradovateapi.com/v1"
	MarketDataURL = "https://md.tradovateapi.com/v1"
)

const (
	callsPerSecond = 5                // its limits vary on purpose and are a thousand times that
	coolDown       = time.Hour        // after 429 all calls are refused for so long
	deadAfter      = 15 * time.Second // a socket on which no frame comes
	version        = "1.0"            // of the application, as it is registered
)

// Config says whose account is meant and how to reach it. Zero values are the
// defaults.
type Config struct {
	Environment   provider.Environment // default demo
	URL           string               // default that of the environment
	MarketDataURL string               // default Tradovate's, or URL when that is set
	Name          string               // the user
	Password      string
	AppID         string // default "Assay"
	CID           string // the API key's number
	Secret        string // the API key's secret
	Device        string // stable and unique for the installation; default one made from Name
	Account       string // name or number of the one that must be there; "" is satisfied with any

	Timeout   time.Duration                       // of one attempt; default 10 s
	Now       func() time.Time                    // default time.Now
	Transport http.RoundTripper                   // default one of its own
	Observe   func(context.Context, wire.Attempt) // told of every attempt
}

// Client speaks for one user. It may be used by many goroutines.
type Client struct {
	config  Config
	cid     int64
	door    *wire.Client  // logs in
	held    chan *session // the current login, nil before the first; who takes it out has the turn
	tickets tickets

	mu     sync.Mutex
	recent listing // of the accounts, for verifications that follow soon
}

// New returns a client. It speaks to nobody yet.
func New(c Config) (*Client, error) {
	cid, err := strconv.ParseInt(c.CID, 10, 64)
	switch {
	case c.Name == "" || c.Password == "" || c.Secret == "":
		return nil, assay.Errorf(assay.Invalid, "set TRADOVATE_NAME, TRADOVATE_PASSWORD, TRADOVATE_CID and TRADOVATE_SECRET, all four",
			"Tradovate needs a user's name and password and an API key")
	case err != nil:
		return nil, assay.Errorf(assay.Invalid, "set TRADOVATE_CID to the number of the API key",
			"%.20q is no number of a Tradovate API key", c.CID)
	case c.Environment != "" && c.Environment != provider.Demo && c.Environment != provider.Live:
		return nil, assay.Errorf(assay.Invalid, "set TRADOVATE_ENVIRONMENT to demo or live",
			"%.20q is no environment of Tradovate", c.Environment)
	}
	defaults(&c)
	config := wire.Config{
		Provider: health.Tradovate, Base: c.URL, Setting: "TRADOVATE_URL", Secrets: []string{c.Password, c.Secret},
		Explain: explain, Observe: c.Observe, Timeout: c.Timeout, Silence: deadAfter,
		MaxWait: 5 * time.Second, CoolDown: coolDown, Limiter: wire.NewLimiter(callsPerSecond, time.Second, c.Now),
		Now: c.Now, Transport: c.Transport,
	}
	door, err := wire.New(config)
	if err != nil {
		return nil, err
	}
	config.Base, config.Setting = c.MarketDataURL, "TRADOVATE_MD_URL"
	if _, err := wire.New(config); err != nil { // now, and not at the first login
		return nil, err
	}
	client := &Client{config: c, cid: cid, door: door, held: make(chan *session, 1), tickets: tickets{now: c.Now}}
	client.held <- nil
	return client, nil
}

func defaults(c *Config) {
	if c.Environment == "" {
		c.Environment = provider.Demo
	}
	if c.MarketDataURL == "" {
		c.MarketDataURL = MarketDataURL
		if c.URL != "" {
			c.MarketDataURL = c.URL // a token of one place is nothing for another
		}
	}
	if c.URL == "" {
		c.URL = DemoURL
		if c.Environment == provider.Live {
			c.URL = LiveURL
		}
	}
	if c.AppID == "" {
		c.AppID = "Assay"
	}
	if c.Device == "" {
		c.Device = device(c.Name)
	}
	if c.Timeout <= 0 {
		c.Timeout = 10 * time.Second
	}
	if c.Now == nil {
		c.Now = time.Now
	}
}

// device makes a UUID of a name.
func device(name string) string {
	sum := sha256.Sum256([]byte("assay " + name))
	h := hex.EncodeToString(sum[:])
	return h[:8] + "-" + h[8:12] + "-" + h[12:16] + "-" + h[16:20] + "-" + h[20:32]
}

// Provider names it.
func (*Client) Provider() health.ProviderID { return health.Tradovate }

// Address is where it is reached.
func (c *Client) Address() string { return c.door.Address() }

// Addresses are those of the accounts and, when it is another, of market data.
func (c *Client) Addresses() []string {
	if c.config.MarketDataURL == c.Address() {
		return []string{c.Address()}
	}
	return []string{c.Address(), c.config.MarketDataURL}
}

// Environment is the one that it is set to reach.
func (c *Client) Environment() provider.Environment { return c.config.Environment }

// Close gives up the connections that are kept. The session ends by itself.
func (c *Client) Close() { c.door.Close() }
