package pause

import (
	"context"
	"testing"
	"testing/synctest"
	"time"
)

func TestPause(t *testing.T) {
	for name, c := range map[string]struct {
		wait  func(context.Context, time.Duration) bool
		left  time.Duration // until the context ends; 0 for never
		whole bool
		took  time.Duration
	}{
		"nothing ends it":              {For, 0, true, time.Minute},
		"its context ends it":          {For, time.Second, false, time.Second},
		"within, nothing ends it":      {Within, 0, true, time.Minute},
		"within, there is time":        {Within, time.Hour, true, time.Minute},
		"within, it is not even begun": {Within, time.Second, false, 0},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ctx, stop := context.WithCancel(t.Context())
				if c.left > 0 {
					ctx, stop = context.WithTimeout(t.Context(), c.left)
				}
				defer stop()
				began := time.Now()
				if whole, took := c.wait(ctx, time.Minute), time.Since(began); whole != c.whole || took != c.took {
					t.Errorf("%v after %s, want %v after %s", whole, took, c.whole, c.took)
				}
			})
		})
	}
}
