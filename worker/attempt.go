package worker

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"sync"
	"time"

	"assay"
	"assay/job"
	"assay/store"
)

// attempt is one running try of a job in this process.
type attempt struct {
	job    job.Job
	lease  store.Lease
	cancel context.CancelCauseFunc
	leave  func() // gives the slot back, also when the handler does not return
	left   chan struct{}
}

// recording bounds one try to write an attempt's end, which also happens while
// the process shuts down.
const recording = 30 * time.Second

// start runs an attempt in the background and returns what is closed when its
// slot is free again. A shutdown of the worker reaches it as a cause of its own,
// so that the job goes back instead of failing.
func (n *node) start(parent context.Context, j job.Job) (left <-chan struct{}) {
	ctx, cancel := context.WithCancelCause(context.WithoutCancel(parent))
	stopWatching := context.AfterFunc(parent, func() { cancel(errShutdown) })
	a := &attempt{job: j, lease: store.LeaseOf(j), cancel: cancel, left: make(chan struct{})}
	a.leave = sync.OnceFunc(func() { n.leave(a) })
	n.mu.Lock()
	n.running[a.lease] = a
	n.mu.Unlock()
	n.log.Info("job started", "job", j.ID, "type", j.Type, "bot", j.BotID, "attempt", j.Attempt)
	n.done.Go(func() {
		defer cancel(nil)
		defer stopWatching()
		defer a.leave()
		save, err := n.work(ctx, a)
		n.record(parent, a, save, err, context.Cause(ctx))
	})
	return a.left
}

func (n *node) leave(a *attempt) {
	n.mu.Lock()
	delete(n.running, a.lease)
	n.mu.Unlock()
	close(a.left)
	select {
	case n.wake <- struct{}{}:
	default:
	}
}

// work calls the handler within the job's time limit. A panic is a failure of
// this attempt, not of the process.
func (n *node) work(ctx context.Context, a *attempt) (save Save, err error) {
	handler := n.config.Handlers[a.job.Type]
	if handler == nil {
		return nil, assay.Errorf(assay.Invalid, "", "this worker knows no job of type %s", a.job.Type)
	}
	defer func() {
		if p := recover(); p != nil {
			n.log.Error("a job panicked", "job", a.job.ID, "panic", p, "stack", string(debug.Stack()))
			save, err = nil, fmt.Errorf("it panicked: %v", p)
		}
	}()
	if limit := n.config.Limits[a.job.Type]; limit > 0 {
		timer := time.AfterFunc(limit, func() { a.cancel(timeLimit{limit}) })
		defer timer.Stop()
	}
	return handler(ctx, a.job, n.progress(ctx, a))
}

type timeLimit struct{ limit time.Duration }

func (t timeLimit) Error() string { return fmt.Sprintf("it outlived its time limit of %s", t.limit) }

// progress stores how far an attempt is, at most once a second. Nobody waits
// for it: a failure to store it changes nothing about the work.
func (n *node) progress(ctx context.Context, a *attempt) func(float64) {
	var last time.Time
	return func(done float64) {
		if time.Since(last) < time.Second {
			return
		}
		last = time.Now()
		if err := n.db.SetProgress(ctx, a.lease, done); err != nil && ctx.Err() == nil {
			n.log.Warn("progress was not stored", "job", a.job.ID, "error", err)
		}
	}
}

// record writes how the attempt ended. cause says why its context ended, nil
// when it did not.
func (n *node) record(parent context.Context, a *attempt, save Save, workErr, cause error) {
	err := workErr
	if err == nil {
		ctx, stop := context.WithTimeout(context.WithoutCancel(parent), recording)
		defer stop()
		err = n.db.Finish(ctx, a.lease, func(tx *store.DB) error { return saved(ctx, save, tx) })
		if err == nil {
			n.log.Info("job completed", "job", a.job.ID, "type", a.job.Type, "bot", a.job.BotID, "attempt", a.job.Attempt)
			return
		}
		cause = nil // it did its work; only the saving failed
	}
	if errors.Is(err, store.ErrLeaseLost) || errors.Is(cause, store.ErrLeaseLost) {
		n.log.Warn("a job went on without this worker", "job", a.job.ID, "attempt", a.job.Attempt)
		return
	}
	outcome, reason := judge(err, cause)
	decision := job.After(a.job.Attempt, a.job.MaxAttempts, outcome, n.db.Now())
	err = n.insist(parent, func(ctx context.Context) error {
		return n.db.EndAttempt(ctx, a.lease, outcome, reason, decision)
	})
	if err != nil {
		n.log.Error("the end of an attempt was not recorded", "job", a.job.ID, "error", err)
		return
	}
	n.log.Warn("attempt ended without completing its job", "job", a.job.ID, "type", a.job.Type, "bot", a.job.BotID,
		"attempt", a.job.Attempt, "outcome", outcome, "reason", reason, "then", decision.Status)
}

// insist tries again as long as the database is away and this worker runs: a
// job whose end nobody recorded would look alive while its worker beats.
func (n *node) insist(parent context.Context, record func(context.Context) error) error {
	for {
		ctx, stop := context.WithTimeout(context.WithoutCancel(parent), recording)
		err := record(ctx)
		stop()
		if err == nil || errors.Is(err, store.ErrLeaseLost) || parent.Err() != nil {
			return err
		}
		n.log.Warn("the end of an attempt is not recorded yet", "error", err)
		select {
		case <-parent.Done():
		case <-time.After(time.Second):
		}
	}
}

// saved keeps a panic of the saving, too, from ending the process.
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

// judge names the outcome of an attempt that failed with err while its context
// had ended for cause, and the sentence people read.
func judge(err, cause error) (job.Outcome, string) {
	if _, ok := errors.AsType[timeLimit](cause); ok {
		return job.OutcomeTimedOut, cause.Error()
	}
	switch {
	case errors.Is(cause, errShutdown):
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
