package wire

import (
	"net/http"
	"time"
)

// MaxSkew is how far two clocks may be apart before the times of bars, orders
// and tokens are in doubt.
const MaxSkew = 2 * time.Second

// skew returns how far the provider's clock is ahead of ours, at least. The
// header names a whole second, and somewhere between sent and now it was
// written: two spans of time that agree when they touch.
func skew(date string, sent, now time.Time) time.Duration {
	at, err := http.ParseTime(date)
	if err != nil {
		return 0
	}
	return Skew(at, at.Add(time.Second), sent, now)
}

// Skew returns the distance between a span of the provider's clock and one of
// ours in which the same thing happened: positive when the provider is ahead,
// 0 when they touch.
func Skew(theirFirst, theirLast, ourFirst, ourLast time.Time) time.Duration {
	switch {
	case theirFirst.After(ourLast):
		return theirFirst.Sub(ourLast)
	case theirLast.Before(ourFirst):
		return theirLast.Sub(ourFirst)
	default:
		return 0
	}
}
