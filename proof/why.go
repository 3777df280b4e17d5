package proof

import (
	"context"
	"slices"
	"time"

	"assay"
	"assay/bot"
	"assay/plan"
	"assay/store"
)

// Why is the explanation of a decision, the tick that made it, and the version
// of the bot's strategy that it was about.
type Why struct {
	Tick     store.Tick
	Strategy store.Version
	plan.Explanation
}

// Explain says how a tick came to its decision about a bot; tick 0 is the last
// one that made a plan.
func Explain(ctx context.Context, db *store.DB, tick int64, id bot.ID) (w Why, err error) {
	if w.Tick, err = tickOr(ctx, db, tick); err != nil {
		return w, err
	}
	r, err := Record(ctx, db, w.Tick)
	if err != nil {
		return w, err
	}
	explanation, found := plan.Explain(r.Fleet(), r.Policy, w.Tick.DecidedAt, id)
	if !found {
		return w, unseen(ctx, db, w.Tick, id)
	}
	w.Explanation = explanation
	w.Strategy, err = db.Version(ctx, explanation.Facts.Version)
	return w, err
}

func tickOr(ctx context.Context, db *store.DB, id int64) (store.Tick, error) {
	if id == 0 {
		return db.LastPlan(ctx)
	}
	return db.Tick(ctx, id)
}

// unseen says why a tick decided nothing about a bot.
func unseen(ctx context.Context, db *store.DB, t store.Tick, id bot.ID) error {
	if _, err := db.Bot(ctx, id); err != nil {
		return err
	}
	return assay.Errorf(assay.NotFound, "ask again after the next tick", "tick %d did not know the bot %s yet", t.ID, id)
}

// Ahead is what lies before some bots, and the tick whose facts it rests on.
type Ahead struct {
	Tick  store.Tick
	Steps []plan.Step // in order of time; those without one at the end
}

// Forecast foretells what the rules will ask for about one bot, or with no id
// about each, from now until the horizon.
func Forecast(ctx context.Context, db *store.DB, id bot.ID, horizon time.Duration) (a Ahead, err error) {
	if a.Tick, err = db.LastPlan(ctx); err != nil {
		return a, err
	}
	r, err := Record(ctx, db, a.Tick)
	if err != nil {
		return a, err
	}
	now, fleet, found := db.Now(), r.Fleet(), id == ""
	fleet.Bots = nil
	for _, b := range r.Bots {
		if id == "" || b.ID == id {
			found = true
			a.Steps = append(a.Steps, plan.Forecast(fleet, b, r.Policy, now, now.Add(horizon))...)
		}
	}
	if !found {
		return a, unseen(ctx, db, a.Tick, id)
	}
	slices.SortStableFunc(a.Steps, func(x, y plan.Step) int {
		if x.At.IsZero() != y.At.IsZero() {
			if x.At.IsZero() {
				return 1
			}
			return -1
		}
		return x.At.Compare(y.At)
	})
	return a, nil
}
