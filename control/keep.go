package control

import (
	"context"
	"time"

	"assay/plan"
	"assay/store"
)

// A plan can be made again from the snapshot it names. A complete one is stored
// when a sight begins, and when what changed since takes more room than it or
// began longer than wholeEvery ago, so that old snapshots can go; what changed is
// stored with each tick that changed anything.
const (
	wholeEvery = 6 * time.Hour
	wholeLeast = 64 << 10 // bytes of changes that are always worth less than a complete snapshot
)

// kept is what the newest snapshot holds.
type kept struct {
	base, last  int64 // the complete one, and the newest
	wholeAt     time.Time
	whole, more int // bytes of the complete one, and of those since
	head        plan.Record
	plan        plan.Digest
	quiet       bool // the plan enqueued nothing
}

// decided notes what a plan says of each bot, and returns the plan's hash.
func (s *sight) decided(made plan.Plan) plan.Digest {
	changed := false
	at := 0 // the held come in the order of the bots
	for n := range made.Decisions {
		d := &made.Decisions[n]
		i := at
		if n < made.Enqueued {
			i, _ = s.find(d.BotID, len(s.known))
		} else {
			for s.fleet.Bots[i].ID != d.BotID {
				i++
			}
			at = i + 1
		}
		if k := &s.known[i]; !same(k.decision, *d) {
			k.decision, k.decided, k.redone = *d, d.Digest(), true
			changed = true
		}
	}
	if quiet := made.Enqueued == 0; changed || !quiet || !s.kept.quiet {
		s.kept.plan, s.kept.quiet = s.planHash(made), quiet
	}
	return s.kept.plan
}

// planHash sums the decisions in the plan's order.
func (s *sight) planHash(made plan.Plan) plan.Digest {
	sum := plan.NewSum()
	for _, d := range made.Decisions[:made.Enqueued] {
		i, _ := s.find(d.BotID, len(s.known))
		sum.Add(s.known[i].decided)
	}
	for i := range s.known {
		if s.known[i].decision.Held != nil {
			sum.Add(s.known[i].decided)
		}
	}
	return sum.Digest()
}

func same(a, b plan.Decision) bool {
	return a.BotID == b.BotID && a.Next == b.Next && equal(a.Held, b.Held) && equal(a.Enqueue, b.Enqueue)
}

func equal[T comparable](a, b *T) bool {
	return a == b || a != nil && b != nil && *a == *b
}

// keep stores a snapshot when there is something new to store, and returns
// what is kept from then on.
func (s *sight) keep(ctx context.Context, tx *store.DB, policy plan.Policy) (kept, error) {
	k, now := s.kept, tx.Now()
	whole := k.base == 0 || k.more > max(k.whole, wholeLeast) || k.more > 0 && !within(now, k.wholeAt, wholeEvery)
	r := plan.Record{
		Version: plan.Version, Policy: policy, Paused: s.fleet.Paused, PausedReason: s.fleet.PausedReason, ActiveJobs: s.fleet.ActiveJobs,
	}
	headed := sameHead(r, k.head)
	k.head = r
	if whole {
		k.base = 0
	}
	for i := range s.known {
		if whole || s.known[i].changed {
			r.Bots = append(r.Bots, s.fleet.Bots[i])
		}
		if whole || s.known[i].redone {
			r.Decisions = append(r.Decisions, s.known[i].decision)
		}
	}
	if !whole && headed && len(r.Bots)+len(r.Decisions) == 0 {
		return k, nil
	}
	id, size, err := tx.SaveSnapshot(ctx, k.base, r)
	k.last, k.more = id, k.more+size
	if whole {
		k.base, k.wholeAt, k.whole, k.more = id, now, size, 0
	}
	return k, err
}

func sameHead(a, b plan.Record) bool {
	return a.Version == b.Version && a.Paused == b.Paused && a.PausedReason == b.PausedReason && a.ActiveJobs == b.ActiveJobs &&
		a.Policy.Equal(b.Policy)
}

// stored takes note that a tick with these plans and this snapshot is in the
// database.
func (s *sight) stored(k kept, said []store.BotPlan) {
	for _, p := range said {
		if i, found := s.find(p.BotID, len(s.known)); found {
			s.known[i].said = p
		}
	}
	if k.last == s.kept.last {
		return
	}
	s.kept = k
	for i := range s.known {
		s.known[i].changed, s.known[i].redone = false, false
	}
}
