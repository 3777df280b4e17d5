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
	return collect(ctx, db, "stage events", scanStageEvent, `select `+stageEventColumns+`
		from bot_stage_events where bot_id = $1 order by id desc limit $2`, id, limit)
}

const stageEventColumns = `id, bot_id, from_stage, to_stage, reason_code, created_at`

func scanStageEvent(s scanner) (e bot.Event, err error) {
	return e, s.Scan(&e.ID, &e.BotID, &e.From, &e.To, &e.Reason, timeInto(&e.At))
}

// StageEventPage returns stage events of a bot, newest first; with an empty id
// those of the whole fleet.
func (db *DB) StageEventPage(ctx context.Context, id bot.ID, limit, offset int) ([]bot.Event, error) {
	return collect(ctx, db, "stage events", scanStageEvent, `select `+stageEventColumns+`
		from bot_stage_events where $1 = '' or bot_id = $1 order by id desc limit $2 offset $3`, id, limit, offset)
}

// CountStageEvents counts a bot's stage events, or those of the whole fleet.
func (db *DB) CountStageEvents(ctx context.Context, id bot.ID) (n int, err error) {
	err = db.row(ctx, `select count(*) from bot_stage_events where $1 = '' or bot_id = $1`, id).Scan(&n)
	if err != nil {
		return 0, fmt.Errorf("count stage events: %w", err)
	}
	return n, nil
}
