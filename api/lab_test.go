package api

import (
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"assay/badge"
	"assay/bot"
	"assay/control"
	"assay/engine"
	"assay/health"
	"assay/job"
	"assay/market"
	"assay/measure"
	"assay/plan"
	"assay/provider"
	"assay/store"
)

// noon is 18:38:47 UTC on a Monday, 12:38 in Chicago: RTH.
var noon = time.Date(2026, 11, 23, 18, 38, 47, 0, time.UTC)

// lab is a server over a real database, with a clock that stands still.
type lab struct {
	*Server
	t   *testing.T
	ctx context.Context
	mu  sync.Mutex
	at  time.Time

	databento *answering // the only provider that is configured
}

func newLab(t *testing.T) *lab {
	l := &lab{t: t, ctx: t.Context(), at: noon}
	db, err := store.Open(l.ctx, t.TempDir(), l.now)
	l.must(err)
	t.Cleanup(func() { l.must(db.Close()) })
	l.databento = &answering{outcome: health.Passed}
	registry := provider.NewRegistry(
		provider.Source{Variable: func(name string) string {
			return map[string]string{"DATABENTO_API_KEY": "key"}[name]
		}},
		map[health.ProviderID]provider.Maker{
			health.Databento: func(func(string) (string, error)) (provider.Verifier, error) { return l.databento, nil },
		})
	ready := control.NewHealth(control.HealthConfig{DB: db, Providers: registry})
	ready.Beat(l.ctx)
	metrics := prometheus.NewRegistry()
	metrics.MustRegister(control.NewMetrics(ready))
	l.Server, err = New(Config{
		Store: db, Health: ready, Metrics: metrics, StuckAfter: 30 * time.Second, Limits: map[job.Type]time.Duration{job.Baseline: 10 * time.Minute},
		Log: slog.New(slog.NewTextHandler(t.Output(), nil)),
		Console: fstest.MapFS{
			"index.html":            {Data: []byte("<title>Assay</title>")},
			"assets/app-1a2b.js":    {Data: []byte("start()")},
			"assets/app-1a2b.js.br": {Data: []byte("packed")},
		},
	})
	l.must(err)
	return l
}

func (l *lab) must(err error) {
	l.t.Helper()
	if err != nil {
		l.t.Fatal(err)
	}
}

func (l *lab) now() time.Time {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.at
}

func (l *lab) pass(d time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.at = l.at.Add(d)
}

func (l *lab) addBot(id bot.ID, name string) {
	l.t.Helper()
	_, err := l.db.CreateBot(l.ctx,
		bot.Bot{ID: id, Name: name, Symbol: "MES", PromotionMode: bot.Manual, Capital: 25_000 * market.Dollar},
		store.Version{Hash: "s1", Source: "strategy: x", Symbol: "MES", Interval: 5 * time.Minute, Origin: "STARTER"})
	l.must(err)
}

func (l *lab) enqueue(id bot.ID) {
	l.t.Helper()
	_, err := l.db.Enqueue(l.ctx,
		store.NewJob{BotID: id, Type: job.Baseline, Reason: string(plan.BaselineMissing), MaxAttempts: 3})
	l.must(err)
}

// start runs the job that has waited longest.
func (l *lab) start() job.Job {
	l.t.Helper()
	_, err := l.db.Admit(l.ctx)
	l.must(err)
	j, found, err := l.db.StartNext(l.ctx, "worker-1")
	l.must(err)
	if !found {
		l.t.Fatal("no job waits")
	}
	return j
}

