package worker_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"assay"
	"assay/bot"
	"assay/job"
	"assay/store"
	"assay/store/storetest"
	"assay/worker"
)

// bench is a worker on a new database.
type bench struct {
	*testing.T
	db     *store.DB
	config worker.Config
	made   func(*store.DB, worker.Config, *slog.Logger) worker.Dispatcher
	soon   time.Duration // less than the dispatcher's poll
}

// onBoth runs a test with each Dispatcher: the local one in a bubble of virtual
// time, River in real time on its own PostgreSQL database.
func onBoth(t *testing.T, bots int, test func(b *bench)) {
	t.Helper()
	t.Parallel()
	t.Run("local", func(t *testing.T) { onLocal(t, bots, test) })
	t.Run("River", func(t *testing.T) { onRiver(t, storetest.OpenPostgres(t, nil), bots, test) })
}

func onLocal(t *testing.T, bots int, test func(b *bench)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		b := &bench{
			T: t, db: storetest.Open(t, time.Now), config: quick(), soon: 20 * time.Millisecond,
			made: func(db *store.DB, c worker.Config, log *slog.Logger) worker.Dispatcher {
				return worker.NewLocal(db, c, log)
			},
		}
		storetest.AddBots(t, b.db, bots)
		test(b)
	})
}

func onRiver(t *testing.T, db *store.DB, bots int, test func(b *bench)) {
	t.Helper()
	storetest.AddBots(t, db, bots)
	test(&bench{
		T: t, db: db, config: quick(), soon: 900 * time.Millisecond,
		made: func(db *store.DB, c worker.Config, log *slog.Logger) worker.Dispatcher {
			return worker.NewRiver(db, c, log)
		},
	})
}

// quick is the policy with shorter waits, but the backoff.
func quick() worker.Config {
	c := worker.DefaultConfig(2)
	c.Beat, c.StuckAfter, c.Grace = 100*time.Millisecond, 3*time.Second, time.Second
	return c
}

// handle makes f the handler of baselines.
func (b *bench) handle(f worker.Handler) {
	b.config.Handlers = map[job.Type]worker.Handler{job.Baseline: f}
}

// start runs a worker until the returned function is called.
func (b *bench) start() (stop func()) {
	ctx, cancel := context.WithCancel(b.Context())
	ended := make(chan error, 1)
	go func() { ended <- b.made(b.db, b.config, nil).Run(ctx) }()
	return func() {
		cancel()
		if err := <-ended; err != nil {
			b.Error(err)
		}
	}
}

func (b *bench) enqueue(id bot.ID) int64 {
	b.Helper()
	queued, err := b.db.Enqueue(b.Context(), store.NewJob{BotID: id, Type: job.Baseline, Reason: "R", MaxAttempts: 3})
	if err != nil || queued[0].ID == 0 {
		b.Fatalf("not queued: %+v, %v", queued, err)
	}
	return queued[0].ID
}

func (b *bench) job(id int64) job.Job {
	b.Helper()
	j, err := b.db.Job(b.Context(), id)
	if err != nil {
		b.Fatal(err)
	}
	return j
}

// until waits for something to come true, for at most a minute.
func (b *bench) until(what string, true func() bool) {
	b.Helper()
	look, give := time.NewTicker(5*time.Millisecond), time.NewTimer(time.Minute)
	defer look.Stop()
	defer give.Stop()
	for !true() {
		select {
		case <-look.C:
		case <-give.C:
			b.Fatalf("not within a minute: %s", what)
		}
	}
}

// await waits for a job to come to a status.
func (b *bench) await(id int64, status job.Status) {
	b.Helper()
	b.until(fmt.Sprintf("job %d is %s", id, status), func() bool { return b.job(id).Status == status })
}

// history prints a job and its attempts in one comparable value.
func (b *bench) history(id int64) []string {
	b.Helper()
	j := b.job(id)
	lines := []string{fmt.Sprintf("%s ×%d %s", j.Status, j.Attempt, j.Error)}
	attempts, err := b.db.Attempts(b.Context(), id)
	if err != nil {
		b.Fatal(err)
	}
	for _, a := range attempts {
		lines = append(lines, fmt.Sprintf("×%d %s %s", a.Attempt, a.Outcome, a.Error))
	}
	return lines
}

