// Package polygon speaks with Polygon.io, which is called Massive now: bars of
// stocks, indices and futures, contracts, and whether markets are open.
package polygon

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"time"

	"assay"
	"assay/health"
	"assay/provider/wire"
)

// DefaultURL is where it is; api.polygon.io still answers, too.
const DefaultURL = "https://api.massive.com"

// The variables that set up a Client, for errors; whoever reads the
// environment reads these.
const (
	KeyVariable = "POLYGON_API_KEY"
	URLVariable = "POLYGON_URL"
)

// freeCalls is what the free plan allows in a minute.
const freeCalls = 5

// Config says with which key and where. Zero values are the defaults, save for
// the key.
type Config struct {
	Key string
	URL string
	// CallsPerMinute is what the plan allows; default 5, as the free one does.
	CallsPerMinute int

	Timeout time.Duration    // of a request
	MaxWait time.Duration    // longest wait before another attempt, and for the limit
	Now     func() time.Time // default time.Now
	Observe func(context.Context, wire.Attempt)
}

// Settings reads a configuration through whoever reads the environment. An
// absent key is "".
func Settings(get func(name string) (string, error)) (c Config, err error) {
	if c.Key, err = get(KeyVariable); err != nil {
		return c, err
	}
	c.URL, err = get(URLVariable)
	return c, err
}

// Client serves one account. It may be used by many goroutines. Close it.
type Client struct {
	config Config
	http   *wire.Client
}

// checkKey refuses what no header could carry.
func checkKey(key string) error {
	const fix = "set " + KeyVariable + " to the key of the account"
	switch {
	case key == "":
		return assay.Errorf(assay.Invalid, fix, "the key of Polygon is not set")
	case strings.ContainsFunc(key, func(r rune) bool { return r <= ' ' || r > '~' }):
		return assay.Errorf(assay.Invalid, fix, "the key of Polygon cannot be one")
	default:
		return nil
	}
}

// New returns a client, or an error that names the variable to correct. It
// reaches nobody.
func New(c Config) (*Client, error) {
	if c.URL == "" {
		c.URL = DefaultURL
	}
	if c.CallsPerMinute <= 0 {
		c.CallsPerMinute = freeCalls
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	if err := checkKey(c.Key); err != nil {
		return nil, err
	}
	client, err := wire.New(wire.Config{
		Provider: health.Polygon, Base: c.URL, Setting: URLVariable, Secrets: []string{c.Key},
		Sign:    func(r *http.Request) { r.Header.Set("Authorization", "Bearer "+c.Key) },
		Explain: explain, Observe: c.Observe, Now: c.Now, Timeout: c.Timeout, MaxWait: c.MaxWait,
		Limiter: wire.NewLimiter(c.CallsPerMinute, time.Minute, time.Now),
	})
	if err != nil {
		return nil, err
	}
	return &Client{config: c, http: client}, nil
}

// Provider implements provider.Verifier.
func (c *Client) Provider() health.ProviderID { return health.Polygon }

// Address implements provider.Verifier.
func (c *Client) Address() string { return c.http.Address() }

// Close closes the connections that are kept for further calls.
func (c *Client) Close() { c.http.Close() }

// head stands in every answer. It says why not in one of two places, and does
// so with status 200, too.
type head struct {
	Status  string `json:"status"`
	Error   string `json:"error"`
	Message string `json:"message"`
	Next    string `json:"next_url"`
}

// explain reads what it says when it refuses.
func explain(a wire.Answer) (code health.Code, words string, ok bool) {
	var h head
	if json.Unmarshal(a.Body, &h) != nil {
		return "", "", false
	}
	words = h.Error
	if words == "" {
		words = h.Message
	}
	switch {
	case h.Status == "NOT_AUTHORIZED":
		return health.NotLicensed, words, true
	case h.Status == "ERROR" && strings.Contains(words, "API Key"):
		return health.CredentialsRefused, words, true
	case h.Status == "ERROR" && strings.Contains(words, "requests per minute"):
		return health.RateLimited, words, true
	case h.Status == "ERROR":
		return "", words, true
	}
	return "", words, a.Status >= 400 && words != ""
}
