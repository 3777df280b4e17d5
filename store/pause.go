package store

import (
	"context"
	"fmt"

	"assay/bot"
)

// Pause is an operator's order to hold bots back from new jobs, or to let them
// go on. The scope of the whole fleet is a switch of its own: it also holds
// bots that come later, and ending it leaves bots paused that were paused one
// by one.
type Pause struct {
	Actor  string
	Scope  bot.Scope
	Reason string
}

// Pause holds the scope's bots back; what runs runs to its end.
func (db *DB) Pause(ctx context.Context, p Pause) (changed, auditID int64, err error) {
	return db.setPaused(ctx, p, true)
}

// Resume ends Pause.
func (db *DB) Resume(ctx context.Context, p Pause) (changed, auditID int64, err error) {
	return db.setPaused(ctx, p, false)
}

// setPaused changes what is not as it is asked to be; when that is nothing,
// nothing is written. What is paused already stays so since when it was, also
// when the reason is another.
func (db *DB) setPaused(ctx context.Context, p Pause, paused bool) (changed, auditID int64, err error) {
	if err := bot.CheckReason(p.Reason); err != nil {
		return 0, 0, err
	}
	act := pausing{"resume", "paused_at = null, paused_reason = ''", "paused_at is not null", nil}
	if paused {
		act = pausing{
			action: "pause", set: "paused_at = coalesce(paused_at, {now}), paused_reason = $1",
			where: "(paused_at is null or paused_reason <> $1)", args: []any{p.Reason},
		}
	}
	err = db.InTx(ctx, func(tx *DB) error {
		before, err := tx.pausedIn(ctx, p.Scope)
		if err != nil {
			return err
		}
		if changed, err = tx.pauseIn(ctx, p.Scope, act); err != nil || changed == 0 {
			return err
		}
		if err := tx.wakePlanner(ctx); err != nil {
			return err
		}
		auditID, err = tx.Audit(ctx, Act{
			Actor: p.Actor, Action: act.action, Scope: p.Scope.String(), Reason: p.Reason,
			Detail: map[string]any{"bots": changed, "paused_before": before},
		})
		return err
	})
	return changed, auditID, err
}

// pausing is what an order sets, and where it changes anything.
type pausing struct {
	action, set, where string
	args               []any
}

// pauseIn looks before it writes, so that nobody is told of a change that is
// none.
func (db *DB) pauseIn(ctx context.Context, s bot.Scope, act pausing) (changed int64, err error) {
	if s.All {
		changed, err = db.exec(ctx, `update autonomy set `+act.set+` where id = 1 and `+act.where, act.args...)
		if err != nil {
			return 0, fmt.Errorf("%s the fleet: %w", act.action, err)
		}
		return changed, nil
	}
	where, ids := inScope(s)
	where += " and " + shifted(act.where, len(ids))
	var any bool
	err = db.row(ctx, `select exists (select 1 from bots b where `+where+`)`, append(ids, act.args...)...).Scan(&any)
	if err != nil {
		return 0, fmt.Errorf("look for bots to %s: %w", act.action, err)
	}
	if !any {
		return 0, nil
	}
	return db.setWhere(ctx, s, act.where, act.set, act.args...)
}

// pausedIn says what of a scope is paused: the fleet's switch, or how many of
// its bots.
func (db *DB) pausedIn(ctx context.Context, s bot.Scope) (any, error) {
	if s.All {
		a, err := db.Autonomy(ctx)
		return !a.PausedAt.IsZero(), err
	}
	bots, err := db.botsIn(ctx, s)
	n := 0
	for _, b := range bots {
		if !b.PausedAt.IsZero() {
			n++
		}
	}
	return n, err
}

// PausedBots counts the bots that are paused one by one.
func (db *DB) PausedBots(ctx context.Context) (int, error) {
	return db.count(ctx, "paused bots", `select count(*) from bots where paused_at is not null`)
}

// PauseBot holds one bot back from new jobs, as the operator's act.
func (db *DB) PauseBot(ctx context.Context, id bot.ID, reason string) error {
	_, _, err := db.Pause(ctx, Pause{Operator, bot.Of(id), reason})
	return err
}

// ResumeBot lets the planner work on a paused bot again.
func (db *DB) ResumeBot(ctx context.Context, id bot.ID) error {
	_, _, err := db.Resume(ctx, Pause{Operator, bot.Of(id), "resumed"})
	return err
}

// PauseFleet holds every bot back from new jobs, with a reason.
func (db *DB) PauseFleet(ctx context.Context, reason string) error {
	_, _, err := db.Pause(ctx, Pause{Operator, bot.Scope{All: true}, reason})
	return err
}

// ResumeFleet ends PauseFleet.
func (db *DB) ResumeFleet(ctx context.Context) error {
	_, _, err := db.Resume(ctx, Pause{Operator, bot.Scope{All: true}, "resumed"})
	return err
}
