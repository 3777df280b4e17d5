package polygon

import (
	"context"
	"net/url"
	"time"

	"assay/health"
	"assay/provider/wire"
)

// Status says whether the stock market is open, by the provider's clock.
type Status struct {
	Market     string    `json:"market"`
	ServerTime time.Time `json:"serverTime"`
}

// mostPings is how many calls one look at the status may take, of the few that
// the plan allows in a minute.
const mostPings = 2

// MarketStatus asks for the status of now, and how far its clock is from ours.
func (c *Client) MarketStatus(ctx context.Context) (s Status, skew time.Duration, err error) {
	request := wire.Request{Name: "market status", Path: "/v1/marketstatus/now", Attempts: mostPings}
	sent := c.config.Now()
	answer, err := c.http.JSON(ctx, request, &s)
	if err == nil && (s.Market == "" || s.ServerTime.IsZero()) {
		err = c.http.Malformed(request, answer.Status, "it names no market and no time")
	}
	if skew = answer.Skew; skew == 0 && err == nil {
		skew = wire.Skew(s.ServerTime, s.ServerTime.Add(time.Second), sent, c.config.Now())
	}
	return s, skew, err
}

// FuturesStatus is what a product's market does, such as open or pause.
type FuturesStatus struct {
	Product string    `json:"product_code"`
	Event   string    `json:"market_event"`
	At      time.Time `json:"timestamp"`
}

// FuturesStatus asks for the status of the market of a product, such as ES.
func (c *Client) FuturesStatus(ctx context.Context, product string) (all []FuturesStatus, err error) {
	var page struct {
		Results []FuturesStatus `json:"results"`
	}
	_, err = c.http.JSON(ctx, wire.Request{
		Name: "market status of " + product, Path: "/futures/v1/market-status", Query: url.Values{"product_code": {product}},
	}, &page)
	return page.Results, err
}

// Probes implements provider.Verifier.
func (c *Client) Probes() []health.Probe { return []health.Probe{health.HistoricalData} }

// Verify implements provider.Verifier. It asks whether the market is open,
// which every plan may. A verification counts against the plan's limit; when
// that is used up it says so and asks nothing.
func (c *Client) Verify(ctx context.Context, probe health.Probe) health.Verification {
	trip := wire.Trip{Provider: health.Polygon, Probe: probe, Now: c.config.Now}
	if probe != health.HistoricalData {
		return trip.Make(ctx, func(context.Context) (time.Duration, error) {
			return 0, &wire.Finding{Code: health.RequestRefused, Detail: "Polygon is not asked for " + string(probe)}
		})
	}
	return trip.Make(ctx, func(ctx context.Context) (time.Duration, error) {
		_, skew, err := c.MarketStatus(ctx)
		return skew, err
	})
}
