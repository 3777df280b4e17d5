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

const botColumns = `b.id, b.name, b.symbol, b.stage, b.stage_since, b.stage_reason_code, b.promotion_mode,
	b.stage_locked_until, b.generation, coalesce(b.version_id, 0), b.capital, b.metrics_reset_at,
	b.paused_at, b.paused_reason, b.created_at, b.revision`

func botInto(b *bot.Bot) []any {
	return []any{
		&b.ID, &b.Name, &b.Symbol, &b.Stage, timeInto(&b.StageSince), &b.StageReason, &b.PromotionMode,
		timeInto(&b.StageLockedUntil), &b.Generation, &b.VersionID, moneyInto(&b.Capital), timeInto(&b.MetricsResetAt),
		timeInto(&b.PausedAt), &b.PausedReason, timeInto(&b.CreatedAt), &b.Revision,
	}
}

func scanBot(s scanner) (b bot.Bot, err error) {
	return b, s.Scan(botInto(&b)...)
}

// CreateBot adds a bot in LAB with its first strategy version and its first
// stage event. Of b it uses ID, Name, Symbol, PromotionMode and Capital; an ID
// that is taken is a Conflict.
func (db *DB) CreateBot(ctx context.Context, b bot.Bot, v Version) (created bot.Bot, err error) {
	err = db.InTx(ctx, func(tx *DB) error {
		revision, err := tx.nextRevision(ctx)
		if err != nil {
			return err
		}
		n, err := tx.exec(ctx, `insert into bots (id, name, symbol, stage, stage_since, stage_reason_code,
				promotion_mode, generation, capital, created_at, revision)
			values ($1, $2, $3, 'LAB', {now}, $4, $5, 1, $6, {now}, $7) on conflict (id) do nothing`,
			b.ID, b.Name, b.Symbol, bot.ReasonCreated, b.PromotionMode, Money(b.Capital), revision)
		if err != nil {
			return fmt.Errorf("create bot %s: %w", b.ID, err)
		}
		if n == 0 {
			return assay.Errorf(assay.Conflict, "choose another id", "a bot with the id %q exists already", b.ID)
		}
		v.BotID, v.Generation = b.ID, 1
		if _, err := tx.AddVersion(ctx, v); err != nil {
			return err
		}
		event := bot.Event{BotID: b.ID, To: bot.Lab, Reason: bot.ReasonCreated}
		if err := tx.addStageEvent(ctx, event); err != nil {
			return err
		}
		created, err = tx.Bot(ctx, b.ID)
		return err
	})
	return created, err
}

// Bot returns one bot; an unknown id is NotFound.
func (db *DB) Bot(ctx context.Context, id bot.ID) (bot.Bot, error) {
	b, err := scanBot(db.row(ctx, `select `+botColumns+` from bots b where b.id = $1`, id))
	if errors.Is(err, sql.ErrNoRows) {
		return b, unknownBot(id)
	}
	if err != nil {
		return b, fmt.Errorf("read bot %s: %w", id, err)
	}
	return b, nil
}

// Bots returns the whole fleet by name.
func (db *DB) Bots(ctx context.Context) ([]bot.Bot, error) {
	return collect(ctx, db, "bots", scanBot, `select `+botColumns+` from bots b order by b.name, b.id`)
}

func unknownBot(id bot.ID) error {
	return assay.Errorf(assay.NotFound, "list the bots to see their ids", "there is no bot %q", id)
}

// MoveBot moves a bot to a stage by the rules of bot.Move and writes its event
// in the same transaction. A move back to LAB also moves the boundary from
// which results count for the planner.
func (db *DB) MoveBot(ctx context.Context, id bot.ID, to bot.Stage, by bot.Mover, reason string) error {
	return db.InTx(ctx, func(tx *DB) error {
		if err := tx.touch(ctx, id); err != nil {
			return err
		}
		before, err := tx.Bot(ctx, id)
		if err != nil {
			return err
		}
		after, event, err := bot.Move(before, to, by, reason, tx.Now())
		if err != nil {
			return err
		}
		_, err = tx.exec(ctx, `update bots set stage = $2, stage_since = {now}, stage_reason_code = $3,
				stage_reset_at = case when $2 = 'LAB' then {now} else stage_reset_at end
			where id = $1`, id, after.Stage, reason)
		if err != nil {
			return fmt.Errorf("move bot %s: %w", id, err)
		}
		return errors.Join(tx.addStageEvent(ctx, event), tx.wakePlanner(ctx))
	})
}

// Autonomy says whether the operator paused the whole fleet.
type Autonomy struct {
	PausedAt time.Time // zero: not paused
	Reason   string
}

// Autonomy returns the fleet's switch.
func (db *DB) Autonomy(ctx context.Context) (a Autonomy, err error) {
	err = db.row(ctx, `select paused_at, paused_reason from autonomy where id = 1`).
		Scan(timeInto(&a.PausedAt), &a.Reason)
	if err != nil {
		return a, fmt.Errorf("read autonomy: %w", err)
	}
	return a, nil
}

// touch gives the bot this transaction's revision. It comes before any other
// change of the bot, because whoever has the counter waits for no bot.
func (db *DB) touch(ctx context.Context, id bot.ID) error {
	revision, err := db.nextRevision(ctx)
	if err != nil {
		return err
	}
	if _, err := db.exec(ctx, `update bots set revision = $2 where id = $1`, id, revision); err != nil {
		return fmt.Errorf("touch bot %s: %w", id, err)
	}
	return nil
}

// touchAll is touch for several bots.
func (db *DB) touchAll(ctx context.Context, bots []bot.ID) error {
	if len(bots) == 0 {
		return nil
	}
	revision, err := db.nextRevision(ctx)
	if err != nil {
		return err
	}
	err = inParts(bots, func(list string, part []any) error {
		_, err := db.exec(ctx, fmt.Sprintf(`update bots set revision = $%d where id in (%s)`, len(part)+1, list),
			append(part, revision)...)
		return err
	})
	if err != nil {
		return fmt.Errorf("touch %d bots: %w", len(bots), err)
	}
	return nil
}