func (b *bench) same(what string, want, got any) {
	b.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		b.Errorf("%s (-want +got):\n%s", what, diff)
	}
}

// done is a handler that has nothing to do.
func done(context.Context, job.Job, func(float64)) (worker.Save, error) { return nil, nil }

func TestJobRunsAsSoonAsItIsQueued(t *testing.T) {
	onBoth(t, 1, func(b *bench) {
		b.handle(func(context.Context, job.Job, func(float64)) (worker.Save, error) {
			return func(ctx context.Context, tx *store.DB) error { return tx.PauseBot(ctx, "bot-0000", "saved") }, nil
		})
		defer b.start()()
		b.await(b.enqueue("bot-0000"), job.Completed) // the first waits for the worker's start
		before := time.Now()
		id := b.enqueue("bot-0000")
		b.await(id, job.Completed)
		if took := time.Since(before); took > b.soon {
			b.Errorf("it took %s", took)
		}
		b.same("history", []string{"COMPLETED ×1 ", "×1 COMPLETED "}, b.history(id))
		saved, err := b.db.Bot(b.Context(), "bot-0000")
		b.same("saved with the end", []any{"saved", nil}, []any{saved.PausedReason, err})
	})
}

func TestFailuresAreTriedAgainThenGivenUp(t *testing.T) {
	onBoth(t, 1, func(b *bench) {
		var tries atomic.Int64
		b.handle(func(context.Context, job.Job, func(float64)) (worker.Save, error) {
			n := tries.Add(1)
			if n == 2 {
				panic("a bug")
			}
			return nil, fmt.Errorf("no luck %d", n)
		})
		defer b.start()()
		id := b.enqueue("bot-0000")
		b.await(id, job.Failed)
		b.same("history", []string{
			"FAILED ×3 no luck 3", "×1 FAILED no luck 1", "×2 FAILED it panicked: a bug", "×3 FAILED no luck 3",
		}, b.history(id))
		next := b.enqueue("bot-0000")
		b.await(next, job.Failed)
		b.same("the worker lives on", "FAILED ×3 no luck 6", b.history(next)[0])
	})
}

func TestHopelessErrorsAreNotTriedAgain(t *testing.T) {
	onBoth(t, 1, func(b *bench) {
		b.handle(func(context.Context, job.Job, func(float64)) (worker.Save, error) {
			return nil, fmt.Errorf("parse: %w", assay.Errorf(assay.Invalid, "", "no such word"))
		})
		defer b.start()()
		id := b.enqueue("bot-0000")
		b.await(id, job.Failed)
		b.same("history", []string{"FAILED ×1 parse: no such word", "×1 REFUSED parse: no such word"}, b.history(id))
	})
}

func TestFailedSavingLeavesNothing(t *testing.T) {
	onBoth(t, 2, func(b *bench) {
		b.handle(func(_ context.Context, j job.Job, _ func(float64)) (worker.Save, error) {
			return func(ctx context.Context, tx *store.DB) error {
				err := tx.PauseBot(ctx, bot.ID(j.BotID), "half")
				if j.BotID == "bot-0001" {
					panic("the disk is full")
				}
				return errors.Join(err, errors.New("the disk is full"))
			}, nil
		})
		defer b.start()()
		for _, id := range []bot.ID{"bot-0000", "bot-0001"} {
			j := b.enqueue(id)
			b.await(j, job.Failed)
			b.same("attempts", 3, b.job(j).Attempt)
			saved, err := b.db.Bot(b.Context(), id)
			b.same("bot", []any{"", nil}, []any{saved.PausedReason, err})
		}
	})
}

func TestTimeLimit(t *testing.T) {
	onBoth(t, 1, func(b *bench) {
		b.config.Limits = map[job.Type]time.Duration{job.Baseline: 500 * time.Millisecond}
		b.handle(untilStopped)
		defer b.start()()
		id := b.enqueue("bot-0000")
		b.until("the second attempt", func() bool { return b.job(id).Attempt == 2 })
		b.same("history", []string{
			"RUNNING ×2 it outlived its time limit of 500ms", "×1 TIMED_OUT it outlived its time limit of 500ms", "×2  ",
		}, b.history(id))
	})
}

// untilStopped is a handler that works until its context ends.
func untilStopped(ctx context.Context, _ job.Job, _ func(float64)) (worker.Save, error) {
	<-ctx.Done()
	return nil, ctx.Err()
}

