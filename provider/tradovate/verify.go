package tradovate

import (
	"context"
	"fmt"
	"time"

	"assay/health"
	"assay/provider"
	"assay/provider/wire"
)

const (
	listEvery   = time.Minute      // how often accounts may be listed only to see whether they are there
	quoteWithin = 10 * time.Second // how long the first quote of a traded contract may take
)

// Probes lists what can be asked.
func (*Client) Probes() []health.Probe { return []health.Probe{health.BrokerAccount, health.LiveData} }

// Verify lists the accounts, or opens a line of market data and waits for a
// quote. Asked for the accounts again within a minute, it returns what it
// found then, with the time when that was. It may take a minute, as a penalty
// ticket is waited for.
func (c *Client) Verify(ctx context.Context, probe health.Probe) health.Verification {
	trip := wire.Trip{Provider: health.Tradovate, Probe: probe, Limit: time.Minute, Now: c.config.Now}
	switch probe {
	case health.BrokerAccount:
		return c.verifyAccount(ctx, trip)
	case health.LiveData:
		return trip.Make(ctx, c.verifyQuotes)
	default:
		return trip.Make(ctx, func(context.Context) (time.Duration, error) {
			return 0, finding(health.RequestRefused, "Tradovate has no probe %s", probe)
		})
	}
}

func (c *Client) verifyAccount(ctx context.Context, trip wire.Trip) health.Verification {
	c.mu.Lock()
	recent := c.recent
	c.mu.Unlock()
	if !recent.At.IsZero() && c.config.Now().Sub(recent.At) < listEvery {
		return recent
	}
	listed := false
	v := trip.Make(ctx, func(ctx context.Context) (time.Duration, error) {
		if err := c.rightPlace(); err != nil {
			return 0, err
		}
		accounts, skew, err := c.Accounts(ctx)
		if err != nil {
			return skew, err
		}
		listed = true
		return skew, c.judge(accounts)
	})
	if listed {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.recent = v
	}
	return v
}

// rightPlace looks at the address before the credentials go there. Nothing
// that Tradovate answers says whether an account is live.
func (c *Client) rightPlace() error {
	if c.config.Environment.Contradicts(c.Address()) {
		return finding(health.WrongEnvironment, "the address is not that of the %s environment", c.config.Environment)
	}
	return nil
}

func (c *Client) verifyQuotes(ctx context.Context) (time.Duration, error) {
	if err := c.rightPlace(); err != nil {
		return 0, err
	}
	line, err := c.MarketData(ctx)
	if err != nil {
		return 0, err
	}
	defer line.Close()
	letter, year := provider.FrontES(c.config.Now())
	symbol := fmt.Sprintf("ES%c%d", letter, year%10)
	if err := line.Subscribe(ctx, symbol); err != nil {
		return line.Skew, err
	}
	return line.Skew, c.await(ctx, line, symbol)
}

// await waits for a quote while there must be one. The line answered until
// here, which is all that a closed exchange lets us see.
func (c *Client) await(ctx context.Context, line *Line, symbol string) error {
	trades, err := provider.ESTrades(c.config.Now())
	if err != nil || !trades {
		return err
	}
	bounded, cancel := context.WithTimeout(ctx, quoteWithin)
	defer cancel()
	got, err := line.Next(bounded)
	if bounded.Err() != nil && ctx.Err() == nil {
		return finding(health.StaleData, "no quote of %s comes, though the exchange trades", symbol)
	}
	if err != nil {
		return err
	}
	for _, q := range got {
		if age := c.config.Now().Sub(q.At); !q.At.IsZero() && age > provider.StaleQuote {
			return finding(health.StaleData, "the newest quote of %s is %s old, though the exchange trades", symbol, age.Round(time.Second))
		}
	}
	return nil
}
