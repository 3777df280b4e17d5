package worker

import (
	"context"
	"errors"
	"fmt"
	"time"

	"assay"
	"assay/job"
	"assay/store"
)

// recording bounds one try to write an attempt's end, which also happens while
// the process shuts down.
const recording = 30 * time.Second

// Ending is an attempt whose work is over and whose end is not recorded yet.
type Ending struct {
	steps Steps
	job   job.Job
	save  Save
	err   error // why the job is not completed; nil: save completes it
	cause error // why the work was told to stop; nil when it was not
}

// Ending begins to end an attempt whose work returned save and err; cause says
// why its context had ended by then.
func (s Steps) Ending(j job.Job, save Save, err, cause error) *Ending {
	return &Ending{s, j, save, err, cause}
}

// Record tries once to write how the attempt ended. An error means that the
// database is away and that it should be tried again. A job that went on without
// this worker needs no end from it.
func (e *Ending) Record(ctx context.Context) error {
	ctx, stop := context.WithTimeout(context.WithoutCancel(ctx), recording)
	defer stop()
	if e.err == nil && e.complete(ctx) {
		return nil
	}
	if errors.Is(e.err, store.ErrLeaseLost) || errors.Is(e.cause, store.ErrLeaseLost) {
		e.lost(ctx)
		return nil
	}
	outcome, reason := judge(e.err, e.cause)
	decision := job.After(e.job.Attempt, e.job.MaxAttempts, outcome, e.steps.db.Now())
	err := e.steps.db.EndAttempt(ctx, store.LeaseOf(e.job), outcome, reason, decision)
	if errors.Is(err, store.ErrLeaseLost) {
		e.lost(ctx)
		return nil
	}
	if err != nil {
		return fmt.Errorf("record the end of job %d: %w", e.job.ID, err)
	}
	e.steps.log.WarnContext(ctx, "attempt ended without completing its job", "job", e.job.ID, "type", e.job.Type, "bot", e.job.BotID,
		"attempt", e.job.Attempt, "outcome", outcome, "reason", reason, "then", decision.Status)
	return nil
}

// complete saves the results. When that fails the attempt has failed: it did
// its work, whatever its context said since, and only the saving went wrong.
func (e *Ending) complete(ctx context.Context) bool {
	e.err = e.steps.finish(ctx, store.LeaseOf(e.job), func(tx *store.DB) error { return saved(ctx, e.save, tx) })
	e.cause = nil
	if e.err != nil {
		return false
	}
	e.steps.log.InfoContext(ctx, "job completed", "job", e.job.ID, "type", e.job.Type, "bot", e.job.BotID, "attempt", e.job.Attempt)
	return true
}

func (e *Ending) lost(ctx context.Context) {
	e.steps.log.WarnContext(ctx, "a job went on without this worker", "job", e.job.ID, "attempt", e.job.Attempt)
}

// saved keeps a panic of the saving from ending the process.
func saved(ctx context.Context, save Save, tx *store.DB) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("saving the results panicked: %v", p)
		}
	}()
	if save == nil {
		return nil
	}
	return save(ctx, tx)
}

// Why a worker stops an attempt in the middle, besides a lost lease.
var (
	ErrShutdown  = errors.New("the worker was shut down")
	errCancelled = errors.New("it was cancelled")
	errSilent    = errors.New("its worker could not reach the database")
)

// TimeLimit stops an attempt that outlived it.
type TimeLimit struct{ Limit time.Duration }

func (t TimeLimit) Error() string { return fmt.Sprintf("it outlived its time limit of %s", t.Limit) }

// judge names the outcome of an attempt that failed with err while its context
// had ended for cause, and the sentence people read.
func judge(err, cause error) (job.Outcome, string) {
	if _, ok := errors.AsType[TimeLimit](cause); ok {
		return job.OutcomeTimedOut, cause.Error()
	}
	switch {
	case errors.Is(cause, ErrShutdown):
		return job.OutcomeReleased, cause.Error()
	case errors.Is(cause, errCancelled):
		return job.OutcomeCancelled, cause.Error()
	case errors.Is(cause, errSilent):
		return job.OutcomeStalled, cause.Error()
	case assay.KindOf(err) == assay.Invalid:
		return job.OutcomeRefused, err.Error()
	}
	return job.OutcomeFailed, err.Error()
}
