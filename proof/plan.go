package proof

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"assay"
	"assay/bot"
	"assay/plan"
	"assay/store"
)

// Replanned is a tick whose plan was made again from what the tick stored.
type Replanned struct {
	Tick       store.Tick
	Plan       plan.Plan
	Difference string // the first one; "" when every byte is the same
}

// Replan decides again what a tick decided. A tick that came to no plan, or
// whose snapshot is gone, or whose rules were of another version cannot be
// replayed, and the error says so.
func Replan(ctx context.Context, db *store.DB, id int64) (r Replanned, err error) {
	if r.Tick, err = db.Tick(ctx, id); err != nil {
		return r, err
	}
	record, err := Record(ctx, db, r.Tick)
	if err != nil {
		return r, err
	}
	r.Plan = plan.Decide(record.Fleet(), record.Policy, r.Tick.DecidedAt)
	r.Difference, err = differs(r.Tick, record, r.Plan)
	return r, err
}

// Record returns what a tick was decided from, and what it decided.
func Record(ctx context.Context, db *store.DB, t store.Tick) (plan.Record, error) {
	if t.SnapshotID == 0 {
		why := "an older Assay made it, which did not keep what it decided from"
		if t.Error != "" {
			why = "it came to no plan: " + t.Error
		}
		return plan.Record{}, assay.Errorf(assay.Conflict, "choose a tick without an error, see assay autonomy", "tick %d: %s", t.ID, why)
	}
	if t.Version != plan.Version {
		return plan.Record{}, assay.Errorf(assay.Conflict, "replay it with the Assay that made it",
			"tick %d was decided by version %d of the rules, and this Assay has version %d", t.ID, t.Version, plan.Version)
	}
	r, err := db.Snapshot(ctx, t.SnapshotID)
	if assay.KindOf(err) == assay.NotFound && err != nil {
		return r, assay.Errorf(assay.NotFound, "choose a later tick; snapshots are kept for a day",
			"tick %d cannot be decided again: its snapshot is not kept any more", t.ID)
	}
	if e, ok := errors.AsType[*assay.Error](err); ok {
		told := assay.Errorf(e.Kind, e.Fix, "tick %d cannot be decided again: %s", t.ID, e.Message)
		told.Err = e.Err
		return r, told
	}
	return r, err
}

// differs compares the decisions one by one, then their order, then the input.
func differs(t store.Tick, r plan.Record, again plan.Plan) (string, error) {
	stored := map[bot.ID]plan.Decision{}
	for _, d := range r.Decisions {
		stored[d.BotID] = d
	}
	made := slices.SortedFunc(slices.Values(again.Decisions), func(a, b plan.Decision) int { return cmp.Compare(a.BotID, b.BotID) })
	for _, d := range made {
		before, found := stored[d.BotID]
		if !found {
			return fmt.Sprintf("bot %s: nothing is stored", d.BotID), nil
		}
		was, is, err := printed(before, d)
		if err != nil {
			return "", err
		}
		if !bytes.Equal(was, is) {
			return fmt.Sprintf("bot %s: stored is %s, and decided again %s", d.BotID, was, is), nil
		}
	}
	if len(stored) != len(made) {
		return fmt.Sprintf("%d decisions are stored, and %d were made again", len(stored), len(made)), nil
	}
	input, decisions := plan.Hashes(r.Fleet(), r.Policy, t.DecidedAt, again)
	switch {
	case input.String() != t.InputHash:
		return fmt.Sprintf("the input hash is stored as %s, and is %s", t.InputHash, input), nil
	case decisions.String() != t.PlanHash:
		return fmt.Sprintf("the plan hash is stored as %s, and is %s: the bots were served in another order", t.PlanHash, decisions), nil
	default:
		return miscounts(t, again), nil
	}
}

// miscounts holds the row's counts against the plan. A bot that was to get a
// job may have got one, or lost its place, while the tick was deciding; that
// moves it to the held, and nothing else does.
func miscounts(t store.Tick, p plan.Plan) string {
	raced := p.Enqueued - t.JobsEnqueued
	moved := 0
	for why, n := range t.HeldBy {
		more := n - p.HeldBy[why]
		if more < 0 || more > 0 && why != plan.JobActive && why != plan.CapTotal {
			return fmt.Sprintf("the row counts %d bots held for %s, and the plan holds %d", n, why, p.HeldBy[why])
		}
		moved += more
	}
	if t.BotsEvaluated != len(p.Decisions) || raced < 0 || moved != raced {
		return fmt.Sprintf("the row counts %d bots and %d jobs, and the plan has %d and %d",
			t.BotsEvaluated, t.JobsEnqueued, len(p.Decisions), p.Enqueued)
	}
	for why, n := range p.HeldBy {
		if n > 0 && t.HeldBy[why] == 0 {
			return fmt.Sprintf("the row counts no bot held for %s, and the plan holds %d", why, n)
		}
	}
	return ""
}

func printed(a, b plan.Decision) (was, is []byte, err error) {
	if was, err = json.Marshal(a); err == nil {
		is, err = json.Marshal(b)
	}
	return was, is, err
}
