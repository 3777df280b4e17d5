package simulation

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"assay/job"
	"assay/store"
)

// servedWithin is how long a job may wait for what is there for it.
const servedWithin = 10 * time.Minute

// serve looks whether the queue moves: a job that may start is admitted when its
// class has a place free, and started when somebody has a slot free; a running
// one is ended when its time is over or its worker is silent.
func (w *world) serve() {
	w.after(servedWithin, "is the queue served", w.serve)
	o := w.oracle
	well, idle := w.attended()
	for _, j := range o.jobs {
		ready := max(j.since, o.jumpedAt)
		switch {
		case j.status == job.Running:
			w.overrun(j)
		case w.wall().Sub(j.before) < servedWithin:
		case !j.admitted && w.lasting(ready, well, o.room[j.class]):
			w.fail("job %d of %s has waited %s for attempt %d of %d, with %d of %d places of class %s taken: it is lost",
				j.id, j.bot, w.ago(j.since), j.attempt+1, j.most, o.places[j.class], o.most(j.class), j.class)
		case j.admitted && w.lasting(ready, idle):
			w.fail("job %d of %s was admitted %s ago, and no worker with a free slot starts it", j.id, j.bot, w.ago(j.since))
		}
	}
	w.heard()
}

// attended is since when some process is well, and one with a free slot; -1:
// none is.
func (w *world) attended() (well, idle time.Duration) {
	well, idle = -1, -1
	for _, p := range w.procs {
		if p.dead || p.wellFrom > w.now {
			continue
		}
		well = earlier(well, p.wellFrom)
		if p.freeFrom >= 0 {
			idle = earlier(idle, max(p.wellFrom, p.freeFrom))
		}
	}
	return well, idle
}

// earlier is the earlier of two times, of which the first may not be known.
func earlier(a, b time.Duration) time.Duration {
	if a < 0 {
		return b
	}
	return min(a, b)
}

// lasting says whether all of this has been so for long enough.
func (w *world) lasting(since ...time.Duration) bool {
	for _, s := range since {
		if s < 0 || w.now-s < servedWithin {
			return false
		}
	}
	return true
}

func (w *world) ago(since time.Duration) time.Duration { return (w.now - since).Round(time.Second) }

// overrun fails when a job runs on after its time is over.
func (w *world) overrun(j *activeJob) {
	limit := w.set.config.Limits[j.kind]
	if w.looked() && w.now-j.since > limit+w.reaps() {
		w.fail("job %d of %s has been RUNNING for %s, its limit is %s, and nobody ended it", j.id, j.bot, w.ago(j.since), limit)
	}
}

// heard fails when a job runs on although nothing has been heard of its worker.
func (w *world) heard() {
	if !w.looked() {
		return
	}
	var id int64
	var beat store.Time
	latest := w.wall().Add(-w.set.config.StuckAfter - w.reaps())
	err := w.oracle.beats.QueryRowContext(context.Background(), store.Time{Time: latest}).Scan(&id, &beat)
	switch {
	case errors.Is(err, sql.ErrNoRows):
	case err != nil:
		w.fail("read the heartbeats: %v", err)
	default:
		w.fail("job %d is RUNNING, nothing has been heard of its worker since %s, and nobody put it back", id, stamp(beat.Time))
	}
}

// reaps is how soon the planner ends what is to be ended, when all is well.
func (w *world) reaps() time.Duration {
	return w.set.policy.TickInterval + servedWithin + w.oracle.back
}

// looked says whether all has been well for so long that the planner has reaped.
func (w *world) looked() bool {
	o := w.oracle
	return w.now-o.calmFrom >= w.reaps() && (o.jumpedAt < 0 || w.now-o.jumpedAt >= w.reaps())
}
