package storetest

import (
	"database/sql"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"assay"
	"assay/bot"
	"assay/job"
	"assay/plan"
	"assay/store"
)

// climbed is a fleet with a bot in every stage, bot-0000 in LAB to bot-0004 in
// LIVE, the one in SHADOW locked.
func climbed(t *testing.T, h Harness, db *store.DB) {
	t.Helper()
	AddBots(t, db, 5)
	for i, stage := range bot.Stages {
		id := bot.ID(fmt.Sprintf("bot-%04d", i))
		for _, to := range bot.Stages[1:] {
			if stage == bot.Lab || to == bot.Stages[min(i+1, 4)] && i < 4 {
				break
			}
			if err := db.MoveBot(t.Context(), id, to, bot.ByOperator, "TEST"); err != nil {
				t.Fatal(err)
			}
		}
	}
	plain(t, h, db, `update bots set stage_locked_until = $1 where id = 'bot-0002'`, store.Time{Time: Start.Add(time.Hour)})
	plain(t, h, db, `update bots set promotion_mode = 'AUTO' where id = 'bot-0004'`)
	plain(t, h, db, `insert into bot_instances (bot_id, status, updated_at, created_at) values ('bot-0004', 'RUNNING', $1, $1)`,
		store.Time{Time: Start})
}

func plain(t *testing.T, h Harness, db *store.DB, query string, args ...any) {
	t.Helper()
	if _, err := h.SQL(t, db).ExecContext(t.Context(), query, args...); err != nil {
		t.Fatal(err)
	}
}

// everything is all that an operator's act could change, as text.
func everything(t *testing.T, h Harness, db *store.DB) string {
	t.Helper()
	var all strings.Builder
	for _, query := range []string{
		`select id, stage, stage_reason_code, promotion_mode, coalesce(cast(stage_locked_until as text), ''),
			coalesce(cast(metrics_reset_at as text), ''), revision, paused_reason from bots order by id`,
		`select id, status, lease_seq, error, '', '', '', '' from bot_jobs order by id`,
		`select id, coalesce(cast(ended_at as text), ''), outcome, '', '', '', '', '' from job_attempts order by id`,
		`select id, bot_id, from_stage, to_stage, reason_code, '', '', '' from bot_stage_events order by id`,
		`select id, status, cast(updated_at as text), '', '', '', '', '' from bot_instances order by id`,
		`select id, action, scope, hash, '', '', '', '' from audit_log order by id`,
		`select name, value, '', '', '', '', '', '' from counters where name <> 'revision' order by name`,
	} {
		printRows(t, &all, h.SQL(t, db), query)
	}
	return all.String()
}

// printRows prints the eight columns of each row of a query.
func printRows(t *testing.T, out io.Writer, db *sql.DB, query string) {
	t.Helper()
	rows, err := db.QueryContext(t.Context(), query)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var c [8]any
		if err := rows.Scan(&c[0], &c[1], &c[2], &c[3], &c[4], &c[5], &c[6], &c[7]); err != nil {
			t.Fatal(err)
		}
		fmt.Fprintln(out, c[:]...)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
}

func revertOrder(scope bot.Scope) store.Revert {
	return store.Revert{Actor: store.Operator, Scope: scope, Reason: bot.ReasonRevert, Lock: bot.DefaultLock}
}

func preview(t *testing.T, db *store.DB, r store.Revert) store.Reversal {
	t.Helper()
	seen, err := db.PreviewRevert(t.Context(), r)
	if err != nil {
		t.Fatal(err)
	}
	return seen
}

