package worker

import (
	"context"
	"fmt"
	"runtime/debug"
	"sync"
	"time"

	"assay"
	"assay/internal/pause"
	"assay/internal/trace"
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

// start runs an attempt in the background and returns what is closed when its
// slot is free again. A shutdown of the worker reaches it as a cause of its own,
// so that the job goes back instead of failing.
func (n *node) start(parent context.Context, j job.Job) (left <-chan struct{}) {
	ctx, cancel := context.WithCancelCause(trace.With(context.WithoutCancel(parent), j.TraceID))
	stopWatching := context.AfterFunc(parent, func() { cancel(ErrShutdown) })
	a := &attempt{job: j, lease: store.LeaseOf(j), cancel: cancel, left: make(chan struct{})}
	a.leave = sync.OnceFunc(func() { n.leave(a) })
	n.mu.Lock()
	n.running[a.lease] = a
	n.mu.Unlock()
	n.log.InfoContext(ctx, "job started", "job", j.ID, "type", j.Type, "bot", j.BotID, "attempt", j.Attempt)
	n.done.Go(func() {
		defer cancel(nil)
		defer stopWatching()
		defer a.leave()
		save, err := n.work(ctx, a)
		n.record(parent, n.Ending(a.job, save, err, context.Cause(ctx)))
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
			n.log.ErrorContext(ctx, "a job panicked", "job", a.job.ID, "panic", p, "stack", string(debug.Stack()))
			save, err = nil, fmt.Errorf("it panicked: %v", p)
		}
	}()
	if limit := n.config.Limits[a.job.Type]; limit > 0 {
		timer := time.AfterFunc(limit, func() { a.cancel(TimeLimit{limit}) })
		defer timer.Stop()
	}
	return handler(ctx, a.job, n.progress(ctx, a))
}

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
			n.log.WarnContext(ctx, "progress was not stored", "job", a.job.ID, "error", err)
		}
	}
}

// record writes how the attempt ended. It tries again as long as the database
// is away and this worker runs: a job whose end nobody recorded would look alive
// while its worker beats.
func (n *node) record(parent context.Context, e *Ending) {
	parent = trace.With(parent, e.job.TraceID)
	for {
		err := e.Record(parent)
		if err == nil {
			return
		}
		if parent.Err() != nil {
			n.log.ErrorContext(parent, "the end of an attempt was not recorded", "job", e.job.ID, "error", err)
			return
		}
		n.log.WarnContext(parent, "the end of an attempt is not recorded yet", "job", e.job.ID, "error", err)
		pause.For(parent, time.Second)
	}
}
