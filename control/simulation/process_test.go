package simulation

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"assay"
	"assay/bot"
	"assay/control"
	"assay/job"
	"assay/store"
	"assay/worker"
)

// process is a server that plans and works, as it lives, dies and starts again.
type process struct {
	w       *world
	name    string
	db      *store.DB
	changed <-chan struct{} // commits through db

	life         int  // rises with every start and end; what an earlier life had in mind is void
	dead         bool // it is not running
	stoppedUntil time.Duration
	waits        bool          // it is in the middle of a step, waiting
	waitsUntil   time.Duration // … at least until then
	awayUntil    time.Duration // its database does not answer until then
	wellFrom     time.Duration // nothing has disturbed it since
	freeFrom     time.Duration // since when a slot is free; -1: none is

	steps   worker.Steps
	pulse   *worker.Pulse
	leader  *control.Leader // nil: it is alone
	planner *control.Planner
	running map[store.Lease]*attempt

	seen     int64         // the planning counter before the last tick
	lastTick time.Duration // when the planner last looked
	beats    bool          // something runs
	looks    bool          // a look at the planning counter is queued
	fills    bool          // a look for jobs is queued
}

// attempt is a running try of a job.
type attempt struct {
	job   job.Job
	end   end
	set   *store.DataSet // nil: there was none when it began
	cause error          // why it was told to stop
	over  bool           // its work has ended
}

// after queues an event of this life of the process. While it is stopped, or
// waits for its database, its events wait too.
func (p *process) after(d time.Duration, what string, do func()) {
	life := p.life
	var due func()
	due = func() {
		switch w := p.w; {
		case p.life != life || p.dead:
		case w.now < p.stoppedUntil:
			w.after(p.stoppedUntil-w.now+w.between(0, time.Second), p.name+" goes on: "+what, due)
		case p.waits: // perhaps for longer, when somebody else waits in the meantime
			w.after(max(p.waitsUntil-w.now, 0)+time.Second, p.name+" still waits: "+what, due)
		default:
			do()
			p.listen()
		}
	}
	p.w.after(d, p.name+" "+what, due)
}

// act is a step of the process.
func (p *process) act(s step, do func(ctx context.Context)) {
	s.by = p
	p.w.act(&s, do)
}

// boot starts the process, under a new name.
func (p *process) boot() {
	w := p.w
	p.life++
	p.dead, p.stoppedUntil, p.freeFrom = false, 0, w.now
	p.running = map[store.Lease]*attempt{}
	p.looks, p.fills, p.seen = false, false, -1
	p.steps = worker.NewSteps(p.db, w.set.config, fmt.Sprintf("%s-%d", p.name, p.life), nil)
	p.beats = false
	p.planner = &control.Planner{
		DB: p.db, Policy: w.set.policy, AllowSim: true, Reaper: worker.Reaper{DB: p.db, Config: w.set.config},
		CheckEvery: 2 * time.Hour, // reading fifty bots is half the cost of a tick
	}
	p.leader = nil
	if w.set.cluster {
		times := control.LeadTimes{For: w.set.leadFor, Renew: w.set.leadFor / 4, Now: w.own}
		p.leader = control.NewLeaderTimed(p.db, times, nil)
		p.planner.Leader = p.leader
		p.after(0, "campaigns", p.campaign)
	} else {
		p.act(step{takeOver: true}, func(ctx context.Context) { w.tolerate(p.steps.TakeOver(ctx)) })
	}
	p.after(0, "ticks", func() { p.tick(p.life) })
	p.wake(0)
}

// tolerate ignores what faults do.
func (w *world) tolerate(error) {}

// die ends the process as kill -9 does; it starts again some time later.
func (p *process) die() {
	w := p.w
	p.life++
	p.dead = true
	back := w.about(time.Second, 20*time.Minute)
	p.disturbed(back)
	w.after(back, p.name+" starts again", p.boot)
}

// shutDown ends the process in good order.
func (p *process) shutDown() {
	for _, l := range p.leases() {
		p.finish(p.running[l], worker.ErrShutdown)
	}
	if p.leader != nil {
		p.act(step{}, p.leader.Resign)
	}
	if !p.dead {
		p.die()
	}
}

func (p *process) campaign() {
	before := p.leader.Term()
	p.act(step{}, p.leader.Campaign)
	if before == 0 && p.leader.Term() > 0 && !p.dead {
		p.after(0, "begins to plan", p.plan)
	}
	p.after(p.w.set.leadFor/4, "campaigns", p.campaign)
}