func revertPutsAllBack(t *testing.T, h Harness) {
	clock := NewClock()
	db := h.Open(t, clock.Now)
	climbed(t, h, db)
	running := StartJob(t, db, "bot-0000", "w")
	clock.Add(time.Minute)
	order := revertOrder(bot.Scope{All: true})
	before := everything(t, h, db)
	seen := preview(t, db, order)
	same(t, "after the dry run", before, everything(t, h, db))
	order.Preview = seen.Hash
	done, err := db.Revert(t.Context(), order)
	if err != nil {
		t.Fatal(err)
	}
	seen.AuditID = 1
	same(t, "what was done", seen, done)
	counts, err := db.StageCounts(t.Context())
	same(t, "stages", []any{map[bot.Stage]int{bot.Lab: 5}, nil}, []any{counts, err})
	for i, from := range bot.Stages {
		id := bot.ID(fmt.Sprintf("bot-%04d", i))
		b, err := db.Bot(t.Context(), id)
		if err != nil {
			t.Fatal(err)
		}
		want := done.Bots[i].After
		want.Revision = b.Revision
		same(t, string(id), want, b)
		same(t, "as ordered", []any{bot.Lab, bot.ReasonRevert, bot.Manual, clock.Now().Add(24 * time.Hour)},
			[]any{b.Stage, b.StageReason, b.PromotionMode, b.StageLockedUntil})
		events, err := db.StageEvents(t.Context(), id, 2)
		if err != nil {
			t.Fatal(err)
		}
		e := done.Bots[i].Event
		e.ID = events[0].ID
		same(t, "event", []any{e, from, 0 < i}, []any{events[0], e.From, events[1].Reason == "TEST"})
	}
	j := readJob(t, db, running.ID)
	same(t, "job", []any{job.Cancelled, "the bot was put back to LAB: BULK_REVERT_SEV1_RESET"}, []any{j.Status, j.Error})
	same(t, "runners", []int64{1}, done.Bots[4].Stops)
	noRunners, err := db.PreviewRevert(t.Context(), revertOrder(bot.Of("bot-0004")))
	same(t, "stopped", []any{[]int64(nil), nil}, []any{noRunners.Bots[0].Stops, err})
	if f := planFleet(t, db, "sim-es"); f.Bots[0].Boundary != clock.Now() {
		t.Errorf("boundary %s, want that of the revert", f.Bots[0].Boundary)
	}
	invariantsHold(t, db)
}

func invariantsHold(t *testing.T, db *store.DB) {
	t.Helper()
	run, err := db.RunAudit(t.Context(), store.Operator)
	if err != nil || !run.Passed {
		t.Errorf("audit: %+v, %v", run, err)
	}
}

func revertOfAStage(t *testing.T, h Harness) {
	db := h.Open(t, NewClock().Now)
	climbed(t, h, db)
	order := revertOrder(bot.Scope{Stage: bot.Live})
	order.Preview = preview(t, db, order).Hash
	if _, err := db.Revert(t.Context(), order); err != nil {
		t.Fatal(err)
	}
	counts, err := db.StageCounts(t.Context())
	same(t, "stages", []any{map[bot.Stage]int{bot.Lab: 2, bot.Paper: 1, bot.Shadow: 1, bot.Canary: 1}, nil}, []any{counts, err})
	invariantsHold(t, db)
}

func stalePreview(t *testing.T, h Harness) {
	clock := NewClock()
	db := h.Open(t, clock.Now)
	climbed(t, h, db)
	all := revertOrder(bot.Scope{All: true})
	live := revertOrder(bot.Scope{Stage: bot.Live})
	all.Preview, live.Preview = preview(t, db, all).Hash, preview(t, db, live).Hash
	StartJob(t, db, "bot-0001", "w") // work of the lab does not matter …
	if got := preview(t, db, all).Hash; got != all.Preview {
		t.Errorf("a job made the preview %s stale: %s", all.Preview, got)
	}
	if err := db.MoveBot(t.Context(), "bot-0001", bot.Shadow, bot.ByOperator, "HASTE"); err != nil {
		t.Fatal(err)
	}
	other := all
	other.Lock = time.Hour
	none := all
	none.Preview = ""
	before := everything(t, h, db)
	for name, c := range map[string]struct {
		order store.Revert
		kind  assay.Kind
		says  string
	}{
		"a bot has moved":  {all, assay.Conflict, "previewHash: the fleet has changed since: bot-0001 went from PAPER to SHADOW"},
		"another lock":     {other, assay.Conflict, "previewHash: it is of another order"},
		"no preview":       {none, assay.Invalid, "previewHash: it is missing"},
		"an unknown bot":   {revertOrder(bot.Of("bot-0001", "nobody")), assay.NotFound, `scope: there is no bot "nobody"`},
		"an empty stage":   {revertOrder(bot.Scope{Stage: bot.Paper}), assay.Conflict, "scope: there is no bot in PAPER"},
		"no scope":         {revertOrder(bot.Scope{}), assay.Conflict, "scope: there is no bot in"},
		"a lock that ends": {store.Revert{Scope: all.Scope, Reason: "R_1", Lock: -time.Hour}, assay.Invalid, "lockHours: a lock of -1 hours lies in the past"},
		"no reason":        {store.Revert{Scope: all.Scope, Lock: time.Hour}, assay.Invalid, "reasonCode: it is missing"},
	} {
		if _, err := db.Revert(t.Context(), c.order); assay.KindOf(err) != c.kind || !strings.HasPrefix(fmt.Sprint(err), c.says) {
			t.Errorf("%s: %v, want %s", name, err, c.says)
		}
	}
	same(t, "after the refusals", before, everything(t, h, db))
	if _, err := db.Revert(t.Context(), live); err != nil { // … nor do bots elsewhere
		t.Errorf("a preview of LIVE after a move in PAPER: %v", err)
	}
}

