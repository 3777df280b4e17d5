// Package pause waits for a time, but not longer than a context.
package pause

import (
	"context"
	"time"
)

// For waits; false means that ctx ended.
func For(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// Within is For, and waits not at all when ctx is known to end before.
func Within(ctx context.Context, d time.Duration) bool {
	if end, ok := ctx.Deadline(); ok && time.Until(end) < d {
		return false
	}
	return For(ctx, d)
}
