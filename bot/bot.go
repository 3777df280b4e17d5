// Package bot holds the nouns of a bot's life: its stage, how it may be
// promoted, and the lock on its stage.
package bot

import (
	"time"

	"assay/market"
)

// ID names a bot: a short slug such as "mes-orb-breakout", unique for ever.
type ID string

// Stage is how far a bot has climbed.
type Stage string

// The five stages, in the order of the climb.
const (
	Lab    Stage = "LAB"
	Paper  Stage = "PAPER"
	Shadow Stage = "SHADOW"
	Canary Stage = "CANARY"
	Live   Stage = "LIVE"
)

// Stages lists the stages in the order of the climb.
var Stages = [...]Stage{Lab, Paper, Shadow, Canary, Live}

// PromotionMode says who may promote: a person, or the gates.
type PromotionMode string

// The two modes.
const (
	Manual PromotionMode = "MANUAL"
	Auto   PromotionMode = "AUTO"
)

// Bot is one row of the fleet.
type Bot struct {
	ID               ID
	Name             string
	Symbol           string // contract traded, e.g. "MES"
	Stage            Stage
	StageSince       time.Time
	StageReason      string // reason code of the last stage event
	PromotionMode    PromotionMode
	StageLockedUntil time.Time    // zero: no lock
	Generation       int          // from 1
	VersionID        int64        // current strategy version
	Capital          market.Money // allocated; the base of every return
	MetricsResetAt   time.Time    // zero: never; only results of jobs created at or after it count
	PausedAt         time.Time    // zero: not paused
	PausedReason     string
	CreatedAt        time.Time
	Revision         int64 // rises with any change of anything shown about the bot
}
