package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"assay"
	"assay/bot"
)

// Version is one text of a bot's strategy. The newest one added is current.
type Version struct {
	ID         int64
	BotID      bot.ID
	Generation int
	ParentID   int64  // 0: none
	Hash       string // of the canonical text
	Source     string // canonical text
	Symbol     string
	Interval   time.Duration // of the bars it reads
	Origin     string        // STARTER, EDIT, IMPROVE, EVOLVE
	CreatedAt  time.Time
}

const versionColumns = `id, bot_id, generation, coalesce(parent_id, 0), hash, source, symbol, interval_seconds,
	origin, created_at`

func scanVersion(s scanner) (v Version, err error) {
	err = s.Scan(&v.ID, &v.BotID, &v.Generation, &v.ParentID, &v.Hash, &v.Source, &v.Symbol,
		secondsInto(&v.Interval), &v.Origin, timeInto(&v.CreatedAt))
	return v, err
}

// AddVersion stores a strategy version and makes it the bot's current one.
func (db *DB) AddVersion(ctx context.Context, v Version) (added Version, err error) {
	err = db.InTx(ctx, func(tx *DB) error {
		if err := tx.touch(ctx, v.BotID); err != nil {
			return err
		}
		added, err = scanVersion(tx.returning(ctx, `insert into strategy_versions (bot_id, generation, parent_id,
				hash, source, symbol, interval_seconds, origin, created_at)
			values ($1, $2, nullif(cast($3 as bigint), 0), $4, $5, $6, $7, $8, {now}) returning `+versionColumns,
			v.BotID, v.Generation, v.ParentID, v.Hash, v.Source, v.Symbol, int64(v.Interval/time.Second), v.Origin))
		if err != nil {
			return fmt.Errorf("add a version to bot %s: %w", v.BotID, err)
		}
		_, err = tx.exec(ctx, `update bots set version_id = $2, generation = $3 where id = $1`,
			v.BotID, added.ID, added.Generation)
		if err != nil {
			return fmt.Errorf("make version %d current: %w", added.ID, err)
		}
		return tx.wakePlanner(ctx)
	})
	return added, err
}

// Version returns one strategy version; an unknown id is NotFound.
func (db *DB) Version(ctx context.Context, id int64) (Version, error) {
	v, err := scanVersion(db.row(ctx, `select `+versionColumns+` from strategy_versions where id = $1`, id))
	if errors.Is(err, sql.ErrNoRows) {
		return v, assay.Errorf(assay.NotFound, "list the bot's versions", "there is no strategy version %d", id)
	}
	if err != nil {
		return v, fmt.Errorf("read strategy version %d: %w", id, err)
	}
	return v, nil
}

// Versions returns a bot's strategy versions, newest first.
func (db *DB) Versions(ctx context.Context, id bot.ID) ([]Version, error) {
	return collect(ctx, db, "strategy versions", scanVersion,
		`select `+versionColumns+` from strategy_versions where bot_id = $1 order by id desc`, id)
}

// secondsInto scans a column of whole seconds into a duration.
func secondsInto(d *time.Duration) *secondsDest { return &secondsDest{d} }

type secondsDest struct{ to *time.Duration }

// Scan implements sql.Scanner.
func (d *secondsDest) Scan(src any) error {
	v, ok := src.(int64)
	if !ok {
		return fmt.Errorf("seconds came as %T", src)
	}
	*d.to = time.Duration(v) * time.Second
	return nil
}
