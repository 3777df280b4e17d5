package worker

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"assay/internal/pause"
	"assay/store"
)

// poll is the safety net under the wake-ups by commits; it is also how soon a
// retry starts after its backoff.
const poll = 250 * time.Millisecond

// breath is how long a fill that started jobs keeps from the next, so that slots
// which come free at about the same time are filled together.
const breath = time.Millisecond

// Local is the Dispatcher for one process on one database.
type Local struct{ *node }

// NewLocal returns a worker with a new name. log may be nil.
func NewLocal(db *store.DB, config Config, log *slog.Logger) *Local {
	return &Local{newNode(db, config, 0, log)}
}

// Run works until ctx ends, then stops its jobs, puts them back into the queue
// and returns nil. The caller holds the data directory's lock: RUNNING jobs
// found at the start belong to dead workers and go on at once.
func (l *Local) Run(ctx context.Context) error {
	if err := l.TakeOver(ctx); err != nil {
		return fmt.Errorf("take over the jobs of dead workers: %w", err)
	}
	l.whileBeating(ctx, l.dispatch)
	return nil
}

// dispatch fills free slots whenever something may have changed.
func (l *Local) dispatch(ctx context.Context) {
	changed, unsubscribe := l.db.Changed()
	defer unsubscribe()
	ticker := time.NewTicker(poll)
	defer ticker.Stop()
	for ctx.Err() == nil {
		started, err := l.fill(ctx)
		if err != nil && ctx.Err() == nil {
			l.log.Error("taking jobs from the queue failed", "error", err)
		}
		if started {
			pause.For(ctx, breath)
		}
		select {
		case <-ctx.Done():
		case <-changed:
		case <-l.wake:
		case <-ticker.C:
		}
	}
}

// fill starts what the caps and the slots allow.
func (l *Local) fill(ctx context.Context) (some bool, err error) {
	started, err := l.Fill(ctx, l.free())
	for _, j := range started {
		l.start(ctx, j)
	}
	return len(started) > 0, err
}

func (l *Local) free() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.config.Slots - len(l.running)
}
