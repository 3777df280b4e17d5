package simulation

import (
	"context"
	"fmt"
	"time"

	"assay/bot"
	"assay/job"
)

// How long a job may go without a change, and a promise stay unkept, however
// things stand; the clock's jumps back come on top.
const (
	mostQueued  = 10 * time.Hour
	mostRunning = 3 * time.Hour
	mostLate    = time.Hour
)

// inspect looks, now and then, at every bot and at every job that has been active
// since the last time: no job is lost, no promise forgotten, and the oracle's
// books are those of the database.
func (w *world) inspect() {
	w.after(6*time.Hour, "inspection", w.inspect)
	w.inspectFrom(w.oracle.inspected)
}

// inspectFrom is an inspection of the jobs from one on.
func (w *world) inspectFrom(first int64) {
	o := w.oracle
	o.inspected = o.newest + 1
	for _, j := range o.jobs {
		most := mostQueued
		if j.status == job.Running {
			most = mostRunning
		}
		if age := w.now - j.since; age > most+o.back {
			w.fail("job %d of %s has been %s for %s: it is lost", j.id, j.bot, j.status, age)
		}
		o.inspected = min(o.inspected, j.id)
	}
	for _, q := range consistent {
		w.none(q.what, q.query, first)
	}
	o.forget()
	w.none("promises that were not kept", fmt.Sprintf(`select p.bot_id || ': ' || p.reason_code || ', ' || p.next_action || ' at ' ||
			p.next_due_at from bot_plans p join bots b on b.id = p.bot_id
		where p.next_due_at < strftime('%%Y-%%m-%%dT%%H:%%M:%%fZ', %q, '-%d seconds') and b.stage = 'LAB'`,
		o.looked.UTC().Format(time.RFC3339), int((mostLate+o.back).Seconds())))
	w.sameBooks()
}

// sameBooks compares what the oracle counted with what the rows say.
func (w *world) sameBooks() {
	var waiting, backtests, active int
	err := w.oracle.write.QueryRowContext(context.Background(), `select count(*) filter (where status = 'QUEUED'),
		count(*) filter (where class = 'BACKTEST' and admitted_at is not null), count(*)
		from bot_jobs where status in ('QUEUED', 'RUNNING')`).Scan(&waiting, &backtests, &active)
	o := w.oracle
	if err != nil || waiting != o.waiting || backtests != o.places[string(job.ClassBacktest)] || active != len(o.jobs) {
		w.fail("the rows say %d queued, %d admitted, %d active, and the diary %d, %d, %d; %v", waiting, backtests, active,
			o.waiting, o.places[string(job.ClassBacktest)], len(o.jobs), err)
	}
}

// consistent are queries that find nothing, at any moment, about the jobs from $1
// on.
var consistent = [...]struct{ what, query string }{
	{"bots with two active jobs", `select bot_id from bot_jobs where status in ('QUEUED', 'RUNNING') and id >= $1
		group by bot_id having count(*) > 1`},
	{"completed backtests without exactly one session", `select id from bot_jobs j where id >= $1 and status = 'COMPLETED' and class = 'BACKTEST'
		and (select count(*) from backtest_sessions s where s.job_id = j.id) <> 1`},
	{"sessions of jobs that are not completed", `select s.id from backtest_sessions s join bot_jobs j on j.id = s.job_id
		where s.job_id >= $1 and (j.status <> 'COMPLETED' or j.bot_id <> s.bot_id)`},
	{"jobs whose attempts do not add up", `select j.id from bot_jobs j where id >= $1 and attempt <>
		(select count(*) from job_attempts a where a.job_id = j.id and a.outcome <> 'RELEASED')`},
	{"attempts open without a running job, or running jobs without one", `select j.id from bot_jobs j
		where id >= $1 and (select count(*) from job_attempts a where a.job_id = j.id and a.ended_at is null) <> (j.status = 'RUNNING')`},
	{"attempts that completed a job that is not", `select a.id from job_attempts a join bot_jobs j on j.id = a.job_id
		where a.job_id >= $1 and a.outcome = 'COMPLETED' and (j.status <> 'COMPLETED' or a.attempt <> j.attempt)`},
	{"jobs beyond their attempts", `select id from bot_jobs where id >= $1 and attempt > max_attempts`},
}

// none fails when a query finds something.
func (w *world) none(what, query string, args ...any) {
	rows, err := w.oracle.write.QueryContext(context.Background(), query, args...)
	if err != nil {
		w.fail("%s: %v", what, err)
		return
	}
	defer rows.Close()
	if rows.Next() {
		var first string
		if err := rows.Scan(&first); err != nil {
			w.fail("%s: %v", what, err)
		}
		w.fail("%s: %s", what, first)
	}
	if err := rows.Err(); err != nil {
		w.fail("%s: %v", what, err)
	}
}

// settle ends all trouble and says what must have become of the fleet some
// time later: every bot in LAB has a result that counts.
func (w *world) settle() {
	w.note("all trouble ends")
	w.calm = true
	for _, p := range w.procs {
		p.stoppedUntil, p.awayUntil = 0, 0
	}
	w.pauseFleet(false)
	w.set.caps.Backtests = 8 * w.scale()
	w.byOperator(func(ctx context.Context) error { return w.byHand.SetCaps(ctx, w.set.caps) })
	for _, b := range w.fleet.bots {
		w.move(b, bot.Lab)
		if b.heldFrom >= 0 {
			w.pause(b, false)
		}
	}
	for _, symbol := range symbols {
		if root := rootOf(symbol); w.fleet.sets[root] == nil {
			w.fleet.publish(root, "PASS")
		}
	}
	wait := w.set.policy.MaxCoolDown + time.Hour
	if w.chance(0.85) { // a reset clears the rests, and nobody need wait for them
		w.fleet.reset(w.fleet.bots)
		wait = 2*time.Hour + time.Duration(w.bots)*time.Minute/8
	}
	w.run(w.now + wait + w.oracle.back)
	w.inspectFrom(0)
	w.none("bots in LAB without a result that counts", `select b.id || ', held ' || coalesce(p.reason_code || ': ' || p.detail, 'without a word')
		from bots b left join bot_plans p on p.bot_id = b.id
		where not exists (select 1 from backtest_sessions s where s.bot_id = b.id and s.version_id = b.version_id
			and s.job_created_at >= coalesce(max(b.metrics_reset_at, coalesce(b.stage_reset_at, '')), b.stage_reset_at, ''))`)
}
