package storetest

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"assay"
	"assay/badge"
	"assay/bot"
	"assay/job"
	"assay/market"
	"assay/plan"
	"assay/store"
)

func botsComeBack(t *testing.T, h Harness) {
	db := h.Open(t, NewClock().Now)
	got := AddBot(t, db, "mes-orb")
	want := bot.Bot{
		ID: "mes-orb", Name: "Bot mes-orb", Symbol: "MES", Stage: bot.Lab, StageSince: Start, StageReason: bot.ReasonCreated,
		PromotionMode: bot.Manual, Generation: 1, VersionID: got.VersionID, Capital: 50_000 * market.Dollar,
		CreatedAt: Start, Revision: 1,
	}
	same(t, "bot", want, got)
	v, err := db.Version(t.Context(), got.VersionID)
	if err != nil {
		t.Fatal(err)
	}
	same(t, "version", store.Version{
		ID: got.VersionID, BotID: "mes-orb", Generation: 1, Hash: "h-mes-orb", Source: "strategy: mes-orb", Symbol: "MES",
		Interval: 5 * time.Minute, Origin: "STARTER", CreatedAt: Start,
	}, v)
	if _, err := db.CreateBot(t.Context(), want, store.Version{}); assay.KindOf(err) != assay.Conflict {
		t.Errorf("the same id again: %v, want a conflict", err)
	}
	if _, err := db.Bot(t.Context(), "nobody"); assay.KindOf(err) != assay.NotFound {
		t.Errorf("an unknown bot: %v, want not found", err)
	}
}

func movesLeaveEvents(t *testing.T, h Harness) {
	clock := NewClock()
	db := h.Open(t, clock.Now)
	AddBot(t, db, "a")
	clock.Add(time.Minute)
	if err := db.MoveBot(t.Context(), "a", bot.Paper, bot.ByOperator, "PROMOTED"); err != nil {
		t.Fatal(err)
	}
	if err := db.MoveBot(t.Context(), "a", bot.Live, bot.ByOperator, "HASTE"); err == nil {
		t.Error("a bot leapt from PAPER to LIVE")
	}
	events, err := db.StageEvents(t.Context(), "a", 10)
	if err != nil {
		t.Fatal(err)
	}
	same(t, "events", []bot.Event{
		{ID: 2, BotID: "a", From: bot.Lab, To: bot.Paper, Reason: "PROMOTED", At: clock.Now()},
		{ID: 1, BotID: "a", To: bot.Lab, Reason: bot.ReasonCreated, At: Start},
	}, events)
	b, err := db.Bot(t.Context(), "a")
	same(t, "bot", []any{bot.Paper, clock.Now(), "PROMOTED", error(nil)}, []any{b.Stage, b.StageSince, b.StageReason, err})
	counts, err := db.StageCounts(t.Context())
	same(t, "counts", []any{map[bot.Stage]int{bot.Paper: 1}, error(nil)}, []any{counts, err})
}

