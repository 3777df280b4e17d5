package wire

import (
	"context"
	"fmt"
	"sync"
	"time"

	"assay/internal/pause"
)

// Limiter lets out at most a number of calls in any stretch of time, in the
// order in which they ask. One serves all that shares an account.
type Limiter struct {
	per  time.Duration
	now  func() time.Time
	mu   sync.Mutex
	held time.Time   // nothing goes before
	out  []time.Time // when the last calls went or will go, a ring
	next int
}

// NewLimiter allows n calls per stretch of time.
func NewLimiter(n int, per time.Duration, now func() time.Time) *Limiter {
	return &Limiter{per: per, now: now, out: make([]time.Time, n)}
}

// fullError says why no call may go, and until when.
type fullError struct {
	why   string
	wait  time.Duration
	until time.Time
}

func (e *fullError) Error() string { return e.why + " until " + Clock(e.until) }

// Clock writes a time of day for a person who is asked to wait for it.
func Clock(t time.Time) string {
	return t.Add(time.Second - 1).UTC().Truncate(time.Second).Format("15:04:05 UTC")
}

// rule is the limit in words.
func (l *Limiter) rule() string {
	calls := fmt.Sprintf("%d calls", len(l.out))
	if len(l.out) == 1 {
		calls = "1 call"
	}
	switch l.per {
	case time.Second:
		return "its limit of " + calls + " a second"
	case time.Minute:
		return "its limit of " + calls + " a minute"
	default:
		return "its limit of " + calls + " in " + l.per.String()
	}
}

// Wait returns when a call may go. It refuses at once when that is later than
// most from now or than ctx allows. A nil Limiter lets everything out.
func (l *Limiter) Wait(ctx context.Context, most time.Duration) error {
	if l == nil {
		return nil
	}
	if end, ok := ctx.Deadline(); ok {
		most = min(most, time.Until(end))
	}
	wait, err := l.reserve(most)
	if err != nil || wait <= 0 {
		return err
	}
	if !pause.For(ctx, wait) {
		return ctx.Err() // the place is lost; that errs on the safe side
	}
	return nil
}

// Hold keeps everything in until a time, after the provider has said that it
// was too much.
func (l *Limiter) Hold(until time.Time) {
	if l == nil {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if until.After(l.held) {
		l.held = until
	}
}

// reserve takes the next place and returns how long until it comes.
func (l *Limiter) reserve(most time.Duration) (time.Duration, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	now, at := l.now(), l.out[l.next].Add(l.per)
	wait := time.Duration(0)
	if !l.out[l.next].IsZero() {
		wait = max(at.Sub(now), 0)
	}
	why := l.rule() + " is used up"
	if rest := l.held.Sub(now); rest > wait {
		wait, why = rest, "it was asked too often and is left alone"
	}
	if wait > most {
		return 0, &fullError{why, wait, now.Add(wait)}
	}
	l.out[l.next] = now.Add(wait)
	l.next = (l.next + 1) % len(l.out)
	return wait, nil
}
