package simulation

import (
	"context"
	"database/sql"
	"encoding/json"
	"strings"
	"time"

	"assay/job"
	"assay/store"
)

// oracle knows what may never happen and holds every change against it.
type oracle struct {
	w         *world
	write     *sql.DB // beside everybody, without faults
	read      *sql.Stmt
	beats     *sql.Stmt // finds a running job whose last beat is before a time
	last      int64     // line of the diary read last
	newest    int64     // job enqueued last
	inspected int64     // the first job that the next inspection looks at
	unread    bool      // a transaction has begun that may have written more lines
	jobs      map[int64]*activeJob
	active    map[string]int64         // by bot
	places    map[string]int           // admitted, by class
	waiting   int                      // queued
	rests     map[string]*rest         // by bot
	owed      map[int64]time.Time      // when the jobs were created that the lines read together completed, until their result comes
	fates     map[int64]fate           // attempts of which the lines read together have told one half
	results   map[string]time.Time     // by bot: when the newest job was created that brought a result
	room      map[string]time.Duration // by class: since when a place is free; -1: none is
	leases    map[string]*process      // who holds the lead under which name

	holder     string
	term       int64
	expires    time.Time
	pausedFrom time.Duration // since when the fleet is paused; -1: it is not
	back       time.Duration // how far the wall clock was moved back, in all
	jumpedAt   time.Duration
	calmFrom   time.Duration // when the last trouble is over
	dirty      time.Duration // since when the planner has something to look at; -1: nothing
	looked     time.Time     // wall clock of the last tick without error
	ended      map[job.Status]int
	ticks      int
}

// activeJob is a job that is queued or running.
type activeJob struct {
	id       int64
	bot      string
	kind     job.Type
	class    string
	status   job.Status
	attempt  int
	most     int
	admitted bool
	created  time.Time
	before   time.Time     // its next attempt may not start before
	since    time.Duration // of its last change
}

// rest is what a bot's failures ask of the planner.
type rest struct {
	inARow int
	from   time.Time // by a clock that went back behind it nobody rests
	until  time.Time
}

func newOracle(w *world, path string) (*oracle, error) {
	o := &oracle{
		w: w, jobs: map[int64]*activeJob{}, active: map[string]int64{}, places: map[string]int{}, rests: map[string]*rest{},
		owed: map[int64]time.Time{}, fates: map[int64]fate{}, results: map[string]time.Time{}, room: map[string]time.Duration{},
		leases: map[string]*process{}, ended: map[job.Status]int{}, pausedFrom: -1, dirty: -1, jumpedAt: -1,
	}
	var err error
	if o.write, err = sql.Open("sqlite", "file:"+path+"?_pragma=busy_timeout(10000)&_pragma=synchronous(OFF)"); err != nil {
		return nil, err
	}
	o.write.SetMaxOpenConns(1)
	if o.read, err = o.write.PrepareContext(context.Background(), unreadLines); err != nil {
		return nil, err
	}
	o.beats, err = o.write.PrepareContext(context.Background(), `select id, heartbeat_at from bot_jobs
		where status = 'RUNNING' and heartbeat_at < $1 limit 1`)
	return o, err
}

func (o *oracle) queued() int { return o.waiting }

// spread lets the processes that did not make the change hear of it.
func (o *oracle) spread() {
	for _, p := range o.w.procs {
		if !p.dead && (o.w.acting == nil || o.w.acting.by != p) {
			p.wake(o.w.between(0, 500*time.Millisecond))
		}
	}
}

func (o *oracle) judge(e entry) {
	switch e.kind {
	case "enqueued":
		o.enqueued(e)
	case "changed":
		o.changed(e)
	case "result":
		o.counted(e)
	case "closed":
		o.closed(e)
	case "tick":
		o.tick(e)
	case "plan":
		o.plan(e)
	case "lease":
		o.lease(e)
	default:
		o.w.fail("job %d of %s was deleted", e.job, e.bot)
	}
}

