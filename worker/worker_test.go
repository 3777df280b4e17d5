package worker_test

import (
	"context"
	"errors"
	"fmt"
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

// bench is a worker on a new database in a bubble of virtual time.
type bench struct {
	*testing.T
	db     *store.DB
	config worker.Config
}

func inBubble(t *testing.T, bots int, test func(b *bench)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		b := &bench{T: t, db: storetest.Open(t, time.Now), config: worker.DefaultConfig(2)}
		storetest.AddBots(t, b.db, bots)
		test(b)
	})
}

// handle makes f the handler of baselines.
func (b *bench) handle(f worker.Handler) {
	b.config.Handlers = map[job.Type]worker.Handler{job.Baseline: f}
}

// start runs a worker until the returned function is called.
func (b *bench) start() (stop func()) {
	ctx, cancel := context.WithCancel(b.Context())
	ended := make(chan error, 1)
	go func() { ended <- worker.NewLocal(b.db, b.config, nil).Run(ctx) }()
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

// pass lets virtual time pass and everything that falls due happen.
func (b *bench) pass(d time.Duration) {
	time.Sleep(d)
	synctest.Wait()
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

func TestJobRunsAsSoonAsItIsQueued(t *testing.T) {
	inBubble(t, 1, func(b *bench) {
		b.handle(func(context.Context, job.Job, func(float64)) (worker.Save, error) {
			return func(ctx context.Context, tx *store.DB) error { return tx.PauseBot(ctx, "bot-0000", "saved") }, nil
		})
		defer b.start()()
		synctest.Wait()
		before := time.Now()
		id := b.enqueue("bot-0000")
		synctest.Wait()
		b.same("history", []string{"COMPLETED ×1 ", "×1 COMPLETED "}, b.history(id))
		b.same("time passed", time.Duration(0), time.Since(before))
		saved, err := b.db.Bot(b.Context(), "bot-0000")
		b.same("saved with the end", []any{"saved", nil}, []any{saved.PausedReason, err})
	})
}

func TestFailuresAreTriedAgainThenGivenUp(t *testing.T) {
	inBubble(t, 1, func(b *bench) {
		tries := 0
		b.handle(func(context.Context, job.Job, func(float64)) (worker.Save, error) {
			if tries++; tries == 2 {
				panic("a bug")
			}
			return nil, fmt.Errorf("no luck %d", tries)
		})
		defer b.start()()
		id := b.enqueue("bot-0000")
		b.pass(time.Minute)
		b.same("history", []string{
			"FAILED ×3 no luck 3", "×1 FAILED no luck 1", "×2 FAILED it panicked: a bug", "×3 FAILED no luck 3",
		}, b.history(id))
		next := b.enqueue("bot-0000")
		b.pass(time.Minute)
		b.same("the worker lives on", "FAILED ×3 no luck 6", b.history(next)[0])
	})
}

func TestHopelessErrorsAreNotTriedAgain(t *testing.T) {
	inBubble(t, 1, func(b *bench) {
		b.handle(func(context.Context, job.Job, func(float64)) (worker.Save, error) {
			return nil, fmt.Errorf("parse: %w", assay.Errorf(assay.Invalid, "", "no such word"))
		})
		defer b.start()()
		id := b.enqueue("bot-0000")
		b.pass(time.Minute)
		b.same("history", []string{"FAILED ×1 parse: no such word", "×1 REFUSED parse: no such word"}, b.history(id))
	})
}

func TestFailedSavingLeavesNothing(t *testing.T) {
	for name, bad := range map[string]func() error{
		"error": func() error { return errors.New("the disk is full") },
		"panic": func() error { panic("the disk is full") },
	} {
		t.Run(name, func(t *testing.T) {
			inBubble(t, 1, func(b *bench) {
				b.handle(func(context.Context, job.Job, func(float64)) (worker.Save, error) {
					return func(ctx context.Context, tx *store.DB) error {
						return errors.Join(tx.PauseBot(ctx, "bot-0000", "half"), bad())
					}, nil
				})
				defer b.start()()
				id := b.enqueue("bot-0000")
				b.pass(time.Minute)
				j := b.job(id)
				b.same("job", []any{job.Failed, 3}, []any{j.Status, j.Attempt})
				saved, err := b.db.Bot(b.Context(), "bot-0000")
				b.same("bot", []any{"", nil}, []any{saved.PausedReason, err})
			})
		})
	}
}

func TestTimeLimit(t *testing.T) {
	inBubble(t, 1, func(b *bench) {
		b.handle(untilStopped)
		defer b.start()()
		id := b.enqueue("bot-0000")
		b.pass(10*time.Minute + 3*time.Second)
		b.same("history", []string{
			"RUNNING ×2 it outlived its time limit of 10m0s", "×1 TIMED_OUT it outlived its time limit of 10m0s", "×2  ",
		}, b.history(id))
	})
}

// untilStopped is a handler that works until its context ends.
func untilStopped(ctx context.Context, _ job.Job, _ func(float64)) (worker.Save, error) {
	<-ctx.Done()
	return nil, ctx.Err()
}

func TestShutdownPutsJobsBack(t *testing.T) {
	inBubble(t, 1, func(b *bench) {
		b.handle(untilStopped)
		stop := b.start()
		id := b.enqueue("bot-0000")
		b.pass(time.Second)
		stop()
		b.same("after the stop", []string{"QUEUED ×0 the worker was shut down", "×1 RELEASED the worker was shut down"}, b.history(id))
		b.handle(func(context.Context, job.Job, func(float64)) (worker.Save, error) { return nil, nil })
		defer b.start()()
		b.pass(time.Second)
		b.same("after a new start", []string{"COMPLETED ×1 ", "×1 RELEASED the worker was shut down", "×1 COMPLETED "}, b.history(id))
	})
}

func TestShutdownDoesNotWaitForEver(t *testing.T) {
	inBubble(t, 1, func(b *bench) {
		release := make(chan struct{})
		b.handle(deaf(release))
		stop := b.start()
		b.enqueue("bot-0000")
		b.pass(time.Second)
		before := time.Now()
		stop()
		b.same("waited", b.config.Grace, time.Since(before))
		close(release)
		synctest.Wait()
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
	inBubble(t, 1, func(b *bench) {
		b.handle(untilStopped)
		defer b.start()()
		id := b.enqueue("bot-0000")
		b.pass(time.Second)
		if err := b.db.RequestCancel(b.Context(), "bot-0000", "reset"); err != nil {
			b.Fatal(err)
		}
		b.pass(b.config.Beat)
		b.same("history", []string{"CANCELLED ×1 it was cancelled", "×1 CANCELLED it was cancelled"}, b.history(id))
	})
}

func TestDeadWorkersJobsGoOnAtTheNextStart(t *testing.T) {
	inBubble(t, 1, func(b *bench) {
		dead := storetest.StartJob(b, b.db, "bot-0000", "dead-worker")
		b.handle(func(context.Context, job.Job, func(float64)) (worker.Save, error) { return nil, nil })
		before := time.Now()
		defer b.start()()
		synctest.Wait()
		b.same("history", []string{
			"COMPLETED ×2 ", "×1 STALLED the process of worker dead-worker ended in the middle of it", "×2 COMPLETED ",
		}, b.history(dead.ID))
		b.same("time passed", time.Duration(0), time.Since(before))
	})
}

// A worker stopped for minutes and woken cannot change the newer attempt.
func TestZombieChangesNothing(t *testing.T) {
	inBubble(t, 1, func(b *bench) {
		release := make(chan struct{})
		b.handle(deaf(release))
		defer b.start()()
		id := b.enqueue("bot-0000")
		b.pass(time.Second)

		// A reaper that loses patience before the next beat stands for a process
		// stopped for minutes.
		impatient := b.config
		impatient.StuckAfter = 500 * time.Millisecond
		reaper := worker.Reaper{DB: b.db, Config: impatient}
		if n, err := reaper.Reap(b.Context()); n != 1 || err != nil {
			b.Fatalf("reaped %d, %v, want 1", n, err)
		}
		if _, err := b.db.Admit(b.Context()); err != nil {
			b.Fatal(err)
		}
		newer, found, err := b.db.StartNext(b.Context(), "other-worker")
		if err != nil || !found || newer.Attempt != 2 {
			b.Fatalf("second attempt %+v, %v", newer, err)
		}
		close(release) // the zombie comes back and tries to save
		synctest.Wait()
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
	inBubble(t, 2, func(b *bench) {
		release := make(chan struct{})
		hung := true
		b.handle(func(ctx context.Context, j job.Job, p func(float64)) (worker.Save, error) {
			if hung {
				hung = false
				return deaf(release)(ctx, j, p)
			}
			return nil, nil
		})
		stop := b.start()
		first, second := b.enqueue("bot-0000"), b.enqueue("bot-0001")
		b.pass(11 * time.Minute)
		b.same("while it hangs", job.Queued, b.job(second).Status)
		reaper := worker.Reaper{DB: b.db, Config: b.config}
		if n, err := reaper.Reap(b.Context()); n != 1 || err != nil {
			b.Fatalf("reaped %d, %v, want 1", n, err)
		}
		b.pass(time.Minute)
		b.same("the hung one", []any{job.Completed, 2}, []any{b.job(first).Status, b.job(first).Attempt})
		b.same("the other", job.Completed, b.job(second).Status)
		close(release)
		stop()
	})
}

func TestProgressIsStored(t *testing.T) {
	inBubble(t, 1, func(b *bench) {
		b.handle(func(ctx context.Context, j job.Job, progress func(float64)) (worker.Save, error) {
			for i := range 10 {
				progress(float64(i) / 10)
				time.Sleep(2 * time.Second)
			}
			return nil, nil
		})
		defer b.start()()
		id := b.enqueue("bot-0000")
		b.pass(9 * time.Second)
		b.same("in the middle", 0.4, b.job(id).Progress)
		b.pass(time.Minute)
		b.same("at the end", 1.0, b.job(id).Progress)
	})
}

// Running never exceeds the caps, whatever the slots, and everything ends once.
func TestManyJobsWithinTheCaps(t *testing.T) {
	inBubble(t, 40, func(b *bench) {
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
			time.Sleep(time.Second)
			running <- <-running - 1
			return nil, nil
		})
		defer b.start()()
		for i := range 40 {
			b.enqueue(bot.ID(fmt.Sprintf("bot-%04d", i)))
		}
		b.pass(time.Minute)
		counts, err := b.db.JobCounts(b.Context())
		b.same("counts", []any{[]store.JobCount{{Type: job.Baseline, Status: job.Completed, Count: 40}}, nil}, []any{counts, err})
		<-running
		b.same("most at once, runs", []int{3, 40}, []int{most, ran})
	})
}
