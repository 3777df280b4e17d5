package control

import (
	"context"
	"errors"
	"time"
)

// What the planner keeps of its own ticks: a row for a month, and for a day
// what it takes to make its plan again. Old rows go a batch at a time.
const (
	KeepTicks     = 30 * 24 * time.Hour
	KeepSnapshots = 24 * time.Hour
	tidyEvery     = 10 * time.Minute
	tidyBatches   = 10
)

// simEvery is how often simulated data is looked after when no bot lacks data.
const simEvery = time.Minute

// chores puts jobs of dead workers back and deletes old rows.
func (p *Planner) chores(ctx context.Context, now time.Time) (err error) {
	defer p.recovered(ctx, &err)
	_, err = p.Reaper.Reap(ctx)
	if within(now, p.tidyAt, tidyEvery) {
		return err
	}
	if tidying := p.tidy(ctx); tidying != nil {
		return errors.Join(err, tidying)
	}
	p.tidyAt = now
	return err
}

func (p *Planner) tidy(ctx context.Context) error {
	for range tidyBatches {
		ticks, err := p.DB.ForgetTicks(ctx, KeepTicks)
		if err != nil {
			return err
		}
		requests, err := p.DB.ForgetRequests(ctx, KeepRequests)
		if err != nil {
			return err
		}
		snapshots, err := p.DB.ForgetSnapshots(ctx, KeepSnapshots)
		if err != nil || ticks+requests+snapshots == 0 {
			return err
		}
	}
	return nil
}

// simDue says whether simulated data needs a look: at once when a bot lacks
// data and anything has changed since the last time.
func (p *Planner) simDue(now time.Time) bool {
	if p.Sim == nil || !p.AllowSim {
		return false
	}
	return !within(now, p.simAt, simEvery) || p.simFor != p.sight.mark && p.sight.lacking()
}

// simulate keeps simulated data up to date. It is tried again on the next tick
// when it fails.
func (p *Planner) simulate(ctx context.Context, now time.Time) (err error) {
	defer p.recovered(ctx, &err)
	if err := p.Sim.Update(ctx, now); err != nil {
		return err
	}
	p.simAt, p.simFor = now, p.sight.mark
	return nil
}
