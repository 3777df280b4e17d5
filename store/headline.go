package store

import (
	"context"
	"fmt"

	"assay/market"
)

// Headline is what lists show of a session: the columns that stand beside its
// metrics so that SQL can read them.
type Headline struct {
	Trades      int
	NetPnL      market.Money
	MaxDrawdown market.Money
	Sharpe      *float64
	WinRate     *float64
	Points      []float64 // the sparkline, dollars since the start
}

// Headline returns the columns that a result is stored with.
func (r Result) Headline() Headline {
	m := r.Session.Metrics
	return Headline{m.Trades, m.NetPnL, m.MaxDrawdown, m.Sharpe, m.WinRate, points(r.Equity, m.Capital)}
}

// Headline returns the columns as they are stored.
func (db *DB) Headline(ctx context.Context, session int64) (h Headline, err error) {
	err = db.row(ctx, `select total_trades, net_pnl, max_drawdown, sharpe, win_rate, equity_points
		from backtest_sessions where id = $1`, session).
		Scan(&h.Trades, moneyInto(&h.NetPnL), moneyInto(&h.MaxDrawdown), &h.Sharpe, &h.WinRate, jsonInto(&h.Points))
	if err != nil {
		return h, fmt.Errorf("read session %d: %w", session, err)
	}
	return h, nil
}

// SessionIDs returns every session, oldest first.
func (db *DB) SessionIDs(ctx context.Context) ([]int64, error) {
	scan := func(s scanner) (id int64, err error) { return id, s.Scan(&id) }
	return collect(ctx, db, "sessions", scan, `select id from backtest_sessions order by id`)
}

// Evidence counts the sessions that rest on bars of each fingerprint.
func (db *DB) Evidence(ctx context.Context) (sessions map[string]int, err error) {
	sessions = map[string]int{}
	_, err = collect(ctx, db, "sessions", func(s scanner) (fingerprint string, err error) {
		var n int
		err = s.Scan(&fingerprint, &n)
		sessions[fingerprint] = n
		return fingerprint, err
	}, `select fingerprint, count(*) from backtest_sessions group by fingerprint`)
	return sessions, err
}
