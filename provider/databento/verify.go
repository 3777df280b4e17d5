package databento

import (
	"context"
	"fmt"
	"time"

	"assay/health"
	"assay/market"
	"assay/provider/wire"
)

// freshness is how far behind the historical data may be, in time during which
// the exchange trades.
const freshness = 48 * time.Hour

// Probes implements provider.Verifier.
func (c *Client) Probes() []health.Probe {
	return []health.Probe{health.HistoricalData, health.LiveData}
}

// Verify implements provider.Verifier.
func (c *Client) Verify(ctx context.Context, probe health.Probe) health.Verification {
	trip := wire.Trip{Provider: health.Databento, Probe: probe, Now: c.config.Now}
	switch probe {
	case health.HistoricalData:
		return trip.Make(ctx, c.askHistory)
	case health.LiveData:
		return trip.Make(ctx, c.askLive)
	default:
		return trip.Make(ctx, func(context.Context) (time.Duration, error) {
			return 0, &wire.Finding{Code: health.RequestRefused, Detail: "Databento is not asked for " + string(probe)}
		})
	}
}

// askHistory asks until when there are bars. That is free, and proves the key,
// the licence and the data.
func (c *Client) askHistory(ctx context.Context) (time.Duration, error) {
	r, skew, err := c.Range(ctx, c.config.Dataset)
	if err != nil {
		return skew, err
	}
	calendar, err := market.CalendarOf("ES")
	if err != nil {
		return skew, err
	}
	end := r.Of("ohlcv-1m").To
	due := calendar.LastClosed(c.config.Now().Add(-freshness)) // weekends and holidays bring no data
	if end.Before(due.Close) {
		return skew, &wire.Finding{Code: health.StaleData, Detail: fmt.Sprintf(
			"the data of %s ends at %s, before the session of %s closed", c.config.Dataset,
			end.UTC().Format(time.RFC3339), due.Date)}
	}
	return skew, nil
}