// finish completes a job with two trades of +$60.50 and −$20.25.
func (l *lab) finish(j job.Job) {
	l.t.Helper()
	set, err := l.db.SaveDataSet(l.ctx, store.DataSet{
		Name: "SIM-ES-5m", Root: "ES", Interval: 5 * time.Minute, Provider: "simulated", Sim: true, Fingerprint: "f1",
		FirstBar: noon.AddDate(0, -1, 0), LastBar: noon.AddDate(0, 0, -1), Bars: 5000,
		Verdict: store.VerdictPass, Report: json.RawMessage(`{}`),
	})
	l.must(err)
	sharpe, rate := 0.97, 0.5
	b, err := l.db.Bot(l.ctx, bot.ID(j.BotID))
	l.must(err)
	contract, err := market.ContractOf("MES")
	l.must(err)
	session := store.Session{
		BotID: b.ID, JobID: j.ID, JobCreatedAt: j.CreatedAt, Kind: j.Type, VersionID: b.VersionID,
		Generation: 1, CreatedAt: j.StartedAt,
		Metrics: measure.Metrics{
			Capital: b.Capital, Days: 20, NetPnL: 40_2500, MaxDrawdown: 20_2500, Trades: 2, Wins: 1, Losses: 1,
			Sharpe: &sharpe, WinRate: &rate,
		},
		Provenance: store.Provenance{
			DataSetID: set.ID, DataSet: set.Name, Fingerprint: set.Fingerprint, Provider: set.Provider, Sim: true,
			Symbol: "MES", DataRoot: "ES", Interval: set.Interval, TickSize: "0.25", Multiplier: "5",
			FirstBar: set.FirstBar, LastBar: set.LastBar, Bars: set.Bars, StrategyHash: "s1", RuleHash: "r1",
			Costs: engine.Standard(contract), EngineVersion: "1", Seed: 1<<63 + 1,
		},
		ResultHash: "h1",
	}
	trade := store.Trade{
		N: 1, Side: market.Long, Qty: 1, Contract: "MESZ6", EntryAt: noon.AddDate(0, 0, -3),
		ExitAt: noon.AddDate(0, 0, -2), Entry: 24001, Exit: 24052, EntryWhy: "close crosses above the range",
		ExitWhy: engine.Targeted, Risk: 100 * market.Dollar, Gross: 63_7500, Fees: 3_2500, Net: 60_5000,
	}
	second := trade
	second.N, second.Side, second.Net, second.ExitWhy = 2, market.Short, -20_2500, engine.Stopped
	l.must(l.db.Finish(l.ctx, store.LeaseOf(j), func(tx *store.DB) error {
		_, err := tx.SaveResult(l.ctx, store.Result{
			Session: session, Trades: []store.Trade{trade, second},
			Equity: []store.EquityDay{{Date: market.DateOf(noon) - 2, PnL: 40_2500, Equity: b.Capital + 40_2500}},
		})
		return err
	}))
}

func (l *lab) tick(t store.Tick) {
	l.t.Helper()
	t.StartedAt = l.now().Add(-20 * time.Millisecond)
	_, err := l.db.AddTick(l.ctx, t)
	l.must(err)
}

// inhabited is a lab with a bot at work, one that waits, one with a result and
// a new one.
func inhabited(t *testing.T) *lab {
	l := newLab(t)
	l.addBot("mes-gap", "Gap Fade")
	l.addBot("mes-orb", "ORB Breakout")
	l.addBot("mes-trend", "Trend Following")
	l.must(l.db.SetCaps(l.ctx, store.Caps{Backtests: 2, Improve: 1, Total: 10_000}))
	l.enqueue("mes-gap")
	l.finish(l.start())
	l.must(l.db.SavePlans(l.ctx, []store.BotPlan{{
		BotID: "mes-gap", Reason: string(plan.NotDue), Detail: "the baseline is recent; it is refreshed every 6h",
		Next: plan.Next{Action: "Refresh backtest", DueAt: noon.Add(6 * time.Hour), Reason: "every 6h"},
	}}))
	l.enqueue("mes-orb")
	l.start()
	l.enqueue("mes-trend")
	l.tick(store.Tick{
		BotsEvaluated: 4, JobsEnqueued: 2, BotsHeld: 2,
		HeldBy: map[plan.Reason]int{plan.NotDue: 1, plan.JobActive: 1},
	})
	l.pass(7 * time.Second)
	l.addBot("mes-vwap", "VWAP Scalper")
	return l
}

// call sends one request of a browser on this machine.
func (l *lab) call(method, path string, header map[string]string) *httptest.ResponseRecorder {
	r := httptest.NewRequestWithContext(l.ctx, method, path, nil)
	r.Host = "localhost:5000"
	for k, v := range header {
		if k == "Host" {
			r.Host = v
		}
		r.Header.Set(k, v)
	}
	w := httptest.NewRecorder()
	l.ServeHTTP(w, r)
	return w
}

// read decodes the answer of a call that must succeed.
func read[T any](l *lab, path string) (v T) {
	l.t.Helper()
	w := l.call(http.MethodGet, path, nil)
	if w.Code != http.StatusOK {
		l.t.Fatalf("GET %s: %d %s", path, w.Code, w.Body)
	}
	d := json.NewDecoder(w.Body)
	d.DisallowUnknownFields()
	l.must(d.Decode(&v))
	if _, err := d.Token(); err != io.EOF {
		l.t.Fatalf("GET %s: more than one value", path)
	}
	return v
}

func displays(n badge.BotNow) string {
	text := ""
	for _, b := range n.Badges {
		text += b.Display + "|"
	}
	return text
}
