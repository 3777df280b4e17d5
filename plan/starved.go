package plan

import (
	"fmt"
	"slices"
	"time"
)

// Watched is what is known of a bot in LAB to whoever looks for bots that the
// lab has forgotten.
type Watched struct {
	CreatedAt time.Time
	Active    bool      // a job of it is queued or running
	EndedAt   time.Time // of its last job; zero: none has ended
	Reason    Reason    // of its plan; "" when it has none
	DueAt     time.Time // of its next action; zero: it waits for what the plan says
	PlannedAt time.Time
	ResetAt   time.Time // when its results began to count anew; zero: never
}

// Starved says why a bot in LAB is neglected: nothing of it runs or is queued,
// and it has no plan, or a plan whose time has come, or one about a job that is
// over, or one that counts on results from before a reset. What is younger than
// grace is no neglect, for a tick may be on its way. "" means that it is not
// neglected.
func Starved(w Watched, now time.Time, grace time.Duration) string {
	late := func(since time.Time) bool { return now.Sub(since) > grace }
	switch {
	case w.Active:
		return ""
	case w.Reason == "" && late(w.CreatedAt):
		return fmt.Sprintf("no tick has planned for it since %s", clock(w.CreatedAt))
	case w.Reason == "":
		return ""
	case !w.DueAt.IsZero() && late(w.DueAt):
		return fmt.Sprintf("its next action was due at %s, and nothing is queued", clock(w.DueAt))
	case !w.DueAt.IsZero() && w.PlannedAt.Before(w.ResetAt) && late(w.ResetAt):
		return fmt.Sprintf("its plan of %s counts on results from before the reset of %s", clock(w.PlannedAt), clock(w.ResetAt))
	case aboutJob(w.Reason) && late(w.PlannedAt) && late(w.EndedAt):
		return fmt.Sprintf("its plan of %s speaks of a job that is over", clock(w.PlannedAt))
	}
	return ""
}

// aboutJob says whether a plan waits for a job and has no time of its own.
func aboutJob(r Reason) bool {
	return slices.Contains([]Reason{JobActive, BaselineMissing, BaselineStale, EvolveDue, ImproveDue}, r)
}

func clock(t time.Time) string { return t.UTC().Format("Jan 2, 15:04:05 UTC") }
