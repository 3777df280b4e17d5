package plan

import (
	"cmp"
	"slices"
	"time"

	"assay/bot"
	"assay/job"
)

// DefaultPolicy is the cadence of product.md's scheduling contract.
func DefaultPolicy() Policy {
	return Policy{
		TickInterval: 15 * time.Second,
		RefreshAfter: 6 * time.Hour,
		MinTrades:    30,
		MaxTotalJobs: 10_000,
		MaxAttempts:  3,
		CoolDown:     30 * time.Minute,
		MaxCoolDown:  6 * time.Hour,
	}
}

// Decide applies the LAB scheduling contract to every bot of the fleet: the
// first rule that applies to a bot decides. The order of fleet.Bots has no
// influence. Bots that are due are served longest waiting first, then by id,
// until policy.MaxTotalJobs jobs are active; the others are held, CAP_TOTAL.
func Decide(fleet Fleet, policy Policy, now time.Time) Plan {
	bots := slices.SortedFunc(slices.Values(fleet.Bots), func(a, b Facts) int {
		return cmp.Or(a.WaitingSince.Compare(b.WaitingSince), cmp.Compare(a.ID, b.ID))
	})
	free := policy.MaxTotalJobs - max(fleet.ActiveJobs, active(bots))
	p := Plan{HeldBy: map[Reason]int{}}
	var held []Decision
	for _, b := range bots {
		d := decide(b, fleet, policy, now)
		if d.Enqueue != nil && p.Enqueued >= free {
			d = overCap(d, policy)
		}
		if d.Held != nil {
			p.HeldBy[d.Held.Reason]++
			held = append(held, d)
			continue
		}
		p.Enqueued++
		p.Decisions = append(p.Decisions, d)
	}
	p.Decisions = append(p.Decisions, held...)
	return p
}

func active(bots []Facts) int {
	n := 0
	for _, b := range bots {
		if b.Active != nil {
			n++
		}
	}
	return n
}

// decide is the contract, rule by rule, for one bot that meets no cap.
func decide(b Facts, fleet Fleet, policy Policy, now time.Time) Decision {
	switch until := coolUntil(b, policy); {
	case b.Stage != bot.Lab:
		return notInLab(b)
	case b.Active != nil:
		return jobActive(b)
	case fleet.Paused:
		return paused(b, "the whole fleet", fleet.PausedReason)
	case b.Paused:
		return paused(b, "this bot", b.PausedReason)
	case !b.Data.Usable:
		return noData(b)
	case now.Before(until):
		return coolingDown(b, policy, until)
	case missing(b):
		return enqueue(b, job.Baseline, BaselineMissing)
	case stale(b, policy, now):
		return enqueue(b, job.Refresh, BaselineStale)
	default:
		return notDue(b, policy)
	}
}

// coolUntil is when a bot whose last job used up its attempts may try again:
// the wait doubles with every failed job in a row. A reset clears it.
func coolUntil(b Facts, policy Policy) time.Time {
	last := b.LastJob
	if last == nil || last.Status != job.Failed || last.FailuresInARow < 1 ||
		last.EndedAt.Before(b.Boundary) {
		return time.Time{}
	}
	return last.EndedAt.Add(job.CoolDown(last.FailuresInARow, policy.CoolDown, policy.MaxCoolDown))
}

// missing also holds for a baseline of other data: a result on SIM data says
// nothing once real bars are there, nor one on bars that were corrected since.
// Bars that only go on for more sessions are the same data, and make it stale.
func missing(b Facts) bool {
	return b.Baseline == nil || b.Baseline.Set != b.Data.Set || newBars(b) && !newSession(b)
}

func stale(b Facts, policy Policy, now time.Time) bool {
	return newBars(b) && newSession(b) || !now.Before(b.Baseline.CompletedAt.Add(policy.RefreshAfter))
}

func newBars(b Facts) bool { return b.Data.Fingerprint != b.Baseline.Fingerprint }

func newSession(b Facts) bool { return b.Data.SessionClosed.After(b.Baseline.SessionClosed) }
