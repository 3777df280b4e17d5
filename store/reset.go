package store

import (
	"context"
	"fmt"
	"io"
	"time"

	"assay/bot"
	"assay/job"
)

// Reset is an operator's order to count results anew.
type Reset struct {
	Actor   string
	Scope   bot.Scope
	Reason  string // reason code
	Preview string // hash of the preview that the operator has seen; "" when none was asked for
}

// ResetBot is what a reset does to one bot, or would do.
type ResetBot struct {
	Bot      bot.Bot  // before
	Cancels  *job.Job // its active job
	Sessions int      // that count now and will not
}

// Resetting is what a reset does, or would do.
type Resetting struct {
	At      time.Time // metrics_reset_at
	Bots    []ResetBot
	Hash    string
	AuditID int64 // 0: nothing was done
}

// PreviewReset says what ResetMetrics would do now, and changes nothing.
func (db *DB) PreviewReset(ctx context.Context, r Reset) (out Resetting, err error) {
	err = db.View(ctx, func(tx *DB) error {
		out, err = tx.resetting(ctx, r, tx.Now())
		return err
	})
	return out, err
}

// ResetMetrics moves the boundary from which results count to now, in one
// transaction, and cancels what runs across it. No result is deleted.
func (db *DB) ResetMetrics(ctx context.Context, r Reset) (out Resetting, err error) {
	err = db.InTx(ctx, func(tx *DB) error {
		at, err := tx.lockFleet(ctx)
		if err != nil {
			return err
		}
		if at, err = tx.boundaryFrom(ctx, r.Scope, at); err != nil {
			return err
		}
		if out, err = tx.resetting(ctx, r, at); err != nil {
			return err
		}
		if r.Preview != "" {
			if err := tx.seen(ctx, r.Preview, out.Hash, r.Scope); err != nil {
				return err
			}
		}
		return tx.reset(ctx, r, &out)
	})
	return out, err
}

func (db *DB) resetting(ctx context.Context, r Reset, at time.Time) (out Resetting, err error) {
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
	counting, err := db.countingIn(ctx, r.Scope)
	if err != nil {
		return out, err
	}
	out.At, out.Bots = at, make([]ResetBot, len(bots))
	for i, b := range bots {
		out.Bots[i] = ResetBot{Bot: b, Sessions: counting[b.ID]}
		if j, ok := active[b.ID]; ok {
			out.Bots[i].Cancels = &j
		}
	}
	out.Hash, err = db.hashOf(ctx, fmt.Sprintf("reset %s %s", r.Scope, r.Reason), func(w io.Writer) {
		for _, b := range out.Bots {
			fmt.Fprintln(w, b.Bot.ID, b.Bot.MetricsResetAt.UnixMilli())
		}
	})
	return out, err
}

// countingIn returns how many sessions count since the last reset, by bot.
func (db *DB) countingIn(ctx context.Context, s bot.Scope) (map[bot.ID]int, error) {
	counting := map[bot.ID]int{}
	where, args := inScope(s)
	_, err := collect(ctx, db, "sessions", func(sc scanner) (id bot.ID, err error) {
		var n int
		err = sc.Scan(&id, &n)
		counting[id] = n
		return id, err
	}, `select s.bot_id, count(*) from backtest_sessions s join bots b on b.id = s.bot_id
		where (b.metrics_reset_at is null or s.job_created_at >= b.metrics_reset_at) and `+where+` group by s.bot_id`, args...)
	return counting, err
}

func (db *DB) reset(ctx context.Context, r Reset, out *Resetting) error {
	if err := db.cancelIn(ctx, r.Scope, out.At, "its metrics were reset: "+r.Reason); err != nil {
		return err
	}
	n, err := db.setIn(ctx, r.Scope, `metrics_reset_at = $1`, Time{out.At})
	if err != nil {
		return err
	}
	if n != int64(len(out.Bots)) {
		return fmt.Errorf("reset %s: %d bots changed, want %d", r.Scope, n, len(out.Bots))
	}
	if err := db.wakePlanner(ctx); err != nil {
		return err
	}
	out.AuditID, err = db.Audit(ctx, Act{
		Actor: r.Actor, Action: "reset-metrics", Scope: r.Scope.String(), Reason: r.Reason, Detail: out.summary(),
	})
	return err
}

// summary is what the audit log keeps of a reset.
func (r Resetting) summary() any {
	cancelled, sessions := 0, 0
	for _, b := range r.Bots {
		sessions += b.Sessions
		if b.Cancels != nil {
			cancelled++
		}
	}
	return map[string]any{
		"bots": len(r.Bots), "metrics_reset_at": r.At.UTC().Format(timeLayout), "jobs_cancelled": cancelled,
		"before": map[string]int{"sessions_that_count": sessions}, "after": map[string]int{"sessions_that_count": 0},
	}
}
