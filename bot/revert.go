package bot

import (
	"math"
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode"

	"assay"
)

// ReasonRevert is the reason code of a revert whose caller gives none.
const ReasonRevert = "BULK_REVERT_SEV1_RESET"

// DefaultLock is how long a revert locks the stage unless its caller says.
const DefaultLock = 24 * time.Hour

// maxLock bounds a lock: one of centuries is a slip of the hand.
const maxLock = 366 * 24 * time.Hour

// Revert is Move back to LAB by an operator, which also puts the bot into
// MANUAL mode and locks its stage. A bot in LAB is moved to where it is, and
// that, too, is an event.
func Revert(b Bot, reason string, lock time.Duration, now time.Time) (Bot, Event, error) {
	if err := CheckLock(lock); err != nil {
		return b, Event{}, err
	}
	after, event, err := Move(b, Lab, ByOperator, reason, now)
	if err != nil {
		return b, Event{}, err
	}
	after.PromotionMode, after.StageLockedUntil = Manual, now.Add(lock)
	return after, event, nil
}

// LockOf is a lock of some hours. Hours that no duration holds are refused in
// their own words.
func LockOf(hours float64) (time.Duration, error) {
	switch {
	case hours <= 0 || math.IsNaN(hours):
		return 0, tooShort(hours)
	case hours > maxLock.Hours():
		return 0, CheckLock(math.MaxInt64)
	}
	lock := time.Duration(hours * float64(time.Hour))
	return lock, CheckLock(lock)
}

func tooShort(hours float64) error {
	return assay.Errorf(assay.Invalid, "give more than 0 hours; 24 is usual",
		"lockHours: a lock of %s hours lies in the past", strconv.FormatFloat(hours, 'f', -1, 64))
}

// CheckLock refuses a lock that would be over before it begins, or never.
func CheckLock(lock time.Duration) error {
	switch {
	case lock <= 0:
		return tooShort(lock.Hours())
	case lock > maxLock:
		return assay.Errorf(assay.Invalid, "give at most 8784 hours, a year",
			"lockHours: a lock of more than %v hours is too long", maxLock.Hours())
	}
	return nil
}

var reasonCode = regexp.MustCompile(`^[A-Z][A-Z0-9_]{1,63}$`)

// CheckReasonCode refuses what nobody could search for.
func CheckReasonCode(code string) error {
	if code == "" {
		return assay.Errorf(assay.Invalid, "say why, e.g. SEV1_RESET", "reasonCode: it is missing")
	}
	if !reasonCode.MatchString(code) {
		return assay.Errorf(assay.Invalid, "write it like SEV1_RESET: capitals, digits and underscores",
			"reasonCode: %.70q is no reason code", code)
	}
	return nil
}

// CheckReason refuses a reason that says nothing, or does not stay on a line.
func CheckReason(reason string) error {
	const most = 300
	switch {
	case strings.TrimSpace(reason) == "":
		return assay.Errorf(assay.Invalid, "say why, in one sentence", "reason: it is missing")
	case len(reason) > most || strings.ContainsFunc(reason, unicode.IsControl):
		return assay.Errorf(assay.Invalid, "write one line of at most 300 letters", "reason: it is too long, or has line breaks")
	}
	return nil
}
