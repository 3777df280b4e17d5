package control_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"assay/bot"
	"assay/control"
	"assay/history"
	"assay/job"
	"assay/market"
	"assay/market/simbars"
	"assay/plan"
	"assay/store"
	"assay/strategy"
	"assay/task"
	"assay/worker"
)

// lab is a whole laboratory on a directory of its own, put together as the
// server does it.
type lab struct {
	db      *store.DB
	disk    *history.Store
	planner *control.Planner
	local   *worker.Local
}

func openLab(ctx context.Context, dir string) (*lab, error) {
	db, err := store.Open(ctx, dir, time.Now)
	if err != nil {
		return nil, err
	}
	l := &lab{db: db, disk: history.OpenStore(dir)}
	config := worker.DefaultConfig(2)
	config.Handlers = task.Lab{DB: db, Bars: l.disk, AllowSim: true}.Handlers()
	l.local = worker.NewLocal(db, config, nil)
	l.planner = &control.Planner{
		DB: db, Policy: plan.DefaultPolicy(), Reaper: worker.Reaper{DB: db, Config: config}, AllowSim: true,
		Sim: &control.SimData{DB: db, Disk: l.disk, Generate: simbars.Generate},
	}
	return l, nil
}

func newLab(t testing.TB) *lab {
	t.Helper()
	l, err := openLab(t.Context(), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := l.db.Close(); err != nil {
			t.Error(err)
		}
	})
	return l
}

// addStarters adds five strategies of the library, all on MES, as bots in LAB, as
// often as told.
func addStarters(t testing.TB, db *store.DB, times int) {
	t.Helper()
	for i := range times {
		for _, starter := range strategy.Library()[:5] {
			s, err := strategy.Parse(starter.Source, starter.File)
			if err != nil {
				t.Fatal(err)
			}
			id := bot.ID(fmt.Sprintf("%s-%d", strings.TrimSuffix(starter.File, ".yaml"), i))
			_, err = db.CreateBot(t.Context(),
				bot.Bot{ID: id, Name: s.Name, Symbol: s.Symbol, PromotionMode: bot.Manual, Capital: 50_000 * market.Dollar},
				store.Version{Hash: s.Hash(), Source: string(s.Print()), Symbol: s.Symbol, Interval: s.Bars, Origin: "STARTER"})
			if err != nil {
				t.Fatal(err)
			}
		}
	}
}

// run runs planner and worker until the returned function is called.
func (l *lab) run(t testing.TB) (stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 2)
	go func() { l.planner.Run(ctx); ended <- nil }()
	go func() { ended <- l.local.Run(ctx) }()
	return func() {
		t.Helper()
		cancel()
		for range cap(ended) {
			if err := <-ended; err != nil {
				t.Error(err)
			}
		}
	}
}

// until looks at the database after every change, for at most a minute.
func until(t testing.TB, db *store.DB, what string, done func() bool) {
	t.Helper()
	give := time.NewTimer(time.Minute)
	defer give.Stop()
	look := time.NewTicker(5 * time.Millisecond) // another process may be the one that writes
	defer look.Stop()
	for !done() {
		select {
		case <-look.C:
		case <-give.C:
			counts, _ := db.JobCounts(t.Context())
			t.Fatalf("%s: not within a minute; jobs %v", what, counts)
		}
	}
}

func must[T any](t testing.TB) func(v T, err error) T {
	return func(v T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

// resultsOn says whether every bot's metrics come from the named data set.
func (l *lab) resultsOn(t testing.TB, set string) bool {
	t.Helper()
	for _, r := range must[[]store.FleetRow](t)(l.db.Fleet(t.Context(), store.FleetFilter{})) {
		if r.Result == nil || r.Result.DataSet != set || r.Facts.Active != nil {
			return false
		}
	}
	return true
}

// The laboratory's main promise: nobody clicks, every bot gets its baseline on
// labelled data, and a real set that arrives makes the fleet test again on it.
func TestFleetWorksByItself(t *testing.T) {
	l := newLab(t)
	addStarters(t, l.db, 1)
	defer l.run(t)()
	until(t, l.db, "baselines on simulated bars", func() bool { return l.resultsOn(t, "SIM-ES") })
	for _, s := range must[[]store.Session](t)(l.db.Sessions(t.Context(), "", 10)) {
		l.prove(t, s, true)
	}
	sim := must[*market.Bars](t)(l.disk.Load(t.Context(), must[store.DataSet](t)(l.db.DataSet(t.Context(), "SIM-ES")).Fingerprint))
	_, report, err := control.SaveSet(t.Context(), l.db, l.disk, sim.Truncate(20_000),
		history.About{Name: "ES-5m", Provider: history.CSV, Source: "es.csv"}, false)
	if err != nil || report.Verdict != history.Pass {
		t.Fatalf("%v %v", report.Reasons, err)
	}
	until(t, l.db, "baselines on the imported bars", func() bool { return l.resultsOn(t, "ES-5m") })
	for _, s := range must[[]store.Session](t)(l.db.Sessions(t.Context(), "", 5)) {
		l.prove(t, s, false)
	}
}

// prove holds a session against its own evidence: its parts add up, and
// running it again gives its result hash.
func (l *lab) prove(t *testing.T, s store.Session, sim bool) {
	t.Helper()
	version := must[store.Version](t)(l.db.Version(t.Context(), s.VersionID))
	rules := must[*strategy.Strategy](t)(strategy.Parse([]byte(version.Source), "stored"))
	bars := must[*market.Bars](t)(l.disk.Load(t.Context(), s.Fingerprint))
	again := must[task.Output](t)(task.Backtest(task.Input{
		Strategy: rules, Bars: bars, Fingerprint: s.Fingerprint, Capital: s.Metrics.Capital,
	}))
	trades := must[[]store.Trade](t)(l.db.Trades(t.Context(), s.ID))
	sum := s.OpenPnL
	for _, trade := range trades {
		sum += trade.Net
	}
	days := must[[]store.EquityDay](t)(l.db.Equity(t.Context(), s.ID))
	checks := map[string]bool{}
	for _, c := range must[[]store.Check](t)(l.db.Checks(t.Context(), s.ID)) {
		checks[c.Name] = c.Outcome != store.CheckFail || c.Name == task.CheckStress || c.Name == task.CheckNeighbours
	}
	j := must[job.Job](t)(l.db.Job(t.Context(), s.JobID))
	want := []any{
		sim, again.ResultHash, len(trades), s.Metrics.NetPnL, s.Metrics.Capital + s.Metrics.NetPnL, rules.Hash(),
		map[string]bool{task.CheckStress: true, task.CheckNeighbours: true, task.CheckLookAhead: true},
		job.Completed, job.Baseline, "0.25", "5",
	}
	got := []any{
		s.Sim, s.ResultHash, s.Metrics.Trades, sum, days[len(days)-1].Equity, s.StrategyHash, checks,
		j.Status, s.Kind, s.TickSize, s.Multiplier,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("session %d of %s (-want +got):\n%s", s.ID, s.BotID, diff)
	}
}