func changesRaiseRevision(t *testing.T, h Harness) {
	db := h.Open(t, NewClock().Now)
	AddBots(t, db, 3)
	set := AddDataSet(t, db, DataSet("sim-es", "f1"))
	var j job.Job
	for _, step := range []struct {
		name string
		do   func() error
	}{
		{"enqueue", func() error { enqueue(t, db, baseline("bot-0001")); return nil }},
		{"start", func() error { j = StartNext(t, db, "w"); return nil }},
		{"progress", func() error { return db.SetProgress(t.Context(), store.LeaseOf(j), 0.1) }},
		{"complete", func() error { CompleteJob(t, db, j, set); return nil }},
		{"start over", func() error { j = StartJob(t, db, "bot-0001", "w"); return nil }},
		{"put back", func() error {
			return db.EndAttempt(t.Context(), store.LeaseOf(j), job.OutcomeFailed, "bad luck", job.Decision{Status: job.Queued})
		}},
		{"start again", func() error { j = StartNext(t, db, "w"); return nil }},
		{"fail", func() error {
			return db.EndAttempt(t.Context(), store.LeaseOf(j), job.OutcomeFailed, "bad luck", job.Decision{Status: job.Failed})
		}},
		{"enqueue another", func() error { enqueue(t, db, baseline("bot-0001")); return nil }},
		{"cancel", func() error { return db.RequestCancel(t.Context(), "bot-0001", "reset") }},
		{"new version", func() error {
			_, err := db.AddVersion(t.Context(), store.Version{BotID: "bot-0001", Generation: 1, Symbol: "MES", Interval: 5 * time.Minute})
			return err
		}},
		{"pause", func() error { return db.PauseBot(t.Context(), "bot-0001", "holiday") }},
		{"resume", func() error { return db.ResumeBot(t.Context(), "bot-0001") }},
		{"move", func() error { return db.MoveBot(t.Context(), "bot-0001", bot.Paper, bot.ByOperator, "R") }},
		{"plan", func() error {
			return db.SavePlans(t.Context(), []store.BotPlan{{BotID: "bot-0001", Reason: "NOT_DUE"}})
		}},
	} {
		before, err := db.Revision(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if err := step.do(); err != nil {
			t.Fatalf("%s: %v", step.name, err)
		}
		rows, err := db.Fleet(t.Context(), store.FleetFilter{Revision: before})
		if err != nil || len(rows) != 1 || rows[0].Facts.Bot.ID != "bot-0001" {
			t.Errorf("%s: changed rows %v, %v, want bot-0001 alone", step.name, rows, err)
		}
	}
}

func commitsAreAnnounced(t *testing.T, h Harness) {
	db := h.Open(t, NewClock().Now)
	changed, stop := db.Changed()
	AddBots(t, db, 2)
	select {
	case <-changed:
	default:
		t.Fatal("a commit was not announced")
	}
	select {
	case <-changed:
		t.Error("two commits nobody looked at were announced one by one")
	default:
	}
	stop()
	before, err := db.Planning(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	AddDataSet(t, db, DataSet("sim-es", "f1"))
	after, err := db.Planning(t.Context())
	if err != nil || after <= before {
		t.Errorf("planning counter %d after a new data set, %d before, %v", after, before, err)
	}
	select {
	case <-changed:
		t.Error("an ended subscription still receives")
	default:
	}
}

func fleetShowsWhatCounts(t *testing.T, h Harness) {
	clock := NewClock()
	db := h.Open(t, clock.Now)
	AddBots(t, db, 3)
	set := AddDataSet(t, db, DataSet("sim-es", "f1"))
	session := CompleteJob(t, db, StartJob(t, db, "bot-0001", "w"), set)
	clock.Add(time.Minute)
	enqueue(t, db, baseline("bot-0001"))
	due := clock.Now().Add(time.Hour)
	err := db.SavePlans(t.Context(), []store.BotPlan{{
		BotID: "bot-0001", Reason: "JOB_ACTIVE", Detail: "a backtest waits", Next: plan.Next{Action: "Backtest", DueAt: due, Reason: "R"},
	}})
	if err != nil {
		t.Fatal(err)
	}
	rows, err := db.Fleet(t.Context(), store.FleetFilter{})
	if err != nil || len(rows) != 3 {
		t.Fatalf("%d rows, %v, want 3", len(rows), err)
	}
	jobs, err := db.Jobs(t.Context(), "bot-0001", 10)
	if err != nil || len(jobs) != 2 {
		t.Fatal(err)
	}
	sharpe, winRate := 1.25, 0.5
	b, err := db.Bot(t.Context(), "bot-0001")
	if err != nil {
		t.Fatal(err)
	}
	same(t, "row", store.FleetRow{
		Facts: badge.Facts{
			Bot: b, Active: &jobs[0], Last: &jobs[1], JobsEver: 1, Held: "JOB_ACTIVE", HeldFor: "a backtest waits",
			Next: &badge.Next{Action: "Backtest", DueAt: &due, Reason: "R"},
		},
		Result: &store.FleetResult{
			SessionID: session, CompletedAt: Start, Trades: 2, NetPnL: 30_205_000, MaxDrawdown: 312_500, Sharpe: &sharpe,
			WinRate: &winRate, Equity: []float64{3020.5, 3020.5}, Sim: true, DataSet: "sim-es",
		},
	}, rows[1])
	same(t, "a bot without anything", []any{0, (*job.Job)(nil), (*store.FleetResult)(nil)},
		[]any{rows[2].Facts.JobsEver, rows[2].Facts.Last, rows[2].Result})
}

func fleetFilter(t *testing.T, h Harness) {
	db := h.Open(t, NewClock().Now)
	AddBots(t, db, 12)
	if err := db.MoveBot(t.Context(), "bot-0003", bot.Paper, bot.ByOperator, "R"); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		filter store.FleetFilter
		ids    []bot.ID
		total  int
	}{
		{store.FleetFilter{ID: "bot-0004"}, []bot.ID{"bot-0004"}, 1},
		{store.FleetFilter{Stage: bot.Paper}, []bot.ID{"bot-0003"}, 1},
		{store.FleetFilter{Symbol: "NQ"}, nil, 0},
		{store.FleetFilter{Search: "T-000"}, []bot.ID{
			"bot-0000", "bot-0001", "bot-0002", "bot-0003", "bot-0004",
			"bot-0005", "bot-0006", "bot-0007", "bot-0008", "bot-0009",
		}, 10},
		{store.FleetFilter{Search: "%"}, nil, 0},
		{store.FleetFilter{Limit: 2, Offset: 10}, []bot.ID{"bot-0010", "bot-0011"}, 12},
	} {
		rows, err := db.Fleet(t.Context(), c.filter)
		if err != nil {
			t.Fatal(err)
		}
		var ids []bot.ID
		for _, r := range rows {
			ids = append(ids, r.Facts.Bot.ID)
		}
		same(t, fmt.Sprintf("%+v", c.filter), c.ids, ids)
		total, err := db.CountBots(t.Context(), c.filter)
		same(t, fmt.Sprintf("total of %+v", c.filter), []any{c.total, nil}, []any{total, err})
	}
}

// choose offers one usable set for MES and nothing else.
func choose(name, fingerprint string) func([]store.DataSet) store.ChooseData {
	return func([]store.DataSet) store.ChooseData {
		return func(symbol string, interval time.Duration) plan.Data {
			return plan.Data{Usable: symbol == "MES" && interval == 5*time.Minute, Set: name, Fingerprint: fingerprint}
		}
	}
}

func planFleet(t *testing.T, db *store.DB, set string) plan.Fleet {
	t.Helper()
	fleet, err := db.PlanFleet(t.Context(), choose(set, "f1"))
	if err != nil {
		t.Fatal(err)
	}
	return fleet
}

func planSnapshot(t *testing.T, h Harness) {
	clock := NewClock()
	db := h.Open(t, clock.Now)
	bots := AddBots(t, db, 3)
	set := AddDataSet(t, db, DataSet("sim-es", "f1"))
	clock.Add(time.Minute)
	CompleteJob(t, db, StartJob(t, db, "bot-0001", "w"), set)
	done := clock.Now()
	clock.Add(time.Minute)
	queued := enqueue(t, db, baseline("bot-0001"))[0].ID
	if err := db.PauseBot(t.Context(), "bot-0002", "holiday"); err != nil {
		t.Fatal(err)
	}
	data := plan.Data{Usable: true, Set: "sim-es", Fingerprint: "f1"}
	same(t, "fleet", plan.Fleet{ActiveJobs: 1, Bots: []plan.Facts{
		{ID: "bot-0000", Stage: bot.Lab, CreatedAt: Start, WaitingSince: Start, Version: bots[0].VersionID, Data: data},
		{
			ID: "bot-0001", Stage: bot.Lab, CreatedAt: Start, WaitingSince: done, Version: bots[1].VersionID, Data: data,
			Active:  &plan.Active{JobID: queued, Type: job.Baseline, Status: job.Queued},
			LastJob: &plan.LastJob{Type: job.Baseline, Status: job.Completed, EndedAt: done},
			Baseline: &plan.Baseline{
				Set: "sim-es", Fingerprint: "f1", SessionClosed: set.SessionClosed, CompletedAt: done, Trades: 2,
			},
		},
		{ID: "bot-0002", Stage: bot.Lab, CreatedAt: Start, WaitingSince: Start, Version: bots[2].VersionID, Data: data, Paused: true, PausedReason: "holiday"},
	}}, planFleet(t, db, "sim-es"))
	if b := planFleet(t, db, "es-5m").Bots[1].Baseline; b == nil || b.Set != "sim-es" {
		t.Errorf("the session that counts is hidden because other data is chosen now: %+v", b)
	}
	needs, err := db.DataNeeds(t.Context())
	same(t, "data needs", []any{[]store.DataNeed{{Symbol: "MES", Interval: 5 * time.Minute, Bots: 3}}, nil}, []any{needs, err})
	if err := db.PauseFleet(t.Context(), "weekend"); err != nil {
		t.Fatal(err)
	}
	f := planFleet(t, db, "sim-es")
	same(t, "paused", []any{true, "weekend"}, []any{f.Paused, f.PausedReason})
	if err := db.ResumeFleet(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := db.AddVersion(t.Context(), store.Version{BotID: "bot-0001", Generation: 2, Symbol: "MES", Interval: 5 * time.Minute}); err != nil {
		t.Fatal(err)
	}
	f = planFleet(t, db, "sim-es")
	if f.Paused || f.Bots[1].Baseline != nil {
		t.Errorf("after a resume and a new version: paused %v, baseline %v", f.Paused, f.Bots[1].Baseline)
	}
}

func failuresInARow(t *testing.T, h Harness) {
	clock := NewClock()
	db := h.Open(t, clock.Now)
	AddBot(t, db, "a")
	set := AddDataSet(t, db, DataSet("sim-es", "f1"))
	end := func(status job.Status) int {
		t.Helper()
		clock.Add(time.Minute)
		j := StartJob(t, db, "a", "w")
		if status == job.Completed {
			CompleteJob(t, db, j, set)
		} else if err := db.EndAttempt(t.Context(), store.LeaseOf(j), job.OutcomeRefused, "bad", job.Decision{Status: status}); err != nil {
			t.Fatal(err)
		}
		return planFleet(t, db, "sim-es").Bots[0].LastJob.FailuresInARow
	}
	var got []int
	for _, s := range []job.Status{job.Failed, job.Failed, job.Completed, job.Failed, job.Cancelled, job.Failed} {
		got = append(got, end(s))
	}
	same(t, "failures in a row", []int{1, 2, 0, 1, 1, 2}, got)
	setResetAt(t, h, db, clock.Now().Add(time.Second))
	same(t, "after a reset", 0, planFleet(t, db, "sim-es").Bots[0].LastJob.FailuresInARow)
}

func setResetAt(t *testing.T, h Harness, db *store.DB, at time.Time) {
	t.Helper()
	_, err := h.SQL(t, db).ExecContext(t.Context(), `update bots set metrics_reset_at = $1 where id = 'a'`, store.Time{Time: at})
	if err != nil {
		t.Fatal(err)
	}
}

func boundaryDecides(t *testing.T, h Harness) {
	clock := NewClock()
	db := h.Open(t, clock.Now)
	AddBot(t, db, "a")
	set := AddDataSet(t, db, DataSet("sim-es", "f1"))
	counts := func() []bool {
		t.Helper()
		rows, err := db.Fleet(t.Context(), store.FleetFilter{})
		if err != nil {
			t.Fatal(err)
		}
		return []bool{rows[0].Result != nil, planFleet(t, db, "sim-es").Bots[0].Baseline != nil}
	}
	created := clock.Now()
	j := StartJob(t, db, "a", "w")
	clock.Add(time.Hour)
	CompleteJob(t, db, j, set)
	same(t, "never reset", []bool{true, true}, counts())
	setResetAt(t, h, db, created)
	same(t, "reset as the job was created", []bool{true, true}, counts())
	setResetAt(t, h, db, created.Add(time.Millisecond))
	same(t, "reset while the job ran", []bool{false, false}, counts())

	CompleteJob(t, db, StartJob(t, db, "a", "w"), set)
	same(t, "a job after the reset", []bool{true, true}, counts())
	clock.Add(time.Second)
	if err := db.MoveBot(t.Context(), "a", bot.Lab, bot.ByOperator, "REVERT"); err != nil {
		t.Fatal(err)
	}
	same(t, "put back to LAB", []bool{true, false}, counts())
	same(t, "boundary", clock.Now(), planFleet(t, db, "sim-es").Bots[0].Boundary)
}

func dataSets(t *testing.T, h Harness) {
	clock := NewClock()
	db := h.Open(t, clock.Now)
	d := DataSet("nq-5m", "f1")
	d.Sim, d.Provider, d.Verdict, d.Refusal = false, "csv", store.VerdictRefused, "holes on Tuesdays"
	first := AddDataSet(t, db, d)
	want := d
	want.ID, want.CreatedAt = first.ID, Start
	same(t, "as stored", want, first)
	same(t, "the same bars again", first, AddDataSet(t, db, d))
	accepted, err := db.AcceptDataSet(t.Context(), "nq-5m", "ann", "the holes do not matter to RTH")
	if err != nil || !accepted.Usable() || first.Usable() {
		t.Fatalf("accepted %+v, %v", accepted, err)
	}
	same(t, "acceptance", []any{Start, "ann", "the holes do not matter to RTH"},
		[]any{accepted.AcceptedAt, accepted.AcceptedBy, accepted.AcceptedWhy})
	if _, err := db.AcceptDataSet(t.Context(), "nq-5m", "bob", "me too"); assay.KindOf(err) != assay.Conflict {
		t.Errorf("accepted twice: %v, want a conflict", err)
	}
	later := d
	later.Refusal, later.Report = "holes on Tuesdays and Wednesdays", json.RawMessage(`{"rules":2}`)
	judged := accepted
	judged.Refusal, judged.Report = later.Refusal, later.Report
	same(t, "a later check of the same bars", judged, AddDataSet(t, db, later))
	d.Fingerprint = "f2"
	clock.Add(time.Minute)
	second := AddDataSet(t, db, d)
	if second.Usable() {
		t.Error("an acceptance passed on to bars nobody looked at")
	}
	list, err := db.DataSets(t.Context())
	same(t, "current sets", []any{[]store.DataSet{second}, nil}, []any{list, err})
	old, err := db.DataSetVersion(t.Context(), first.ID)
	same(t, "superseded", []any{clock.Now(), nil}, []any{old.SupersededAt, err})
	if err := db.RetireDataSet(t.Context(), "nq-5m", "ann", "imported by mistake"); err != nil {
		t.Fatal(err)
	}
	list, err = db.DataSets(t.Context())
	same(t, "after the last was retired", []any{[]store.DataSet(nil), nil}, []any{list, err})
	AddDataSet(t, db, DataSet("SIM-ES", "f3"))
	if err := db.RetireDataSet(t.Context(), "SIM-ES", "ann", "no"); assay.KindOf(err) != assay.Conflict {
		t.Errorf("simulated bars retired: %v, want a conflict", err)
	}
	if _, err := db.DataSet(t.Context(), "nothing"); assay.KindOf(err) != assay.NotFound {
		t.Errorf("an unknown set: %v, want not found", err)
	}
}

func tickCounts(t *testing.T, h Harness) {
	clock := NewClock()
	db := h.Open(t, clock.Now)
	clock.Add(time.Second)
	tick := store.Tick{StartedAt: Start, BotsEvaluated: 3, JobsEnqueued: 1, BotsHeld: 2, HeldBy: map[plan.Reason]int{plan.NotDue: 2}}
	if _, err := db.AddTick(t.Context(), tick); err != nil {
		t.Fatal(err)
	}
	wrong := tick
	wrong.BotsHeld, wrong.HeldBy = 1, map[plan.Reason]int{plan.NotDue: 1}
	if _, err := db.AddTick(t.Context(), wrong); err == nil {
		t.Error("the database took a tick whose counts do not add up")
	}
	wrong = tick
	wrong.HeldBy = map[plan.Reason]int{plan.NotDue: 1}
	if _, err := db.AddTick(t.Context(), wrong); err == nil {
		t.Error("a tick was taken whose reasons do not account for every bot that is held")
	}
	for _, query := range []string{
		`update planner_ticks set held_by_reason = '{}'`,
		`update planner_ticks set held_by_reason = '{"NOT_DUE":1,"PAUSED":2}'`,
		`insert into planner_ticks (started_at, bots_evaluated, jobs_enqueued, bots_held, held_by_reason)
			select started_at, 1, 0, 1, '{}' from planner_ticks`,
	} {
		_, err := h.SQL(t, db).ExecContext(t.Context(), query)
		if err == nil || !strings.Contains(err.Error(), "the reasons of a tick do not add up to bots_held") {
			t.Errorf("%s: %v", query, err)
		}
	}
	failed := store.Tick{StartedAt: Start, BotsEvaluated: 3, Error: "the disk is full"}
	if _, err := db.AddTick(t.Context(), failed); err != nil {
		t.Fatal(err)
	}
	tick.ID, tick.FinishedAt = 1, clock.Now()
	failed.ID, failed.FinishedAt, failed.HeldBy = 2, clock.Now(), map[plan.Reason]int{}
	ticks, err := db.Ticks(t.Context(), 10)
	same(t, "ticks", []any{[]store.Tick{failed, tick}, nil}, []any{ticks, err}, ignoreTickID())
}

// A refused insert may use up an id.
func ignoreTickID() cmp.Option { return cmpopts.IgnoreFields(store.Tick{}, "ID") }

func botPlans(t *testing.T, h Harness) {
	db := h.Open(t, NewClock().Now)
	AddBot(t, db, "a")
	p := store.BotPlan{
		BotID: "a", Reason: "NOT_DUE", Detail: "fresh enough", UpdatedAt: Start,
		Next: plan.Next{Action: "Refresh backtest", DueAt: Start.Add(time.Hour), Reason: "every 6h"},
	}
	for _, detail := range []string{"fresh enough", "fresher"} {
		p.Detail = detail
		if err := db.SavePlans(t.Context(), []store.BotPlan{p}); err != nil {
			t.Fatal(err)
		}
		plans, err := db.BotPlans(t.Context())
		same(t, "plans", []any{map[bot.ID]store.BotPlan{"a": p}, nil}, []any{plans, err})
	}
}
