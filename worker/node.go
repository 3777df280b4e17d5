package worker

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"assay/store"
)

// node is what every Dispatcher is made of: the attempts that run in this
// process, and their heartbeats.
type node struct {
	db     *store.DB
	config Config
	log    *slog.Logger
	id     string
	wake   chan struct{} // a slot came free
	done   sync.WaitGroup

	mu      sync.Mutex
	running map[store.Lease]*attempt
}

func newNode(db *store.DB, config Config, log *slog.Logger) *node {
	return &node{
		db: db, config: config, log: discardIfNil(log), id: newID(),
		wake: make(chan struct{}, 1), running: map[store.Lease]*attempt{},
	}
}

// ID is the worker's name in bot_jobs.worker_id.
func (n *node) ID() string { return n.id }

// whileBeating runs dispatch until ctx ends it, then waits for the attempts to
// stop; the worker beats as long as any of that lasts.
func (n *node) whileBeating(ctx context.Context, dispatch func(context.Context)) {
	beats := make(chan struct{})
	beating, stopBeating := context.WithCancel(context.WithoutCancel(ctx))
	go func() {
		defer close(beats)
		n.beat(beating)
	}()
	dispatch(ctx)
	n.stop()
	stopBeating()
	<-beats
}

// stop waits for the running attempts, which end with ctx, but not for ever: a
// handler that does not listen is left to the reaper of the next process.
func (n *node) stop() {
	all := make(chan struct{})
	go func() {
		defer close(all)
		n.done.Wait()
	}()
	select {
	case <-all:
	case <-time.After(n.config.Grace):
		n.log.Warn("jobs did not stop in time", "grace", n.config.Grace)
	}
}

// beat tells the database every Beat that this worker lives, and learns which
// jobs it no longer holds or is asked to stop.
func (n *node) beat(ctx context.Context) {
	ticker := time.NewTicker(n.config.Beat)
	defer ticker.Stop()
	for last := time.Now(); ; {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
		before := n.attempts()
		held, err := n.heartbeat(ctx)
		switch {
		case err == nil:
			last = time.Now()
			settle(before, held)
		case ctx.Err() != nil:
			return
		case time.Since(last) > n.config.StuckAfter*2/3:
			n.log.Error("heartbeats fail, stopping the running jobs", "error", err)
			for _, a := range before {
				a.cancel(errSilent)
			}
		default:
			n.log.Warn("a heartbeat failed", "error", err)
		}
	}
}

// heartbeat gives up soon enough for the worker to notice that it is silent.
func (n *node) heartbeat(ctx context.Context) ([]store.Beat, error) {
	ctx, stop := context.WithTimeout(ctx, n.config.StuckAfter/3)
	defer stop()
	return n.db.Heartbeat(ctx, n.id)
}

func (n *node) attempts() []*attempt {
	n.mu.Lock()
	defer n.mu.Unlock()
	all := make([]*attempt, 0, len(n.running))
	for _, a := range n.running {
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
