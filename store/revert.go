package store

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"strings"
	"time"

	"assay"
	"assay/bot"
	"assay/job"
)

// Revert is an operator's order to put bots back to LAB.
type Revert struct {
	Actor   string
	Scope   bot.Scope
	Reason  string        // reason code
	Lock    time.Duration // of the stage, from then on
	Preview string        // hash of the preview that the operator has seen
}

// Reverted is what a revert does to one bot, or would do.
type Reverted struct {
	Before, After bot.Bot
	Event         bot.Event
	Cancels       *job.Job // its active job
	Stops         []int64  // instances of its runner
}

// Reversal is what a revert does, or would do.
type Reversal struct {
	At      time.Time
	Bots    []Reverted // by id
	Hash    string     // of the state that the outcome depends on
	AuditID int64      // 0: nothing was done
}

// PreviewRevert says what Revert would do now, and changes nothing.
func (db *DB) PreviewRevert(ctx context.Context, r Revert) (out Reversal, err error) {
	err = db.View(ctx, func(tx *DB) error {
		out, err = tx.reversal(ctx, r, tx.Now())
		return err
	})
	return out, err
}

// Revert puts the bots of a scope back to LAB in one transaction: stage, mode,
// lock, one stage event a bot, runners stopped, active jobs cancelled. It is a
// Conflict when the outcome would not be the one of the preview.
func (db *DB) Revert(ctx context.Context, r Revert) (out Reversal, err error) {
	err = db.InTx(ctx, func(tx *DB) error {
		at, err := tx.lockFleet(ctx)
		if err != nil {
			return err
		}
		if at, err = tx.boundaryFrom(ctx, r.Scope, at); err != nil {
			return err
		}
		if out, err = tx.reversal(ctx, r, at); err != nil {
			return err
		}
		if err := tx.seen(ctx, r.Preview, out.Hash, r.Scope); err != nil {
			return err
		}
		return tx.revert(ctx, r, &out)
	})
	return out, err
}

// reversal works the outcome out, for the preview and for the act.
func (db *DB) reversal(ctx context.Context, r Revert, at time.Time) (out Reversal, err error) {
	if err := bot.CheckReasonCode(r.Reason); err != nil {
		return out, err
	}
	bots, err := db.botsIn(ctx, r.Scope)
	if err != nil {
		return out, err
	}
	active, err := db.activeIn(ctx, r.Scope)
	if err != nil {
		return out, err
	}
	runners, err := db.runnersIn(ctx, r.Scope)
	if err != nil {
		return out, err
	}
	out.At, out.Bots = at, make([]Reverted, len(bots))
	for i, b := range bots {
		after, event, err := bot.Revert(b, r.Reason, r.Lock, at)
		if err != nil {
			return out, err
		}
		out.Bots[i] = Reverted{Before: b, After: after, Event: event, Stops: runners[b.ID]}
		if j, ok := active[b.ID]; ok {
			out.Bots[i].Cancels = &j
		}
	}
	out.Hash, err = db.hashOf(ctx, fmt.Sprintf("revert %s %s %s", r.Scope, r.Reason, r.Lock), func(w io.Writer) {
		for _, b := range out.Bots {
			fmt.Fprintln(w, b.Before.ID, b.Before.Stage, b.Before.PromotionMode, b.Before.StageLockedUntil.UnixMilli(), b.Stops)
		}
	})
	return out, err
}

// runnersIn returns the instances at work in a scope, by bot.
func (db *DB) runnersIn(ctx context.Context, s bot.Scope) (map[bot.ID][]int64, error) {
	runners := map[bot.ID][]int64{}
	where, args := inScope(s)
	_, err := collect(ctx, db, "runners", func(sc scanner) (id bot.ID, err error) {
		var instance int64
		err = sc.Scan(&id, &instance)
		runners[id] = append(runners[id], instance)
		return id, err
	}, `select i.bot_id, i.id from bot_instances i join bots b on b.id = i.bot_id
		where i.status <> 'STOPPED' and `+where+` order by i.id`, args...)
	return runners, err
}

func (db *DB) revert(ctx context.Context, r Revert, out *Reversal) error {
	if err := db.cancelIn(ctx, r.Scope, out.At, "the bot was put back to LAB: "+r.Reason); err != nil {
		return err
	}
	if err := db.stopRunners(ctx, r.Scope, out.At); err != nil {
		return err
	}
	if err := db.addStageEvents(ctx, out.Bots); err != nil {
		return err
	}
	// The scope may be a stage, so nothing may look for its bots after this.
	after := out.Bots[0].After
	n, err := db.setIn(ctx, r.Scope, `stage = $1, stage_since = $2, stage_reason_code = $3, promotion_mode = $4,
		stage_locked_until = $5, stage_reset_at = $2`,
		after.Stage, Time{after.StageSince}, after.StageReason, after.PromotionMode, Time{after.StageLockedUntil})
	if err != nil {
		return err
	}
	if n != int64(len(out.Bots)) {
		return fmt.Errorf("revert %s: %d bots changed, want %d", r.Scope, n, len(out.Bots))
	}
	if err := db.wakePlanner(ctx); err != nil {
		return err
	}
	out.AuditID, err = db.Audit(ctx, Act{
		Actor: r.Actor, Action: "revert-to-lab", Scope: r.Scope.String(), Reason: r.Reason, Detail: out.summary(),
	})
	return err
}

