package worker

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"math"
	"slices"
	"time"

	"assay/internal/trace"
	"assay/job"
	"assay/store"
)

// Reaper ends the attempts of workers that no longer beat and of jobs that
// outlived their time limit, and puts the jobs back into the queue as long as
// they have attempts left.
type Reaper struct {
	DB     *store.DB
	Config Config
	Log    *slog.Logger
}

// Reap returns how many attempts it ended. The planner calls it on every tick.
func (r Reaper) Reap(ctx context.Context) (int, error) {
	shortest := time.Duration(math.MaxInt64)
	for _, limit := range r.Config.Limits {
		shortest = min(shortest, limit)
	}
	if found, err := r.DB.Reapable(ctx, r.Config.StuckAfter, shortest, TicketLost); err != nil || !found {
		return 0, err
	}
	stalled, err := r.DB.Stalled(ctx, r.Config.StuckAfter)
	if err != nil {
		return 0, err
	}
	n, err := r.end(ctx, stalled, job.OutcomeStalled, func(j job.Job) string {
		return fmt.Sprintf("worker %s has not been heard of since %s", j.WorkerID, j.HeartbeatAt.Format("15:04:05Z"))
	}, r.DB.EndSilent)
	for _, t := range slices.Sorted(maps.Keys(r.Config.Limits)) {
		if err != nil {
			return n, err
		}
		var late []job.Job
		if late, err = r.DB.Overdue(ctx, t, r.Config.Limits[t]); err != nil {
			return n, err
		}
		var ended int
		ended, err = r.end(ctx, late, job.OutcomeTimedOut, func(job.Job) string {
			return TimeLimit{r.Config.Limits[t]}.Error()
		}, r.whatever(job.OutcomeTimedOut))
		n += ended
	}
	if err == nil {
		err = r.dropTickets(ctx)
	}
	return n, err
}

// TicketLost is how long a ticket may wait before its job gets another.
const TicketLost = time.Minute

func (r Reaper) dropTickets(ctx context.Context) error {
	lost, err := r.DB.DropLostTickets(ctx, TicketLost)
	if lost > 0 {
		discardIfNil(r.Log).WarnContext(ctx, "tickets nobody used were dropped", "tickets", lost)
	}
	return err
}

// ReapDead ends the running attempts of every worker but the one named. Only
// the instance that holds the data directory's lock may call it: then the
// others are dead for certain, and their jobs need not wait to grow stale.
func (r Reaper) ReapDead(ctx context.Context, worker string) (int, error) {
	jobs, err := r.DB.RunningElsewhere(ctx, worker)
	if err != nil {
		return 0, err
	}
	return r.end(ctx, jobs, job.OutcomeStalled, func(j job.Job) string {
		return fmt.Sprintf("the process of worker %s ended in the middle of it", j.WorkerID)
	}, r.whatever(job.OutcomeStalled))
}

// ending ends one attempt that was found.
type ending func(ctx context.Context, j job.Job, reason string, d job.Decision) error

// whatever ends an attempt whether it beats or not.
func (r Reaper) whatever(o job.Outcome) ending {
	return func(ctx context.Context, j job.Job, reason string, d job.Decision) error {
		return r.DB.EndAttempt(ctx, store.LeaseOf(j), o, reason, d)
	}
}

func (r Reaper) end(ctx context.Context, jobs []job.Job, o job.Outcome, reason func(job.Job) string, end ending) (n int, err error) {
	for _, j := range jobs {
		decision := job.After(j.Attempt, j.MaxAttempts, o, r.DB.Now())
		err := end(ctx, j, reason(j), decision)
		if errors.Is(err, store.ErrLeaseLost) {
			continue // it ended by itself in the meantime, or beats again
		}
		if err != nil {
			return n, fmt.Errorf("reap job %d: %w", j.ID, err)
		}
		n++
		discardIfNil(r.Log).WarnContext(trace.With(ctx, j.TraceID), "attempt reaped", "job", j.ID, "bot", j.BotID, "attempt", j.Attempt,
			"outcome", o, "reason", reason(j), "then", decision.Status)
	}
	return n, nil
}
