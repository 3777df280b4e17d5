package worker

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"assay/store"
)

// poll is the safety net under the wake-ups by commits; it is also how soon a
// retry starts after its backoff.
const poll = 250 * time.Millisecond

// Local is the Dispatcher for one process on one database.
type Local struct {
	db     *store.DB
	config Config
	log    *slog.Logger
	id     string
	wake   chan struct{} // a slot came free
	done   sync.WaitGroup

	mu      sync.Mutex
	running map[store.Lease]*attempt
}

// NewLocal returns a worker with a new name. log may be nil.
func NewLocal(db *store.DB, config Config, log *slog.Logger) *Local {
	return &Local{
		db: db, config: config, log: discardIfNil(log), id: newID(),
		wake: make(chan struct{}, 1), running: map[store.Lease]*attempt{},
	}
}

// ID is the worker's name in bot_jobs.worker_id.
func (l *Local) ID() string { return l.id }

// Run works until ctx ends, then stops its jobs, puts them back into the queue
// and returns nil. The caller holds the data directory's lock: RUNNING jobs
// found at the start belong to dead workers and go on at once.
func (l *Local) Run(ctx context.Context) error {
	reaper := Reaper{DB: l.db, Config: l.config, Log: l.log}
	if _, err := reaper.ReapDead(ctx, l.id); err != nil {
		return fmt.Errorf("take over the jobs of dead workers: %w", err)
	}
	beats := make(chan struct{})
	beating, stopBeating := context.WithCancel(context.WithoutCancel(ctx))
	go func() {
		defer close(beats)
		l.beat(beating)
	}()
	l.dispatch(ctx)
	l.stop()
	stopBeating()
	<-beats
	return nil
}

// dispatch fills free slots whenever something may have changed.
func (l *Local) dispatch(ctx context.Context) {
	changed, unsubscribe := l.db.Changed()
	defer unsubscribe()
	ticker := time.NewTicker(poll)
	defer ticker.Stop()
	for ctx.Err() == nil {
		if err := l.fill(ctx); err != nil && ctx.Err() == nil {
			l.log.Error("taking jobs from the queue failed", "error", err)
		}
		select {
		case <-ctx.Done():
		case <-changed:
		case <-l.wake:
		case <-ticker.C:
		}
	}
}

// fill admits what the caps allow and starts what the slots allow.
func (l *Local) fill(ctx context.Context) error {
	admit, start, err := l.db.Ready(ctx)
	if err != nil {
		return err
	}
	if admit {
		if _, err := l.db.Admit(ctx); err != nil {
			return err
		}
	}
	if !admit && !start {
		return nil
	}
	for l.free() {
		j, found, err := l.db.StartNext(ctx, l.id)
		if err != nil || !found {
			return err
		}
		l.start(ctx, j)
	}
	return nil
}

func (l *Local) free() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.running) < l.config.Slots
}

// stop waits for the running attempts, which end with ctx, but not for ever: a
// handler that does not listen is left to the reaper of the next process.
func (l *Local) stop() {
	all := make(chan struct{})
	go func() {
		defer close(all)
		l.done.Wait()
	}()
	select {
	case <-all:
	case <-time.After(l.config.Grace):
		l.log.Warn("jobs did not stop in time", "grace", l.config.Grace)
	}
}

// beat tells the database every Beat that this worker lives, and learns which
// jobs it no longer holds or is asked to stop.
func (l *Local) beat(ctx context.Context) {
	ticker := time.NewTicker(l.config.Beat)
	defer ticker.Stop()
	for last := time.Now(); ; {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
		before := l.attempts()
		held, err := l.db.Heartbeat(ctx, l.id)
		switch {
		case err == nil:
			last = time.Now()
			settle(before, held)
		case ctx.Err() != nil:
			return
		case time.Since(last) > l.config.StuckAfter*2/3:
			l.log.Error("heartbeats fail, stopping the running jobs", "error", err)
			for _, a := range before {
				a.cancel(errSilent)
			}
		default:
			l.log.Warn("a heartbeat failed", "error", err)
		}
	}
}

func (l *Local) attempts() []*attempt {
	l.mu.Lock()
	defer l.mu.Unlock()
	all := make([]*attempt, 0, len(l.running))
	for _, a := range l.running {
		all = append(all, a)
	}
	return all
}

// settle stops the attempts that the heartbeat no longer found, and those that
// someone asked to stop.
func settle(before []*attempt, held []store.Beat) {
	beats := map[store.Lease]store.Beat{}
	for _, b := range held {
		beats[b.Lease] = b
	}
	for _, a := range before {
		b, ok := beats[a.lease]
		switch {
		case !ok:
			a.cancel(store.ErrLeaseLost)
			a.leave()
		case b.Cancel:
			a.cancel(errCancelled)
		}
	}
}

var (
	errCancelled = errors.New("it was cancelled")
	errShutdown  = errors.New("the worker was shut down")
	errSilent    = errors.New("its worker could not reach the database")
)