func TestShutdownPutsJobsBack(t *testing.T) {
	onBoth(t, 1, func(b *bench) {
		b.handle(untilStopped)
		stop := b.start()
		id := b.enqueue("bot-0000")
		b.await(id, job.Running)
		stop()
		b.same("after the stop", []string{"QUEUED ×0 the worker was shut down", "×1 RELEASED the worker was shut down"}, b.history(id))
		b.handle(done)
		defer b.start()()
		b.await(id, job.Completed)
		b.same("after a new start", []string{"COMPLETED ×1 ", "×1 RELEASED the worker was shut down", "×1 COMPLETED "}, b.history(id))
	})
}

func TestShutdownDoesNotWaitForEver(t *testing.T) {
	onBoth(t, 1, func(b *bench) {
		release := make(chan struct{})
		b.handle(deaf(release))
		stop := b.start()
		id := b.enqueue("bot-0000")
		b.await(id, job.Running)
		before := time.Now()
		stop()
		if waited := time.Since(before); waited < b.config.Grace || waited > 5*b.config.Grace {
			b.Errorf("it waited %s, want about %s", waited, b.config.Grace)
		}
		close(release)
		b.until("the handler's end is recorded", func() bool { return b.job(id).Status != job.Running })
	})
}

// deaf is a handler that does not listen to its context.
func deaf(release chan struct{}) worker.Handler {
	return func(context.Context, job.Job, func(float64)) (worker.Save, error) {
		<-release
		return func(ctx context.Context, tx *store.DB) error { return tx.PauseBot(ctx, "bot-0000", "zombie") }, nil
	}
}

func TestCancelReachesARunningJob(t *testing.T) {
	onBoth(t, 1, func(b *bench) {
		b.handle(untilStopped)
		defer b.start()()
		id := b.enqueue("bot-0000")
		b.await(id, job.Running)
		if err := b.db.RequestCancel(b.Context(), "bot-0000", "reset"); err != nil {
			b.Fatal(err)
		}
		b.await(id, job.Cancelled)
		b.same("history", []string{"CANCELLED ×1 it was cancelled", "×1 CANCELLED it was cancelled"}, b.history(id))
	})
}

func TestDeadWorkersJobsGoOnAtTheNextStart(t *testing.T) {
	onLocal(t, 1, func(b *bench) {
		dead := storetest.StartJob(b, b.db, "bot-0000", "dead-worker")
		b.handle(done)
		before := time.Now()
		defer b.start()()
		synctest.Wait()
		b.same("history", []string{
			"COMPLETED ×2 ", "×1 STALLED the process of worker dead-worker ended in the middle of it", "×2 COMPLETED ",
		}, b.history(dead.ID))
		b.same("time passed", time.Duration(0), time.Since(before))
	})
}

func TestDeadWorkersJobsAreReaped(t *testing.T) {
	onBoth(t, 1, func(b *bench) {
		b.handle(done)
		b.config.StuckAfter = time.Second
		reaper := worker.Reaper{DB: b.db, Config: b.config}
		defer b.start()()
		b.await(b.enqueue("bot-0000"), job.Completed) // the worker has started
		// The dead worker's bot gets its job in one transaction, which the living
		// worker cannot get between.
		var dead job.Job
		err := b.db.InTx(b.Context(), func(tx *store.DB) error {
			dead = storetest.StartJob(b, tx, "bot-0000", "dead-worker")
			return nil
		})
		b.same("started", nil, err)
		b.until("it is reaped", func() bool {
			n, err := reaper.Reap(b.Context())
			b.same("error", nil, err)
			return n == 1
		})
		b.await(dead.ID, job.Completed)
		b.same("attempts", 2, b.job(dead.ID).Attempt)
	})
}

