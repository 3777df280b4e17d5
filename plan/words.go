package plan

import (
	"fmt"
	"strings"
	"time"

	"assay/job"
)

// The actions a bot can have before it.
const (
	actionBacktest = "Backtest"
	actionRefresh  = "Refresh backtest"
	actionImprove  = "Improve"
	actionEvolve   = "Evolve"
	actionRunner   = "Start runner"
	actionResume   = "Resume"
	actionData     = "Import data"
)

func action(t job.Type) string {
	switch t {
	case job.Refresh:
		return actionRefresh
	case job.Improve:
		return actionImprove
	case job.Evolve:
		return actionEvolve
	default:
		return actionBacktest
	}
}

func hold(b Facts, why Reason, detail string, next Next) Decision {
	return Decision{BotID: b.ID, Held: &Held{Reason: why, Detail: detail}, Next: next}
}

func enqueue(b Facts, t job.Type, why Reason) Decision {
	return Decision{
		BotID:   b.ID,
		Enqueue: &Enqueue{Type: t, Reason: why},
		Next:    Next{Action: action(t), Reason: "queued; it starts when a place is free"},
	}
}

func notInLab(b Facts) Decision {
	return hold(b, NotInLab, fmt.Sprintf("the bot is in %s; the lab works on bots in LAB", b.Stage),
		Next{Action: actionRunner, Reason: fmt.Sprintf("a bot in %s is worked by its runner", b.Stage)})
}

func jobActive(b Facts) Decision {
	status := strings.ToLower(string(b.Active.Status))
	return hold(b, JobActive, fmt.Sprintf("job %d (%s) is %s", b.Active.JobID, b.Active.Type, status),
		Next{
			Action: action(b.Active.Type),
			Reason: fmt.Sprintf("job %d is %s; what follows is decided when it ends", b.Active.JobID, status),
		})
}

func paused(b Facts, what, why string) Decision {
	detail := "autonomy is paused for " + what
	if why != "" {
		detail += ": " + why
	}
	return hold(b, Paused, detail, Next{Action: actionResume, Reason: "waits until a person resumes " + what})
}

func noData(b Facts) Decision {
	detail := b.Data.Why
	if detail == "" {
		detail = "there is no usable historical data for its symbol"
	}
	next := Next{Action: actionData, Reason: "waits for usable data"}
	if b.Data.Fix != "" {
		detail += "; " + b.Data.Fix
		next.Reason += ": " + b.Data.Fix
	}
	return hold(b, NoData, detail, next)
}

func coolingDown(b Facts, policy Policy, until time.Time) Decision {
	next := Next{Action: actionBacktest, DueAt: until, Reason: "a new try after the cool-down"}
	if !missing(b) {
		next.Action = actionRefresh
		if !stale(b, policy, until) {
			next.DueAt = b.Baseline.CompletedAt.Add(policy.RefreshAfter)
		}
	}
	times := "once"
	if n := b.LastJob.FailuresInARow; n > 1 {
		times = fmt.Sprintf("%d times in a row", n)
	}
	detail := fmt.Sprintf("its %s failed %s with all attempts used", action(b.LastJob.Type), times)
	if b.LastJob.Error != "" {
		detail += ": " + b.LastJob.Error
	}
	return hold(b, CoolingDown, detail, next)
}

func overCap(d Decision, policy Policy) Decision {
	detail := fmt.Sprintf("it is due (%s), and %d jobs are active, the most allowed",
		d.Enqueue.Reason, policy.MaxTotalJobs)
	return Decision{
		BotID: d.BotID,
		Held:  &Held{Reason: CapTotal, Detail: detail},
		Next:  Next{Action: action(d.Enqueue.Type), Reason: "waits for a free place among the active jobs"},
	}
}

func notDue(b Facts, policy Policy) Decision {
	due := b.Baseline.CompletedAt.Add(policy.RefreshAfter)
	every := "every " + short(policy.RefreshAfter)
	return hold(b, NotDue, "the baseline is recent; it is refreshed "+every, Next{
		Action: actionRefresh, DueAt: due,
		Reason: "a baseline is refreshed " + every + " and after an exchange session with new data",
	})
}

// short writes 6h0m0s as 6h.
func short(d time.Duration) string {
	s := d.String()
	if strings.HasSuffix(s, "m0s") {
		s = strings.TrimSuffix(s, "0s")
	}
	if strings.HasSuffix(s, "h0m") {
		s = strings.TrimSuffix(s, "0m")
	}
	return s
}
