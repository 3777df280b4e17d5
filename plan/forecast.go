package plan

import (
	"time"

	"assay/bot"
	"assay/job"
)

// Step is one action that lies before a bot.
type Step struct {
	BotID  bot.ID    `json:"botId"`
	At     time.Time `json:"at,omitzero"` // zero: nobody knows when, see Reason
	Action string    `json:"action"`
	Reason string    `json:"reason"`
}

// maxSteps bounds a forecast, whatever the policy's intervals.
const maxSteps = 1000

// Forecast returns what the rules will ask for about one bot until the
// horizon, if every job ends well at once, trades as the baseline did, changes
// no rules, and no data and no person comes in between. It ends with a step
// without a time when the bot waits for something that has none.
func Forecast(fleet Fleet, b Facts, policy Policy, now, until time.Time) (steps []Step) {
	c := newContract(&fleet, policy, now)
	if b.Active != nil {
		d := c.decide(&b)
		steps = append(steps, Step{b.ID, c.now, d.Next.Action, d.Held.Detail})
		b = ended(b, b.Active.Type, c.now)
	}
	for len(steps) < maxSteps && !c.now.After(until) {
		d := c.decide(&b)
		switch {
		case d.Enqueue != nil:
			steps = append(steps, Step{b.ID, c.now, action(d.Enqueue.Type), string(d.Enqueue.Reason)})
			b = ended(b, d.Enqueue.Type, c.now)
		case d.Next.DueAt.IsZero():
			return append(steps, Step{BotID: b.ID, Action: d.Next.Action, Reason: string(d.Held.Reason) + ": " + d.Next.Reason})
		default:
			c = c.at(d.Next.DueAt)
		}
	}
	return steps
}

// ended is a bot after a job that was done at once, to the best end that
// changes no rules.
func ended(b Facts, t job.Type, at time.Time) Facts {
	b.Active, b.WaitingSince = nil, at
	b.LastJob = &LastJob{Type: t, Status: job.Completed, EndedAt: at}
	switch t {
	case job.Improve:
		iteration := 1
		if b.Improve != nil {
			iteration = b.Improve.Iteration + 1
		}
		b.Improve = &Search{EndedAt: at, Iteration: iteration}
		b.Improvements++
	case job.Evolve:
		b.Evolve, b.Improvements = &Search{EndedAt: at}, 0
	default:
		b.Baseline = retested(b, at)
	}
	return b
}

// retested is the baseline that a backtest now would give; of a bot that never
// had one, the forecast supposes that it trades enough.
func retested(b Facts, at time.Time) *Baseline {
	trades := 1 << 30
	if b.Baseline != nil {
		trades = b.Baseline.Trades
	}
	return &Baseline{
		Set: b.Data.Set, Fingerprint: b.Data.Fingerprint, SessionClosed: b.Data.SessionClosed, CompletedAt: at, Trades: trades,
	}
}