// beat is a heartbeat, as long as something runs: those of an idle worker
// change nothing.
func (p *process) beat() {
	before := p.leases()
	if len(before) == 0 {
		p.beats = false
		return
	}
	var stop map[store.Lease]error
	p.act(step{}, func(ctx context.Context) { stop = p.pulse.Beat(ctx, before) })
	for _, l := range before {
		a := p.running[l]
		if stop[l] == nil || a == nil {
			continue
		}
		if a.cause == nil { // the first one stays, as that of a context
			a.cause = stop[l]
		}
		if errors.Is(stop[l], store.ErrLeaseLost) {
			p.leave(l) // the slot is free, whatever the work does
			p.wake(0)
		}
		if a.end != deaf {
			p.after(p.w.between(0, 2*time.Second), "stops its work", func() { p.finish(a, nil) })
		}
	}
	p.after(p.w.set.config.Beat, "beats", p.beat)
}

func (p *process) leases() []store.Lease {
	return slices.SortedFunc(maps.Keys(p.running), func(a, b store.Lease) int {
		return int(a.JobID-b.JobID)*1000 + int(a.Seq-b.Seq)
	})
}

// tick is the planner's loop: a look at the fleet when it is time, or sooner
// when somebody asked.
func (p *process) tick(life int) {
	if p.life != life {
		return
	}
	w := p.w
	if w.now-p.lastTick >= w.set.policy.TickInterval || p.seen < 0 {
		p.plan()
	}
	if p.life == life {
		p.after(w.set.policy.TickInterval-(w.now-p.lastTick)+time.Millisecond, "ticks", func() { p.tick(life) })
	}
}

func (p *process) plan() {
	if p.leader != nil && p.leader.Term() == 0 {
		p.lastTick = p.w.now
		return
	}
	p.act(step{}, func(ctx context.Context) {
		if seen, err := p.db.Planning(ctx); err == nil {
			p.seen = seen
		}
		p.planner.Tick(ctx)
	})
	p.lastTick = p.w.now
}

// wake makes the process look at the database soon, as a commit does.
func (p *process) wake(d time.Duration) {
	w := p.w
	if !p.looks {
		p.looks = true
		d := max(d, w.set.breath-(w.now-p.lastTick))
		p.after(d+time.Millisecond, "looks whether to plan", p.lookToPlan)
	}
	if !p.fills && w.oracle.queued() > 0 {
		p.fills = true
		p.after(d+time.Millisecond, "looks for jobs", p.fill)
	}
}

func (p *process) lookToPlan() {
	p.looks = false
	if p.leader != nil && p.leader.Term() == 0 {
		return
	}
	now := int64(-1)
	p.act(step{}, func(ctx context.Context) { now, _ = p.db.Planning(ctx) })
	if now >= 0 && now != p.seen {
		p.plan()
	}
}

// fill starts jobs. It polls as long as any are queued, which is how a retry
// starts after its backoff.
func (p *process) fill() {
	p.fills = false
	w := p.w
	var started []job.Job
	p.act(step{}, func(ctx context.Context) {
		var err error
		started, err = p.steps.Fill(ctx, max(w.set.config.Slots-len(p.running), 0))
		w.tolerate(err)
	})
	if p.dead {
		return
	}
	for _, j := range started {
		p.begin(j)
	}
	if w.oracle.queued() > 0 && !p.fills {
		p.fills = true
		p.after(w.between(5*time.Second, time.Minute), "polls for jobs", p.fill)
	}
}

// end is how an attempt's work ends.
type end int

const (
	done end = iota
	fails
	refuses
	panics
	savesBadly
	endless // works until it is told to stop
	deaf    // does not listen when told, and comes back much later
)

func (w *world) drawEnd() end {
	switch x := w.rand.Float64(); {
	case w.calm || x < 0.82:
		return done
	case x < 0.88:
		return fails
	case x < 0.89:
		return refuses
	case x < 0.91:
		return panics
	case x < 0.93:
		return savesBadly
	case x < 0.96:
		return endless
	default:
		return deaf
	}
}

