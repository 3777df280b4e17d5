package api

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"assay/bot"
	"assay/job"
	"assay/plan"
	"assay/store"
)

func TestFleetShowsWhatEachBotDoes(t *testing.T) {
	l := inhabited(t)
	var got []string
	for _, b := range read[Bots](l, "/api/bots").Data {
		line := string(b.ID) + " " + string(b.BotNow.State) + " " + displays(b.BotNow)
		if b.BotNow.Next != nil {
			line += " next: " + b.BotNow.Next.Action
		}
		got = append(got, line)
	}
	want := []string{
		"mes-gap IDLE Backtesting ×1 • 7s ago| next: Refresh backtest",
		"mes-orb BACKTEST_RUNNING Backtesting ×1 • 7s| next: Backtest",
		"mes-trend BACKTEST_QUEUED Queued • Backtest ×1| next: Backtest",
		"mes-vwap FRESH Fresh| next: Plan",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("fleet (-want +got):\n%s", diff)
	}
}

// The page and the API show the same status: not equal values, equal bytes.
func TestOverviewHasTheSameBots(t *testing.T) {
	l := inhabited(t)
	type list struct{ Data []json.RawMessage }
	var bots, overview list
	l.must(json.Unmarshal(l.call(http.MethodGet, "/api/bots", nil).Body.Bytes(), &bots))
	l.must(json.Unmarshal(l.call(http.MethodGet, "/api/bots-overview", nil).Body.Bytes(), &overview))
	if len(bots.Data) != 4 || len(overview.Data) != 4 {
		t.Fatalf("%d and %d bots, want 4", len(bots.Data), len(overview.Data))
	}
	for i := range bots.Data {
		if !bytes.Equal(bots.Data[i], overview.Data[i]) {
			t.Errorf("bot %d:\n%s\n%s", i, bots.Data[i], overview.Data[i])
		}
	}
	one := l.call(http.MethodGet, "/api/bots/mes-gap", nil).Body.Bytes()
	if !bytes.Equal(bytes.TrimSpace(one), bots.Data[0]) {
		t.Errorf("one bot:\n%s\n%s", one, bots.Data[0])
	}
}

