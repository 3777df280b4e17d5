package store

import (
	"context"
	"fmt"

	"assay/bot"
)

func (db *DB) addStageEvent(ctx context.Context, e bot.Event) error {
	_, err := db.exec(ctx, `insert into bot_stage_events (bot_id, from_stage, to_stage, reason_code, created_at)
		values ($1, $2, $3, $4, {now})`, e.BotID, e.From, e.To, e.Reason)
	if err != nil {
		return fmt.Errorf("write the stage event of bot %s: %w", e.BotID, err)
	}
	return nil
}

// StageEvents returns a bot's newest stage events, newest first.
func (db *DB) StageEvents(ctx context.Context, id bot.ID, limit int) ([]bot.Event, error) {
	scan := func(s scanner) (e bot.Event, err error) {
		return e, s.Scan(&e.ID, &e.BotID, &e.From, &e.To, &e.Reason, timeInto(&e.At))
	}
	return collect(ctx, db, "stage events", scan,
		`select id, bot_id, from_stage, to_stage, reason_code, created_at
		from bot_stage_events where bot_id = $1 order by id desc limit $2`, id, limit)
}
