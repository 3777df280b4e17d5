package bot

import (
	"fmt"
	"slices"
	"time"

	"assay"
)

// Mover is who asks for a move.
type Mover string

// A gate acts by itself. An operator's revert, and a kill, may always put a
// bot back to LAB.
const (
	ByGate     Mover = "GATE"
	ByOperator Mover = "OPERATOR"
	ByKill     Mover = "KILL"
)

// ReasonCreated is the reason code of a bot's first stage event.
const ReasonCreated = "CREATED"

// Event is one row of a bot's stage history. From is "" for its creation.
type Event struct {
	ID     int64
	BotID  ID
	From   Stage
	To     Stage
	Reason string
	At     time.Time
}

// Sentence says what happened. A bot that is put back to LAB from LAB stays
// where it is, and that is an event all the same.
func (e Event) Sentence() string {
	switch e.From {
	case "":
		return fmt.Sprintf("began in %s", e.To)
	case e.To:
		return fmt.Sprintf("stayed in %s (reverted, %s)", e.To, e.Reason)
	default:
		return fmt.Sprintf("went from %s to %s", e.From, e.To)
	}
}

// Move returns the bot in stage to, and the event to store beside it. A bot
// climbs one stage at a time or goes back to LAB. MANUAL mode stops every move
// of a gate, and a lock in force every move but an operator's revert or a kill.
// The stage stands where it was when Move returns an error.
func Move(b Bot, to Stage, by Mover, reason string, now time.Time) (Bot, Event, error) {
	if err := refuse(b, to, by, reason, now); err != nil {
		return b, Event{}, err
	}
	event := Event{BotID: b.ID, From: b.Stage, To: to, Reason: reason, At: now}
	b.Stage, b.StageSince, b.StageReason = to, now, reason
	return b, event, nil
}

func refuse(b Bot, to Stage, by Mover, reason string, now time.Time) error {
	target := slices.Index(Stages[:], to)
	switch {
	case target < 0:
		return assay.Errorf(assay.Invalid, "use LAB, PAPER, SHADOW, CANARY or LIVE", "there is no stage %q", to)
	case reason == "":
		return assay.Errorf(assay.Invalid, "give a reason code", "moving bot %s to %s needs a reason", b.ID, to)
	case by == ByGate && b.PromotionMode == Manual:
		return assay.Errorf(assay.Conflict, "promote it by hand, or set its mode to AUTO",
			"bot %s is in MANUAL mode and no gate may move it", b.ID)
	case by != ByGate && to == Lab:
		return nil
	case by == ByKill:
		return assay.Errorf(assay.Invalid, "kill it back to LAB", "a kill cannot move bot %s to %s", b.ID, to)
	case now.Before(b.StageLockedUntil):
		return assay.Errorf(assay.Conflict, "wait until then, or revert it to LAB",
			"the stage of bot %s is locked until %s", b.ID, b.StageLockedUntil.UTC().Format(time.RFC3339))
	case to == b.Stage:
		return assay.Errorf(assay.Conflict, "nothing needs to be done", "bot %s is in %s already", b.ID, to)
	case to == Lab:
		return nil
	case target != slices.Index(Stages[:], b.Stage)+1:
		return assay.Errorf(assay.Invalid, "climb one stage at a time, or go back to LAB",
			"bot %s cannot move from %s to %s", b.ID, b.Stage, to)
	}
	return nil
}
