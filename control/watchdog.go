package control

import (
	"context"
	"crypto/rand"
	"log/slog"
	"time"

	"assay/store"
)

// watchEvery is the beat of the watchdog, well below plan.UnwatchedAfter.
const watchEvery = 30 * time.Second

// Watchdog looks whether the planner lives and leaves a beat, so that its own
// silence shows too. Every server runs one, whether it plans or not.
type Watchdog struct {
	DB  *store.DB
	Log *slog.Logger

	name      string
	beginning time.Time
	stalled   time.Time
}

// Run watches until ctx ends and survives everything else.
func (w *Watchdog) Run(ctx context.Context) {
	ticker := time.NewTicker(watchEvery)
	defer ticker.Stop()
	for ctx.Err() == nil {
		w.Beat(ctx)
		select {
		case <-ctx.Done():
		case <-ticker.C:
		}
	}
}

// Beat looks once, as Run does again and again.
func (w *Watchdog) Beat(ctx context.Context) {
	if w.name == "" {
		w.name = rand.Text()
	}
	if err := w.watch(ctx); err != nil && ctx.Err() == nil {
		w.log().Error("the watchdog could not look at the planner", "error", err)
	}
}

// watch looks once and leaves a beat. It speaks when the planner has stalled and when
// it is back.
func (w *Watchdog) watch(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, watchEvery)
	defer cancel()
	facts, err := w.DB.AutonomyFacts(ctx)
	if err != nil {
		return err
	}
	if w.beginning.IsZero() {
		w.beginning = facts.Now
	}
	signs := facts.Signs()
	signs.Beginning = w.beginning
	before := w.stalled
	switch {
	case !signs.Stalled():
		w.stalled = time.Time{}
	case w.stalled.IsZero():
		if w.stalled = facts.PlannedAt; w.stalled.IsZero() {
			w.stalled = w.beginning
		}
	}
	switch {
	case before.IsZero() && !w.stalled.IsZero():
		w.log().Error("the planner has stalled", "since", w.stalled)
	case !before.IsZero() && w.stalled.IsZero():
		w.log().Info("the planner is back", "stalled_since", before)
	}
	return w.DB.Watched(ctx, w.name, w.stalled)
}

func (w *Watchdog) log() *slog.Logger {
	if w.Log == nil {
		return slog.New(slog.DiscardHandler)
	}
	return w.Log
}
