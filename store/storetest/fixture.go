// Package storetest holds the behaviour of package store as one suite that
// every database must pass, and the small fleet that other packages' tests
// stand on.
package storetest

import (
	"encoding/json"
	"fmt"
	"sync"
	"testing"
	"time"

	"assay/bot"
	"assay/engine"
	"assay/job"
	"assay/market"
	"assay/measure"
	"assay/store"
)

// Start is the time at which a Clock begins.
var Start = time.Date(2026, 11, 23, 15, 0, 0, 0, time.UTC)

// Clock is a clock that a test moves by hand.
type Clock struct {
	mu  sync.Mutex
	now time.Time
}

// NewClock returns a clock that stands at Start.
func NewClock() *Clock { return &Clock{now: Start} }

// Now returns the clock's time.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

// Add moves the clock.
func (c *Clock) Add(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// Open opens a new SQLite database for one test.
func Open(t testing.TB, clock func() time.Time) *store.DB {
	t.Helper()
	db, err := store.Open(t.Context(), t.TempDir(), clock)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	return db
}

// AddBot adds a bot in LAB that trades MES on 5-minute bars.
func AddBot(t testing.TB, db *store.DB, id bot.ID) bot.Bot {
	t.Helper()
	b, err := db.CreateBot(t.Context(),
		bot.Bot{ID: id, Name: "Bot " + string(id), Symbol: "MES", PromotionMode: bot.Manual, Capital: 50_000 * market.Dollar},
		store.Version{
			Hash: "h-" + string(id), Source: "strategy: " + string(id), Symbol: "MES", Interval: 5 * time.Minute,
			Origin: "STARTER",
		})
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// AddBots adds n bots named bot-0000, bot-0001, ….
func AddBots(t testing.TB, db *store.DB, n int) []bot.Bot {
	t.Helper()
	bots := make([]bot.Bot, n)
	for i := range bots {
		bots[i] = AddBot(t, db, bot.ID(fmt.Sprintf("bot-%04d", i)))
	}
	return bots
}

// DataSet is a usable set of simulated ES bars.
func DataSet(name, fingerprint string) store.DataSet {
	return store.DataSet{
		Name: name, Root: "ES", Interval: 5 * time.Minute, Provider: "simulated", Sim: true, Fingerprint: fingerprint,
		FirstBar: Start.AddDate(-1, 0, 0), LastBar: Start.Add(-time.Hour), SessionClosed: Start.Add(-time.Hour), Bars: 70_000,
		Verdict: store.VerdictPass, Report: json.RawMessage(`{"holes":0}`),
	}
}

// AddDataSet saves a data set.
func AddDataSet(t testing.TB, db *store.DB, d store.DataSet) store.DataSet {
	t.Helper()
	saved, err := db.SaveDataSet(t.Context(), d)
	if err != nil {
		t.Fatal(err)
	}
	return saved
}

// StartJob queues a baseline for the bot and starts it.
func StartJob(t testing.TB, db *store.DB, id bot.ID, worker string) job.Job {
	t.Helper()
	enqueue(t, db, store.NewJob{BotID: id, Type: job.Baseline, Reason: "BASELINE_MISSING", MaxAttempts: 3})
	return StartNext(t, db, worker)
}

func enqueue(t testing.TB, db *store.DB, jobs ...store.NewJob) []store.Queued {
	t.Helper()
	queued, err := db.Enqueue(t.Context(), jobs...)
	if err != nil {
		t.Fatal(err)
	}
	return queued
}

// StartNext admits what may start and starts the first.
func StartNext(t testing.TB, db *store.DB, worker string) job.Job {
	t.Helper()
	if _, err := db.Admit(t.Context()); err != nil {
		t.Fatal(err)
	}
	j, found, err := db.StartNext(t.Context(), worker)
	if err != nil || !found {
		t.Fatalf("no job to start: %v", err)
	}
	return j
}

// ResultFor is a small result of a job's bot on a data set.
func ResultFor(t testing.TB, db *store.DB, j job.Job, d store.DataSet) store.Result {
	t.Helper()
	b, err := db.Bot(t.Context(), bot.ID(j.BotID))
	if err != nil {
		t.Fatal(err)
	}
	sharpe, winRate := 1.25, 0.5
	net := 3020*market.Dollar + market.Dollar/2
	trade := store.Trade{
		N: 1, Side: market.Long, Qty: 1, Contract: "ESZ6", EntryAt: Start.Add(-3 * time.Hour), ExitAt: Start.Add(-2 * time.Hour),
		Entry: 20_000, Exit: 20_040, EntryWhy: "close crosses above vwap", ExitWhy: engine.Targeted,
		Risk: 100 * market.Dollar, Gross: net + 4*market.Dollar, Fees: 4 * market.Dollar, Net: net,
	}
	short := trade
	short.N, short.Side, short.ExitWhy, short.Ambiguous = 2, market.Short, engine.Stopped, true
	short.Gross, short.Net = 4*market.Dollar+12_500, 12_500
	return store.Result{
		Session: store.Session{
			BotID: b.ID, JobID: j.ID, JobCreatedAt: j.CreatedAt, Kind: j.Type, VersionID: b.VersionID, Generation: b.Generation,
			CreatedAt: j.StartedAt, ResultHash: "r1", OpenPnL: -12_500,
			Metrics: measure.Metrics{
				Capital: b.Capital, Days: 2, NetPnL: net, Trades: 2, MaxDrawdown: market.Money(312_500), Sharpe: &sharpe, WinRate: &winRate,
			},
			Provenance: store.Provenance{
				DataSetID: d.ID, DataSet: d.Name, Fingerprint: d.Fingerprint, Provider: d.Provider, Sim: d.Sim, Symbol: b.Symbol,
				DataRoot: d.Root, Interval: d.Interval, TickSize: "0.25", Multiplier: "5", FirstBar: d.FirstBar, LastBar: d.LastBar,
				Bars: d.Bars, StrategyHash: "h", RuleHash: "rh", Costs: engine.Costs{Name: "standard", Fee: 6200},
				EngineVersion: engine.Version, Seed: 1<<63 + 5,
			},
		},
		Trades: []store.Trade{trade, short},
		Equity: []store.EquityDay{
			{Date: 20_000, PnL: net, Equity: b.Capital + net},
			{Date: 20_001, PnL: 0, Equity: b.Capital + net},
		},
		Checks: []store.Check{{Name: "LOOK_AHEAD", Outcome: store.CheckPass, Detail: json.RawMessage(`{"cuts":20}`)}},
	}
}

// CompleteJob completes a running job with ResultFor and returns the session.
func CompleteJob(t testing.TB, db *store.DB, j job.Job, d store.DataSet) int64 {
	t.Helper()
	var id int64
	result := ResultFor(t, db, j, d)
	err := db.Finish(t.Context(), store.LeaseOf(j), func(tx *store.DB) (err error) {
		id, err = tx.SaveResult(t.Context(), result)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return id
}
