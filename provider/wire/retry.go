package wire

import (
	"context"
	"errors"
	"net/http"
	"strconv"
	"time"

	"assay/health"
	"assay/internal/pause"
)

// pauses between attempts double from the first.
const firstPause = 500 * time.Millisecond

// repeat makes attempts until one succeeds, or another would be useless,
// harmful, or too late.
func (c *Client) repeat(ctx context.Context, r Request, attempt func(ctx context.Context, number int) error) error {
	var last error
	for number := 1; ; number++ {
		if err := c.Limiter.Wait(ctx, c.MaxWait); err != nil {
			if last != nil && ctx.Err() == nil {
				return last // it was asked, and that is how it ended
			}
			return c.held(ctx, r, err)
		}
		err := attempt(ctx, number)
		if err == nil {
			return nil
		}
		if ctx.Err() != nil && errors.Is(ctx.Err(), context.Canceled) {
			return ctx.Err()
		}
		trouble, ok := errors.AsType[*Error](err)
		if !ok {
			return err
		}
		wait, worth := Pause(trouble, number)
		if !worth || r.Once || number >= c.attempts(r) || wait > c.MaxWait || !pause.Within(ctx, wait) {
			return err
		}
		last = err
	}
}

// attempts is how many a call may make.
func (c *Client) attempts(r Request) int {
	if r.Attempts > 0 {
		return min(r.Attempts, c.Attempts)
	}
	return c.Attempts
}

// held is the error of a call that our own limit did not let out.
func (c *Client) held(ctx context.Context, r Request, err error) error {
	if errors.Is(ctx.Err(), context.Canceled) {
		return ctx.Err()
	}
	full, ok := errors.AsType[*fullError](err)
	if !ok {
		return c.Trouble(r, health.HeldBack, 0, "the time ended before its limit let a call out")
	}
	trouble := c.Trouble(r, health.HeldBack, 0, "%v", full)
	trouble.Wait = full.wait
	return trouble
}

// Pause returns how long to wait after the number-th attempt failed, and
// whether another may help at all. What the provider asks for is obeyed.
func Pause(e *Error, number int) (pause time.Duration, worth bool) {
	switch e.Code {
	case health.Unreachable, health.TimedOut, health.RateLimited, health.ServerError:
	default:
		return 0, false
	}
	pause = firstPause << min(number-1, 10)
	switch {
	case e.Wait > 0:
		pause = e.Wait
	case e.Code == health.RateLimited:
		pause = max(pause, time.Second)
	case e.Status == http.StatusGatewayTimeout: // it is at work still; asking at once would double that
		pause *= 4
	}
	return pause, true
}

// retryAfter reads the header, which holds seconds or a time.
func retryAfter(h http.Header, now time.Time) time.Duration {
	text := h.Get("Retry-After")
	if seconds, err := strconv.ParseFloat(text, 64); err == nil {
		if !(seconds >= 0 && seconds < 1e6) {
			return 0
		}
		return time.Duration(seconds * float64(time.Second))
	}
	if at, err := http.ParseTime(text); err == nil {
		return max(at.Sub(now), 0)
	}
	return 0
}
