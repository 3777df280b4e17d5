package control

import (
	"cmp"
	"context"
	"time"

	"assay/bot"
	"assay/store"
)

// The sight is held against the database itself all the time: a round over the
// whole fleet begins every Planner.CheckEvery, a part of it on each tick. What it finds
// was changed by somebody who did not say so, which is a mistake of ours.
const (
	checkEvery = 5 * time.Minute // unless the planner is told otherwise
	checkTicks = 20              // ticks that a round over a large fleet takes
	checkLeast = 2000            // bots that are looked at in one tick
)

// check looks at the next part of the fleet and returns the bots that were
// changed without a new revision. It mends the sight.
func (s *sight) check(ctx context.Context, db *store.DB, now time.Time, every time.Duration) (missed []bot.ID, err error) {
	if !s.checkRound {
		if s.checkedAt.IsZero() { // it has just been read
			s.checkedAt = now
		}
		if within(now, s.checkedAt, every) {
			return nil, nil
		}
		s.checkRound, s.checkedAt, s.checkedTo = true, now, ""
	}
	return s.checkPart(ctx, db, max(checkLeast, (len(s.known)+checkTicks-1)/checkTicks))
}

func (s *sight) checkPart(ctx context.Context, db *store.DB, part int) (missed []bot.ID, err error) {
	var bots []store.PlanBot
	var mark store.Mark
	err = db.View(ctx, func(tx *store.DB) error {
		if mark, _, err = tx.Mark(ctx); err != nil {
			return err
		}
		bots, err = tx.PlanBotsAfter(ctx, s.checkedTo, part)
		return err
	})
	if err != nil || mark.Data != s.mark.Data { // then other data is chosen by the next look
		return nil, err
	}
	missed = s.compare(bots)
	s.checkRound = len(bots) == part
	if s.checkRound {
		s.checkedTo = bots[part-1].Facts.ID
	}
	return missed, nil
}

// compare finds the bots that are not as they are known, apart from those the
// next look will read.
func (s *sight) compare(bots []store.PlanBot) (missed []bot.ID) {
	for _, b := range bots {
		if b.Revision > s.mark.Revision {
			continue
		}
		i, found := s.find(b.Facts.ID, len(s.known))
		if f := s.complete(b); found && f.Digest() == s.known[i].facts && b.Said == s.known[i].said {
			continue
		}
		missed = append(missed, b.Facts.ID)
		s.take([]store.PlanBot{b})
	}
	return missed
}

// within says whether a moment is less than a while ago, by a clock that may
// have been set back since.
func within(now, since time.Time, while time.Duration) bool {
	gone := now.Sub(since)
	return gone < while && gone > -while
}

// term is the term in which the planner leads; alone it needs none.
func (p *Planner) term() int64 {
	if p.Leader == nil {
		return 0
	}
	return p.Leader.Term()
}

// look brings the planner's sight up to date and checks a part of it.
func (p *Planner) look(ctx context.Context, now time.Time) (missed int, err error) {
	if term := p.term(); p.sight == nil || p.sight.term != term {
		p.sight = &sight{term: term}
	}
	if err := p.sight.look(ctx, p.DB, chooser(p.AllowSim)); err != nil {
		return 0, err
	}
	ids, err := p.sight.check(ctx, p.DB, now, cmp.Or(p.CheckEvery, checkEvery))
	for _, id := range ids {
		p.log().ErrorContext(ctx, "a bot was changed without a new revision", "bot", id)
	}
	return len(ids), err
}