func (o *oracle) enqueued(e entry) {
	w, s := o.w, o.w.acting
	s.enqueued++
	o.newest = max(o.newest, e.job)
	if other := o.active[e.bot]; other != 0 {
		w.fail("%s got job %d while job %d is active", e.bot, e.job, other)
	}
	if e.status1 != job.Queued || e.attempt1 != 0 || e.admitted1 != (store.Time{}) {
		w.fail("job %d began as %s ×%d", e.job, e.status1, e.attempt1)
	}
	o.jobs[e.job] = &activeJob{
		id: e.job, bot: e.bot, kind: job.Type(e.kindOfJob), class: e.class, status: job.Queued, most: e.most, created: e.at.Time,
		since: w.now,
	}
	o.active[e.bot] = e.job
	o.waiting++
	if len(o.jobs) > w.set.caps.Total {
		w.fail("%d jobs are active, and %d may be", len(o.jobs), w.set.caps.Total)
	}
	b := w.fleet.named[e.bot]
	switch {
	case o.pausedFrom >= 0 && o.pausedFrom < s.began:
		w.fail("%s got job %d while the fleet was paused", e.bot, e.job)
	case b.heldFrom >= 0 && b.heldFrom < s.began:
		w.fail("%s got job %d while it was paused or above LAB", e.bot, e.job)
	case job.Type(e.kindOfJob) != job.Baseline && o.unearned(e):
		w.fail("%s got job %d, %s, and no result of it counts since %s", e.bot, e.job, e.kindOfJob, stamp(b.boundary))
	}
	// A reset ends the rest of what failed before it, also by a clock that went back behind the reset since.
	if r := o.rests[e.bot]; r != nil && e.at.Before(r.until) && !e.at.Before(r.from) && o.jumpedAt < s.began && !r.from.Before(b.boundary) {
		w.fail("%s got job %d at %s although it rests until %s after %d failures", e.bot, e.job, stamp(e.at.Time), stamp(r.until), r.inARow)
	}
}

func stamp(t time.Time) string { return t.UTC().Format("02 15:04:05.000") }

// changed follows a job through its states.
func (o *oracle) changed(e entry) {
	w := o.w
	j := o.jobs[e.job]
	switch {
	case j == nil:
		w.fail("job %d had ended as %s and was changed to %s ×%d, lease %d", e.job, e.status0, e.status1, e.attempt1, e.lease1)
		return
	case e.lease1 < e.lease0:
		w.fail("the lease of job %d went back from %d to %d", e.job, e.lease0, e.lease1)
	case e.attempt1 > e.most:
		w.fail("job %d is at attempt %d of %d", e.job, e.attempt1, e.most)
	}
	switch from, to := e.status0, e.status1; {
	case from == job.Queued && to == job.Queued:
		o.admitted(e)
	case from == job.Queued && to == job.Running:
		if !j.admitted || e.lease1 <= e.lease0 || e.attempt1 != e.attempt0+1 {
			w.fail("job %d started: admitted %t, lease %d to %d, attempt %d to %d", e.job, j.admitted, e.lease0, e.lease1, e.attempt0, e.attempt1)
		}
	case from == job.Queued && to == job.Cancelled:
		if w.acting.by != nil {
			w.fail("job %d was cancelled by %s", e.job, w.acting.by.name)
		}
	case from == job.Running && to == job.Running:
		w.fail("running job %d changed from lease %d ×%d to lease %d ×%d", e.job, e.lease0, e.attempt0, e.lease1, e.attempt1)
	case from == job.Running:
		o.left(e)
	default:
		w.fail("job %d went from %s to %s", e.job, from, to)
	}
	o.move(j, e)
}

// admitted holds a place taken against the cap of its class and the backoff.
func (o *oracle) admitted(e entry) {
	w := o.w
	switch most := o.most(e.class); {
	case e.admitted1 == (store.Time{}):
		w.fail("the place of job %d was taken back", e.job)
	case o.places[e.class] >= most:
		w.fail("job %d was admitted as number %d of class %s, and %d may be", e.job, o.places[e.class]+1, e.class, most)
	case e.admitted1.Before(e.before.Time):
		w.fail("job %d was admitted at %s, and its backoff lasts until %s", e.job, stamp(e.admitted1.Time), stamp(e.before.Time))
	}
}

func (o *oracle) most(class string) int {
	if class == string(job.ClassImprove) {
		return o.w.set.caps.Improve
	}
	return o.w.set.caps.Backtests
}

