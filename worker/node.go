package worker

import (
	"context"
	"errors"
	"log/slog"
	"maps"
	"slices"
	"sync"
	"time"

	"assay/store"
)

// node is what every Dispatcher is made of: the attempts that run in this
// process, and their heartbeats.
type node struct {
	Steps
	wake chan struct{} // a slot came free
	done sync.WaitGroup

	mu      sync.Mutex
	running map[store.Lease]*attempt
}

func newNode(db *store.DB, config Config, gather time.Duration, log *slog.Logger) *node {
	n := &node{
		Steps: NewSteps(db, config, newID(), log), wake: make(chan struct{}, 1), running: map[store.Lease]*attempt{},
	}
	n.finish = newScribe(db, gather).finish
	return n
}

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

// beat tells the database every Beat that this worker lives, and stops the
// attempts that must not go on. One that lost its lease also gives up its slot.
func (n *node) beat(ctx context.Context) {
	ticker := time.NewTicker(n.config.Beat)
	defer ticker.Stop()
	for pulse := n.Pulse(time.Now); ; {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
		before := n.attempts()
		for lease, why := range pulse.Beat(ctx, slices.Collect(maps.Keys(before))) {
			before[lease].cancel(why)
			if errors.Is(why, store.ErrLeaseLost) {
				before[lease].leave()
			}
		}
	}
}

func (n *node) attempts() map[store.Lease]*attempt {
	n.mu.Lock()
	defer n.mu.Unlock()
	return maps.Clone(n.running)
}