func TestMetrics(t *testing.T) {
	l := inhabited(t)
	number := func(v float64) *float64 { return &v }
	trades, session := 2, int64(1)
	want := Metrics{
		NetPnl: number(40.25), MaxDrawdown: number(20.25), Sharpe: number(0.97), WinRate: number(0.5),
		Trades: &trades, Equity: List[float64]{40.25}, SimData: true, DataSet: "SIM-ES-5m", SessionID: &session,
	}
	if diff := cmp.Diff(want, read[Bot](l, "/api/bots/mes-gap").Metrics); diff != "" {
		t.Errorf("metrics (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(Metrics{Equity: List[float64]{}}, read[Bot](l, "/api/bots/mes-orb").Metrics); diff != "" {
		t.Errorf("metrics without a result (-want +got):\n%s", diff)
	}
}

func TestStrip(t *testing.T) {
	l := inhabited(t)
	pnl, trades := 40.25, 2
	want := Strip{
		Working: 1, Queued: 1, Idle: 2, Stages: StageCounts{Lab: 4},
		Caps: List[Cap]{
			{"backtests", "Backtests", 1, 2}, {"improve", "Improvements", 0, 1}, {"total", "Jobs", 2, 10_000},
		},
		LastTick: &TickSummary{ID: 1, FinishedAt: noon, BotsEvaluated: 4, JobsEnqueued: 2, BotsHeld: 2},
		NetPnl:   &pnl, Trades: &trades, SimData: true,
		Exchange: ExchangeState{State: "RTH", Label: "RTH open"},
	}
	overview := read[Overview](l, "/api/bots-overview?limit=1&offset=2")
	if diff := cmp.Diff(want, overview.Strip); diff != "" {
		t.Errorf("strip (-want +got):\n%s", diff)
	}
	meta := Meta{Total: 4, Limit: 1, Offset: 2, GeneratedAt: noon.Add(7 * time.Second)}
	if diff := cmp.Diff(meta, overview.Meta); diff != "" || len(overview.Data) != 1 || overview.Data[0].ID != "mes-trend" {
		t.Errorf("the page is not the third bot:\n%s", diff)
	}
}

func TestPagesAndFilters(t *testing.T) {
	l := inhabited(t)
	l.must(l.db.MoveBot(l.ctx, "mes-vwap", bot.Paper, bot.ByOperator, "TEST"))
	for query, want := range map[string]string{
		"?limit=2":          "mes-gap,mes-orb of 4",
		"?limit=2&offset=3": "mes-vwap of 4",
		"?offset=9":         " of 4",
		"?stage=PAPER":      "mes-vwap of 1",
		"?stage=LIVE":       " of 0",
		"?q=BREAK":          "mes-orb of 1",
		"?q=%25":            " of 0",
	} {
		got := read[Bots](l, "/api/bots"+query)
		var ids []string
		for _, b := range got.Data {
			ids = append(ids, string(b.ID))
		}
		if text := strings.Join(ids, ",") + " of " + string(rune('0'+got.Meta.Total)); text != want {
			t.Errorf("%s: %s, want %s", query, text, want)
		}
	}
}

func TestSession(t *testing.T) {
	l := inhabited(t)
	s := read[Session](l, "/api/sessions/1?limit=1&offset=1")
	want := List[Trade]{{
		Number: 2, Side: "SHORT", Contracts: 1, Contract: "MESZ6", EntryAt: noon.AddDate(0, 0, -3),
		EntryPrice: 6000.25, EntryReason: "close crosses above the range", ExitAt: noon.AddDate(0, 0, -2),
		ExitPrice: 6013, ExitReason: "STOP", Fees: 3_2500, NetPnl: -20_2500,
	}}
	if diff := cmp.Diff(want, s.Trades); diff != "" {
		t.Errorf("trades (-want +got):\n%s", diff)
	}
	p := s.Provenance
	if s.Meta.Total != 2 || s.JobID != 1 || p.ResultHash != "h1" || p.Seed != "9223372036854775809" || !p.SimData ||
		len(s.Equity) != 1 || s.Equity[0] != (EquityDay{"2026-11-21", 40_2500}) || s.Standing != Counts || *s.CountingID != 1 ||
		p.DataSet != "SIM-ES-5m" || p.ExecutedRuleHash != "r1" || p.CostModel.Name != "standard" {
		t.Errorf("session %+v", s)
	}
}

func TestProofOfAutonomy(t *testing.T) {
	l := newLab(t)
	want := ProofAutonomy{Verdict: Stalled, GeneratedAt: noon, Watchdog: ProofWatchdog{Silent: true}, Ticks: List[ProofTick]{}, Held: List[ProofHeld]{}}
	if diff := cmp.Diff(want, read[ProofAutonomy](l, "/api/_proof/autonomy")); diff != "" {
		t.Errorf("before the first tick (-want +got):\n%s", diff)
	}
	l.tick(store.Tick{BotsEvaluated: 5, JobsEnqueued: 5})
	l.pass(15 * time.Second)
	l.tick(store.Tick{Error: "the disk is full"})
	l.pass(15 * time.Second)
	l.tick(store.Tick{BotsEvaluated: 5, BotsHeld: 5, HeldBy: map[plan.Reason]int{plan.JobActive: 5}})
	first, second, third := noon, noon.Add(15*time.Second), noon.Add(30*time.Second)
	started := func(at time.Time) time.Time { return at.Add(-20 * time.Millisecond) }
	l.must(l.db.Watched(l.ctx, "host-1", time.Time{}))
	want = ProofAutonomy{
		Verdict: Alive, GeneratedAt: third, LastFinishedAt: &third,
		BotsEvaluated: 10, JobsEnqueued: 5, BotsHeld: 5, FailedTicks: 1,
		Watchdog: ProofWatchdog{Holder: "host-1", BeatAt: &third},
		Held:     List[ProofHeld]{{plan.JobActive, "Job already active", 5}},
		Ticks: List[ProofTick]{
			{3, started(third), &third, 5, 0, 5, map[plan.Reason]int{plan.JobActive: 5}, ""},
			{2, started(second), &second, 0, 0, 0, map[plan.Reason]int{}, "the disk is full"},
			{1, started(first), &first, 5, 5, 0, map[plan.Reason]int{}, ""},
		},
	}
	if diff := cmp.Diff(want, read[ProofAutonomy](l, "/api/_proof/autonomy")); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	for _, name := range []string{"ticks", "limit"} {
		if got := read[ProofAutonomy](l, "/api/_proof/autonomy?"+name+"=1"); len(got.Ticks) != 1 || got.BotsEvaluated != 5 {
			t.Errorf("one tick by %s: %+v", name, got)
		}
	}
}

// The proof judges by the signs that assay autonomy and readiness judge by,
// and shows what the watchdog found.
func TestProofOfAPlannerThatStalls(t *testing.T) {
	l := newLab(t)
	l.tick(store.Tick{BotsEvaluated: 5, BotsHeld: 5, HeldBy: map[plan.Reason]int{plan.NotDue: 5}, Source: store.Source{Missed: 2}})
	stopped := l.now() // what fails after it finishes nothing
	l.pass(15 * time.Second)
	l.tick(store.Tick{Error: "the disk is full"})
	for _, c := range []struct {
		wait    time.Duration
		watched bool
		verdict Verdict
		dog     ProofWatchdog
	}{
		{plan.StalledAfter - 16*time.Second, true, Alive, ProofWatchdog{Holder: "host-1"}},
		{time.Second, true, Stalled, ProofWatchdog{Holder: "host-1", StalledSince: &stopped}},
		{plan.UnwatchedAfter, false, Stalled, ProofWatchdog{Holder: "host-1", StalledSince: &stopped, Silent: true}},
	} {
		l.pass(c.wait)
		if c.watched {
			facts, err := l.db.AutonomyFacts(l.ctx)
			l.must(err)
			since := time.Time{}
			if facts.Signs().Stalled() {
				since = stopped
			}
			l.must(l.db.Watched(l.ctx, "host-1", since))
		}
		got := read[ProofAutonomy](l, "/api/_proof/autonomy?ticks=1&offset=1")
		c.dog.BeatAt = got.Watchdog.BeatAt
		if diff := cmp.Diff(c.dog, got.Watchdog); diff != "" || c.dog.BeatAt == nil {
			t.Errorf("%s later (-want +got):\n%s", l.now().Sub(stopped), diff)
		}
		if got.Verdict != c.verdict || got.FailedInARow != 1 || got.FailedTicks != 0 || got.ChangesMissed != 2 {
			t.Errorf("%s later: %+v", l.now().Sub(stopped), got)
		}
	}
}

// The proofs are held against SQL, so they speak its words.
func TestProofsSpeakTheNamesOfColumns(t *testing.T) {
	l := inhabited(t)
	body := l.call(http.MethodGet, "/api/_proof/autonomy", nil).Body.String() +
		l.call(http.MethodGet, "/api/_proof/jobs", nil).Body.String()
	for _, name := range []string{
		"started_at", "finished_at", "bots_evaluated", "jobs_enqueued", "bots_held", "held_by_reason",
		"holder", "beat_at", "stalled_since", "changes_missed", "bot_id", "job_type", "status", "attempt", "iteration", "created_at", "completed_at", "heartbeat_at",
	} {
		if !strings.Contains(body, `"`+name+`":`) {
			t.Errorf("no %s", name)
		}
	}
}

func TestProofOfJobs(t *testing.T) {
	l := inhabited(t)
	l.pass(time.Minute)
	got := read[ProofJobs](l, "/api/_proof/jobs?limit=1&offset=1")
	at := noon
	row := JobRow{
		ID: 2, BotID: "mes-orb", JobType: job.Baseline, Status: job.Running, Work: "Baseline backtest",
		ReasonCode: "BASELINE_MISSING", Reason: "Baseline missing", Attempt: 1, MaxAttempts: 3, CreatedAt: at, StartedAt: &at, HeartbeatAt: &at,
	}
	waiting := row
	waiting.ID, waiting.BotID, waiting.Status, waiting.Attempt = 3, "mes-trend", job.Queued, 0
	waiting.StartedAt, waiting.HeartbeatAt = nil, nil
	want := ProofJobs{
		GeneratedAt: noon.Add(67 * time.Second),
		Counts: List[JobCount]{
			{job.Baseline, job.Completed, 1}, {job.Baseline, job.Queued, 1}, {job.Baseline, job.Running, 1},
		},
		Queue:    List[JobRow]{waiting},
		Stuck:    List[StuckJob]{{row, 67, 67, "worker worker-1 has sent no heartbeat for more than 30s"}},
		LastJobs: List[JobRow]{row},
		Meta:     ProofMeta{Bots: 4, Limit: 1, Offset: 1},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestProblems(t *testing.T) {
	l := inhabited(t)
	for path, want := range map[string]string{
		"/api/bots/nobody":             `404 there is no bot "nobody"; list the bots to see their ids`,
		"/api/sessions/77":             `404 there is no session 77; see the ids at GET /api/bots/ID/sessions, or select id from backtest_sessions`,
		"/api/sessions/x":              `422 path.id: invalid integer; give a whole number`,
		"/api/moon":                    `404 there is no call GET /api/moon; /openapi.json lists those there are`,
		"/api/bots?limit=99999":        `422 query.limit: expected number <= 10000; give a whole number from 1 to 10000`,
		"/api/bots?stage=MOON":         `422 query.stage: expected value to be one of "LAB, PAPER, SHADOW, CANARY, LIVE"; give one of LAB, PAPER, SHADOW, CANARY, LIVE`,
		"/api/bots?limt=1":             `422 query.limt: unknown query parameter; use one of limit, offset, q, stage`,
		"/api/_proof/autonomy?ticks=0": `422 query.ticks: expected number >= 1; give a whole number from 1 to 1000`,
	} {
		w := l.call(http.MethodGet, path, nil)
		var p struct {
			Status int
			Title  string
			Detail string
		}
		l.must(json.Unmarshal(w.Body.Bytes(), &p))
		if w.Header().Get("Content-Type") != "application/problem+json" || p.Status != w.Code || p.Title == "" {
			t.Errorf("%s is no problem: %s", path, w.Body)
		}
		if got := http.StatusText(w.Code); p.Title != got {
			t.Errorf("%s: title %q, want %q", path, p.Title, got)
		}
		if got := strings.TrimSpace(strings.Join([]string{w.Result().Status[:3], p.Detail}, " ")); got != want {
			t.Errorf("%s:\n%s, want\n%s", path, got, want)
		}
	}
}

func TestOurOwnMistakesAreNotToldToStrangers(t *testing.T) {
	l := newLab(t)
	l.must(l.db.Close())
	w := l.call(http.MethodGet, "/api/bots", nil)
	if w.Code != http.StatusInternalServerError || strings.Contains(w.Body.String(), "sql") {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	if w := l.call(http.MethodGet, "/healthz", nil); w.Code != http.StatusServiceUnavailable {
		t.Errorf("healthz: %d %s", w.Code, w.Body)
	}
}

func TestGuard(t *testing.T) {
	l := newLab(t)
	tests := []struct {
		method, path string
		header       map[string]string
		want         int
	}{
		{"GET", "/api/bots", map[string]string{"Host": "127.0.0.1:5000"}, 200},
		{"GET", "/api/bots", map[string]string{"Host": "[::1]:5000"}, 200},
		{"GET", "/api/bots", map[string]string{"Host": "LOCALHOST"}, 200},
		{"GET", "/api/bots", map[string]string{"Host": "evil.example:5000"}, 403},
		{"GET", "/", map[string]string{"Host": "localhost.evil.example"}, 403},
		{"GET", "/api/bots", map[string]string{"Host": ""}, 403},
		{"POST", "/api/bots", map[string]string{"Sec-Fetch-Site": "cross-site"}, 403},
		{"POST", "/api/bots", map[string]string{"Origin": "http://evil.example"}, 403},
		{"POST", "/api/bots", map[string]string{"Sec-Fetch-Site": "same-origin"}, 405},
		{"POST", "/api/bots", nil, 405},
		{"POST", "/", nil, 405},
		{"GET", "/healthz", nil, 200},
		{"GET", "/openapi.json", nil, 200},
	}
	for _, test := range tests {
		w := l.call(test.method, test.path, test.header)
		if w.Code != test.want || w.Header().Get("X-Content-Type-Options") != "nosniff" {
			t.Errorf("%s %s %v: %d %s, want %d", test.method, test.path, test.header, w.Code, w.Body, test.want)
		}
	}
}

func TestConsole(t *testing.T) {
	l := newLab(t)
	const immutable = "public, max-age=31536000, immutable"
	const missing = `{"title":"Not Found","status":404,"detail":"there is no such file; reload the page","remedy":"reload the page",` +
		`"errors":[{"location":"path","message":"there is no such file","remedy":"reload the page"}]}`
	tests := []struct {
		path, encoding            string
		code                      int
		body, kind, cache, packed string
	}{
		{"/", "", 200, "<title>Assay</title>", "text/html; charset=utf-8", "no-cache", ""},
		{"/bots/mes-orb", "gzip, br", 200, "<title>Assay</title>", "text/html; charset=utf-8", "no-cache", ""},
		{"/index.html", "", 200, "<title>Assay</title>", "text/html; charset=utf-8", "no-cache", ""},
		{"/assets/app-1a2b.js", "", 200, "start()", "text/javascript; charset=utf-8", immutable, ""},
		{"/assets/app-1a2b.js", "gzip, br", 200, "packed", "text/javascript; charset=utf-8", immutable, "br"},
		{"/assets/app-1a2b.js", "br;q=0", 200, "start()", "text/javascript; charset=utf-8", immutable, ""},
		{"/assets/old.js", "", 404, missing + "\n", "application/problem+json", "no-store", ""},
	}
	for _, test := range tests {
		w := l.call(http.MethodGet, test.path, map[string]string{"Accept-Encoding": test.encoding})
		h := w.Header()
		got := []any{w.Code, w.Body.String(), h.Get("Content-Type"), h.Get("Cache-Control"), h.Get("Content-Encoding")}
		want := []any{test.code, test.body, test.kind, test.cache, test.packed}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", test.path, diff)
		}
		if !strings.Contains(h.Get("Content-Security-Policy"), "frame-ancestors 'none'") {
			t.Errorf("%s has no policy", test.path)
		}
	}
}

func TestAnswersArePacked(t *testing.T) {
	l := inhabited(t)
	plain := l.call(http.MethodGet, "/api/bots", nil)
	packed := l.call(http.MethodGet, "/api/bots", map[string]string{"Accept-Encoding": "gzip"})
	if packed.Header().Get("Content-Encoding") != "gzip" || plain.Header().Get("Content-Encoding") != "" {
		t.Fatalf("headers %v and %v", packed.Header(), plain.Header())
	}
	unpacked, err := gzip.NewReader(packed.Body)
	l.must(err)
	got, err := io.ReadAll(unpacked)
	l.must(err)
	if diff := cmp.Diff(plain.Body.String(), string(got)); diff != "" {
		t.Errorf("(-plain +packed):\n%s", diff)
	}
}
