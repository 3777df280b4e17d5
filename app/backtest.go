package app

import (
	"context"

	"assay"
	"assay/market"
	"assay/store"
	"assay/strategy"
	"assay/task"
)

// Backtest is one run asked for by hand. It is the same run as a job's and
// gives the same result hash, but it leaves nothing in the database.
type Backtest struct {
	task.Output
	Strategy *strategy.Strategy
	Set      store.DataSet
}

// Backtest tests the rules of a file, a bot or a starter on a named data set.
func (h *Home) Backtest(ctx context.Context, what, set string) (b Backtest, err error) {
	in := task.Input{Capital: starterCapital}
	if in.Strategy, in.Capital, err = h.rules(ctx, what); err != nil {
		return b, err
	}
	b.Strategy = in.Strategy
	if b.Set, err = h.DB.DataSet(ctx, set); err != nil {
		return b, err
	}
	if err := suits(b.Set, in.Strategy); err != nil {
		return b, err
	}
	if in.Bars, err = h.Bars.Load(ctx, b.Set.Fingerprint); err != nil {
		return b, err
	}
	in.Fingerprint = b.Set.Fingerprint
	b.Output, err = task.Backtest(in)
	return b, err
}

// suits holds a set that was named by hand against the rules that choose one
// for a bot.
func suits(set store.DataSet, s *strategy.Strategy) error {
	root, err := market.DataRoot(s.Symbol)
	if err != nil {
		return err
	}
	switch {
	case set.Root != root:
		return assay.Errorf(assay.Invalid, "choose a set of "+root,
			"%s trades %s on bars of %s, and %s holds bars of %s", s.Name, s.Symbol, root, set.Name, set.Root)
	case s.Bars%set.Interval != 0:
		return assay.Errorf(assay.Invalid, "choose a set of shorter bars, or write bars: "+task.IntervalName(set.Interval),
			"%s reads bars of %s, and %s holds bars of %s", s.Name, task.IntervalName(s.Bars), set.Name, task.IntervalName(set.Interval))
	case !set.Usable():
		return assay.Errorf(assay.Conflict,
			"read assay data check "+set.Name+", and accept it by assay data accept if you still want it",
			"the data set %s is refused: %s", set.Name, set.Refusal)
	default:
		return nil
	}
}