func (db *DB) stopRunners(ctx context.Context, s bot.Scope, at time.Time) error {
	where, args := inScope(s)
	_, err := db.exec(ctx, fmt.Sprintf(`update bot_instances set status = 'STOPPED', updated_at = $%d
		where status <> 'STOPPED' and bot_id in (select b.id from bots b where %s)`, len(args)+1, where), append(args, Time{at})...)
	if err != nil {
		return fmt.Errorf("stop runners: %w", err)
	}
	return nil
}

// addStageEvents writes one event a bot, many in one statement.
func (db *DB) addStageEvents(ctx context.Context, all []Reverted) error {
	const rows, columns = 500, 5
	for len(all) > 0 {
		n := min(rows, len(all))
		places, args := make([]string, n), make([]any, 0, n*columns)
		for i, b := range all[:n] {
			places[i] = fmt.Sprintf("($%d, $%d, $%d, $%d, $%d)", i*columns+1, i*columns+2, i*columns+3, i*columns+4, i*columns+5)
			args = append(args, b.Event.BotID, b.Event.From, b.Event.To, b.Event.Reason, Time{b.Event.At})
		}
		_, err := db.exec(ctx, `insert into bot_stage_events (bot_id, from_stage, to_stage, reason_code, created_at)
			values `+strings.Join(places, ", "), args...)
		if err != nil {
			return fmt.Errorf("write stage events: %w", err)
		}
		all = all[n:]
	}
	return nil
}

// summary is what the audit log keeps of a revert.
func (r Reversal) summary() any {
	from := map[bot.Stage]int{}
	cancelled, stopped := 0, 0
	for _, b := range r.Bots {
		from[b.Before.Stage]++
		stopped += len(b.Stops)
		if b.Cancels != nil {
			cancelled++
		}
	}
	return map[string]any{
		"bots": len(r.Bots), "before": from, "after": map[bot.Stage]int{bot.Lab: len(r.Bots)},
		"jobs_cancelled": cancelled, "runners_stopped": stopped,
		"stage_locked_until": r.Bots[0].After.StageLockedUntil.UTC().Format(timeLayout),
	}
}

// hashOf names a preview: the newest stage event, the order, and the state of
// its bots. What the lab happens to work on is no part of it, since that is
// another by the second and whatever it is ends.
func (db *DB) hashOf(ctx context.Context, order string, state func(io.Writer)) (string, error) {
	var event int64
	if err := db.row(ctx, `select coalesce(max(id), 0) from bot_stage_events`).Scan(&event); err != nil {
		return "", fmt.Errorf("find the newest stage event: %w", err)
	}
	sum, of := sha256.New(), sha256.Sum256([]byte(order))
	state(sum)
	return fmt.Sprintf("%d-%s-%s", event, hex.EncodeToString(of[:4]), hex.EncodeToString(sum.Sum(nil))), nil
}

// seen compares the preview that an operator saw with the outcome now, and
// says what has changed since. Events elsewhere do not matter.
func (db *DB) seen(ctx context.Context, preview, now string, s bot.Scope) error {
	before, after := strings.SplitN(preview, "-", 3), strings.SplitN(now, "-", 3)
	const fix = "look at a new dry run, and execute with its hash"
	var event int64
	if _, err := fmt.Sscan(before[0], &event); len(before) != 3 || err != nil {
		return assay.Errorf(assay.Invalid, "make a dry run, and execute with its hash", "previewHash: it is missing, or none of ours")
	}
	if before[1] != after[1] {
		return assay.Errorf(assay.Conflict, fix, "previewHash: it is of another order: another scope, reason or lock")
	}
	if before[2] == after[2] {
		return nil
	}
	what, err := db.eventsSince(ctx, s, event)
	if err != nil {
		return err
	}
	return assay.Errorf(assay.Conflict, fix, "previewHash: the fleet has changed since: %s", what)
}

// eventsSince names the moves of a scope's bots after an event.
func (db *DB) eventsSince(ctx context.Context, s bot.Scope, event int64) (string, error) {
	const shown = 5
	where, args := inScope(s)
	if s.Stage != "" { // whoever left the stage is in it no more
		where, args = "(e.from_stage = $1 or e.to_stage = $1)", []any{s.Stage}
	}
	moves, err := collect(ctx, db, "stage events", func(sc scanner) (string, error) {
		e, err := scanStageEvent(sc)
		return string(e.BotID) + " " + e.Sentence(), err
	}, fmt.Sprintf(`select e.id, e.bot_id, e.from_stage, e.to_stage, e.reason_code, e.created_at
		from bot_stage_events e join bots b on b.id = e.bot_id
		where e.id > $%d and %s order by e.id limit %d`, len(args)+1, where, shown+1), append(args, event)...)
	if err != nil || len(moves) == 0 {
		return "a mode, a lock, a boundary or a runner of its bots is another", err
	}
	if len(moves) > shown {
		moves[shown] = "and others"
	}
	return strings.Join(moves, ", "), nil
}
