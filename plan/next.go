package plan

import (
	"time"

	"assay/job"
)

// upcoming is the next action of a bot with a current baseline for which
// nothing is due now: the first that comes of those the laboratory can do, at
// the time at which the rules will ask for it if nothing else happens.
func (c *contract) upcoming(b *Facts) (next Next) {
	consider := func(t job.Type, at time.Time, reason string) {
		if c.policy.can(t) && at.After(c.now) && (next.DueAt.IsZero() || at.Before(next.DueAt)) {
			next = Next{Action: action(t), DueAt: at, Reason: reason}
		}
	}
	consider(job.Refresh, b.Baseline.CompletedAt.Add(c.policy.RefreshAfter), c.words.refresh)
	if ripe(b, c.policy) && b.Trials < c.policy.TrialBudget {
		consider(job.Evolve, evolvedAt(b).Add(c.policy.EvolveInterval), c.words.evolve)
	}
	if b.Improve != nil && b.Baseline.Trades >= c.policy.MinTrades && b.Trials < c.policy.TrialBudget {
		consider(job.Improve, b.Improve.EndedAt.Add(c.policy.ImproveInterval), c.words.improve)
	}
	if next.Action == "" {
		next = outOfReach(job.Refresh)
	}
	return next
}

// after is the next action of a bot that rests until a time.
func (c *contract) after(b *Facts, until time.Time, reason string) Next {
	d := c.at(until).decide(b)
	switch {
	case d.Enqueue != nil:
		return Next{Action: d.Next.Action, DueAt: until, Reason: reason}
	case !d.Next.DueAt.IsZero():
		d.Next.Reason = reason
	}
	return d.Next
}
