package control

import (
	"context"
	"time"

	"assay/bot"
	"assay/health"
	"assay/market"
	"assay/store"
	"assay/task"
)

// Readiness judges what is stored as of now. A database that does not answer
// is the first thing it says.
func (h *Health) Readiness(ctx context.Context) health.Readiness {
	facts := health.Facts{StartedAt: h.started, Providers: h.Providers.Facts(), Database: health.Database{Kind: h.DB.Kind()}}
	now := h.DB.Now()
	err := h.DB.View(ctx, func(tx *store.DB) error {
		now = tx.Now()
		return h.gather(ctx, tx, &facts)
	})
	if err != nil {
		if ctx.Err() == nil {
			h.Log.ErrorContext(ctx, "readiness could not be read", "error", err)
		}
		facts.Database.Down = true
	}
	return health.Assess(facts, now)
}

// gather reads everything that readiness stands on from one snapshot.
func (h *Health) gather(ctx context.Context, tx *store.DB, f *health.Facts) error {
	asked := time.Now()
	stored, err := tx.Verifications(ctx)
	if err != nil {
		return err
	}
	f.Database.Latency = time.Since(asked)
	for id, p := range f.Providers {
		p.Records = stored[id]
		f.Providers[id] = p
	}
	for _, read := range []func(context.Context, *store.DB, *health.Facts) error{
		readPlanner, h.readSymbols, readVerifier, readAudit, readFleet,
	} {
		if err := read(ctx, tx, f); err != nil {
			return err
		}
	}
	return nil
}

// readSymbols asks the planner's own question: which bars would each bot in
// LAB be tested on. Simulated bars are not on their way when the last tick, which
// makes them, had trouble.
func (h *Health) readSymbols(ctx context.Context, tx *store.DB, f *health.Facts) error {
	needs, err := tx.DataNeeds(ctx)
	if err != nil {
		return err
	}
	sets, err := tx.DataSets(ctx)
	if err != nil {
		return err
	}
	for _, n := range needs {
		choice := task.Choose(sets, n.Symbol, n.Interval, h.AllowSim)
		s := health.Symbol{Name: n.Symbol, Why: choice.Why, Fix: choice.Fix}
		s.Root, _ = market.DataRoot(n.Symbol) // a symbol that Assay does not know has none
		if choice.Set != nil {
			s.Usable, s.Sim = true, choice.Set.Sim
		} else {
			s.Coming = h.AllowSim && !anyBars(sets, n.Symbol) && f.Planner.Error == ""
		}
		f.Symbols = append(f.Symbols, s)
	}
	return nil
}

// anyBars says whether there is any set of the symbol's bars, or cannot be one.
// Where simulated bars may be used, the next tick makes those without.
func anyBars(sets []store.DataSet, symbol string) bool {
	root, err := market.DataRoot(symbol)
	if err != nil {
		return true
	}
	for _, d := range sets {
		if d.Root == root {
			return true
		}
	}
	return false
}

func readPlanner(ctx context.Context, tx *store.DB, f *health.Facts) error {
	now, err := tx.AutonomyFacts(ctx)
	t := now.LastTick
	f.Planner = health.Planner{
		FinishedAt: now.PlannedAt, Enqueued: t.JobsEnqueued, Held: t.BotsHeld, Error: t.Error,
		PausedAt: now.Paused.PausedAt, PausedReason: now.Paused.Reason, WatchedAt: now.WatchedAt,
	}
	return err
}

func readVerifier(ctx context.Context, tx *store.DB, f *health.Facts) error {
	beats, err := tx.Beats(ctx)
	f.VerifierAt = beats[health.Verifier]
	return err
}

// readAudit counts a broken chain as a finding, as the audit does.
func readAudit(ctx context.Context, tx *store.DB, f *health.Facts) error {
	last, found, err := tx.LastAudit(ctx)
	if err != nil || !found {
		return err
	}
	f.Audit = &health.Audit{At: last.FinishedAt}
	if !last.Passed {
		f.Audit.Findings = max(1, len(last.Findings))
	}
	return nil
}

func readFleet(ctx context.Context, tx *store.DB, f *health.Facts) error {
	counts, err := tx.StageCounts(ctx)
	for _, stage := range bot.Stages {
		f.Fleet = append(f.Fleet, health.StageCount{Stage: stage, Bots: counts[stage]})
	}
	if err == nil {
		f.PausedBots, err = tx.PausedBots(ctx)
	}
	return err
}
