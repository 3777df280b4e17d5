// Package databento speaks with Databento: the historical API over HTTP, and
// the live gateway over TCP. The formats are those of its documentation.
package databento

import (
	"context"
	"net/http"
	"strings"
	"time"

	"assay"
	"assay/health"
	"assay/provider/wire"
)

// Where Databento is, and the dataset of all futures of CME Group.
const (
	DefaultURL     = "https://hist.databento.com"
	DefaultDataset = "GLBX.MDP3"
)

// The variables that set up a Client, for errors; whoever reads the
// environment reads these.
const (
	KeyVariable  = "DATABENTO_API_KEY"
	URLVariable  = "DATABENTO_URL"
	LiveVariable = "DATABENTO_LIVE_ADDR"

	DatasetVariable = "DATABENTO_DATASET"
)

// Config says with which key and where. Zero values are the defaults, save for
// the key.
type Config struct {
	Key     string
	URL     string // of the historical API
	Live    string // host and port of the live gateway; default from the dataset
	Dataset string

	Timeout time.Duration    // of a request, and of a step with the gateway
	Silence time.Duration    // longest between two parts of a stream
	MaxWait time.Duration    // longest wait before another attempt
	Now     func() time.Time // default time.Now
	Observe func(context.Context, wire.Attempt)
}

// Client serves one account. It may be used by many goroutines. Close it.
type Client struct {
	config Config
	http   *wire.Client
	clean  func(string) string
}

// New returns a client, or an error that names the variable to correct. It
// reaches nobody.
func New(c Config) (*Client, error) {
	defaults(&c)
	if err := checkKey(c.Key); err != nil {
		return nil, err
	}
	if err := checkLive(c.Live); err != nil {
		return nil, err
	}
	client, err := wire.New(wire.Config{
		Provider: health.Databento, Base: c.URL, Setting: URLVariable, Secrets: []string{c.Key},
		Sign:    func(r *http.Request) { r.SetBasicAuth(c.Key, "") },
		Explain: explain, Observe: c.Observe, Now: c.Now,
		Timeout: c.Timeout, Silence: c.Silence, MaxWait: c.MaxWait,
		Limiter: wire.NewLimiter(20, time.Second, time.Now), // of metadata; all else may be faster
	})
	if err != nil {
		return nil, err
	}
	return &Client{config: c, http: client, clean: client.Clean}, nil
}

func defaults(c *Config) {
	if c.URL == "" {
		c.URL = DefaultURL
	}
	if c.Dataset == "" {
		c.Dataset = DefaultDataset
	}
	if c.Live == "" {
		c.Live = gateway(c.Dataset)
	}
	if c.Timeout <= 0 {
		c.Timeout = 30 * time.Second
	}
	if c.Now == nil {
		c.Now = time.Now
	}
}

// checkKey refuses what no gateway and no header could carry.
func checkKey(key string) error {
	const fix = "set " + KeyVariable + " to the key of 32 characters that begins with db-"
	odd := func(r rune) bool { return r <= ' ' || r > '~' || r == '|' }
	switch {
	case key == "":
		return assay.Errorf(assay.Invalid, fix, "the key of Databento is not set")
	case len(key) < 5 || strings.ContainsFunc(key, odd):
		return assay.Errorf(assay.Invalid, fix, "the key of Databento cannot be one")
	default:
		return nil
	}
}

// Provider implements provider.Verifier.
func (c *Client) Provider() health.ProviderID { return health.Databento }

// Address implements provider.Verifier.
func (c *Client) Address() string { return c.http.Address() }

// Addresses are those of the history and of the live gateway.
func (c *Client) Addresses() []string { return []string{c.Address(), c.LiveAddress()} }

// LiveAddress is where the live gateway is reached.
func (c *Client) LiveAddress() string { return c.config.Live }

// Close closes the connections that are kept for further calls.
func (c *Client) Close() { c.http.Close() }
