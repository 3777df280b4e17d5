package control

import (
	"context"
	"database/sql"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"assay/bot"
	"assay/job"
	"assay/plan"
	"assay/store"
	"assay/store/storetest"
	"assay/worker"
)

// bench is a planner on a new database in a bubble of virtual time.
type bench struct {
	*testing.T
	db *store.DB
	p  *Planner
}

func inBubble(t *testing.T, bots int, test func(b *bench)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		db := storetest.Open(t, time.Now)
		p := &Planner{
			DB: db, Policy: plan.DefaultPolicy(), AllowSim: true, Reaper: worker.Reaper{DB: db, Config: worker.DefaultConfig(2)},
		}
		storetest.AddBots(t, db, bots)
		storetest.AddDataSet(t, db, storetest.DataSet("SIM-ES", "f1"))
		test(&bench{T: t, db: db, p: p})
	})
}

// ticks returns all rows, oldest first, without their times and ids.
func (b *bench) ticks() []store.Tick {
	b.Helper()
	rows, err := b.db.Ticks(b.Context(), 1000)
	if err != nil {
		b.Fatal(err)
	}
	var list []store.Tick
	for i := len(rows) - 1; i >= 0; i-- {
		r := rows[i]
		if r.FinishedAt.Before(r.StartedAt) {
			b.Errorf("tick %d ended before it started", r.ID)
		}
		list = append(list, store.Tick{
			BotsEvaluated: r.BotsEvaluated, JobsEnqueued: r.JobsEnqueued, BotsHeld: r.BotsHeld, HeldBy: r.HeldBy, Error: r.Error,
		})
	}
	return list
}

func (b *bench) same(what string, want, got any) {
	b.Helper()
	if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" {
		b.Errorf("%s (-want +got):\n%s", what, diff)
	}
}

// start runs the planner until the returned function is called.
func (b *bench) start() (stop func()) {
	ctx, cancel := context.WithCancel(b.Context())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		b.p.Run(ctx)
	}()
	return func() { cancel(); <-ended }
}

func (b *bench) pass(d time.Duration) {
	time.Sleep(d)
	synctest.Wait()
}

type reasons = map[plan.Reason]int

func TestTickLeavesARowAlsoWhenItFindsNothing(t *testing.T) {
	inBubble(t, 0, func(b *bench) {
		b.p.Tick(b.Context())
		b.same("ticks", []store.Tick{{}}, b.ticks())
	})
}

func TestTickEnqueuesAndHolds(t *testing.T) {
	inBubble(t, 3, func(b *bench) {
		if err := b.db.PauseBot(b.Context(), "bot-0002", "holiday"); err != nil {
			b.Fatal(err)
		}
		first := b.p.Tick(b.Context())
		b.same("newest", first, b.p.Newest())
		b.p.Tick(b.Context())
		b.same("ticks", []store.Tick{
			{BotsEvaluated: 3, JobsEnqueued: 2, BotsHeld: 1, HeldBy: reasons{plan.Paused: 1}},
			{BotsEvaluated: 3, BotsHeld: 3, HeldBy: reasons{plan.JobActive: 2, plan.Paused: 1}},
		}, b.ticks())
		jobs, err := b.db.Jobs(b.Context(), "bot-0000", 10)
		if err != nil || len(jobs) != 1 {
			b.Fatalf("jobs %v, %v", jobs, err)
		}
		b.same("job", []any{job.Baseline, job.Queued, "BASELINE_MISSING", 3},
			[]any{jobs[0].Type, jobs[0].Status, jobs[0].Reason, jobs[0].MaxAttempts})
		plans, err := b.db.BotPlans(b.Context())
		b.same("plans", []any{"JOB_ACTIVE", "PAUSED", nil}, []any{plans["bot-0000"].Reason, plans["bot-0002"].Reason, err})
	})
}

// The planner judges by the session whose figures are shown: back from other
// data, a bot is tested again on the data it came from.
func TestEveryChangeOfDataNeedsABaseline(t *testing.T) {
	inBubble(t, 1, func(b *bench) {
		sim, err := b.db.DataSet(b.Context(), "SIM-ES")
		if err != nil {
			b.Fatal(err)
		}
		real := storetest.DataSet("ES-5m", "f2")
		real.Sim, real.Provider = false, "csv"
		for _, step := range []struct {
			change func() error
			on     *store.DataSet
		}{
			{func() error { return nil }, &sim},
			{func() (err error) { real, err = b.db.SaveDataSet(b.Context(), real); return err }, &real},
			{func() error { return b.db.RetireDataSet(b.Context(), "ES-5m", "anna", "a mistake") }, &sim},
		} {
			if err := step.change(); err != nil {
				b.Fatal(err)
			}
			if tick := b.p.Tick(b.Context()); tick.JobsEnqueued != 1 {
				b.Fatalf("no baseline on %s: %+v", step.on.Name, tick)
			}
			storetest.CompleteJob(b, b.db, storetest.StartNext(b, b.db, "w"), *step.on)
			if tick := b.p.Tick(b.Context()); tick.JobsEnqueued != 0 {
				b.Fatalf("a second baseline on %s: %+v", step.on.Name, tick)
			}
		}
	})
}

