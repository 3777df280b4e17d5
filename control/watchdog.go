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

	beginning time.Time
	stalled   time.Time
}

// Run watches until ctx ends and survives everything else.
func (w *Watchdog) Run(ctx context.Context) {
	name := rand.Text()
	ticker := time.NewTicker(watchEvery)
	defer ticker.Stop()
	for ctx.Err() == nil {
		if err := w.watch(ctx, name); err != nil && ctx.Err() == nil {
			w.log().Error("the watchdog could not look at the planner", "error", err)
		}
		select {
		case <-ctx.Done():
		case <-ticker.C:
		}
	}
}

// watch looks once and beats. It speaks when the planner has stalled and when
// it is back.
func (w *Watchdog) watch(ctx context.Context, name string) error {
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
		if w.stalled = facts.LastTick.FinishedAt; w.stalled.IsZero() {
			w.stalled = w.beginning
		}
	}
	switch {
	case before.IsZero() && !w.stalled.IsZero():
		w.log().Error("the planner has stalled", "since", w.stalled)
	case !before.IsZero() && w.stalled.IsZero():
		w.log().Info("the planner is back", "stalled_since", before)
	}
	return w.DB.Watched(ctx, name, w.stalled)
}

func (w *Watchdog) log() *slog.Logger {
	if w.Log == nil {
		return slog.New(slog.DiscardHandler)
	}
	return w.Log
}
