package app

import (
	"testing"
	"time"

	"assay/plan"
	"assay/store"
)

func TestWhatTheDoctorSaysOfThePlanner(t *testing.T) {
	ticked := func(ago time.Duration, err string) []store.Tick {
		return []store.Tick{{ID: 1, FinishedAt: friday.Add(-ago), Error: err}}
	}
	const reason = "read the log of the server, and start it again"
	for name, c := range map[string]struct {
		ticks   []store.Tick
		serving bool
		want    Finding
	}{
		"none yet":     {nil, true, Finding{Found: "it has not ticked yet"}},
		"at work":      {ticked(plan.StalledAfter-time.Second, ""), true, Finding{Found: "its last tick was 4m59s ago"}},
		"nobody works": {ticked(time.Hour, ""), false, Finding{Found: "its last tick was 1h0m0s ago"}},
		"stalled": {ticked(plan.StalledAfter, ""), true, Finding{
			Found: "its last tick was 5m0s ago, although an Assay serves this home", Wrong: true, Fix: reason,
		}},
		"failed": {ticked(time.Second, "the disk is full"), true, Finding{
			Found: "its last tick was 1s ago and failed: the disk is full", Wrong: true, Fix: "mend what it names; the planner tries again by itself",
		}},
	} {
		c.want.Check = "planner"
		if got := planner(c.ticks, c.serving, friday); got != c.want {
			t.Errorf("%s: %+v, want %+v", name, got, c.want)
		}
	}
}