func TestPlansAreWrittenOnlyWhenTheyChange(t *testing.T) {
	inBubble(t, 2, func(b *bench) {
		set, err := b.db.DataSet(b.Context(), "SIM-ES")
		if err != nil {
			b.Fatal(err)
		}
		for _, id := range []bot.ID{"bot-0000", "bot-0001"} {
			storetest.CompleteJob(b, b.db, storetest.StartJob(b, b.db, id, "w"), set)
		}
		b.p.Tick(b.Context())
		before, err := b.db.Revision(b.Context())
		if err != nil {
			b.Fatal(err)
		}
		b.pass(15 * time.Second)
		b.p.Tick(b.Context())
		after, err := b.db.Revision(b.Context())
		b.same("revision", []any{before, nil}, []any{after, err})
		b.same("ticks", []store.Tick{
			{BotsEvaluated: 2, BotsHeld: 2, HeldBy: reasons{plan.TradesBelowMinimum: 2}},
			{BotsEvaluated: 2, BotsHeld: 2, HeldBy: reasons{plan.TradesBelowMinimum: 2}},
		}, b.ticks())
	})
}

// A plan made from a snapshot that is no longer true does no harm.
func TestAPlanAppliedTwiceEnqueuesOnce(t *testing.T) {
	inBubble(t, 3, func(b *bench) {
		if _, err := b.p.look(b.Context(), b.db.Now()); err != nil {
			b.Fatal(err)
		}
		b.p.Policy.MaxTotalJobs = 10_000
		made := plan.Decide(b.p.sight.fleet, b.p.Policy, b.db.Now())
		if err := b.db.SetCaps(b.Context(), store.Caps{Backtests: 1, Improve: 1, Total: 2}); err != nil {
			b.Fatal(err)
		}
		for range 2 {
			if _, err := b.p.act(b.Context(), store.Tick{StartedAt: b.db.Now()}, made, b.db.Now()); err != nil {
				b.Fatal(err)
			}
		}
		b.same("ticks", []store.Tick{
			{BotsEvaluated: 3, JobsEnqueued: 2, BotsHeld: 1, HeldBy: reasons{plan.CapTotal: 1}},
			{BotsEvaluated: 3, BotsHeld: 3, HeldBy: reasons{plan.CapTotal: 3}},
		}, b.ticks())
		plans, err := b.db.BotPlans(b.Context())
		b.same("the last bot", []any{"CAP_TOTAL", plan.Next{Action: "Backtest", Reason: "waits for a free place among the active jobs; the planner looks again at its next tick"}, nil},
			[]any{plans["bot-0002"].Reason, plans["bot-0002"].Next, err})
	})
}

func TestLoopTicksOnTimeAndWhenAsked(t *testing.T) {
	inBubble(t, 1, func(b *bench) {
		defer b.start()()
		b.pass(time.Second)
		b.same("at the start", 1, len(b.ticks()))
		storetest.AddBots(b, b.db, 0)
		storetest.AddBot(b, b.db, "new")
		synctest.Wait()
		b.same("after a new bot, at once", 2, len(b.ticks()))
		for range 50 {
			if err := b.db.PauseBot(b.Context(), "new", "again"); err != nil {
				b.Fatal(err)
			}
		}
		b.pass(breath)
		b.same("after fifty changes", 3, len(b.ticks()))
		b.pass(10 * time.Second)
		b.same("in between", 3, len(b.ticks()))
		b.pass(10 * time.Second)
		b.same("after the interval", 4, len(b.ticks()))
	})
}

func TestTickPutsStalledJobsBack(t *testing.T) {
	inBubble(t, 1, func(b *bench) {
		j := storetest.StartJob(b, b.db, "bot-0000", "dead")
		b.pass(31 * time.Second)
		b.p.Tick(b.Context())
		got, err := b.db.Job(b.Context(), j.ID)
		b.same("job", []any{job.Queued, 1, nil}, []any{got.Status, got.Attempt, err})
	})
}

func TestLoopSurvivesErrorsAndPanics(t *testing.T) {
	inBubble(t, 1, func(b *bench) {
		b.p.Sim = &SimData{DB: b.db} // it has no generator and panics
		_, err := b.db.AddVersion(b.Context(), store.Version{BotID: "bot-0000", Generation: 1, Symbol: "NQ", Interval: time.Hour})
		if err != nil {
			b.Fatal(err)
		}
		defer b.start()()
		b.pass(time.Second)
		b.rename("bot_plans", "gone")
		b.pass(15 * time.Second)
		b.rename("gone", "bot_plans")
		b.pass(15 * time.Second)
		const broken = "the tick panicked: runtime error: invalid memory address or nil pointer dereference"
		held := store.Tick{BotsEvaluated: 1, BotsHeld: 1, HeldBy: reasons{plan.NoData: 1}, Error: broken}
		b.same("ticks", []store.Tick{
			held, {Error: "read bots to plan: SQL logic error: no such table: bot_plans (1)"}, held,
		}, b.ticks())
	})
}

// rename breaks the database, and mends it.
func (b *bench) rename(from, to string) {
	b.Helper()
	plain, err := sql.Open("sqlite", "file:"+b.db.Path()+"?_pragma=busy_timeout(10000)")
	if err != nil {
		b.Fatal(err)
	}
	_, err = plain.ExecContext(b.Context(), "alter table "+from+" rename to "+to)
	if err := errors.Join(err, plain.Close()); err != nil {
		b.Fatal(err)
	}
}
