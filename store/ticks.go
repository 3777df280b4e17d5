package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"maps"
	"time"

	"assay"
	"assay/bot"
	"assay/internal/trace"
	"assay/plan"
)

// Tick is one pass of the planner over the fleet. Without an error
// BotsEvaluated is JobsEnqueued + BotsHeld, and HeldBy adds up to BotsHeld;
// the database checks both.
type Tick struct {
	ID            int64
	StartedAt     time.Time
	FinishedAt    time.Time
	BotsEvaluated int
	JobsEnqueued  int
	BotsHeld      int
	HeldBy        map[plan.Reason]int // BotsHeld by reason
	Error         string              // why the pass failed; "" when it did not
	Source
}

// Source is what the plan of a tick was made from, so that it can be made
// again. It is zero when the pass did not come to a plan.
type Source struct {
	Version    int       // of the rules
	DecidedAt  time.Time // the time the plan was made for
	InputHash  string
	PlanHash   string
	SnapshotID int64 // holds the input and the plan
	Missed     int   // changes found that nobody had announced; each is a mistake of ours
}

// AddTick stores one finished pass. A clock that went back since its start
// does not make it end before it began.
func (db *DB) AddTick(ctx context.Context, t Tick) (id int64, err error) {
	if t.HeldBy == nil {
		t.HeldBy = map[plan.Reason]int{}
	}
	if err := t.addsUp(); err != nil {
		return 0, err
	}
	err = db.InTx(ctx, func(tx *DB) error {
		id, err = tx.addTick(ctx, t)
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("store the tick: %w", err)
	}
	return id, nil
}

func (db *DB) addTick(ctx context.Context, t Tick) (id int64, err error) {
	if t.FinishedAt, err = db.stamp(ctx); err != nil {
		return 0, err
	}
	if t.StartedAt.After(t.FinishedAt) {
		t.StartedAt = t.FinishedAt
	}
	c, err := db.chainTick(ctx, t, trace.ID(ctx))
	if err != nil {
		return 0, err
	}
	return id, db.returning(ctx, `insert into planner_ticks (started_at, finished_at, bots_evaluated, jobs_enqueued,
			bots_held, held_by_reason, error, plan_version, decided_at, input_hash, plan_hash, snapshot_id, changes_missed,
			trace_id, snapshot_hash, seq, previous_hash, hash)
		values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, nullif(cast($12 as bigint), 0), $13, $14, $15, $16, $17, $18) returning id`,
		Time{t.StartedAt}, Time{t.FinishedAt}, t.BotsEvaluated, t.JobsEnqueued, t.BotsHeld, c.heldBy, t.Error,
		t.Version, Time{t.DecidedAt}, t.InputHash, t.PlanHash, t.SnapshotID, t.Missed, c.traceID, c.snapshotHash,
		c.seq, c.previous, c.hash).Scan(&id)
}

// addsUp checks that the reasons account for every bot that is held. The
// database checks it again, but not of a pass that failed, nor can it say how
// far the two are apart.
func (t Tick) addsUp() error {
	held := 0
	for _, n := range t.HeldBy {
		held += n
	}
	if held != t.BotsHeld {
		return fmt.Errorf("the tick holds %d bots, and its reasons account for %d", t.BotsHeld, held)
	}
	return nil
}

const tickColumns = `t.id, t.started_at, t.finished_at, t.bots_evaluated, t.jobs_enqueued, t.bots_held, t.held_by_reason,
	t.error, t.plan_version, t.decided_at, t.input_hash, t.plan_hash, coalesce(t.snapshot_id, 0), t.changes_missed`

func scanTick(s scanner) (t Tick, err error) {
	return t, s.Scan(&t.ID, timeInto(&t.StartedAt), timeInto(&t.FinishedAt), &t.BotsEvaluated, &t.JobsEnqueued,
		&t.BotsHeld, jsonInto(&t.HeldBy), &t.Error, &t.Version, timeInto(&t.DecidedAt), &t.InputHash, &t.PlanHash,
		&t.SnapshotID, &t.Missed)
}

// Ticks returns the newest ticks, newest first.
func (db *DB) Ticks(ctx context.Context, limit int) ([]Tick, error) {
	return collect(ctx, db, "planner ticks", scanTick, `select `+tickColumns+` from planner_ticks t
		order by t.id desc limit $1`, limit)
}

// Tick returns one tick; an unknown id is NotFound.
func (db *DB) Tick(ctx context.Context, id int64) (Tick, error) {
	t, err := scanTick(db.row(ctx, `select `+tickColumns+` from planner_ticks t where t.id = $1`, id))
	if errors.Is(err, sql.ErrNoRows) {
		return t, assay.Errorf(assay.NotFound, "see assay autonomy for the last ticks", "there is no tick %d", id)
	}
	if err != nil {
		return t, fmt.Errorf("read tick %d: %w", id, err)
	}
	return t, nil
}

// LastPlan returns the newest tick that came to a plan; without one it is
// NotFound.
func (db *DB) LastPlan(ctx context.Context) (Tick, error) {
	t, err := scanTick(db.row(ctx, `select `+tickColumns+` from planner_ticks t
		where t.snapshot_id is not null order by t.id desc limit 1`))
	if errors.Is(err, sql.ErrNoRows) {
		return t, assay.Errorf(assay.NotFound, "start assay serve, which plans every 15 seconds", "the planner has made no plan yet")
	}
	if err != nil {
		return t, fmt.Errorf("read the last plan: %w", err)
	}
	return t, nil
}

// BotPlan is the planner's last word about a bot.
type BotPlan struct {
	BotID     bot.ID
	Reason    string // why a job was enqueued or the bot is held
	Detail    string // the sentence of a held bot; "" when a job was enqueued
	Next      plan.Next
	UpdatedAt time.Time
}

// BotPlans returns the planner's last word about every bot.
func (db *DB) BotPlans(ctx context.Context) (map[bot.ID]BotPlan, error) {
	scan := func(s scanner) (p BotPlan, err error) {
		return p, s.Scan(&p.BotID, &p.Reason, &p.Detail, &p.Next.Action, timeInto(&p.Next.DueAt), &p.Next.Reason,
			timeInto(&p.UpdatedAt))
	}
	list, err := collect(ctx, db, "bot plans", scan, `select bot_id, reason_code, detail, next_action, next_due_at,
		next_reason, updated_at from bot_plans`)
	return maps.Collect(func(yield func(bot.ID, BotPlan) bool) {
		for _, p := range list {
			if !yield(p.BotID, p) {
				return
			}
		}
	}), err
}

// SavePlans stores what the planner now says about some bots.
func (db *DB) SavePlans(ctx context.Context, plans []BotPlan) error {
	return db.InTx(ctx, func(tx *DB) error {
		err := insertAll(ctx, tx, "bot plans", `insert into bot_plans (bot_id, reason_code, detail, next_action, next_due_at,
				next_reason, updated_at) values ($1, $2, $3, $4, $5, $6, {now})
			on conflict (bot_id) do update set reason_code = excluded.reason_code, detail = excluded.detail,
				next_action = excluded.next_action, next_due_at = excluded.next_due_at,
				next_reason = excluded.next_reason, updated_at = excluded.updated_at`,
			plans, func(p BotPlan) []any {
				return []any{p.BotID, p.Reason, p.Detail, p.Next.Action, Time{p.Next.DueAt}, p.Next.Reason}
			})
		bots := make([]bot.ID, len(plans))
		for i, p := range plans {
			bots[i] = p.BotID
		}
		return errors.Join(err, tx.touchAll(ctx, bots))
	})
}
