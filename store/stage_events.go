package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"

	"assay/bot"
)

// StageEvent is one row of bot_stage_events with its place in the chain.
type StageEvent struct {
	bot.Event
	Seq          int64
	PreviousHash string // "" in the first row
	Hash         string
}

// sum is the hash that the event must have.
func (e StageEvent) sum() string {
	return link{seq: e.Seq, previous: e.PreviousHash}.sum(
		string(e.BotID), string(e.From), string(e.To), e.Reason, timeText(e.At))
}

// chained is the event as the row after last.
func chained(e bot.Event, last link) StageEvent {
	next := last.then()
	c := StageEvent{Event: e, Seq: next.seq, PreviousHash: next.previous}
	c.Hash = c.sum()
	return c
}

func (e StageEvent) link() link { return link{e.Seq, e.PreviousHash, e.Hash} }

func (db *DB) addStageEvent(ctx context.Context, e bot.Event) (err error) {
	if e.At, err = db.stamp(ctx); err != nil {
		return err
	}
	return db.addStageEvents(ctx, e)
}

// addStageEvents writes events, many in one statement, each chained to the one
// before it.
func (db *DB) addStageEvents(ctx context.Context, all ...bot.Event) error {
	const rows, columns = 500, 8
	last, err := db.end(ctx, "bot_stage_events", "stage_events", len(all))
	if err != nil {
		return err
	}
	for len(all) > 0 {
		n := min(rows, len(all))
		places, args := make([]string, n), make([]any, 0, n*columns)
		for i, e := range all[:n] {
			c := chained(e, last)
			last = c.link()
			marks := make([]string, columns)
			for j := range marks {
				marks[j] = fmt.Sprintf("$%d", i*columns+j+1)
			}
			places[i] = "(" + strings.Join(marks, ", ") + ")"
			args = append(args, c.BotID, c.From, c.To, c.Reason, Time{c.At}, c.Seq, c.PreviousHash, c.Hash)
		}
		_, err := db.exec(ctx, `insert into bot_stage_events (bot_id, from_stage, to_stage, reason_code, created_at, seq, previous_hash, hash)
			values `+strings.Join(places, ", "), args...)
		if err != nil {
			return fmt.Errorf("write stage events: %w", err)
		}
		all = all[n:]
	}
	return nil
}

const stageEventColumns = `e.id, e.bot_id, e.from_stage, e.to_stage, e.reason_code, e.created_at, coalesce(e.seq, 0), e.previous_hash, e.hash`

func scanStageEvent(s scanner) (e StageEvent, err error) {
	return e, s.Scan(&e.ID, &e.BotID, &e.From, &e.To, &e.Reason, timeInto(&e.At), &e.Seq, &e.PreviousHash, &e.Hash)
}

// StageEvents returns a bot's newest stage events, newest first.
func (db *DB) StageEvents(ctx context.Context, id bot.ID, limit int) ([]bot.Event, error) {
	scan := func(s scanner) (bot.Event, error) {
		e, err := scanStageEvent(s)
		return e.Event, err
	}
	return collect(ctx, db, "stage events", scan, `select `+stageEventColumns+`
		from bot_stage_events e where e.bot_id = $1 order by e.id desc limit $2`, id, limit)
}

// StageEventPage returns stage events of a bot, newest first; with an empty id
// those of the whole fleet.
func (db *DB) StageEventPage(ctx context.Context, id bot.ID, limit, offset int) ([]StageEvent, error) {
	return collect(ctx, db, "stage events", scanStageEvent, `select `+stageEventColumns+`
		from bot_stage_events e where $1 = '' or e.bot_id = $1 order by e.id desc limit $2 offset $3`, id, limit, offset)
}

// CountStageEvents counts a bot's stage events, or those of the whole fleet.
func (db *DB) CountStageEvents(ctx context.Context, id bot.ID) (int, error) {
	return db.count(ctx, "stage events", `select count(*) from bot_stage_events where $1 = '' or bot_id = $1`, id)
}

// VerifyStageEvents computes every hash of the stage events again.
func (db *DB) VerifyStageEvents(ctx context.Context) (c Chain, err error) {
	const page = 1000
	var id int64
	last := "the beginning"
	for {
		events, err := collect(ctx, db, "stage events", scanStageEvent, `select `+stageEventColumns+`
			from bot_stage_events e where e.id > $1 order by e.id limit $2`, id, page)
		if err != nil {
			return c, err
		}
		for _, e := range events {
			name := named("stage event", e.ID, e.At) + " of bot " + string(e.BotID)
			if !c.follow(e.link(), e.ID, name, e.sum()) {
				return c, nil
			}
			id, last = e.ID, name
		}
		if len(events) < page {
			break
		}
	}
	written, err := db.counter(ctx, "stage_events")
	c.ends(written, id, last)
	return c, err
}

// sealStageEvents chains the events from before there was a chain, once: an
// event without a place that turns up later is none of ours.
func sealStageEvents(ctx context.Context, db *sql.DB) error {
	var state int64
	err := db.QueryRowContext(ctx, `select value from counters where name = 'stage_events'`).Scan(&state)
	if err != nil || state >= 0 { // so it is at every start but one; nobody waits for the write lock then
		return err
	}
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return fmt.Errorf("begin: %w", err)
	}
	defer func() { _ = tx.Rollback() }() // after a commit this does nothing
	err = tx.QueryRowContext(ctx, `update counters set value = value where name = 'stage_events' returning value`).Scan(&state)
	if err != nil || state >= 0 {
		return err
	}
	events, err := unsealed(ctx, tx)
	if err != nil {
		return err
	}
	var last link
	for _, e := range events {
		c := chained(e, last)
		last = c.link()
		_, failed := tx.ExecContext(ctx, `update bot_stage_events set seq = $1, previous_hash = $2, hash = $3 where id = $4`,
			c.Seq, c.PreviousHash, c.Hash, c.ID)
		err = errors.Join(err, failed)
	}
	_, failed := tx.ExecContext(ctx, `update counters set value = $1 where name = 'stage_events'`, len(events))
	if err := errors.Join(err, failed); err != nil {
		return fmt.Errorf("chain the stage events: %w", err)
	}
	return tx.Commit()
}

func unsealed(ctx context.Context, tx *sql.Tx) (all []bot.Event, err error) {
	rows, err := tx.QueryContext(ctx, `select `+stageEventColumns+` from bot_stage_events e order by e.id`)
	if err != nil {
		return nil, fmt.Errorf("read the stage events: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		e, err := scanStageEvent(rows)
		if err != nil {
			return nil, fmt.Errorf("read the stage events: %w", err)
		}
		all = append(all, e.Event)
	}
	return all, rows.Err()
}