// A failure halfway through an act, or at its end, leaves nothing of it.
func actsAreAllOrNothing(t *testing.T, h Harness) {
	db := h.Open(t, NewClock().Now)
	climbed(t, h, db)
	StartJob(t, db, "bot-0000", "w")
	order := revertOrder(bot.Scope{All: true})
	order.Preview = preview(t, db, order).Hash
	before := everything(t, h, db)
	fails := func(what string, err error) {
		t.Helper()
		if err == nil || assay.KindOf(err) != assay.Internal {
			t.Errorf("%s: %v, want a failure", what, err)
		}
		same(t, "after "+what, before, everything(t, h, db))
	}
	plain(t, h, db, `alter table bot_stage_events rename column created_at to at`)
	_, err := db.Revert(t.Context(), order) // jobs are cancelled and runners stopped by then
	fails("a revert that fails halfway", err)
	plain(t, h, db, `alter table bot_stage_events rename column at to created_at`)

	plain(t, h, db, `insert into audit_log values (1, '', '', '', '', '', '', '', '')`)
	before = everything(t, h, db)
	_, err = db.Revert(t.Context(), order)
	fails("a revert that fails at its end", err)
	_, err = db.ResetMetrics(t.Context(), resetOrder())
	fails("a reset that fails at its end", err)
}

func resetOrder() store.Reset {
	return store.Reset{Actor: store.Operator, Scope: bot.Scope{All: true}, Reason: "SEV1_RESET"}
}

