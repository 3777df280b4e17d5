package job

import "time"

// Outcome is how an attempt ended. The words are stored in job_attempts.
type Outcome string

// The outcomes of an attempt.
const (
	OutcomeCompleted Outcome = "COMPLETED"
	OutcomeFailed    Outcome = "FAILED"    // its work returned an error or panicked
	OutcomeRefused   Outcome = "REFUSED"   // … an error that another try cannot mend
	OutcomeStalled   Outcome = "STALLED"   // its worker stopped beating
	OutcomeTimedOut  Outcome = "TIMED_OUT" // it outlived its time limit
	OutcomeCancelled Outcome = "CANCELLED"
	OutcomeReleased  Outcome = "RELEASED" // its worker shut down in good order; the attempt does not count
)

// Decision is what becomes of a job after an attempt that did not complete it.
type Decision struct {
	Status Status    // Queued, Failed or Cancelled
	At     time.Time // earliest start of the next attempt; zero: at once
}

// Backoff is the wait before the second attempt; each later one waits twice as
// long, up to MaxBackoff.
const (
	Backoff    = 2 * time.Second
	MaxBackoff = time.Minute
)

// After decides about a job whose attempt number attempt ended with the
// outcome at now. A released job goes back at once; a stalled one too, for it
// already waited for its heartbeat to grow old.
func After(attempt, maxAttempts int, outcome Outcome, now time.Time) Decision {
	switch {
	case outcome == OutcomeReleased:
		return Decision{Status: Queued}
	case outcome == OutcomeCancelled:
		return Decision{Status: Cancelled}
	case outcome == OutcomeRefused || attempt >= maxAttempts:
		return Decision{Status: Failed}
	case outcome == OutcomeStalled:
		return Decision{Status: Queued}
	}
	return Decision{Status: Queued, At: now.Add(doubled(Backoff, MaxBackoff, attempt))}
}

// CoolDown is how long a bot rests after its failures-th failed job in a row:
// base, doubling, up to most. Without a failure it is 0.
func CoolDown(failures int, base, most time.Duration) time.Duration {
	if failures < 1 {
		return 0
	}
	return doubled(base, most, failures)
}

// doubled returns base·2^(n-1), at most the bound.
func doubled(base, most time.Duration, n int) time.Duration {
	for d := base; ; d *= 2 {
		if n--; n <= 0 || d >= most {
			return min(d, most)
		}
	}
}
