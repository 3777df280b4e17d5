package api

import (
	"context"
	"time"

	"assay/bot"
	"assay/store"
)

// Standing says whether the figures of a session are those of its bot.
type Standing string

// A bot has at most one session that counts: its newest since the reset, of its
// current rules. The older ones stay readable.
const (
	Counts      Standing = "COUNTS"
	BeforeReset Standing = "BEFORE_RESET"
	Superseded  Standing = "SUPERSEDED" // by the session that counts, or by rules that have none yet
)

// boundary is what decides which of a bot's sessions counts.
type boundary struct {
	id      *int64    // the one that does; nil: none
	resetAt time.Time // zero: never reset
}

func counting(ctx context.Context, tx *store.DB, id bot.ID) (boundary, error) {
	if _, err := tx.Bot(ctx, id); err != nil {
		return boundary{}, err
	}
	rows, err := tx.Fleet(ctx, store.FleetFilter{ID: id})
	if err != nil {
		return boundary{}, err
	}
	b := boundary{resetAt: rows[0].Facts.Bot.MetricsResetAt}
	if r := rows[0].Result; r != nil {
		b.id = &r.SessionID
	}
	return b, nil
}

func (b boundary) standing(session int64, beforeReset bool) Standing {
	switch {
	case beforeReset:
		return BeforeReset
	case b.id != nil && *b.id == session:
		return Counts
	}
	return Superseded
}
