// Package control is the laboratory's heartbeat: on every tick it looks at the
// whole fleet, lets plan.Decide decide, acts, and records the pass.
package control

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"sync"
	"time"

	"assay/bot"
	"assay/plan"
	"assay/store"
	"assay/worker"
)

// breath is the least time between two ticks that were asked for, so that many
// jobs ending together make one tick and not many.
const breath = 250 * time.Millisecond

// recording bounds the write of a failed tick's row.
const recording = 10 * time.Second

// Planner runs the ticks. One runs on a database at a time: the only process
// that may serve it, or the one that leads.
type Planner struct {
	DB       *store.DB
	Policy   plan.Policy
	Reaper   worker.Reaper
	AllowSim bool
	Sim      *SimData // nil: nobody keeps simulated sets
	Leader   *Leader  // nil: no other process plans for this database
	Log      *slog.Logger

	mu     sync.Mutex
	newest store.Tick
}

// Newest returns the last finished tick of this process; its ID is 0 before
// the first.
func (p *Planner) Newest() store.Tick {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.newest
}

// Run ticks every Policy.TickInterval, and at once when a job ended, data
// changed or somebody asked. It returns when ctx ends and survives everything
// else.
func (p *Planner) Run(ctx context.Context) {
	changed, unsubscribe := p.DB.Changed()
	defer unsubscribe()
	ticker := time.NewTicker(p.Policy.TickInterval)
	defer ticker.Stop()
	for seen := int64(-1); p.Leader.await(ctx); {
		if now, err := p.DB.Planning(ctx); err == nil {
			seen = now
		}
		p.Tick(ctx)
		if !rest(ctx, breath) || !p.wait(ctx, ticker.C, changed, seen) {
			return
		}
	}
}

// wait returns when the next tick is due; false when ctx ended.
func (p *Planner) wait(ctx context.Context, due <-chan time.Time, changed <-chan struct{}, seen int64) bool {
	for {
		if now, err := p.DB.Planning(ctx); err == nil && now != seen {
			return ctx.Err() == nil
		}
		select {
		case <-ctx.Done():
			return false
		case <-due:
			return true
		case <-changed:
		}
	}
}

func rest(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-timer.C:
		return true
	}
}

// Tick makes one pass over the fleet and leaves a row, also when it found
// nothing or failed. It returns that row; one that could not be stored has no
// ID.
func (p *Planner) Tick(ctx context.Context) store.Tick {
	started := p.DB.Now()
	tick, err := p.pass(ctx, started)
	if err != nil {
		tick = p.fail(ctx, started, err)
	}
	if tick.Error == "" && tick.JobsEnqueued > 0 {
		p.log().Info("tick", "evaluated", tick.BotsEvaluated, "enqueued", tick.JobsEnqueued, "held", tick.BotsHeld)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.newest = tick
	return tick
}

// fail records a pass that did not come to its end.
func (p *Planner) fail(ctx context.Context, started time.Time, cause error) store.Tick {
	tick := store.Tick{StartedAt: started, FinishedAt: p.DB.Now(), Error: cause.Error()}
	if ctx.Err() != nil || errors.Is(cause, ErrNotLeading) {
		return tick // a shutdown broke it off, or the tick is another's: no failure to record
	}
	p.log().Error("tick failed", "error", cause)
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), recording)
	defer cancel()
	id, err := p.DB.AddTick(ctx, tick)
	if err != nil {
		p.log().Error("the failed tick left no row", "error", err)
	}
	tick.ID = id
	return tick
}

// pass looks, decides and acts. Trouble with the chores before it is recorded
// beside the plan and does not keep the bots waiting.
func (p *Planner) pass(ctx context.Context, started time.Time) (tick store.Tick, err error) {
	defer p.recovered(&err)
	trouble := p.chores(ctx, started)
	fleet, err := p.DB.PlanFleet(ctx, chooser(p.AllowSim))
	if err != nil {
		return tick, errors.Join(err, trouble)
	}
	said, err := p.DB.BotPlans(ctx)
	if err != nil {
		return tick, errors.Join(err, trouble)
	}
	tick.StartedAt = started
	if trouble != nil {
		tick.Error = trouble.Error()
	}
	return p.act(ctx, tick, plan.Decide(fleet, p.Policy, p.DB.Now()), said)
}

