package plan

import (
	"testing"
	"time"
)

func TestSigns(t *testing.T) {
	ago := func(d time.Duration) time.Time { return now.Add(-d) }
	for name, c := range map[string]struct {
		signs              Signs
		stalled, unwatched bool
	}{
		"at work":             {Signs{now, time.Time{}, ago(time.Minute), ago(time.Second)}, false, false},
		"at the limit":        {Signs{now, time.Time{}, ago(5 * time.Minute), ago(5 * time.Minute)}, true, true},
		"just started":        {Signs{Now: now, Beginning: ago(time.Minute)}, false, false},
		"never began":         {Signs{Now: now, Beginning: ago(time.Hour)}, true, true},
		"nothing is known":    {Signs{Now: now}, true, true},
		"a clock a little on": {Signs{now, time.Time{}, now.Add(time.Minute), now.Add(time.Minute)}, false, false},
		"a clock set back":    {Signs{now, time.Time{}, now.Add(time.Hour), now.Add(time.Hour)}, true, true},
	} {
		if c.signs.Stalled() != c.stalled || c.signs.Unwatched() != c.unwatched {
			t.Errorf("%s: stalled %v, unwatched %v", name, c.signs.Stalled(), c.signs.Unwatched())
		}
	}
}