func (p *process) begin(j job.Job) {
	w := p.w
	a := &attempt{job: j, end: w.drawEnd(), set: w.fleet.dataFor(j.BotID)}
	p.running[store.LeaseOf(j)] = a
	if len(p.running) >= w.set.config.Slots {
		p.freeFrom = -1
	}
	if !p.beats {
		p.beats, p.pulse = true, p.steps.Pulse(w.own)
		p.after(w.set.config.Beat, "beats", p.beat)
	}
	takes := w.about(time.Second, time.Minute).Round(5 * time.Second)
	switch a.end {
	case endless:
		takes = 24 * time.Hour
	case deaf:
		takes = w.about(10*time.Minute, 3*time.Hour)
	}
	w.wakeDead(j.ID, takes)
	w.former[j.ID] = append(w.former[j.ID], former{p, a, p.life})
	if !w.calm && w.chance(0.06) {
		p.after(w.between(0, min(takes, 5*time.Minute)), "meets trouble in the middle of its work", func() { w.hit(p) })
	}
	if !w.calm && w.chance(0.06) {
		w.across(w.fleet.named[j.BotID], w.between(0, min(takes, 5*time.Minute)))
	}
	limit := w.set.config.Limits[j.Type]
	p.after(takes, fmt.Sprintf("ends the work on job %d", j.ID), func() { p.finish(a, nil) })
	if limit > takes {
		return
	}
	p.after(limit, fmt.Sprintf("stops job %d, which outlived its limit", j.ID), func() {
		if a.cause == nil {
			a.cause = worker.TimeLimit{Limit: limit}
		}
		if a.end != deaf {
			p.finish(a, nil)
		}
	})
}

// across moves the boundary of a bot while a job of it runs: by a reset, which
// ends the job, or by a move to LAB, which lets it go on for nothing.
func (w *world) across(b *simBot, d time.Duration) {
	if w.chance(0.5) {
		w.after(d, "a reset across a running job", func() { w.fleet.reset([]*simBot{b}) })
		return
	}
	w.after(d, "a move across a running job", func() {
		w.move(b, bot.Paper)
		w.move(b, bot.Lab)
	})
}

// former is an earlier attempt of a job, in a process that may not know yet
// that the job goes on elsewhere.
type former struct {
	p    *process
	a    *attempt
	life int
}

// wakeDead makes the earlier attempts of a job come back while a newer one runs,
// which is when they could do harm.
func (w *world) wakeDead(id int64, takes time.Duration) {
	for _, z := range w.former[id] {
		if z.a.over || z.life != z.p.life {
			continue
		}
		soon := w.between(0, takes/2)
		z.p.stoppedUntil = min(z.p.stoppedUntil, w.now+soon)
		z.p.awayUntil = min(z.p.awayUntil, w.now+soon)
		z.p.after(soon, fmt.Sprintf("comes back to job %d from the dead", id), func() {
			z.a.end = pick(w, z.a.end, fails)
			if z.a.end == endless {
				z.a.end = done
			}
			z.p.finish(z.a, nil) // perhaps before it beats, and learns the news
		})
	}
}

// finish ends an attempt's work, because it is over or because it was told to
// stop, and records it.
func (p *process) finish(a *attempt, cause error) {
	if a.over {
		return
	}
	a.over = true
	if a.cause == nil {
		a.cause = cause
	}
	var err error
	var save worker.Save
	switch {
	case a.cause != nil && a.end != deaf:
		err = context.Canceled
	case a.set == nil:
		err = errors.New("there are no bars")
	case a.end == fails:
		err = errors.New("no luck")
	case a.end == refuses:
		err = assay.Errorf(assay.Invalid, "mend it", "it cannot be run")
	case a.end == panics:
		err = errors.New("it panicked: a bug")
	default:
		save = p.w.fleet.save(a)
	}
	p.record(a, p.steps.Ending(a.job, save, err, a.cause))
}

// record writes an attempt's end, again and again while the database is away.
func (p *process) record(a *attempt, ending *worker.Ending) {
	lease := store.LeaseOf(a.job)
	var err error
	p.act(step{lease: &lease}, func(ctx context.Context) { err = ending.Record(ctx) })
	if p.dead {
		return
	}
	if err != nil {
		p.after(time.Second, fmt.Sprintf("records the end of job %d again", a.job.ID), func() { p.record(a, ending) })
	} else if p.running[lease] == a {
		p.leave(lease)
	}
	p.wake(0)
}

// leave gives an attempt's slot back.
func (p *process) leave(l store.Lease) {
	delete(p.running, l)
	if p.freeFrom < 0 {
		p.freeFrom = p.w.now
	}
}

// listen wakes whoever would hear of the last step's commits: its own process
// at once, the others when they next look.
func (p *process) listen() {
	if p.dead {
		return
	}
	select {
	case <-p.changed:
		p.wake(0)
	default:
	}
}