func resetMovesTheBoundary(t *testing.T, h Harness) {
	clock := NewClock()
	db := h.Open(t, clock.Now)
	AddBots(t, db, 3)
	set := AddDataSet(t, db, DataSet("sim-es", "f1"))
	old := CompleteJob(t, db, StartJob(t, db, "bot-0000", "w"), set)
	across := StartJob(t, db, "bot-0001", "w")
	waiting := enqueue(t, db, baseline("bot-0002"))[0].ID
	late := ResultFor(t, db, across, set)
	clock.Add(time.Minute)
	before := everything(t, h, db)
	seen, err := db.PreviewReset(t.Context(), resetOrder())
	if err != nil {
		t.Fatal(err)
	}
	same(t, "after the dry run", before, everything(t, h, db))
	done, err := db.ResetMetrics(t.Context(), resetOrder())
	if err != nil {
		t.Fatal(err)
	}
	seen.AuditID = done.AuditID
	same(t, "what was done", seen, done)
	same(t, "sessions and jobs", []any{1, across.ID, waiting},
		[]any{done.Bots[0].Sessions, done.Bots[1].Cancels.ID, done.Bots[2].Cancels.ID})

	err = db.Finish(t.Context(), store.LeaseOf(across), func(tx *store.DB) error {
		_, err := tx.SaveResult(t.Context(), late)
		return err
	})
	if !errors.Is(err, store.ErrLeaseLost) {
		t.Errorf("a job that ran across the reset ended with %v, want a lost lease", err)
	}
	rows, err := db.Fleet(t.Context(), store.FleetFilter{})
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range rows {
		if row.Result != nil || row.Facts.Active != nil || row.Facts.Bot.MetricsResetAt != clock.Now() {
			t.Errorf("after the reset %s has result %v, job %v", row.Facts.Bot.ID, row.Result, row.Facts.Active)
		}
	}
	s, err := db.Session(t.Context(), old)
	if err != nil || s.Metrics.Trades != 2 {
		t.Errorf("the older session is gone: %v, %v", s, err)
	}
	made := plan.Decide(planFleet(t, db, "sim-es"), plan.DefaultPolicy(), clock.Now())
	same(t, "the next tick", []any{3, plan.BaselineMissing}, []any{made.Enqueued, made.Decisions[2].Enqueue.Reason})
	clock.Add(time.Second)
	fresh := CompleteJob(t, db, StartJob(t, db, "bot-0000", "w"), set)
	rows, err = db.Fleet(t.Context(), store.FleetFilter{ID: "bot-0000"})
	if err != nil || rows[0].Result == nil || rows[0].Result.SessionID != fresh {
		t.Errorf("the baseline after the reset does not count: %+v, %v", rows, err)
	}
	invariantsHold(t, db)
}

func resetClearsCoolDowns(t *testing.T, h Harness) {
	clock := NewClock()
	db := h.Open(t, clock.Now)
	AddBot(t, db, "a")
	AddDataSet(t, db, DataSet("sim-es", "f1"))
	j := StartJob(t, db, "a", "w")
	if err := db.EndAttempt(t.Context(), store.LeaseOf(j), job.OutcomeRefused, "bad", job.Decision{Status: job.Failed}); err != nil {
		t.Fatal(err)
	}
	held := func() plan.Reason {
		t.Helper()
		d := plan.Decide(planFleet(t, db, "sim-es"), plan.DefaultPolicy(), clock.Now()).Decisions[0]
		if d.Held == nil {
			return d.Enqueue.Reason
		}
		return d.Held.Reason
	}
	clock.Add(time.Second)
	same(t, "before", plan.CoolingDown, held())
	if _, err := db.ResetMetrics(t.Context(), resetOrder()); err != nil {
		t.Fatal(err)
	}
	same(t, "after", plan.BaselineMissing, held())
}

// Results made in the very millisecond of the reset lie before it, and a clock
// that went back resets nothing.
func resetAtTheEdge(t *testing.T, h Harness) {
	clock := NewClock()
	db := h.Open(t, clock.Now)
	AddBot(t, db, "a")
	set := AddDataSet(t, db, DataSet("sim-es", "f1"))
	CompleteJob(t, db, StartJob(t, db, "a", "w"), set)
	done, err := db.ResetMetrics(t.Context(), resetOrder())
	if err != nil {
		t.Fatal(err)
	}
	same(t, "boundary", Start.Add(time.Millisecond), done.At)
	clock.Add(time.Hour)
	CompleteJob(t, db, StartJob(t, db, "a", "w"), set)
	clock.Add(-30 * time.Minute)
	if _, err := db.ResetMetrics(t.Context(), resetOrder()); assay.KindOf(err) != assay.Conflict {
		t.Errorf("with a clock that went back: %v, want a conflict", err)
	}
}

