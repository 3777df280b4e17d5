package task

import (
	"context"
	"fmt"

	"assay/engine"
	"assay/market"
	"assay/store"
	"assay/strategy"
	"assay/worker"
)

// study runs the subject's backtest and all checks of it, one step at a time.
func study(ctx context.Context, s subject, progress func(float64)) (r store.Result, err error) {
	p, err := prepare(s.in)
	if err != nil {
		return r, err
	}
	near := neighbours(s.in.Strategy.Params)
	at := cuts(p.bars.Len(), uint64(s.job.ID))
	step := steps{ctx: ctx, progress: progress, of: 3 + len(at)}

	if err := step.next(); err != nil {
		return r, err
	}
	out, err := Backtest(s.in)
	if err != nil {
		return r, err
	}
	if err := step.next(); err != nil {
		return r, err
	}
	stressed, err := stress(p, out)
	if err != nil {
		return r, err
	}
	plateau, err := runNeighbours(&step, p, out, near)
	if err != nil {
		return r, err
	}
	blind, err := runCuts(&step, p, out, at, uint64(s.job.ID))
	if err != nil {
		return r, err
	}
	r = record(s, out)
	r.Checks = []store.Check{stressed, plateau, blind}
	return r, nil
}

// runNeighbours plays all neighbours in one sweep: they share most of what
// they compute, with each other and over the bars.
func runNeighbours(step *steps, p prepared, base Output, near []neighbour) (c store.Check, err error) {
	if err := step.next(); err != nil {
		return c, err
	}
	sets := make([]map[string]float64, len(near))
	for i, n := range near {
		sets[i] = map[string]float64{n.Param: n.Value}
	}
	sweep, err := strategy.CompileSweep(p.strategy, p.contract, sets, 1)
	if err != nil {
		return c, fmt.Errorf("neighbours: %w", err)
	}
	tallies, err := engine.Sweep(p.bars, sweep, sweep.Limits(), base.Costs, 1)
	if err != nil {
		return c, fmt.Errorf("neighbours: %w", err)
	}
	for i, t := range tallies {
		near[i].NetPnL = t.Net + t.Open
	}
	return judgeNeighbours(near, base.Metrics.NetPnL), nil
}

func runCuts(step *steps, p prepared, base Output, at []int, seed uint64) (c store.Check, err error) {
	detail := map[string]any{"cuts": len(at), "seed": seed, "entries": len(base.Signals.Enter)}
	for _, n := range at {
		if err := step.next(); err != nil {
			return c, err
		}
		difference, err := foresees(p, base.Signals, n)
		if err != nil {
			return c, err
		}
		if difference != "" {
			detail["cut"], detail["difference"] = n, difference
			return check(CheckLookAhead, store.CheckFail, detail), nil
		}
	}
	outcome := store.CheckPass
	if len(at) == 0 || len(base.Signals.Enter) == 0 {
		outcome = store.CheckInconclusive
	}
	return check(CheckLookAhead, outcome, detail), nil
}

// record puts a result into the rows that are stored, with its provenance.
func record(s subject, out Output) store.Result {
	b := out.Bars
	r := store.Result{Session: store.Session{
		BotID: s.bot.ID, JobID: s.job.ID, JobCreatedAt: s.job.CreatedAt, Kind: s.job.Type,
		VersionID: s.version.ID, Generation: s.version.Generation, CreatedAt: s.job.StartedAt,
		Metrics: out.Metrics, ResultHash: out.ResultHash,
		Provenance: store.Provenance{
			DataSetID: s.set.ID, DataSet: s.set.Name, Fingerprint: s.set.Fingerprint, Provider: s.set.Provider, Sim: s.set.Sim,
			Symbol: s.in.Strategy.Symbol, DataRoot: s.set.Root, Interval: b.Interval,
			TickSize: out.Contract.FormatPrice(1), Multiplier: out.Contract.Multiplier.Decimal(),
			FirstBar: b.Start(0), LastBar: b.Start(b.Len() - 1), Bars: b.Len(),
			StrategyHash: s.version.Hash, RuleHash: out.RuleHash, Costs: out.Costs, EngineVersion: engine.Version,
		},
	}}
	if out.Ledger.Open != nil {
		r.Session.OpenPnL = out.Ledger.Open.Net
	}
	for i, t := range out.Ledger.Trades {
		r.Trades = append(r.Trades, trade(i+1, t, b))
	}
	equity := out.Metrics.Capital
	for _, d := range out.Ledger.Days {
		equity += d.PnL
		r.Equity = append(r.Equity, store.EquityDay{Date: d.Date, PnL: d.PnL, Equity: equity})
	}
	return r
}

func trade(n int, t engine.Trade, b *market.Bars) store.Trade {
	return store.Trade{
		N: n, Side: t.Side, Qty: t.Qty, Contract: t.Contract, EntryAt: b.Start(int(t.EntryBar)), ExitAt: b.Start(int(t.ExitBar)),
		Entry: t.Entry, Exit: t.Exit, EntryWhy: t.EntryWhy, ExitWhy: t.ExitWhy, FromRoll: t.FromRoll,
		Risk: t.Risk, Gross: t.Gross, Fees: t.Fees, Net: t.Net, Ambiguous: t.Ambiguous,
	}
}

// save returns what the worker runs in the transaction that completes the job.
func save(r store.Result) worker.Save {
	return func(ctx context.Context, tx *store.DB) error {
		_, err := tx.SaveResult(ctx, r)
		return err
	}
}
