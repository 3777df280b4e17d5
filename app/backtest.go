package app

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"

	"assay"
	"assay/bot"
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

// Backtest tests a strategy file, or the current rules of a bot, on a named
// data set.
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

// BotRules returns the current strategy of a bot, when there is a home to find
// it in.
func BotRules(ctx context.Context, p Place, id string) (s *strategy.Strategy, err error) {
	if !p.Exists() {
		return nil, p.absent("%s is neither a file nor a starter, and there is no home at %s that could hold such a bot", id, p.Dir)
	}
	err = WithHome(ctx, p, func(h *Home) error {
		s, err = h.Rules(ctx, id)
		return err
	})
	return s, err
}

// Rules returns the strategy of a file, or the current one of a bot.
func (h *Home) Rules(ctx context.Context, what string) (*strategy.Strategy, error) {
	s, _, err := h.rules(ctx, what)
	return s, err
}

func (h *Home) rules(ctx context.Context, what string) (*strategy.Strategy, market.Money, error) {
	text, err := os.ReadFile(what)
	if err == nil {
		s, err := strategy.Parse(text, what)
		return s, starterCapital, err
	}
	if !errors.Is(err, fs.ErrNotExist) {
		return nil, 0, err
	}
	b, err := h.DB.Bot(ctx, bot.ID(what))
	if assay.KindOf(err) == assay.NotFound {
		return nil, 0, assay.Errorf(assay.NotFound, "name a strategy file, or a bot by its id (see assay bots)",
			"%s is neither a file nor a bot", what)
	}
	if err != nil {
		return nil, 0, err
	}
	v, err := h.DB.Version(ctx, b.VersionID)
	if err != nil {
		return nil, 0, err
	}
	s, err := strategy.Parse([]byte(v.Source), fmt.Sprintf("version %d of %s", v.ID, b.ID))
	return s, b.Capital, err
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
