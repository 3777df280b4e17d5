package ironbeam

import (
	"context"
	"fmt"
	"slices"
	"time"

	"assay/health"
	"assay/provider"
	"assay/provider/wire"
)

// quoteWithin is how long the first quote of a traded contract may take.
const quoteWithin = 10 * time.Second

// Probes lists what can be asked.
func (*Client) Probes() []health.Probe { return []health.Probe{health.BrokerAccount, health.LiveData} }

// Verify asks who is logged in, or opens a stream and waits for a quote. The
// held login is used, so that it is the first verification only that logs in.
func (c *Client) Verify(ctx context.Context, probe health.Probe) health.Verification {
	trip := wire.Trip{Provider: health.Ironbeam, Probe: probe, Limit: 15 * time.Second, Now: c.config.Now}
	ask := c.verifyAccount
	switch probe {
	case health.BrokerAccount:
	case health.LiveData:
		trip.Limit, ask = 45*time.Second, c.verifyStream
	default:
		ask = func(context.Context) (time.Duration, error) {
			return 0, finding(health.RequestRefused, "Ironbeam has no probe %s", probe)
		}
	}
	return trip.Make(ctx, func(ctx context.Context) (time.Duration, error) {
		if c.config.Environment.Contradicts(c.Address()) { // before the credentials go there
			return 0, finding(health.WrongEnvironment, "the address is not that of the %s environment", c.config.Environment)
		}
		return ask(ctx)
	})
}

func (c *Client) verifyAccount(ctx context.Context) (time.Duration, error) {
	trader, err := c.Trader(ctx)
	if err != nil {
		return 0, err
	}
	return trader.Skew, c.judge(trader)
}

// judge looks for the worst fault first: play money taken for real, or the
// reverse.
func (c *Client) judge(t Trader) error {
	is := provider.Demo
	if t.Live.Yes {
		is = provider.Live
	}
	account := c.config.Account
	switch {
	case !t.Live.Known:
		return finding(health.MalformedAnswer, "it does not say whether the account is live")
	case is != c.config.Environment:
		return finding(health.WrongEnvironment, "it says that the account is %s, and %s is configured", is, c.config.Environment)
	case len(t.Accounts) == 0:
		return finding(health.NoAccount, "the login has no account")
	case account != "" && !slices.Contains(t.Accounts, wire.Text(account)):
		return finding(health.NoAccount, "the login has no account %.20q", account)
	}
	return nil
}

// verifyStream waits for a ping, and for a quote while there must be one.
func (c *Client) verifyStream(ctx context.Context) (time.Duration, error) {
	stream, err := c.Stream(ctx)
	if err != nil {
		return 0, err
	}
	defer stream.Close()
	letter, year := provider.FrontES(c.config.Now())
	symbol := fmt.Sprintf("XCME:ES.%c%02d", letter, year%100)
	if err := stream.Subscribe(ctx, symbol); err != nil {
		return 0, stream.ended(ctx, err)
	}
	return stream.Skew, c.await(ctx, stream, symbol)
}

func (c *Client) await(ctx context.Context, stream *Stream, symbol string) error {
	trades, err := provider.ESTrades(c.config.Now())
	if err != nil {
		return err
	}
	began, pinged := c.config.Now(), false
	for quoted := !trades; !pinged || !quoted; {
		event, err := stream.Next(ctx)
		if err != nil {
			return err
		}
		pinged = pinged || event.Pinged
		for _, q := range event.Quotes {
			if err := c.fresh(q, trades); err != nil {
				return err
			}
			quoted = quoted || q.Symbol == symbol
		}
		if !quoted && c.config.Now().Sub(began) > quoteWithin {
			return finding(health.StaleData, "no quote of %s comes, though the exchange trades", symbol)
		}
	}
	return nil
}

func (c *Client) fresh(q Quote, trades bool) error {
	age := c.config.Now().Sub(q.At())
	if !trades || q.At().IsZero() || age <= provider.StaleQuote {
		return nil
	}
	return finding(health.StaleData, "the newest quote of %.40q is %s old, though the exchange trades", q.Symbol, age.Round(time.Second))
}

func finding(code health.Code, format string, args ...any) error {
	return &wire.Finding{Code: code, Detail: fmt.Sprintf(format, args...)}
}
