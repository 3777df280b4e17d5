package store

import (
	"context"
	"fmt"
)

// Invariant is a sentence that must always be true, and the query that looks
// for rows that break it. Each query runs unchanged in sqlite3 and in psql and
// names the offending rows in a column id.
type Invariant struct {
	ID       string
	Sentence string
	SQL      string
}

// Invariants lists them all.
func Invariants() []Invariant {
	return []Invariant{
		{
			"ONE_ACTIVE_JOB", "No bot has two jobs that are queued or running.",
			`select bot_id as id from bot_jobs where status in ('QUEUED', 'RUNNING') group by bot_id having count(*) > 1`,
		},
		{
			"CAPS_HOLD", "No more jobs of a class run than its cap allows.",
			`select class as id from bot_jobs where status = 'RUNNING' group by class
having count(*) > (select case class when 'BACKTEST' then max_backtests_running else max_improve_running end from job_caps)`,
		},
		{
			"TOTAL_CAP_HOLDS", "No more jobs are queued and running than the total cap allows.",
			`select 'bot_jobs' as id from job_caps
where (select count(*) from bot_jobs where status in ('QUEUED', 'RUNNING')) > max_total_jobs`,
		},
		{
			"TICK_COUNTS_ADD_UP", "On every tick, bots evaluated are jobs enqueued and bots held.",
			`select id from planner_ticks where error = '' and bots_evaluated <> jobs_enqueued + bots_held`,
		},
		{
			"SESSION_OF_COMPLETED_JOB", "Every session belongs to a completed job of the same bot, created when the session says.",
			`select s.id as id from backtest_sessions s join bot_jobs j on j.id = s.job_id
where j.status <> 'COMPLETED' or j.bot_id <> s.bot_id or j.created_at <> s.job_created_at`,
		},
		{
			"COMPLETED_BACKTEST_HAS_SESSION", "Every completed backtest has its session.",
			`select j.id as id from bot_jobs j left join backtest_sessions s on s.job_id = j.id
where j.status = 'COMPLETED' and j.job_type in ('BASELINE_BACKTEST', 'REFRESH_BACKTEST') and s.id is null`,
		},
		{
			"SESSION_ADDS_UP", "A session has as many trades as it says, and their profit is its own (the last 1,000 sessions).",
			`select s.id as id from backtest_sessions s left join backtest_trades t on t.session_id = s.id
where s.id > (select max(id) from backtest_sessions) - 1000
group by s.id, s.total_trades, s.net_pnl, s.open_pnl
having count(t.n) <> s.total_trades or abs(coalesce(sum(t.net), 0) + s.open_pnl - s.net_pnl) > 0.005`,
		},
		{
			"ATTEMPTS_ARE_CLOSED", "Only the newest attempt of a running job is open.",
			`select a.job_id as id from job_attempts a join bot_jobs j on j.id = a.job_id
where a.ended_at is null and (j.status <> 'RUNNING' or a.lease_seq <> j.lease_seq)`,
		},
		{
			"RUNNING_HAS_ATTEMPT", "Every running job has one open attempt.",
			`select j.id as id from bot_jobs j where j.status = 'RUNNING'
and (select count(*) from job_attempts a where a.job_id = j.id and a.ended_at is null) <> 1`,
		},
		{
			"ATTEMPTS_ARE_BOUNDED", "No job has more attempts than it may have.",
			`select id from bot_jobs where attempt > max_attempts`,
		},
		{
			"FENCE_ONLY_GROWS", "The lease of a job rises with every attempt and never falls.",
			`select job_id as id from (
	select a.job_id, a.lease_seq, j.lease_seq as now, lag(a.lease_seq) over (partition by a.job_id order by a.id) as before
	from job_attempts a join bot_jobs j on j.id = a.job_id) x
where x.lease_seq > x.now or x.lease_seq <= x.before`,
		},
		{
			"NO_NEGATIVE_DURATION", "Nothing ends before it begins.",
			`select 'job ' || id as id from bot_jobs where started_at < created_at or completed_at < started_at or completed_at < created_at
union all select 'attempt ' || id from job_attempts where ended_at < started_at
union all select 'session ' || id from backtest_sessions where completed_at < created_at
union all select 'tick ' || id from planner_ticks where finished_at < started_at`,
		},
		{
			"LAB_BOT_HAS_PLAN", "Every bot in LAB that a tick has seen has a reason and a next action.",
			`select b.id as id from bots b left join bot_plans p on p.bot_id = b.id
where b.stage = 'LAB' and b.created_at < (select max(started_at) from planner_ticks where error = '')
and (p.bot_id is null or p.reason_code = '' or p.next_action = '' or p.next_reason = '')`,
		},
		{
			"HELD_BOT_HAS_SENTENCE", "Every held bot has a sentence that says why.",
			`select bot_id as id from bot_plans where detail = ''
and reason_code not in ('BASELINE_MISSING', 'BASELINE_STALE', 'IMPROVE_DUE', 'EVOLVE_DUE')`,
		},
		{
			"STAGE_IS_LAST_EVENT", "Every bot is in the stage that its last stage event says.",
			`select b.id as id from bots b left join bot_stage_events e
on e.id = (select max(x.id) from bot_stage_events x where x.bot_id = b.id)
where e.id is null or e.to_stage <> b.stage or e.reason_code <> b.stage_reason_code`,
		},
		{
			"STAGE_EVENTS_FOLLOW", "Every stage event begins where the one before it ended.",
			`select id from (
	select id, from_stage, lag(to_stage) over (partition by bot_id order by id) as before from bot_stage_events) x
where x.from_stage <> coalesce(x.before, '')`,
		},
		{
			"NO_RUNNER_IN_LAB", "No runner works for a bot in LAB.",
			`select i.id as id from bot_instances i join bots b on b.id = i.bot_id where b.stage = 'LAB' and i.status <> 'STOPPED'`,
		},
		{
			"NOTHING_COUNTS_FROM_BEFORE_A_RESET", "No session that ended before its bot's reset counts.",
			`select s.id as id from backtest_sessions s join bots b on b.id = s.bot_id
where s.job_created_at >= b.metrics_reset_at and s.completed_at < b.metrics_reset_at`,
		},
		{
			"NO_JOB_RUNS_ACROSS_A_RESET", "No job from before its bot's reset is queued or running, or ended well after it.",
			`select j.id as id from bot_jobs j join bots b on b.id = j.bot_id
where j.created_at < b.metrics_reset_at and (j.status in ('QUEUED', 'RUNNING') or j.status = 'COMPLETED' and j.completed_at > b.metrics_reset_at)`,
		},
		{
			"AUDIT_LOG_IS_CHAINED", "Every row of the audit log names the hash of the row before it, and none is missing.",
			`select id from (
	select id, previous_hash, lag(hash) over (order by id) as before, row_number() over (order by id) as n from audit_log) x
where x.id <> x.n or x.previous_hash <> coalesce(x.before, '')
union all select value from counters where name = 'audit' and value <> (select count(*) from audit_log)`,
		},
		{
			"AUDITS_STAND", "What earlier audits saw at the ends of the audit log, the stage events and the ticks still stands there, and every audit is kept.",
			`select a.id as id from audits a left join audit_log l on l.id = a.chain_rows
where a.verdict = 'PASS' and a.chain_rows > 0 and (l.id is null or l.hash <> a.chain_head)
union select a.id from audits a left join bot_stage_events e on e.seq = a.stage_rows
where a.verdict = 'PASS' and a.stage_rows > 0 and (e.seq is null or e.hash <> a.stage_head)
union select a.id from audits a left join planner_ticks t on t.seq = a.tick_rows
where a.verdict = 'PASS' and a.tick_rows > (select value from counters where name = 'ticks_forgotten')
and (t.seq is null or t.hash <> a.tick_head)
union select id from audit_log where id = (select max(id) from audit_log where action = 'audit')
and (select count(*) from audits) <> (select count(*) from audit_log where action = 'audit')`,
		},
	}
}

// Finding is what an invariant's query found.
type Finding struct {
	Invariant
	Offending int
	Samples   []string // the first of the offending rows
}

// Holds says whether nothing breaks the invariant.
func (f Finding) Holds() bool { return f.Offending == 0 }

// CheckInvariants runs every query over one snapshot.
func (db *DB) CheckInvariants(ctx context.Context) (all []Finding, err error) {
	err = db.View(ctx, func(tx *DB) error {
		for _, i := range Invariants() {
			f, err := tx.check(ctx, i)
			if err != nil {
				return err
			}
			all = append(all, f)
		}
		return nil
	})
	return all, err
}

func (db *DB) check(ctx context.Context, i Invariant) (f Finding, err error) {
	const samples = 5
	f.Invariant = i
	if err := db.row(ctx, `select count(*) from (`+i.SQL+`) broken`).Scan(&f.Offending); err != nil {
		return f, fmt.Errorf("check %s: %w", i.ID, err)
	}
	if f.Holds() {
		return f, nil
	}
	scan := func(s scanner) (id string, err error) { return id, s.Scan(&id) }
	f.Samples, err = collect(ctx, db, i.ID, scan, `select cast(id as text) from (`+i.SQL+`) broken limit $1`, samples)
	return f, err
}
