package plan

import (
	"cmp"
	"slices"
	"time"
)

// Decide applies the LAB scheduling contract to every bot of the fleet: the
// first rule that applies to a bot decides. The order of fleet.Bots has no
// influence. Bots that are due are served longest waiting first, then by id,
// until policy.MaxTotalJobs jobs are active; the others are held, CAP_TOTAL.
func Decide(fleet Fleet, policy Policy, now time.Time) Plan {
	c := newContract(&fleet, policy, now)
	bots := byID(fleet.Bots)
	all, due := make([]Decision, len(bots)), []int(nil)
	for i := range bots {
		if all[i] = c.decide(&bots[i]); all[i].Enqueue != nil {
			due = append(due, i)
		}
	}
	slices.SortFunc(due, func(x, y int) int {
		return cmp.Or(bots[x].WaitingSince.Compare(bots[y].WaitingSince), cmp.Compare(x, y))
	})
	free := max(0, policy.MaxTotalJobs-max(fleet.ActiveJobs, active(bots)))
	served := due[:min(free, len(due))]
	for _, i := range due[len(served):] {
		all[i] = overCap(all[i], policy)
	}
	return arrange(all, served)
}

// byID returns the bots in the order of their ids, and leaves the caller's
// slice as it is.
func byID(bots []Facts) []Facts {
	compare := func(a, b Facts) int { return cmp.Compare(a.ID, b.ID) }
	for i := 1; i < len(bots); i++ {
		if bots[i].ID < bots[i-1].ID {
			return slices.SortedFunc(slices.Values(bots), compare)
		}
	}
	return bots
}

// arrange puts the decisions into the plan's order and counts them.
func arrange(all []Decision, served []int) Plan {
	p := Plan{Enqueued: len(served), HeldBy: map[Reason]int{}, Decisions: make([]Decision, 0, len(all))}
	for _, i := range served {
		p.Decisions = append(p.Decisions, all[i])
	}
	for _, d := range all {
		if d.Held != nil {
			p.HeldBy[d.Held.Reason]++
			p.Decisions = append(p.Decisions, d)
		}
	}
	return p
}

func active(bots []Facts) int {
	n := 0
	for i := range bots {
		if bots[i].Active != nil {
			n++
		}
	}
	return n
}
