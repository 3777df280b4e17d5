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
	actionUpdate   = "Update Assay"
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

// words are the sentences that depend on the policy alone. They are made once
// a plan, since most bots of a large fleet get one of them.
type words struct {
	refresh   string
	improve   string
	evolve    string
	notDue    string
	noImprove string
	noEvolve  string
	again     string
}

func wordsOf(p Policy) words {
	refreshed := "the baseline is refreshed every " + short(p.RefreshAfter)
	return words{
		refresh:   "a baseline is refreshed every " + short(p.RefreshAfter) + " and after an exchange session with new data",
		improve:   "an improvement comes " + short(p.ImproveInterval) + " after the last one",
		evolve:    "an evolution comes " + short(p.EvolveInterval) + " after the last one, or after the bot's start",
		notDue:    "the baseline is recent; it is refreshed every " + short(p.RefreshAfter),
		noImprove: "an improvement is due, and this version of Assay cannot improve bots; " + refreshed,
		noEvolve:  "an evolution is due, and this version of Assay cannot evolve bots; " + refreshed,
		again:     again(p),
	}
}

// again ends the sentence of a bot that waits for what has no time: it is
// looked at again, and when.
func again(p Policy) string { return "; the planner looks again every " + short(p.TickInterval) }

func notInLab(b *Facts) Decision {
	return holds(b, NotInLab, fmt.Sprintf("the bot is in %s; the lab works on bots in LAB", b.Stage),
		Next{Action: actionRunner, Reason: fmt.Sprintf("a bot in %s is worked by its runner; this version of Assay has no runners, so it waits for one that has", b.Stage)})
}

func jobActive(b *Facts) Decision {
	status := strings.ToLower(string(b.Active.Status))
	return holds(b, JobActive, fmt.Sprintf("job %d (%s) is %s", b.Active.JobID, b.Active.Type, status),
		Next{
			Action: action(b.Active.Type),
			Reason: job.Awaited(b.Active.JobID, b.Active.Status),
		})
}

func (c *contract) paused(b *Facts, what, why string) Decision {
	if why != "" {
		what += ": " + why
	}
	return holds(b, Paused, "autonomy is paused for "+what,
		Next{Action: actionResume, Reason: "waits until a person resumes " + what + c.words.again})
}

func (c *contract) noData(b *Facts) Decision {
	detail := b.Data.Why
	if detail == "" {
		detail = "there is no usable historical data for its symbol"
	}
	next := Next{Action: actionData, Reason: "waits for usable data" + c.words.again}
	if b.Data.Fix != "" { // it may end with a command to be copied
		detail += "; " + b.Data.Fix
		next.Reason += "; " + b.Data.Fix
	}
	return holds(b, NoData, detail, next)
}

func (c *contract) coolingDown(b *Facts, until time.Time) Decision {
	times := "once"
	if n := b.LastJob.FailuresInARow; n > 1 {
		times = fmt.Sprintf("%d times in a row", n)
	}
	detail := fmt.Sprintf("its %s failed %s with all attempts used", action(b.LastJob.Type), times)
	if b.LastJob.Error != "" {
		detail += ": " + b.LastJob.Error
	}
	return holds(b, CoolingDown, detail, c.after(b, until, "a new try after the cool-down"))
}

// backtestUnavailable cannot happen in a whole laboratory. Nothing else can be
// done for a bot without a current baseline.
func backtestUnavailable(b *Facts, t job.Type) Decision {
	return holds(b, BacktestUnavailable,
		fmt.Sprintf("a %s is due, and this version of Assay cannot run one", strings.ToLower(action(t))), outOfReach(t))
}

func outOfReach(t job.Type) Next {
	return Next{Action: actionUpdate, Reason: fmt.Sprintf("waits for an Assay that can do %s", t)}
}

func (c *contract) unavailable(b *Facts, why Reason, detail string) Decision {
	return holds(b, why, detail, c.upcoming(b))
}

func (c *contract) outOfTrials(b *Facts) Decision {
	return holds(b, TrialBudgetExhausted,
		fmt.Sprintf("%d variants of its lineage were tried, and %d are allowed", b.Trials, c.policy.TrialBudget), c.upcoming(b))
}

func (c *contract) tradesBelowMinimum(b *Facts) Decision {
	return holds(b, TradesBelowMinimum,
		fmt.Sprintf("its baseline has %d trades, and an improvement needs %d to judge by", b.Baseline.Trades, c.policy.MinTrades),
		c.upcoming(b))
}

func (c *contract) notDue(b *Facts) Decision {
	return holds(b, NotDue, c.words.notDue, c.upcoming(b))
}

func overCap(d Decision, policy Policy) Decision {
	detail := fmt.Sprintf("it is due (%s), and %d jobs are active, the most allowed",
		d.Enqueue.Reason, policy.MaxTotalJobs)
	return Decision{
		BotID: d.BotID,
		Held:  &Held{Reason: CapTotal, Detail: detail},
		Next:  Next{Action: action(d.Enqueue.Type), Reason: "waits for a free place among the active jobs" + again(policy)},
	}
}

// Overtaken is what becomes of a decision to enqueue when, while the tick was
// deciding, the cap was reached, or else the bot got a job from elsewhere.
func Overtaken(d Decision, full bool) Decision {
	held := Held{Reason: JobActive, Detail: "it got a job while the tick was deciding"}
	d.Next.Reason = "what follows is decided when that job ends"
	if full {
		held = Held{Reason: CapTotal, Detail: "the cap on jobs was reached while the tick was deciding"}
		d.Next.Reason = "waits for a free place among the active jobs; the planner looks again at its next tick"
	}
	d.Enqueue, d.Held = nil, &held
	return d
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
