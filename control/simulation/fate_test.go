package simulation

import (
	"time"

	"assay/job"
)

// fate is the end of an attempt as far as the diary has told it: its row and
// that of its job change in one transaction, in either order.
type fate struct {
	left    *entry      // how the job left RUNNING; nil: it has not
	outcome job.Outcome // how the attempt ended; "": it has not
}

// closed follows an attempt to its end.
func (o *oracle) closed(e entry) {
	f := o.fates[e.job]
	f.outcome = job.Outcome(e.kindOfJob)
	o.decided(e.job, f)
}

// decided judges an attempt's end once both halves of it are known.
func (o *oracle) decided(id int64, f fate) {
	if f.left == nil || f.outcome == "" {
		o.fates[id] = f
		return
	}
	delete(o.fates, id)
	w, e := o.w, f.left
	if want := becomes(f.outcome, e.attempt0, e.most); e.status1 != want {
		w.fail("attempt %d of %d of job %d ended %s, and the job became %s instead of %s", e.attempt0, e.most, id, f.outcome, e.status1, want)
	}
	if want := e.attempt0 - given(f.outcome); e.status1 == job.Queued && e.attempt1 != want {
		w.fail("attempt %d of job %d ended %s, and the job counts %d attempts instead of %d", e.attempt0, id, f.outcome, e.attempt1, want)
	}
	if latest := w.wall().Add(job.MaxBackoff); e.before1.After(latest) && o.jumpedAt < w.acting.began {
		w.fail("attempt %d of job %d ended %s, and the next may not start before %s", e.attempt0, id, f.outcome, stamp(e.before1.Time))
	}
}

// becomes is what an attempt's end makes of its job.
func becomes(o job.Outcome, attempt, most int) job.Status {
	switch o {
	case job.OutcomeCompleted:
		return job.Completed
	case job.OutcomeCancelled:
		return job.Cancelled
	case job.OutcomeRefused:
		return job.Failed
	case job.OutcomeReleased:
		return job.Queued
	}
	if attempt < most {
		return job.Queued
	}
	return job.Failed
}

// given is how many attempts an outcome gives back.
func given(o job.Outcome) int {
	if o == job.OutcomeReleased {
		return 1
	}
	return 0
}

// halves fails when a transaction ended an attempt and forgot its job, or the
// other way round.
func (o *oracle) halves() {
	for id, f := range o.fates {
		switch j := o.jobs[id]; {
		case f.left != nil:
			o.w.fail("job %d went from RUNNING to %s, and its attempt is still open", id, f.left.status1)
		case j != nil:
			o.w.fail("an attempt of job %d ended %s, and the job stayed %s: it is lost", id, f.outcome, j.status)
		default:
			o.w.fail("an attempt of job %d ended %s after the job", id, f.outcome)
		}
		delete(o.fates, id)
	}
}

// counted takes the result that a job brings.
func (o *oracle) counted(e entry) {
	created, owed := o.owed[e.job]
	if !owed {
		o.w.fail("a result of job %d was stored, and the job was not completed with it", e.job)
	}
	delete(o.owed, e.job)
	if created.After(o.results[e.bot]) {
		o.results[e.bot] = created
	}
}

// counts says whether a bot has a result that counts: one whose job was created
// at or after its boundary.
func (o *oracle) counts(b *simBot) bool {
	newest, found := o.results[string(b.ID)]
	return found && !newest.Before(b.boundary)
}

// bounded remembers that the results of a bot count anew. Which is of its two
// boundaries: a clock that went back can set one of them behind the other.
func (o *oracle) bounded(b *simBot, which *time.Time, at time.Time) {
	*which = at
	b.boundary, b.movedAt = b.resetAt, o.w.now
	if b.stagedAt.After(b.resetAt) {
		b.boundary = b.stagedAt
	}
	delete(o.rests, string(b.ID))
}

// unearned says that something presumes a result of a bot that counts, and there
// is none. Whoever looked at the bot before its boundary moved does not know.
func (o *oracle) unearned(e entry) bool {
	b := o.w.fleet.named[e.bot]
	return !o.counts(b) && o.w.acting.began > b.movedAt
}

// presumes are the reasons of a plan that are given to bots with a result.
var presumes = map[string]bool{
	"NOT_DUE": true, "TRADES_BELOW_MINIMUM": true, "TRIAL_BUDGET_EXHAUSTED": true, "IMPROVE_UNAVAILABLE": true, "EVOLVE_UNAVAILABLE": true,
}
