package control

import (
	"time"

	"assay/plan"
	"assay/store"
)

// news returns what the planner says now and did not say before.
func (s *sight) news(decisions []plan.Decision, now time.Time) (changed []store.BotPlan) {
	at := 0 // most come in the order of the bots
	for i := range decisions {
		d := &decisions[i]
		if at >= len(s.known) || s.fleet.Bots[at].ID != d.BotID {
			at, _ = s.find(d.BotID, len(s.known))
		}
		said := word(d)
		before := s.known[at].said
		at++
		said.UpdatedAt = before.UpdatedAt
		if said != before {
			said.UpdatedAt = now
			changed = append(changed, said)
		}
	}
	return changed
}

// word is a decision as people read it.
func word(d *plan.Decision) store.BotPlan {
	said := store.BotPlan{BotID: d.BotID, Next: d.Next}
	said.Next.DueAt = d.Next.DueAt.UTC().Truncate(time.Millisecond) // as the database keeps it
	if d.Held != nil {
		said.Reason, said.Detail = string(d.Held.Reason), d.Held.Detail
	} else {
		said.Reason = string(d.Enqueue.Reason)
	}
	return said
}
