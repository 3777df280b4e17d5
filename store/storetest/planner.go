package storetest

import (
	"testing"
	"time"

	"assay"
	"assay/bot"
	"assay/job"
	"assay/plan"
	"assay/store"
)

func mark(t *testing.T, db *store.DB) store.Mark {
	t.Helper()
	m, _, err := db.Mark(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func ids(t *testing.T, bots []store.PlanBot, err error) (list []bot.ID) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	for _, b := range bots {
		list = append(list, b.Facts.ID)
	}
	return list
}

func looks(t *testing.T, h Harness) {
	db := h.Open(t, NewClock().Now)
	AddBots(t, db, 4)
	before := mark(t, db)
	set := AddDataSet(t, db, DataSet("nq-5m", "f1"))
	after := mark(t, db)
	same(t, "a new data set", []any{true, before.Revision}, []any{after.Data > before.Data, after.Revision})
	if err := db.RetireDataSet(t.Context(), set.Name, "ann", "no"); assay.KindOf(err) != assay.Conflict {
		t.Fatal(err) // it is simulated
	}
	same(t, "a refusal", after, mark(t, db))
	if err := db.PauseBot(t.Context(), "bot-0002", "holiday"); err != nil {
		t.Fatal(err)
	}
	bots, err := db.PlanBotsSince(t.Context(), after.Revision)
	same(t, "changed", []bot.ID{"bot-0002"}, ids(t, bots, err))
	same(t, "its place", []any{"MES", 5 * time.Minute, mark(t, db).Revision, store.BotPlan{}},
		[]any{bots[0].Symbol, bots[0].Interval, bots[0].Revision, bots[0].Said})
	said := store.BotPlan{
		BotID: "bot-0002", Reason: "PAUSED", Detail: "d", UpdatedAt: Start,
		Next: plan.Next{Action: "Resume", DueAt: Start.Add(time.Hour), Reason: "r"},
	}
	if err := db.SavePlans(t.Context(), []store.BotPlan{said}); err != nil {
		t.Fatal(err)
	}
	bots, err = db.PlanBotsAfter(t.Context(), "bot-0001", 2)
	same(t, "the next two", []bot.ID{"bot-0002", "bot-0003"}, ids(t, bots, err))
	same(t, "what was said", said, bots[0].Said)
	if err := db.PauseFleet(t.Context(), "FOMC"); err != nil {
		t.Fatal(err)
	}
	_, autonomy, err := db.Mark(t.Context())
	same(t, "the switch", []any{Start, "FOMC", nil}, []any{autonomy.PausedAt, autonomy.Reason, err})
}

func searches(t *testing.T, h Harness) {
	clock := NewClock()
	db := h.Open(t, clock.Now)
	AddBot(t, db, "a")
	end := func(kind job.Type, iteration int) {
		t.Helper()
		clock.Add(time.Minute)
		enqueue(t, db, store.NewJob{BotID: "a", Type: kind, Iteration: iteration, Reason: "R", MaxAttempts: 3})
		lease := store.LeaseOf(StartNext(t, db, "w"))
		if err := db.Finish(t.Context(), lease, nil); err != nil {
			t.Fatal(err)
		}
	}
	facts := func() plan.Facts { return planFleet(t, db, "sim-es").Bots[0] }
	if f := facts(); f.Improve != nil || f.Evolve != nil {
		t.Errorf("a new bot: %+v", f)
	}
	end(job.Improve, 1)
	end(job.Improve, 2)
	same(t, "two improvements", []any{&plan.Search{EndedAt: clock.Now(), Iteration: 2}, (*plan.Search)(nil), 2},
		[]any{facts().Improve, facts().Evolve, facts().Improvements})
	improved := clock.Now()
	end(job.Evolve, 0)
	same(t, "an evolution", []any{&plan.Search{EndedAt: improved, Iteration: 2}, &plan.Search{EndedAt: clock.Now()}, 0},
		[]any{facts().Improve, facts().Evolve, facts().Improvements})
	end(job.Improve, 3)
	same(t, "and another improvement", []any{3, 1}, []any{facts().Improve.Iteration, facts().Improvements})
	setResetAt(t, h, db, clock.Now().Add(time.Second))
	same(t, "after a reset", []any{3, 0}, []any{facts().Improve.Iteration, facts().Improvements})
}

func tickSources(t *testing.T, h Harness) {
	clock := NewClock()
	db := h.Open(t, clock.Now)
	if _, err := db.LastPlan(t.Context()); assay.KindOf(err) != assay.NotFound {
		t.Errorf("no plan yet: %v", err)
	}
	id, _, err := db.SaveSnapshot(t.Context(), 0, plan.Record{Version: 1})
	if err != nil {
		t.Fatal(err)
	}
	tick := store.Tick{StartedAt: Start.Add(time.Hour), HeldBy: map[plan.Reason]int{}, Source: store.Source{
		Version: 1, DecidedAt: Start.Add(time.Second), InputHash: "in", PlanHash: "out", SnapshotID: id, Missed: 2,
	}}
	if tick.ID, err = db.AddTick(t.Context(), tick); err != nil {
		t.Fatal(err)
	}
	if _, err := db.AddTick(t.Context(), store.Tick{StartedAt: Start, Error: "broken"}); err != nil {
		t.Fatal(err)
	}
	tick.StartedAt, tick.FinishedAt = Start, Start // the clock went back since
	got, err := db.Tick(t.Context(), tick.ID)
	same(t, "tick", []any{tick, nil}, []any{got, err})
	got, err = db.LastPlan(t.Context())
	same(t, "last plan", []any{tick, nil}, []any{got, err})
	if _, err := db.Tick(t.Context(), 99); assay.KindOf(err) != assay.NotFound {
		t.Errorf("an unknown tick: %v", err)
	}
}

func record(jobs int, bots ...plan.Facts) plan.Record {
	r := plan.Record{Version: 1, Policy: plan.DefaultPolicy(), ActiveJobs: jobs, Bots: bots}
	for _, b := range bots {
		r.Decisions = append(r.Decisions, plan.Decision{BotID: b.ID, Next: plan.Next{Action: "Backtest", Reason: "because"}})
	}
	return r
}

func snapshots(t *testing.T, h Harness) {
	db := h.Open(t, NewClock().Now)
	save := func(base int64, r plan.Record) int64 {
		t.Helper()
		id, size, err := db.SaveSnapshot(t.Context(), base, r)
		if err != nil || size == 0 {
			t.Fatal(size, err)
		}
		return id
	}
	a := plan.Facts{
		ID: "a", Stage: bot.Lab, CreatedAt: Start, Data: plan.Data{Why: "there are no bars of ES", Fix: "import “them” & <more>"},
		Baseline: &plan.Baseline{Set: "s", CompletedAt: Start.Add(1500 * time.Millisecond), Trades: 7},
	}
	b, c := plan.Facts{ID: "b", Version: 1}, plan.Facts{ID: "c"}
	first := save(0, record(1, a, b))
	b.Version = 2
	second := save(first, record(2, b))
	third := save(first, record(3, c))
	other := save(0, record(9, c))
	for id, want := range map[int64]plan.Record{
		first:  record(1, a, plan.Facts{ID: "b", Version: 1}),
		second: record(2, a, b), third: record(3, a, b, c), other: record(9, c),
	} {
		got, err := db.Snapshot(t.Context(), id)
		same(t, "snapshot", []any{want, nil}, []any{got, err})
	}
	if _, err := db.Snapshot(t.Context(), 99); assay.KindOf(err) != assay.NotFound {
		t.Errorf("an unknown snapshot: %v", err)
	}
}

func oldRowsGo(t *testing.T, h Harness) {
	clock := NewClock()
	db := h.Open(t, clock.Now)
	var kept []int64
	base := int64(0)
	for i := range 6 {
		if i%3 == 0 {
			base = 0
		}
		id, _, err := db.SaveSnapshot(t.Context(), base, record(i))
		if err != nil {
			t.Fatal(err)
		}
		if i%3 == 0 {
			base = id
		}
		kept = append(kept, id)
		if _, err := db.AddTick(t.Context(), store.Tick{StartedAt: clock.Now()}); err != nil {
			t.Fatal(err)
		}
		clock.Add(time.Hour)
	}
	forget := func(what string, want int64, forget func() (int64, error)) {
		t.Helper()
		n, err := forget()
		same(t, what, []any{want, nil}, []any{n, err})
	}
	forget("ticks older than 3h", 4, func() (int64, error) { return db.ForgetTicks(t.Context(), 3*time.Hour-time.Second) })
	forget("and none again", 0, func() (int64, error) { return db.ForgetTicks(t.Context(), 3*time.Hour-time.Second) })
	forget("snapshots a kept one goes back to", 0, func() (int64, error) { return db.ForgetSnapshots(t.Context(), 4*time.Hour) })
	forget("snapshots before a complete one", 3, func() (int64, error) { return db.ForgetSnapshots(t.Context(), 2*time.Hour) })
	got, err := db.Snapshot(t.Context(), kept[5])
	same(t, "the newest", []any{record(5), nil}, []any{got, err})
}

func signs(t *testing.T, h Harness) {
	clock := NewClock()
	db := h.Open(t, clock.Now)
	facts := func() store.AutonomyFacts {
		t.Helper()
		f, err := db.AutonomyFacts(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		return f
	}
	same(t, "at first", store.AutonomyFacts{Now: Start}, facts())
	good, err := db.AddTick(t.Context(), store.Tick{StartedAt: Start, Source: store.Source{Missed: 3}})
	if err != nil {
		t.Fatal(err)
	}
	clock.Add(time.Minute)
	failed := store.Tick{StartedAt: Start, Error: "the disk is full"}
	for range 2 {
		if failed.ID, err = db.AddTick(t.Context(), failed); err != nil {
			t.Fatal(err)
		}
	}
	for _, since := range []time.Time{Start, {}} {
		if err := db.Watched(t.Context(), "w", since); err != nil {
			t.Fatal(err)
		}
		got := facts()
		want := store.AutonomyFacts{
			Now: clock.Now(), LastTick: got.LastTick, PlannedAt: Start, LastGoodAt: Start, FailedInARow: 2, WatchedAt: clock.Now(), WatchedBy: "w",
			StalledSince: since, ChangesMissed: 3,
		}
		same(t, "signs", want, got)
	}
	clock.Add(plan.StalledAfter - time.Minute)
	if failed.ID, err = db.AddTick(t.Context(), store.Tick{StartedAt: clock.Now(), Error: "the disk is full"}); err != nil {
		t.Fatal(err)
	}
	same(t, "ticks that only fail are no sign of life", true, facts().Signs().Stalled())
	troubled := store.Tick{StartedAt: clock.Now(), Error: "old ticks could not be deleted", Source: store.Source{PlanHash: "p"}}
	if _, err = db.AddTick(t.Context(), troubled); err != nil {
		t.Fatal(err)
	}
	same(t, "a plan with trouble beside it is one", false, facts().Signs().Stalled())
	if failed.ID, err = db.AddTick(t.Context(), failed); err != nil {
		t.Fatal(err)
	}
	f := facts()
	same(t, "last tick", []any{failed.ID, "the disk is full", true}, []any{f.LastTick.ID, f.LastTick.Error, failed.ID > good})
	clock.Add(24 * time.Hour)
	same(t, "a day later", 0, facts().ChangesMissed)
}
