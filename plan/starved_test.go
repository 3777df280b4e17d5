package plan

import (
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestStarved(t *testing.T) {
	noon := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	ago := func(d time.Duration) time.Time { return noon.Add(-d) }
	for name, c := range map[string]struct {
		w    Watched
		says string // "": it is looked after
	}{
		"at work":            {Watched{Active: true, Reason: JobActive, PlannedAt: ago(time.Hour)}, ""},
		"new":                {Watched{CreatedAt: ago(time.Minute)}, ""},
		"never planned for":  {Watched{CreatedAt: ago(time.Minute + 1)}, "no tick has planned for it since Nov 23, 11:58:59 UTC"},
		"due in an hour":     {Watched{Reason: NotDue, DueAt: noon.Add(time.Hour), PlannedAt: ago(time.Hour)}, ""},
		"due a moment ago":   {Watched{Reason: NotDue, DueAt: ago(time.Minute)}, ""},
		"overdue":            {Watched{Reason: NotDue, DueAt: ago(time.Minute + 1)}, "was due at Nov 23, 11:58:59 UTC"},
		"waits for a person": {Watched{Reason: Paused, PlannedAt: ago(time.Hour), EndedAt: ago(time.Hour)}, ""},
		"waits for data":     {Watched{Reason: NoData, PlannedAt: ago(time.Hour)}, ""},
		"waits for a newer version": {
			Watched{Reason: ImproveUnavailable, DueAt: noon.Add(time.Hour), PlannedAt: ago(time.Hour), EndedAt: ago(time.Hour)}, "",
		},
		"reset a moment ago": {Watched{Reason: NotDue, DueAt: noon.Add(time.Hour), PlannedAt: ago(time.Hour), ResetAt: ago(time.Minute)}, ""},
		"reset, and not planned for since": {
			Watched{Reason: NotDue, DueAt: noon.Add(time.Hour), PlannedAt: ago(time.Hour), ResetAt: ago(time.Minute + 1)},
			"counts on results from before the reset of Nov 23, 11:58:59 UTC",
		},
		"planned for since its reset": {Watched{Reason: NotDue, DueAt: noon.Add(time.Hour), PlannedAt: ago(time.Hour), ResetAt: ago(time.Hour)}, ""},
		"paused, whatever was reset":  {Watched{Reason: Paused, PlannedAt: ago(time.Hour), ResetAt: ago(time.Minute + 1)}, ""},
		"its job has just ended":      {Watched{Reason: JobActive, PlannedAt: ago(time.Hour), EndedAt: ago(time.Second)}, ""},
		"its job ended long ago":      {Watched{Reason: JobActive, PlannedAt: ago(time.Hour), EndedAt: ago(time.Hour)}, "speaks of a job that is over"},
		"its job never came":          {Watched{Reason: BaselineMissing, PlannedAt: ago(time.Hour)}, "speaks of a job that is over"},
	} {
		if got := Starved(c.w, noon, time.Minute); (got == "") != (c.says == "") || !strings.Contains(got, c.says) {
			t.Errorf("%s: %q, want %q", name, got, c.says)
		}
	}
}

// Whatever the plan says of a bot for which nothing happens, the bot is not
// neglected before the time that the plan gives.
func TestNobodyStarvesWhoseTimeHasNotCome(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		fleet, policy := drawFleet(t)
		for _, d := range Decide(fleet, policy, now).Decisions {
			if d.Held == nil || d.Held.Reason == JobActive {
				continue
			}
			w := Watched{CreatedAt: now.Add(-48 * time.Hour), EndedAt: now.Add(-24 * time.Hour), Reason: d.Held.Reason, DueAt: d.Next.DueAt, PlannedAt: now.Add(-time.Hour)}
			if why := Starved(w, now, time.Minute); why != "" {
				t.Fatalf("%s: %s", d.Held.Reason, why)
			}
		}
	})
}
