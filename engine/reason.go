package engine

import "assay"

// FillReason says why a fill happened. A ledger holds it in a byte; String is
// the word that is stored and shown.
type FillReason uint8

// The reasons of a fill. The zero value is no fill.
const (
	Entered    FillReason = iota + 1
	Stopped               // the stop, at its price
	StoppedGap            // the stop, passed at the open
	Targeted
	Signalled  // the strategy asked to leave
	Reversed   // an entry against the position
	Flattened  // flat-by time reached
	TimeStop   // held for as many bars as allowed
	SessionEnd // close of the session's last bar
	LossLimit  // daily loss limit reached
	Rolled     // the contract gave way to the next
)

// String is the word for the reason; "" for no fill.
func (r FillReason) String() string {
	switch r {
	case 0:
		return ""
	case Entered:
		return "ENTRY"
	case Stopped:
		return "STOP"
	case StoppedGap:
		return "STOP_GAP"
	case Targeted:
		return "TARGET"
	case Signalled:
		return "SIGNAL"
	case Reversed:
		return "REVERSE"
	case Flattened:
		return "FLAT_TIME"
	case TimeStop:
		return "TIME_STOP"
	case SessionEnd:
		return "SESSION_END"
	case LossLimit:
		return "DAILY_LOSS"
	case Rolled:
		return "ROLL"
	default:
		panic("engine: a fill has one of the known reasons")
	}
}

// MarshalText writes the word.
func (r FillReason) MarshalText() ([]byte, error) { return []byte(r.String()), nil }

// UnmarshalText reads the word.
func (r *FillReason) UnmarshalText(word []byte) error {
	for reason := FillReason(0); reason <= Rolled; reason++ {
		if reason.String() == string(word) {
			*r = reason
			return nil
		}
	}
	return assay.Errorf(assay.Internal, "another Assay wrote it; use that one", "%q is no reason of a fill", word)
}
