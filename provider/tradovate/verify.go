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

// Verify looks for the account, or opens a line of market data and waits for a
// quote. It may take a minute, as a penalty ticket is waited for.
func (c *Client) Verify(ctx context.Context, probe health.Probe) health.Verification {
	trip := wire.Trip{Provider: health.Tradovate, Probe: probe, Limit: time.Minute, Now: c.config.Now}
	ask := c.verifyAccount
	switch probe {
	case health.BrokerAccount:
	case health.LiveData:
		ask = c.verifyQuotes
	default:
		ask = func(context.Context) (time.Duration, error) {
			return 0, finding(health.RequestRefused, "Tradovate has no probe %s", probe)
		}
	}
	return trip.Make(ctx, func(ctx context.Context) (time.Duration, error) {
		if c.config.Environment.Contradicts(c.Address()) { // before the credentials go there
			return 0, finding(health.WrongEnvironment, "the address is not that of the %s environment", c.config.Environment)
		}
		return ask(ctx)
	})
}

// listing is what the accounts were, and when.
type listing struct {
	accounts []Account
	at       time.Time
}

// verifyAccount lists the accounts. Within a minute after that it only lets
// the account's socket show that the broker is there and takes our login.
func (c *Client) verifyAccount(ctx context.Context) (skew time.Duration, err error) {
	c.mu.Lock()
	recent := c.recent
	c.mu.Unlock()
	if !recent.at.IsZero() && c.config.Now().Sub(recent.at) < listEvery {
		line, err := c.account(ctx)
		if err != nil {
			return 0, err
		}
		line.Close()
		return line.Skew, c.judge(recent.accounts)
	}
	accounts, skew, err := c.Accounts(ctx)
	if err != nil {
		return skew, err
	}
	c.mu.Lock()
	c.recent = listing{accounts, c.config.Now()}
	c.mu.Unlock()
	return skew, c.judge(accounts)
}

func (c *Client) verifyQuotes(ctx context.Context) (time.Duration, error) {
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