func pausing(t *testing.T, h Harness) {
	db := h.Open(t, NewClock().Now)
	AddBots(t, db, 3)
	order := store.Pause{Actor: store.Operator, Scope: bot.Of("bot-0002", "bot-0000"), Reason: "roll week"}
	n, _, err := db.Pause(t.Context(), order)
	same(t, "paused", []any{int64(2), nil}, []any{n, err})
	f := planFleet(t, db, "sim-es")
	same(t, "bots", []any{"roll week", false, true}, []any{f.Bots[0].PausedReason, f.Bots[1].Paused, f.Bots[2].Paused})
	all := store.Pause{Actor: store.Operator, Scope: bot.Scope{All: true}, Reason: "holiday"}
	if _, _, err := db.Pause(t.Context(), all); err != nil {
		t.Fatal(err)
	}
	if _, _, err := db.Resume(t.Context(), order); err != nil {
		t.Fatal(err)
	}
	f = planFleet(t, db, "sim-es")
	same(t, "fleet", []any{true, "holiday", false}, []any{f.Paused, f.PausedReason, f.Bots[0].Paused})
	for _, wrong := range []store.Pause{
		{Scope: all.Scope, Reason: " "}, {Scope: bot.Of("nobody"), Reason: "x"}, {Scope: all.Scope, Reason: "two\nlines"},
	} {
		if _, _, err := db.Pause(t.Context(), wrong); err == nil || assay.KindOf(err) == assay.Internal {
			t.Errorf("%+v: %v, want a refusal", wrong, err)
		}
	}
	before := everything(t, h, db)
	for name, act := range map[string]func() (int64, int64, error){
		"the fleet, for the same reason": func() (int64, int64, error) { return db.Pause(t.Context(), all) },
		"bots that are not paused":       func() (int64, int64, error) { return db.Resume(t.Context(), order) },
		"a stage that is not paused": func() (int64, int64, error) {
			return db.Resume(t.Context(), store.Pause{Actor: "ann", Scope: bot.Scope{Stage: bot.Lab}, Reason: "x"})
		},
	} {
		n, row, err := act()
		same(t, name, []any{int64(0), int64(0), nil, before}, []any{n, row, err, everything(t, h, db)})
	}
	log, err := db.AuditLog(t.Context(), 0, 10)
	if err != nil || len(log) != 3 {
		t.Fatalf("%d rows in the log, %v, want 3", len(log), err)
	}
	same(t, "log", []any{"pause", "bot-0000,bot-0002", "roll week", `{"bots":2,"paused_before":0}`},
		[]any{log[0].Action, log[0].Scope, log[0].Reason, string(log[0].Detail)})
}

// Another reason for the same pause is a change, and the pause is as old as it
// was; bots that are paused already count for nothing.
func pausingAnew(t *testing.T, h Harness) {
	clock := NewClock()
	db := h.Open(t, clock.Now)
	AddBots(t, db, 3)
	lab := store.Pause{Actor: "ann", Scope: bot.Scope{Stage: bot.Lab}, Reason: "roll week"}
	all := store.Pause{Actor: "ann", Scope: bot.Scope{All: true}, Reason: "roll week"}
	for i, want := range []int64{1, 2} { // one of the three, then the others
		scope := []bot.Scope{bot.Of("bot-0001"), lab.Scope}[i]
		n, _, err := db.Pause(t.Context(), store.Pause{Actor: "ann", Scope: scope, Reason: lab.Reason})
		same(t, scope.String(), []any{want, nil}, []any{n, err})
	}
	if _, _, err := db.Pause(t.Context(), all); err != nil {
		t.Fatal(err)
	}
	clock.Add(time.Hour)
	all.Reason, lab.Reason = "holiday", "holiday"
	n, _, err := db.Pause(t.Context(), all)
	a, readErr := db.Autonomy(t.Context())
	same(t, "fleet", []any{int64(1), nil, nil, store.Autonomy{PausedAt: Start, Reason: "holiday"}}, []any{n, err, readErr, a})
	n, _, err = db.Pause(t.Context(), lab)
	b, readErr := db.Bot(t.Context(), "bot-0001")
	same(t, "bots", []any{int64(3), nil, nil, Start, "holiday"}, []any{n, err, readErr, b.PausedAt, b.PausedReason})
}

// QueueForMany adds n bots, each with a queued job.
func QueueForMany(t testing.TB, db *store.DB, n int) {
	t.Helper()
	err := db.InTx(t.Context(), func(tx *store.DB) error {
		jobs := make([]store.NewJob, n)
		for i, b := range AddBots(t, tx, n) {
			jobs[i] = baseline(b.ID)
		}
		_, err := tx.Enqueue(t.Context(), jobs...)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}
