// Package control is the laboratory's heartbeat: on every tick it looks at the
// whole fleet, lets plan.Decide decide, acts, and records the pass.
package control

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"runtime/debug"
	"slices"
	"sync"
	"time"

	"assay/internal/pause"
	"assay/internal/trace"
	"assay/plan"
	"assay/store"
	"assay/worker"
)

// breath is the least time between two ticks that were asked for, so that many
// jobs ending together make one tick and not many.
const breath = 250 * time.Millisecond

// tickLimit bounds a pass, so that a database that does not answer makes a
// failed tick before the planner counts as stalled. recording bounds the write
// of its row.
const (
	tickLimit = plan.StalledAfter - time.Minute
	recording = 10 * time.Second
)

// Planner runs the ticks, one after the other. One planner runs on a database
// at a time: the only process that may serve it, or the one that leads.
type Planner struct {
	DB         *store.DB
	Policy     plan.Policy
	Reaper     worker.Reaper
	AllowSim   bool
	Sim        *SimData      // nil: nobody keeps simulated sets
	Leader     *Leader       // nil: no other process plans for this database
	CheckEvery time.Duration // how often the whole fleet is read again to check what is known of it; 0: 5 minutes
	Log        *slog.Logger

	sight  *sight // nil: everything is read at the next look
	simAt  time.Time
	simFor store.Mark
	tidyAt time.Time

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
		if !pause.For(ctx, breath) || !p.wait(ctx, ticker.C, changed, seen) {
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

// Tick makes one pass over the fleet and leaves a row, also when it found
// nothing or failed. It returns that row; one that could not be stored has no
// ID.
func (p *Planner) Tick(ctx context.Context) store.Tick {
	ctx = trace.Begin(ctx)
	started := p.DB.Now()
	limited, cancel := context.WithTimeout(ctx, tickLimit)
	tick, err := p.pass(limited, started)
	cancel()
	if err != nil {
		p.sight = nil // nobody knows what of it came true
		tick = p.fail(ctx, started, err)
	}
	if tick.Error == "" && tick.JobsEnqueued > 0 {
		p.log().InfoContext(ctx, "tick", "evaluated", tick.BotsEvaluated, "enqueued", tick.JobsEnqueued, "held", tick.BotsHeld)
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
	p.log().ErrorContext(ctx, "tick failed", "error", cause)
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), recording)
	defer cancel()
	id, err := p.DB.AddTick(ctx, tick)
	if err != nil {
		p.log().ErrorContext(ctx, "the failed tick left no row", "error", err)
	}
	tick.ID = id
	return tick
}

// pass looks, decides and acts. Trouble with the chores is recorded beside the
// plan and does not keep the bots waiting.
func (p *Planner) pass(ctx context.Context, started time.Time) (tick store.Tick, err error) {
	defer p.recovered(ctx, &err)
	trouble := p.chores(ctx, started)
	missed, err := p.look(ctx, started)
	if err == nil && p.simDue(started) {
		trouble = errors.Join(trouble, p.simulate(ctx, started))
		err = p.sight.look(ctx, p.DB, chooser(p.AllowSim))
	}
	if err != nil {
		return tick, errors.Join(err, trouble)
	}
	tick.StartedAt, tick.Missed = started, missed
	if trouble != nil {
		tick.Error = trouble.Error()
		p.log().WarnContext(ctx, "a tick had trouble beside its plan", "error", trouble)
	}
	now := p.DB.Now()
	return p.act(ctx, tick, plan.Decide(p.sight.fleet, p.Policy, now), now)
}

// recovered turns a panic into the error of the function that defers it: the
// laboratory goes on, and the tick's row says what happened.
func (p *Planner) recovered(ctx context.Context, err *error) {
	if v := recover(); v != nil {
		p.log().ErrorContext(ctx, "the tick panicked", "panic", v, "stack", string(debug.Stack()))
		*err = fmt.Errorf("the tick panicked: %v", v)
	}
}

// act enqueues what the plan asks for and records the pass, in one
// transaction. The fleet may have moved on since the look; a bot that got a
// job in between is counted as held.
func (p *Planner) act(ctx context.Context, tick store.Tick, made plan.Plan, now time.Time) (store.Tick, error) {
	s := p.sight
	tick.Version, tick.DecidedAt = plan.Version, now
	tick.PlanHash = s.decided(made).String()
	tick.InputHash = plan.InputHash(s.fleet, p.Policy, now, s.sum()).String()
	var said []store.BotPlan
	var kept kept
	err := p.DB.InTx(ctx, func(tx *store.DB) (err error) {
		if err := p.Leader.hold(ctx, tx); err != nil {
			return err
		}
		decisions, err := p.enqueue(ctx, tx, made)
		if err != nil {
			return err
		}
		tally(&tick, made, decisions)
		said = s.news(decisions, tx.Now())
		if err := tx.SavePlans(ctx, said); err != nil {
			return err
		}
		if kept, err = s.keep(ctx, tx, p.Policy); err != nil {
			return err
		}
		tick.SnapshotID, tick.FinishedAt = kept.last, tx.Now()
		tick.ID, err = tx.AddTick(ctx, tick)
		return err
	})
	if err == nil {
		s.stored(kept, said)
	}
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
	decisions := made.Decisions
	for i, q := range queued {
		if q.ID != 0 {
			continue
		}
		if &decisions[0] == &made.Decisions[0] { // the plan stays as it was made
			decisions = slices.Clone(decisions)
		}
		decisions[i] = plan.Overtaken(decisions[i], q.Full)
	}
	return decisions, nil
}

// tally counts the decisions as they came true: as the plan counts them, apart
// from the first ones, which were to be enqueued.
func tally(tick *store.Tick, made plan.Plan, decisions []plan.Decision) {
	tick.HeldBy = maps.Clone(made.HeldBy)
	tick.BotsEvaluated, tick.JobsEnqueued = len(decisions), made.Enqueued
	for _, d := range decisions[:made.Enqueued] {
		if d.Held != nil {
			tick.JobsEnqueued--
			tick.HeldBy[d.Held.Reason]++
		}
	}
	tick.BotsHeld = tick.BotsEvaluated - tick.JobsEnqueued
}

func (p *Planner) log() *slog.Logger {
	if p.Log == nil {
		return slog.New(slog.DiscardHandler)
	}
	return p.Log
}