// chores puts jobs of dead workers back and keeps simulated data up to date.
func (p *Planner) chores(ctx context.Context, now time.Time) (err error) {
	defer p.recovered(&err)
	_, reaping := p.Reaper.Reap(ctx)
	if p.Sim == nil || !p.AllowSim {
		return reaping
	}
	return errors.Join(reaping, p.Sim.Update(ctx, now))
}

// recovered turns a panic into the error of the function that defers it: the
// laboratory goes on, and the tick's row says what happened.
func (p *Planner) recovered(err *error) {
	if v := recover(); v != nil {
		p.log().Error("the tick panicked", "panic", v, "stack", string(debug.Stack()))
		*err = fmt.Errorf("the tick panicked: %v", v)
	}
}

// act enqueues what the plan asks for and records the pass, in one
// transaction. The fleet may have moved on since the look; a bot that got a
// job in between is counted as held.
func (p *Planner) act(ctx context.Context, tick store.Tick, made plan.Plan, said map[bot.ID]store.BotPlan) (store.Tick, error) {
	err := p.DB.InTx(ctx, func(tx *store.DB) (err error) {
		if err := p.Leader.hold(ctx, tx); err != nil {
			return err
		}
		decisions, err := p.enqueue(ctx, tx, made)
		if err != nil {
			return err
		}
		count(&tick, decisions)
		if err := tx.SavePlans(ctx, news(decisions, said)); err != nil {
			return err
		}
		tick.FinishedAt = tx.Now()
		tick.ID, err = tx.AddTick(ctx, tick)
		return err
	})
	return tick, err
}

// enqueue queues the plan's jobs and returns the decisions as they came true.
func (p *Planner) enqueue(ctx context.Context, tx *store.DB, made plan.Plan) ([]plan.Decision, error) {
	jobs := make([]store.NewJob, made.Enqueued)
	for i, d := range made.Decisions[:made.Enqueued] {
		jobs[i] = store.NewJob{
			BotID: d.BotID, Type: d.Enqueue.Type, Iteration: d.Enqueue.Iteration, Reason: string(d.Enqueue.Reason),
			MaxAttempts: p.Policy.MaxAttempts,
		}
	}
	queued, err := tx.Enqueue(ctx, jobs...)
	if err != nil {
		return nil, err
	}
	decisions := append([]plan.Decision(nil), made.Decisions...)
	for i, q := range queued {
		switch d := &decisions[i]; {
		case q.Busy:
			d.Held = &plan.Held{Reason: plan.JobActive, Detail: "it got a job while the tick was deciding"}
			d.Enqueue = nil
		case q.Full:
			d.Held = &plan.Held{Reason: plan.CapTotal, Detail: "the cap on jobs was reached while the tick was deciding"}
			d.Enqueue = nil
		}
	}
	return decisions, nil
}

func count(tick *store.Tick, decisions []plan.Decision) {
	tick.BotsEvaluated, tick.HeldBy = len(decisions), map[plan.Reason]int{}
	for _, d := range decisions {
		if d.Held == nil {
			tick.JobsEnqueued++
			continue
		}
		tick.BotsHeld++
		tick.HeldBy[d.Held.Reason]++
	}
}

// news returns what the planner says now and did not say before.
func news(decisions []plan.Decision, said map[bot.ID]store.BotPlan) (changed []store.BotPlan) {
	for _, d := range decisions {
		now := store.BotPlan{BotID: d.BotID, Next: d.Next}
		now.Next.DueAt = d.Next.DueAt.UTC().Truncate(time.Millisecond) // as the database keeps it
		if d.Held != nil {
			now.Reason, now.Detail = string(d.Held.Reason), d.Held.Detail
		} else {
			now.Reason = string(d.Enqueue.Reason)
		}
		before := said[d.BotID]
		now.UpdatedAt = before.UpdatedAt
		if now != before {
			changed = append(changed, now)
		}
	}
	return changed
}

func (p *Planner) log() *slog.Logger {
	if p.Log == nil {
		return slog.New(slog.DiscardHandler)
	}
	return p.Log
}
