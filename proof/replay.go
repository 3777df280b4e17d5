// Package proof holds what is stored against what can be computed again.
package proof

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"assay/market"
	"assay/store"
	"assay/task"
)

// Replay is a stored session beside the same session run again.
type Replay struct {
	Session    store.Session
	ResultHash string // of the run just made
	Difference string // the first one, as a clause; "" when every stored row is what the run gives
}

// Rerun runs a stored session again, with its rules, bars, costs and capital,
// and compares trades, equity, metrics, provenance and hashes, and its checks
// when asked for. Unlike a difference it is an error when the session cannot
// be run again here; see task.Lab.Again.
func Rerun(ctx context.Context, db *store.DB, bars task.Bars, id int64, checks bool) (r Replay, err error) {
	var stored store.Result
	var headline store.Headline
	err = db.View(ctx, func(tx *store.DB) error {
		if stored.Session, err = tx.Session(ctx, id); err != nil {
			return err
		}
		if stored.Trades, err = tx.Trades(ctx, id); err != nil {
			return err
		}
		if stored.Equity, err = tx.Equity(ctx, id); err != nil {
			return err
		}
		if stored.Checks, err = tx.Checks(ctx, id); err != nil {
			return err
		}
		headline, err = tx.Headline(ctx, id)
		return err
	})
	if err != nil {
		return r, err
	}
	r.Session = stored.Session
	again, err := task.Lab{DB: db, Bars: bars}.Again(ctx, stored.Session, checks)
	if err != nil {
		return r, err
	}
	r.ResultHash = again.Session.ResultHash
	if !checks {
		stored.Checks = nil
	}
	r.Difference = cmp.Or(difference(stored, again), differing("backtest_sessions", headline, again.Headline()))
	return r, nil
}

// difference names the first row that differs, the causes before the effects.
func difference(stored, again store.Result) string {
	s, a := stored.Session, again.Session
	a.ID, a.Status, a.CompletedAt, a.EquityPoints = s.ID, s.Status, s.CompletedAt, s.EquityPoints
	return cmp.Or(
		rows("trade", stored.Trades, again.Trades, func(t store.Trade) int { return t.N }),
		rows("equity of", stored.Equity, again.Equity, func(d store.EquityDay) market.Date { return d.Date }),
		differing("backtest_sessions", s, a),
		rows("check", repeatable(stored.Checks), repeatable(again.Checks), func(c store.Check) string { return c.Name }),
	)
}

// repeatable are the checks of a run by itself, by name; that of a refresh
// against the session before it is the replay of both.
func repeatable(all []store.Check) []store.Check {
	all = slices.DeleteFunc(slices.Clone(all), func(c store.Check) bool { return c.Name == task.CheckRepeat })
	slices.SortFunc(all, func(a, b store.Check) int { return cmp.Compare(a.Name, b.Name) })
	return all
}

// rows compares two lists in the order of their keys.
func rows[T any, K cmp.Ordered](what string, stored, again []T, key func(T) K) string {
	for i := range max(len(stored), len(again)) {
		switch {
		case i >= len(stored) || i < len(again) && key(again[i]) < key(stored[i]):
			return fmt.Sprintf("%s %v is not stored, and running it again gives it", what, key(again[i]))
		case i >= len(again) || key(stored[i]) < key(again[i]):
			return fmt.Sprintf("%s %v is stored, and running it again does not give it", what, key(stored[i]))
		}
		if d := differing(fmt.Sprintf("%s %v", what, key(stored[i])), stored[i], again[i]); d != "" {
			return d
		}
	}
	return ""
}