// vacant notes since when each class has a place free.
func (o *oracle) vacant() {
	for _, class := range [...]job.Class{job.ClassBacktest, job.ClassImprove} {
		since, known := o.room[string(class)]
		switch free := o.places[string(class)] < o.most(string(class)); {
		case !free:
			o.room[string(class)] = -1
		case !known || since < 0:
			o.room[string(class)] = o.w.now
		}
	}
}

// left judges who ended an attempt: the worker that holds its lease, the reaper
// with a reason, or a reset, which takes the lease away.
func (o *oracle) left(e entry) {
	w, s := o.w, o.w.acting
	now := w.wall()
	if e.status1 == job.Completed && e.class == string(job.ClassBacktest) {
		o.owed[e.job] = o.jobs[e.job].created
	}
	switch {
	case s.by == nil && (e.status1 != job.Cancelled || e.lease1 <= e.lease0):
		w.fail("running job %d became %s by the operator, and its lease %d is now %d", e.job, e.status1, e.lease0, e.lease1)
	case s.by == nil:
	case s.lease != nil && (s.lease.JobID != e.job || s.lease.Seq != e.lease0):
		w.fail("lease %d of job %d was ended by an attempt that held lease %d of job %d", e.lease0, e.job, s.lease.Seq, s.lease.JobID)
	case s.lease != nil || s.takeOver:
	case e.status1 == job.Completed:
		w.fail("the reaper completed job %d", e.job)
	case !e.beat0.Before(now.Add(-w.set.config.StuckAfter)) &&
		!e.started0.Before(now.Add(-w.set.config.Limits[job.Type(e.kindOfJob)])):
		w.fail("job %d was reaped at %s; its last beat was %s, its start %s", e.job, stamp(now), stamp(e.beat0.Time), stamp(e.started0.Time))
	}
	if e.status1 == job.Queued && (e.admitted1 != (store.Time{}) || e.lease1 <= e.lease0) {
		w.fail("job %d went back with its place kept or its lease %d unchanged", e.job, e.lease0)
	}
	f := o.fates[e.job]
	f.left = &e
	o.decided(e.job, f)
}

// move keeps the oracle's own books.
func (o *oracle) move(j *activeJob, e entry) {
	if j.status == job.Queued {
		o.waiting--
	}
	if j.admitted {
		o.places[j.class]--
	}
	j.status, j.attempt, j.admitted, j.before, j.since = e.status1, e.attempt1, e.admitted1 != (store.Time{}), e.before1.Time, o.w.now
	if !j.status.Active() {
		delete(o.jobs, j.id)
		delete(o.active, j.bot)
		o.end(e, j.created)
		return
	}
	if j.admitted {
		o.places[j.class]++
	}
	if j.status == job.Queued {
		o.waiting++
	}
}

// end counts a job that ended, and what follows from it.
func (o *oracle) end(e entry, created time.Time) {
	w := o.w
	o.ended[e.status1]++
	delete(w.former, e.job)
	if o.dirty < 0 {
		o.dirty = w.now
		w.after(lookWithin+w.set.breath, "has the planner looked", o.missed)
	}
	switch e.status1 {
	case job.Completed, job.Cancelled:
		delete(o.rests, e.bot)
	case job.Failed:
		if created.Before(w.fleet.named[e.bot].boundary) {
			return // a reset clears what failed before it
		}
		r := o.rests[e.bot]
		if r == nil {
			r = &rest{}
			o.rests[e.bot] = r
		}
		r.inARow++
		r.from = e.at.Time
		r.until = e.at.Add(job.CoolDown(r.inARow, w.set.policy.CoolDown, w.set.policy.MaxCoolDown))
	}
}

// lookWithin is how soon after a job's end the planner looks at the fleet, when
// all is well.
const lookWithin = 5 * time.Second

// missed fails when a job ended and nothing made the planner look.
func (o *oracle) missed() {
	w := o.w
	if o.dirty >= 0 && o.calmFrom < o.dirty && w.now-o.dirty >= lookWithin+w.set.breath {
		w.fail("a job ended %s ago and no tick has looked since", w.now-o.dirty)
	}
}

