package storetest

import (
	"slices"
	"testing"
	"time"

	"assay/plan"
	"assay/store"
)

// faults break each invariant, past what the database itself forbids.
var faults = map[string][]string{
	"ONE_ACTIVE_JOB":                 {`drop index bot_jobs_one_active`, copyOfJob2("bot-0001")},
	"CAPS_HOLD":                      {copyOfJob2("bot-0002")},
	"TOTAL_CAP_HOLDS":                {`update job_caps set max_total_jobs = 1`, copyOfJob2("bot-0002")},
	"SESSION_OF_COMPLETED_JOB":       {`update backtest_sessions set job_created_at = completed_at`},
	"COMPLETED_BACKTEST_HAS_SESSION": {`update bot_jobs set status = 'COMPLETED', completed_at = heartbeat_at where id = 2`},
	"SESSION_ADDS_UP":                {`update backtest_trades set net = net + 1 where n = 2`},
	"ATTEMPTS_ARE_CLOSED":            {`update job_attempts set ended_at = null where job_id = 1`},
	"RUNNING_HAS_ATTEMPT":            {`update job_attempts set ended_at = started_at where job_id = 2`},
	"ATTEMPTS_ARE_BOUNDED":           {`update bot_jobs set attempt = 4 where id = 1`},
	"FENCE_ONLY_GROWS":               {`update bot_jobs set lease_seq = 0 where id = 1`},
	"NO_NEGATIVE_DURATION":           {`update bot_jobs set started_at = completed_at, completed_at = created_at where id = 1`},
	"LAB_BOT_HAS_PLAN":               {`update bot_plans set next_action = '' where bot_id = 'bot-0000'`},
	"HELD_BOT_HAS_SENTENCE":          {`update bot_plans set detail = '' where bot_id = 'bot-0000'`},
	"STAGE_IS_LAST_EVENT":            {`update bots set stage = 'PAPER' where id = 'bot-0000'`},
	"STAGE_EVENTS_FOLLOW":            {`update bot_stage_events set from_stage = 'LIVE' where id = 2`},
	"NO_RUNNER_IN_LAB": {`insert into bot_instances (bot_id, status, updated_at, created_at)
		select id, 'PAUSED', created_at, created_at from bots where id = 'bot-0000'`},
	"NOTHING_COUNTS_FROM_BEFORE_A_RESET": {
		`update bots set metrics_reset_at = (select completed_at from bot_jobs where id = 1) where id = 'bot-0000'`,
		`update backtest_sessions set job_created_at = completed_at, completed_at = job_created_at`,
	},
	"NO_JOB_RUNS_ACROSS_A_RESET": {
		`update bots set metrics_reset_at = (select heartbeat_at from bot_jobs where id = 2) where id = 'bot-0001'`,
	},
	"AUDIT_LOG_IS_CHAINED": {`update counters set value = value + 1 where name = 'audit'`},
	"AUDITS_STAND":         {`update audits set chain_head = 'f00'`},
}

// impossible is what no fault can bring about without another schema;
// tickCounts shows that the database refuses it.
const impossible = "TICK_COUNTS_ADD_UP"

func copyOfJob2(bot string) string {
	return `insert into bot_jobs (bot_id, job_type, status, created_at, started_at, heartbeat_at, class, max_attempts, reason_code)
		select '` + bot + `', job_type, status, created_at, started_at, heartbeat_at, class, max_attempts, 'X' from bot_jobs where id = 2`
}

// A check that cannot fail proves nothing.
func everyInvariantCanFail(t *testing.T, h Harness) {
	for _, i := range store.Invariants() {
		if i.ID == impossible {
			continue
		}
		t.Run(i.ID, func(t *testing.T) {
			if faults[i.ID] == nil {
				t.Fatal("no fault is known that breaks it")
			}
			db := sound(t, h)
			for _, query := range faults[i.ID] {
				plain(t, h, db, query)
			}
			run, err := db.RunAudit(t.Context(), store.Operator)
			if err != nil || !slices.ContainsFunc(run.Findings, func(f store.BrokenRule) bool { return f.ID == i.ID && len(f.Samples) > 0 }) {
				t.Errorf("the audit found %+v, %v", run.Findings, err)
			}
		})
	}
}

// sound fills a database with one of everything, in which all invariants hold:
// job 1 of bot-0000 with its session, job 2 of bot-0001 at work.
func sound(t *testing.T, h Harness) *store.DB {
	t.Helper()
	clock := NewClock()
	db := h.Open(t, clock.Now)
	AddBots(t, db, 3)
	set := AddDataSet(t, db, DataSet("sim-es", "f1"))
	CompleteJob(t, db, StartJob(t, db, "bot-0000", "w"), set)
	StartJob(t, db, "bot-0001", "w")
	for query, at := range map[string]time.Duration{
		`update bot_jobs set completed_at = $1 where id = 1`:             2 * time.Minute,
		`update backtest_sessions set completed_at = $1`:                 2 * time.Minute,
		`update job_attempts set ended_at = $1 where job_id = 1`:         2 * time.Minute,
		`update bot_jobs set heartbeat_at = $1 where status = 'RUNNING'`: time.Minute,
	} {
		plain(t, h, db, query, store.Time{Time: Start.Add(at)})
	}
	for _, id := range []string{"bot-0000", "bot-0001", "bot-0002"} {
		plain(t, h, db, `insert into bot_plans (bot_id, reason_code, detail, next_action, next_due_at, next_reason, updated_at)
				values ('`+id+`', 'NOT_DUE', 'it is recent', 'Refresh backtest', $1, 'every 6h', $1)`,
			store.Time{Time: Start})
	}
	if err := db.PauseBot(t.Context(), "bot-0002", "holiday"); err != nil {
		t.Fatal(err)
	}
	clock.Add(time.Hour)
	_, err := db.AddTick(t.Context(), store.Tick{
		StartedAt: clock.Now(), BotsEvaluated: 3, BotsHeld: 3, HeldBy: map[plan.Reason]int{plan.NotDue: 3},
	})
	if err != nil {
		t.Fatal(err)
	}
	invariantsHold(t, db)
	return db
}
