package store

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"assay/bot"
	"assay/plan"
)

// Tick is one pass of the planner over the fleet. Without an error
// BotsEvaluated is JobsEnqueued + BotsHeld, which the database checks.
type Tick struct {
	ID            int64
	StartedAt     time.Time
	FinishedAt    time.Time
	BotsEvaluated int
	JobsEnqueued  int
	BotsHeld      int
	HeldBy        map[plan.Reason]int // BotsHeld by reason
	Error         string              // why the pass failed; "" when it did not
}

// AddTick stores one finished pass.
func (db *DB) AddTick(ctx context.Context, t Tick) (id int64, err error) {
	if t.HeldBy == nil {
		t.HeldBy = map[plan.Reason]int{}
	}
	err = db.InTx(ctx, func(tx *DB) error {
		return tx.returning(ctx, `insert into planner_ticks (started_at, finished_at, bots_evaluated, jobs_enqueued,
				bots_held, held_by_reason, error)
			values ($1, {now}, $2, $3, $4, $5, $6) returning id`,
			Time{t.StartedAt}, t.BotsEvaluated, t.JobsEnqueued, t.BotsHeld, jsonText{t.HeldBy}, t.Error).Scan(&id)
	})
	if err != nil {
		return 0, fmt.Errorf("store the tick: %w", err)
	}
	return id, nil
}

// Ticks returns the newest ticks, newest first.
func (db *DB) Ticks(ctx context.Context, limit int) ([]Tick, error) {
	scan := func(s scanner) (t Tick, err error) {
		return t, s.Scan(&t.ID, timeInto(&t.StartedAt), timeInto(&t.FinishedAt), &t.BotsEvaluated, &t.JobsEnqueued,
			&t.BotsHeld, jsonInto(&t.HeldBy), &t.Error)
	}
	return collect(ctx, db, "planner ticks", scan, `select id, started_at, finished_at, bots_evaluated, jobs_enqueued,
		bots_held, held_by_reason, error from planner_ticks order by id desc limit $1`, limit)
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
		for p := range slices.Values(plans) {
			err = errors.Join(err, tx.touch(ctx, p.BotID))
		}
		return err
	})
}
