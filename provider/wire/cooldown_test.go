package wire_test

import (
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"assay/health"
	"assay/provider/wire"
)

func TestTheWholeAccountCoolsDown(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const s = time.Second
		cl, script := scripted(t, func(c *wire.Config) {
			c.Limiter, c.CoolDown, c.MaxWait = wire.NewLimiter(8, s, time.Now), 30*s, 5*s
		}, answer(429, "Retry-After", "3"), answer(200))
		for i, code := range []health.Code{health.RateLimited, health.HeldBack} {
			after := time.Duration(i) * 20 * s
			time.Sleep(after)
			_, err := cl.Do(t.Context(), ask)
			trouble, ok := errors.AsType[*wire.Error](err)
			if !ok || trouble.Code != code || trouble.Wait != 30*s-after {
				t.Errorf("after %s: %v, wait %s", after, err, trouble.Wait)
			}
		}
		time.Sleep(6 * s)
		if _, err := cl.Do(t.Context(), ask); err != nil {
			t.Error(err)
		}
		if diff := cmp.Diff([]time.Duration{0, 30 * s}, script.at); diff != "" {
			t.Error(diff)
		}
	})
}
