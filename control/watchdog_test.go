package control

import (
	"context"
	"testing"
	"time"

	"assay/store"
)

func (b *bench) facts() store.AutonomyFacts {
	b.Helper()
	facts, err := b.db.AutonomyFacts(b.Context())
	if err != nil {
		b.Fatal(err)
	}
	return facts
}

// run runs a loop until the returned function is called.
func (b *bench) run(loop func(ctx context.Context)) (stop func()) {
	ctx, cancel := context.WithCancel(b.Context())
	ended := make(chan struct{})
	go func() { defer close(ended); loop(ctx) }()
	return func() { cancel(); <-ended }
}

func TestWatchdogSeesThePlannerStallAndComeBack(t *testing.T) {
	inBubble(t, 1, func(b *bench) {
		dog := &Watchdog{DB: b.db}
		stopDog := b.run(dog.Run)
		stopPlanner := b.start()
		b.pass(time.Minute)
		f := b.facts()
		b.same("at work", []any{false, false, time.Time{}}, []any{f.Signs().Stalled(), f.Signs().Unwatched(), f.StalledSince})
		stopPlanner()
		last := b.facts().LastTick.FinishedAt
		b.pass(6 * time.Minute)
		f = b.facts()
		b.same("stalled", []any{true, false, last}, []any{f.Signs().Stalled(), f.Signs().Unwatched(), f.StalledSince})
		defer b.start()()
		b.pass(time.Minute)
		f = b.facts()
		b.same("back", []any{false, time.Time{}}, []any{f.Signs().Stalled(), f.StalledSince})
		stopDog()
		b.pass(6 * time.Minute)
		b.same("nobody watches", []any{false, true}, []any{b.facts().Signs().Stalled(), b.facts().Signs().Unwatched()})
	})
}

// A database that does not answer for long makes ticks that fail, and neither
// the planner nor the watchdog ends with them.
func TestLoopSurvivesASlowDatabase(t *testing.T) {
	inBubble(t, 1, func(b *bench) {
		defer b.run((&Watchdog{DB: b.db}).Run)()
		defer b.start()()
		b.pass(time.Second)
		release := make(chan struct{})
		held := b.run(func(ctx context.Context) {
			_ = b.db.InTx(ctx, func(*store.DB) error { <-release; return nil })
		})
		b.pass(10 * time.Minute)
		b.same("while it hangs", []any{true, true}, []any{b.facts().Signs().Stalled(), b.facts().Signs().Unwatched()})
		close(release)
		held()
		b.pass(time.Minute)
		f := b.facts()
		b.same("after it", []any{false, false, 0, true},
			[]any{f.Signs().Stalled(), f.Signs().Unwatched(), f.FailedInARow, f.StalledSince.IsZero()})
	})
}

// A tick that fails half-way leaves its error and nothing else.
func TestFailedTickLeavesItsErrorAndNothingElse(t *testing.T) {
	inBubble(t, 2, func(b *bench) {
		b.rename("planner_snapshots", "gone") // the last but one thing that a tick writes
		failed := b.p.Tick(b.Context())
		const why = "store the planner's snapshot: SQL logic error: no such table: planner_snapshots (1)"
		b.same("ticks", []store.Tick{{Error: why}}, b.ticks())
		if failed.ID == 0 {
			b.Error("the tick has no row")
		}
		jobs, err := b.db.CapsUsed(b.Context())
		plans, _ := b.db.BotPlans(b.Context())
		b.same("jobs and plans", []any{0, 0, nil}, []any{jobs.Total, len(plans), err})
		b.same("failed in a row", 1, b.facts().FailedInARow)
		b.rename("gone", "planner_snapshots")
		b.p.Tick(b.Context())
		b.same("the next", store.Tick{BotsEvaluated: 2, JobsEnqueued: 2, HeldBy: reasons{}}, b.ticks()[1])
	})
}