// A worker stopped for minutes and woken cannot change the newer attempt.
func TestZombieChangesNothing(t *testing.T) {
	onBoth(t, 1, func(b *bench) {
		release := make(chan struct{})
		b.handle(deaf(release))
		b.config.Beat = time.Hour // as if the process were stopped
		stop := b.start()
		id := b.enqueue("bot-0000")
		b.await(id, job.Running)
		impatient := b.config
		impatient.StuckAfter = time.Millisecond
		reaper := worker.Reaper{DB: b.db, Config: impatient}
		b.until("it is reaped", func() bool {
			n, err := reaper.Reap(b.Context())
			b.same("error", nil, err)
			return n == 1
		})
		if _, err := b.db.Admit(b.Context()); err != nil {
			b.Fatal(err)
		}
		newer, found, err := b.db.StartNext(b.Context(), "other-worker")
		if err != nil || !found || newer.Attempt != 2 {
			b.Fatalf("second attempt %+v, %v", newer, err)
		}
		close(release) // the zombie comes back and tries to save
		stop()         // and has tried when the worker has stopped
		b.same("the newer attempt", newer, b.job(id))
		saved, err := b.db.Bot(b.Context(), "bot-0000")
		b.same("bot", []any{"", nil}, []any{saved.PausedReason, err})
		if err := b.db.Finish(b.Context(), store.LeaseOf(newer), nil); err != nil {
			b.Error(err)
		}
	})
}

// A handler that never returns must not keep the only slot for ever.
func TestHungJobGivesItsSlotBack(t *testing.T) {
	onBoth(t, 2, func(b *bench) {
		release := make(chan struct{})
		var hung atomic.Bool
		b.config.Limits = map[job.Type]time.Duration{job.Baseline: 500 * time.Millisecond}
		b.handle(func(ctx context.Context, j job.Job, p func(float64)) (worker.Save, error) {
			if hung.CompareAndSwap(false, true) {
				return deaf(release)(ctx, j, p)
			}
			return nil, nil
		})
		stop := b.start()
		first := b.enqueue("bot-0000")
		b.await(first, job.Running)
		second := b.enqueue("bot-0001")
		reaper := worker.Reaper{DB: b.db, Config: b.config}
		b.until("it is reaped", func() bool {
			b.same("while it hangs", job.Queued, b.job(second).Status)
			n, err := reaper.Reap(b.Context())
			b.same("error", nil, err)
			return n == 1
		})
		b.await(first, job.Completed)
		b.await(second, job.Completed)
		b.same("attempts of the hung one", 2, b.job(first).Attempt)
		close(release)
		stop()
	})
}

func TestProgressIsStored(t *testing.T) {
	onBoth(t, 1, func(b *bench) {
		release := make(chan struct{})
		b.handle(func(ctx context.Context, j job.Job, progress func(float64)) (worker.Save, error) {
			progress(0.25)
			progress(0.5) // too soon after the first to be worth a write
			<-release
			return nil, nil
		})
		defer b.start()()
		id := b.enqueue("bot-0000")
		b.until("progress", func() bool { return b.job(id).Progress > 0 })
		b.same("in the middle", 0.25, b.job(id).Progress)
		close(release)
		b.await(id, job.Completed)
		b.same("at the end", 1.0, b.job(id).Progress)
	})
}

// Running never exceeds the caps, whatever the slots, and everything ends once.
func TestManyJobsWithinTheCaps(t *testing.T) {
	onBoth(t, 40, func(b *bench) { b.manyJobs(1) })
}

// Nor does it on several machines.
func TestManyJobsOnThreeMachines(t *testing.T) {
	t.Parallel()
	onRiver(t, storetest.OpenPostgres(t, nil), 40, func(b *bench) { b.manyJobs(3) })
}

func (b *bench) manyJobs(machines int) {
	b.config.Slots = 8
	if err := b.db.SetCaps(b.Context(), store.Caps{Backtests: 3, Improve: 1, Total: 100}); err != nil {
		b.Fatal(err)
	}
	running, most, ran := make(chan int, 1), 0, 0
	running <- 0
	b.handle(func(context.Context, job.Job, func(float64)) (worker.Save, error) {
		n := <-running + 1
		most, ran = max(most, n), ran+1
		running <- n
		<-time.After(50 * time.Millisecond)
		running <- <-running - 1
		return nil, nil
	})
	for range machines {
		defer b.start()()
	}
	for i := range 40 {
		b.enqueue(bot.ID(fmt.Sprintf("bot-%04d", i)))
	}
	b.until("all are done", func() bool {
		counts, err := b.db.JobCounts(b.Context())
		return err == nil && cmp.Equal(counts, []store.JobCount{{Type: job.Baseline, Status: job.Completed, Count: 40}})
	})
	<-running
	b.same("most at once, runs", []int{3, 40}, []int{most, ran})
}
