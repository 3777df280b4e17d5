package databento

import (
	"context"
	"time"

	"assay/history/dbn"
	"assay/provider/wire"
)

// askLive opens a session, subscribes, waits for the first record and closes.
// The key, the licence and the stream are proven then. It takes one of the
// account's few sessions for about a second.
func (c *Client) askLive(ctx context.Context) (skew time.Duration, err error) {
	s, err := c.Dial(ctx)
	if err != nil {
		return 0, err
	}
	defer func() { _ = s.Close() }() // all that was wanted was read
	asked := c.config.Now()
	err = s.Subscribe(ctx, Subscription{ID: 1, Schema: "ohlcv-1m", SType: Continuous, Symbols: []string{"ES.v.0"}})
	if err != nil {
		return 0, err
	}
	if err := s.Start(ctx); err != nil {
		return 0, err
	}
	record, err := s.Next(ctx)
	if err != nil || record.Type != dbn.System || record.Time == dbn.Undefined {
		return 0, err
	}
	sent := time.Unix(0, record.Time)
	return wire.Skew(sent, sent, asked, c.config.Now()), nil
}
