package control

import (
	"cmp"
	"context"
	"slices"
	"sort"
	"time"

	"assay/bot"
	"assay/plan"
	"assay/store"
)

// sight is what the planner knows of the fleet since its last look. A look
// reads only the bots whose revision rose and chooses data anew only when a
// data set changed. Whoever cannot be sure that it holds, such as a planner
// whose tick failed or that has just become the leader, begins a new one.
type sight struct {
	term   int64
	mark   store.Mark
	fleet  plan.Fleet // Bots by id
	known  []known    // of the same bots
	choose store.ChooseData

	facts      plan.Digest // sum over all bots
	summed     bool        // facts is current
	kept       kept
	checkedAt  time.Time // when the last round of checks began
	checkedTo  bot.ID    // how far the round has come
	checkRound bool      // a round is under way
}

// known is what the planner keeps of a bot beside its facts.
type known struct {
	symbol   string
	interval time.Duration
	said     store.BotPlan // the last word stored
	facts    plan.Digest
	changed  bool // the facts, since the last snapshot
	decision plan.Decision
	decided  plan.Digest
	redone   bool // the decision, since the last snapshot
}

// look brings the sight up to date.
func (s *sight) look(ctx context.Context, db *store.DB, choose func([]store.DataSet) store.ChooseData) error {
	mark, autonomy, err := db.Mark(ctx)
	if err != nil {
		return err
	}
	if s.choose == nil || mark != s.mark {
		if mark, autonomy, err = s.read(ctx, db, choose); err != nil {
			return err
		}
	}
	s.mark = mark
	s.fleet.Paused, s.fleet.PausedReason = !autonomy.PausedAt.IsZero(), autonomy.Reason
	return nil
}

// read takes in what changed, from one snapshot of the database.
func (s *sight) read(
	ctx context.Context, db *store.DB, choose func([]store.DataSet) store.ChooseData,
) (mark store.Mark, autonomy store.Autonomy, err error) {
	var bots []store.PlanBot
	var sets []store.DataSet
	rechoose := false
	err = db.View(ctx, func(tx *store.DB) error {
		if mark, autonomy, err = tx.Mark(ctx); err != nil {
			return err
		}
		if rechoose = s.choose == nil || mark.Data != s.mark.Data; rechoose {
			if sets, err = tx.DataSets(ctx); err != nil {
				return err
			}
		}
		bots, err = tx.PlanBotsSince(ctx, s.mark.Revision)
		return err
	})
	if err != nil {
		return mark, autonomy, err
	}
	if rechoose {
		s.choose = store.Once(choose(sets))
		s.rechoose()
	}
	s.take(bots)
	return mark, autonomy, nil
}

// rechoose looks up the data of every known bot again.
func (s *sight) rechoose() {
	for i := range s.known {
		f := s.fleet.Bots[i]
		if f.Data = s.choose(s.known[i].symbol, s.known[i].interval); f.Data != s.fleet.Bots[i].Data {
			s.set(i, f)
		}
	}
}

// take puts bots as they were read into the sight.
func (s *sight) take(bots []store.PlanBot) {
	before := len(s.known)
	for _, b := range bots {
		i, found := s.find(b.Facts.ID, before)
		if !found {
			i = len(s.known)
			s.fleet.Bots = append(s.fleet.Bots, plan.Facts{})
			s.known = append(s.known, known{})
		}
		k := &s.known[i]
		k.symbol, k.interval, k.said = b.Symbol, b.Interval, b.Said
		s.set(i, s.complete(b))
	}
	if len(s.known) > before {
		sort.Sort(byID{s})
	}
}

// complete returns the facts with the data chosen.
func (s *sight) complete(b store.PlanBot) plan.Facts {
	f := b.Facts
	f.Data = s.choose(b.Symbol, b.Interval)
	return f
}

// find looks a bot up among the first n, which are in order.
func (s *sight) find(id bot.ID, n int) (int, bool) {
	return slices.BinarySearchFunc(s.fleet.Bots[:n], id, func(f plan.Facts, id bot.ID) int { return cmp.Compare(f.ID, id) })
}

// set replaces the facts of a bot when they are others.
func (s *sight) set(i int, f plan.Facts) {
	digest := f.Digest()
	if digest == s.known[i].facts {
		return
	}
	s.fleet.ActiveJobs += count(f.Active) - count(s.fleet.Bots[i].Active)
	s.fleet.Bots[i] = f
	s.known[i].facts, s.known[i].changed = digest, true
	s.summed = false
}

func count(active *plan.Active) int {
	if active == nil {
		return 0
	}
	return 1
}

// sum is the hash of the facts of all bots.
func (s *sight) sum() plan.Digest {
	if !s.summed {
		sum := plan.NewSum()
		for i := range s.known {
			sum.Add(s.known[i].facts)
		}
		s.facts, s.summed = sum.Digest(), true
	}
	return s.facts
}

// lacking says whether some bot in LAB has no usable data.
func (s *sight) lacking() bool {
	return slices.ContainsFunc(s.fleet.Bots, func(f plan.Facts) bool { return f.Stage == bot.Lab && !f.Data.Usable })
}

// byID sorts a sight.
type byID struct{ *sight }

// Len implements sort.Interface.
func (s byID) Len() int { return len(s.known) }

// Less implements sort.Interface.
func (s byID) Less(i, j int) bool { return s.fleet.Bots[i].ID < s.fleet.Bots[j].ID }

// Swap implements sort.Interface.
func (s byID) Swap(i, j int) {
	s.fleet.Bots[i], s.fleet.Bots[j] = s.fleet.Bots[j], s.fleet.Bots[i]
	s.known[i], s.known[j] = s.known[j], s.known[i]
}
