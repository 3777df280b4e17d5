package wire

import (
	"context"
	"errors"
	"fmt"
	"time"

	"assay/health"
)

// Finding is what a round trip found amiss that is no failure of a call, such
// as stale data. Its detail must be free of secrets.
type Finding struct {
	Code   health.Code
	Detail string
}

// Error is the detail.
func (f *Finding) Error() string { return f.Detail }

// Trip is one verification to be made.
type Trip struct {
	Provider health.ProviderID
	Probe    health.Probe
	Limit    time.Duration // of the whole; default 15 s
	Now      func() time.Time
}

// Make makes a round trip and reports how it ended. ask returns how far the
// provider's clock is from ours, and a *Error, a *Finding, or what went wrong.
func (t Trip) Make(ctx context.Context, ask func(context.Context) (skew time.Duration, err error)) health.Verification {
	if t.Limit <= 0 {
		t.Limit = 15 * time.Second
	}
	began := t.Now() // before the limit begins, of which no latency may fall short
	ctx, cancel := context.WithTimeout(ctx, t.Limit)
	defer cancel()
	skew, err := ask(ctx)
	ended := t.Now()
	v := health.Verification{
		Provider: t.Provider, Probe: t.Probe, Outcome: health.Passed, Latency: ended.Sub(began), At: ended,
	}
	v.Code, v.Detail = t.reason(err)
	if err == nil && skew.Abs() > MaxSkew {
		v.Code, v.Detail = health.ClockSkew, skewed(skew)
	}
	if v.Code != "" {
		v.Outcome = OutcomeOf(v.Code)
	}
	return v
}

// reason returns the code and the sentence of an error.
func (t Trip) reason(err error) (health.Code, string) {
	if err == nil {
		return "", ""
	}
	if f, ok := errors.AsType[*Finding](err); ok {
		return f.Code, f.Detail
	}
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Code, e.Detail
	}
	if errors.Is(err, context.DeadlineExceeded) {
		return health.TimedOut, fmt.Sprintf("no answer within %s", t.Limit)
	}
	if errors.Is(err, context.Canceled) {
		return health.TimedOut, "the verification was given up before an answer came"
	}
	return health.MalformedAnswer, "the round trip failed in a way that is not known" // err may hold anything
}

func skewed(skew time.Duration) string {
	where := "ahead of"
	if skew < 0 {
		where = "behind"
	}
	return fmt.Sprintf("the provider's clock is at least %s %s ours", skew.Abs().Round(100*time.Millisecond), where)
}

// OutcomeOf says how bad a code is: a provider that answered, and whose answer
// is to be taken with care, is degraded; all else has failed.
func OutcomeOf(code health.Code) health.Outcome {
	switch code {
	case "":
		return health.Passed
	case health.ClockSkew, health.StaleData, health.Slow, health.RateLimited, health.NoRoom, health.PenaltyTicket, health.Captcha:
		return health.Degraded
	default:
		return health.Failed
	}
}