// troubled says that nothing can be expected of the processes until some time
// after the trouble ends.
func (o *oracle) troubled(until time.Duration) {
	o.calmFrom = max(o.calmFrom, until+2*o.w.set.leadFor)
}

func (o *oracle) jumped(d time.Duration) {
	o.jumpedAt = o.w.now
	if d < 0 {
		o.back -= d
	}
	o.calmFrom = max(o.calmFrom, o.w.now+max(-d, 0)+2*o.w.set.leadFor)
}

func (o *oracle) tick(e entry) {
	w, s := o.w, o.w.acting
	if s.by == nil {
		w.fail("a tick that nobody made")
		return
	}
	if e.more != "" {
		w.note("the tick failed: %s", e.more)
		if !strings.Contains(e.more, simulated) {
			w.fail("a tick failed, and no fault of the simulation made it: %s", e.more)
		}
	}
	by := map[string]int64{}
	if err := json.Unmarshal([]byte(e.words), &by); err != nil {
		w.fail("the reasons of a tick are %q: %v", e.words, err)
	}
	var held int64
	for _, n := range by {
		held += n
	}
	if e.a == 0 && e.more != "" {
		return // it failed as a whole
	}
	o.ticks++
	o.looked = w.wall()
	switch {
	case e.a != e.b+e.c:
		w.fail("a tick evaluated %d bots, enqueued %d and held %d", e.a, e.b, e.c)
	case held != e.c:
		w.fail("a tick held %d bots and gives reasons for %d: %s", e.c, held, e.words)
	case e.b != int64(s.enqueued):
		w.fail("a tick says it enqueued %d jobs, and %d rows came", e.b, s.enqueued)
	case int(e.a) > len(w.fleet.bots) || int(e.a) < s.bots:
		w.fail("a tick evaluated %d of %d bots", e.a, len(w.fleet.bots))
	case w.set.cluster && (o.leases[o.holder] != s.by || o.expires.Before(w.wall())):
		w.fail("%s planned without the lead, which is of term %d until %s", s.by.name, o.term, stamp(o.expires))
	}
	if s.began >= o.dirty {
		o.dirty = -1
	}
	s.enqueued = 0
}

// plan holds what is said about a bot against the rule that a held bot has a
// reason, a sentence and a next action.
func (o *oracle) plan(e entry) {
	w := o.w
	switch {
	case e.kindOfJob == "" || e.more == "" || e.a == 0:
		w.fail("%s has reason %q, next action %q, said why: %d", e.bot, e.kindOfJob, e.more, e.a)
	case presumes[e.kindOfJob] && o.unearned(e):
		w.fail("%s is held, %s, and no result of it counts since %s", e.bot, e.kindOfJob, stamp(w.fleet.named[e.bot].boundary))
	case e.words == "" && o.active[e.bot] == 0:
		w.fail("%s is held, %s, without a sentence", e.bot, e.kindOfJob)
	case (e.kindOfJob == "NOT_DUE" || e.kindOfJob == "COOLING_DOWN") && e.at == (store.Time{}):
		w.fail("%s is held, %s, without a time", e.bot, e.kindOfJob)
	case e.at != (store.Time{}) && o.jumpedAt < w.acting.began && e.at.Before(w.start.Add(w.acting.began+w.jumped).Truncate(time.Millisecond)):
		w.fail("%s is promised %s for %s, which is past", e.bot, e.more, stamp(e.at.Time))
	}
}

// lease follows the planner's lead from term to term.
func (o *oracle) lease(e entry) {
	w := o.w
	switch changed := e.more != "" && e.words != e.more; {
	case e.b < e.a || e.b > e.a+1:
		w.fail("the planner's term went from %d to %d", e.a, e.b)
	case changed && e.b == e.a:
		w.fail("the lead changed hands within term %d", e.b)
	case changed && !e.beat0.Before(w.wall()):
		w.fail("the lead of term %d was taken before it ended at %s", e.a, stamp(e.beat0.Time))
	}
	o.holder, o.term, o.expires = e.words, e.b, e.at.Time
	if o.leases[e.words] == nil {
		o.leases[e.words] = w.acting.by
	}
}
