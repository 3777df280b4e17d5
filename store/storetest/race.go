package storetest

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"time"

	"assay/bot"
	"assay/job"
	"assay/store"
)

// racing is a small lab that works as fast as it can while an operator reverts
// and resets it.
type racing struct {
	t    *testing.T
	db   *store.DB
	set  store.DataSet
	ctx  context.Context //nolint:containedctx // it ends the loops of one test
	done sync.WaitGroup
}

// actsWhileTheLabWorks lets workers, heartbeats, a planner and an operator meet
// on the same jobs. Whatever happens, all invariants hold afterwards, among
// them that nothing counts that ran across a reset.
func actsWhileTheLabWorks(t *testing.T, h Harness) {
	db := h.Open(t, time.Now)
	AddBots(t, db, 6)
	setCaps(t, db, store.Caps{Backtests: 4, Improve: 1, Total: 100})
	ctx, stop := context.WithCancel(t.Context())
	r := &racing{t: t, db: db, set: AddDataSet(t, db, DataSet("sim-es", "f1")), ctx: ctx}
	for i := range 3 {
		name := fmt.Sprint("worker-", i)
		r.loop(func() error { return r.work(name) })
		r.loop(func() error { _, err := db.Heartbeat(ctx, name); return err })
	}
	r.loop(r.plan)
	const turns = 12
	for range turns {
		order := revertOrder(bot.Scope{All: true})
		seen, err := db.PreviewRevert(t.Context(), order)
		if err != nil {
			t.Fatal(err)
		}
		order.Preview = seen.Hash
		if _, err := db.Revert(t.Context(), order); err != nil {
			t.Fatal(err)
		}
		done, err := db.ResetMetrics(t.Context(), resetOrder())
		if err != nil {
			t.Fatal(err)
		}
		r.nothingCountsFromBefore(done.At)
	}
	r.await(3) // results after the last reset count again
	stop()
	r.done.Wait()
	invariantsHold(t, db)
}

// beatsWhileJobsEnd ends several jobs of a worker at once, in every order, while
// it beats for all of them.
func beatsWhileJobsEnd(t *testing.T, h Harness) {
	const jobs, at = 32, 8
	db := h.Open(t, time.Now)
	AddBots(t, db, jobs)
	setCaps(t, db, store.Caps{Backtests: jobs, Improve: 1, Total: 100})
	ctx, stop := context.WithCancel(t.Context())
	r := &racing{t: t, db: db, ctx: ctx}
	r.loop(func() error { _, err := db.Heartbeat(t.Context(), "w"); return err })
	for round := range 10 {
		started := startAll(t, db, jobs)
		rand.New(rand.NewPCG(uint64(round), 0)).Shuffle(jobs, func(i, j int) { started[i], started[j] = started[j], started[i] }) //nolint:gosec // any order will do
		for some := range slices.Chunk(started, at) {
			var done []store.Finished
			for _, j := range some {
				done = append(done, store.Finished{Lease: store.LeaseOf(j)})
			}
			if err := db.FinishAll(t.Context(), done...); err != nil {
				t.Error(err)
			}
		}
	}
	stop()
	r.done.Wait()
}

// startAll enqueues a job for each of n bots and starts them for the worker w.
func startAll(t *testing.T, db *store.DB, n int) []job.Job {
	t.Helper()
	var all []store.NewJob
	for i := range n {
		all = append(all, baseline(bot.ID(fmt.Sprintf("bot-%04d", i))))
	}
	if _, err := db.Enqueue(t.Context(), all...); err != nil {
		t.Fatal(err)
	}
	if _, err := db.Admit(t.Context()); err != nil {
		t.Fatal(err)
	}
	started, err := db.StartWaiting(t.Context(), "w", n)
	if err != nil || len(started) != n {
		t.Fatalf("%d of %d jobs started, %v", len(started), n, err)
	}
	return started
}

// loop repeats until the test stops it. A lost lease is part of the game.
func (r *racing) loop(step func() error) {
	r.done.Go(func() {
		for r.ctx.Err() == nil {
			if err := step(); err != nil && r.ctx.Err() == nil && !errors.Is(err, store.ErrLeaseLost) {
				r.t.Error(err)
				return
			}
		}
	})
}

func (r *racing) plan() error {
	var jobs []store.NewJob
	for i := range 6 {
		jobs = append(jobs, baseline(bot.ID(fmt.Sprintf("bot-%04d", i))))
	}
	_, err := r.db.Enqueue(r.ctx, jobs...)
	if err == nil {
		_, err = r.db.Admit(r.ctx)
	}
	return err
}

func (r *racing) work(name string) error {
	j, found, err := r.db.StartNext(r.ctx, name)
	if err != nil || !found {
		return err
	}
	result := ResultFor(r.t, r.db, j, r.set)
	err = r.db.Finish(r.ctx, store.LeaseOf(j), func(tx *store.DB) error {
		_, err := tx.SaveResult(r.ctx, result)
		return err
	})
	if r.ctx.Err() != nil { // the test is over, the job is not
		return r.db.EndAttempt(context.WithoutCancel(r.ctx), store.LeaseOf(j), job.OutcomeReleased, "stopped", job.Decision{Status: job.Queued})
	}
	return err
}

// nothingCountsFromBefore looks at once, while the lab goes on.
func (r *racing) nothingCountsFromBefore(reset time.Time) {
	r.t.Helper()
	rows, err := r.db.Fleet(r.t.Context(), store.FleetFilter{})
	if err != nil {
		r.t.Fatal(err)
	}
	for _, row := range rows {
		if row.Result == nil {
			continue
		}
		s, err := r.db.Session(r.t.Context(), row.Result.SessionID)
		if err != nil || s.JobCreatedAt.Before(reset) || row.Facts.Bot.MetricsResetAt != reset {
			r.t.Errorf("session %d of a job created at %s counts after the reset of %s, %v", s.ID, s.JobCreatedAt, reset, err)
		}
	}
}

// await waits until some bots have results that count.
func (r *racing) await(n int) {
	r.t.Helper()
	for deadline := time.Now().Add(30 * time.Second); time.Now().Before(deadline); {
		rows, err := r.db.Fleet(r.t.Context(), store.FleetFilter{})
		if err != nil {
			r.t.Fatal(err)
		}
		got := 0
		for _, row := range rows {
			if row.Result != nil {
				got++
			}
		}
		if got >= n {
			return
		}
	}
	r.t.Errorf("fewer than %d bots have a result that counts 30 seconds after the last reset", n)
}
