package storetest

import (
	"strings"
	"testing"
	"time"

	"assay/health"
	"assay/internal/trace"
	"assay/job"
	"assay/market"
	"assay/store"
)

// verification is one of a provider as it is stored.
func verification(id health.ProviderID, probe health.Probe, outcome health.Outcome, code health.Code) health.Record {
	return health.Record{
		Verification: health.Verification{
			Provider: id, Probe: probe, Outcome: outcome, Code: code, Detail: "said", Latency: 41 * time.Millisecond,
		},
		Address: "https://api.example", TraceID: "t1",
	}
}

func verifications(t *testing.T, h Harness) {
	clock := NewClock()
	db := h.Open(t, clock.Now)
	none, err := db.Verifications(t.Context())
	same(t, "no verification", []any{map[health.ProviderID][]health.Record{}, nil}, []any{none, err})
	before, err := db.Readiness(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	save := func(r health.Record) health.Record {
		t.Helper()
		if err := db.SaveVerification(t.Context(), r); err != nil {
			t.Fatal(err)
		}
		r.At = clock.Now()
		clock.Add(time.Minute)
		return r
	}
	save(verification(health.Ironbeam, health.BrokerAccount, health.Passed, ""))
	good := save(verification(health.Ironbeam, health.BrokerAccount, health.Degraded, health.ClockSkew))
	save(verification(health.Ironbeam, health.BrokerAccount, health.Degraded, health.RateLimited)) // it let nobody in
	bad := save(verification(health.Ironbeam, health.BrokerAccount, health.Failed, health.Unreachable))
	past := save(verification(health.Databento, health.HistoricalData, health.Passed, ""))
	live := save(verification(health.Databento, health.LiveData, health.Failed, health.NotLicensed))
	got, err := db.Verifications(t.Context())
	want := map[health.ProviderID][]health.Record{health.Ironbeam: {good, bad}, health.Databento: {past, live}}
	same(t, "the newest, and the newest that verifies", []any{want, nil}, []any{got, err})
	page, err := db.VerificationPage(t.Context(), 2, 1)
	same(t, "the second newest and the one before", []any{[]store.VerificationRow{{ID: 5, Record: past}, {ID: 4, Record: bad}}, nil}, []any{page, err})
	count, err := db.CountVerifications(t.Context())
	same(t, "how many there are", []any{6, nil}, []any{count, err})
	if after, err := db.Readiness(t.Context()); err != nil || after != before+6 {
		t.Errorf("the readiness counter is %d after 6 verifications, %d before (%v)", after, before, err)
	}
}

// The database refuses what cannot be: a sixth provider, a pass with a reason.
func strangeVerifications(t *testing.T, h Harness) {
	db := h.Open(t, NewClock().Now)
	for name, r := range map[string]health.Record{
		"a sixth provider":         verification("bloomberg", health.Ping, health.Passed, ""),
		"an unknown outcome":       verification(health.Redis, health.Ping, "PERHAPS", health.TimedOut),
		"a pass with a reason":     verification(health.Redis, health.Ping, health.Passed, health.TimedOut),
		"a failure without reason": verification(health.Redis, health.Ping, health.Failed, ""),
	} {
		err := db.SaveVerification(t.Context(), r)
		if err == nil || !strings.Contains(err.Error(), "store a verification of "+string(r.Provider)) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func beats(t *testing.T, h Harness) {
	clock := NewClock()
	db := h.Open(t, clock.Now)
	for range 2 {
		clock.Add(time.Minute)
		if err := db.Beat(t.Context(), health.Verifier); err != nil {
			t.Fatal(err)
		}
	}
	got, err := db.Beats(t.Context())
	same(t, "beats", []any{map[health.DetectorID]time.Time{health.Verifier: clock.Now()}, nil}, []any{got, err})
}

// A tick, the jobs that it asked for and what came of them share one word.
func traces(t *testing.T, h Harness) {
	db := h.Open(t, NewClock().Now)
	AddBot(t, db, "a")
	set := AddDataSet(t, db, DataSet("sim-es", "f1"))
	ctx := trace.With(t.Context(), "t1")
	if _, err := db.AddTick(ctx, store.Tick{StartedAt: Start}); err != nil {
		t.Fatal(err)
	}
	if _, err := db.Enqueue(ctx, store.NewJob{BotID: "a", Type: job.Baseline, Reason: "BASELINE_MISSING", MaxAttempts: 3}); err != nil {
		t.Fatal(err)
	}
	if _, err := db.Admit(t.Context()); err != nil {
		t.Fatal(err)
	}
	j, _, err := db.StartNext(t.Context(), "w")
	if err != nil {
		t.Fatal(err)
	}
	CompleteJob(t, db, j, set)
	for _, table := range []string{"planner_ticks", "bot_jobs", "backtest_sessions"} {
		var got string
		if err := h.SQL(t, db).QueryRowContext(t.Context(), `select trace_id from `+table).Scan(&got); err != nil || got != "t1" {
			t.Errorf("%s has the word %q (%v)", table, got, err)
		}
	}
}

func providerRequests(t *testing.T, h Harness) {
	clock := NewClock()
	db := h.Open(t, clock.Now)
	price := market.Money(12_345)
	var want []store.ProviderRequest
	for i, r := range []store.ProviderRequest{
		{Operation: "metadata.get_cost", Attempt: 1, Status: 200, Bytes: 9, RequestID: "r1"},
		{Operation: "timeseries.get_range", Attempt: 2, Status: 200, Bytes: 1 << 40, QuotedCost: &price, ErrorCode: health.Unreachable},
		{Operation: "metadata.get_cost", Attempt: 3, ErrorCode: health.TimedOut},
	} {
		r.Provider, r.Latency, r.Address, r.TraceID = health.Databento, 41*time.Millisecond, "https://hist.example", "t1"
		r.At = clock.Now()
		if err := db.SaveRequests(t.Context(), []store.ProviderRequest{r}); err != nil {
			t.Fatal(err)
		}
		r.ID = int64(i + 1)
		want = append([]store.ProviderRequest{r}, want...)
		clock.Add(time.Hour)
	}
	got, err := db.RequestPage(t.Context(), 10, 0)
	same(t, "requests", []any{want, nil}, []any{got, err})
	got, err = db.RequestPage(t.Context(), 1, 1)
	same(t, "the second newest", []any{want[1:2], nil}, []any{got, err})
	for _, gone := range []int64{1, 0} { // the first; what was paid for stays
		n, err := db.ForgetRequests(t.Context(), 90*time.Minute)
		same(t, "forgotten", []any{gone, nil}, []any{n, err})
	}
	count, err := db.CountRequests(t.Context())
	same(t, "how many are left", []any{2, nil}, []any{count, err})
	strange := want[0]
	strange.Provider = "bloomberg"
	if err := db.SaveRequests(t.Context(), []store.ProviderRequest{want[0], strange}); err == nil {
		t.Error("a sixth provider is stored")
	}
	count, err = db.CountRequests(t.Context())
	same(t, "how many after a refusal", []any{2, nil}, []any{count, err})
}
