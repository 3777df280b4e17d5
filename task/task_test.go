package task_test

import (
	"context"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"assay"
	"assay/bot"
	"assay/job"
	"assay/market"
	"assay/market/simbars"
	"assay/store"
	"assay/store/storetest"
	"assay/strategy"
	"assay/task"
)

// shelf holds bars by fingerprint.
type shelf map[string]*market.Bars

func (s shelf) Load(_ context.Context, fingerprint string) (*market.Bars, error) {
	if b := s[fingerprint]; b != nil {
		return b, nil
	}
	return nil, assay.Errorf(assay.NotFound, "import it again", "there is no data set %s", fingerprint)
}

func newLab(t *testing.T, source string) (task.Lab, store.DataSet) {
	t.Helper()
	db := storetest.Open(t, storetest.NewClock().Now)
	contract, err := market.ContractOf("ES")
	if err != nil {
		t.Fatal(err)
	}
	bars := simbars.Generate(contract, simbars.First+60)
	d := storetest.DataSet("SIM-ES", market.Fingerprint(bars))
	set := storetest.AddDataSet(t, db, d)
	_, err = db.CreateBot(t.Context(), bot.Bot{ID: "a", Name: "A", Symbol: "MES", PromotionMode: bot.Manual, Capital: 50_000 * market.Dollar},
		store.Version{Hash: "h", Source: source, Symbol: "MES", Interval: 5 * time.Minute, Origin: "STARTER"})
	if err != nil {
		t.Fatal(err)
	}
	return task.Lab{DB: db, Bars: shelf{set.Fingerprint: bars}, AllowSim: true}, set
}

// work runs the next job of the bot as a worker would.
func work(t *testing.T, l task.Lab, kind job.Type) error {
	t.Helper()
	if _, err := l.DB.Enqueue(t.Context(), store.NewJob{BotID: "a", Type: kind, Reason: "R", MaxAttempts: 3}); err != nil {
		t.Fatal(err)
	}
	if _, err := l.DB.Admit(t.Context()); err != nil {
		t.Fatal(err)
	}
	j, found, err := l.DB.StartNext(t.Context(), "w")
	if err != nil || !found {
		t.Fatal("no job", err)
	}
	save, err := l.Handlers()[kind](t.Context(), j, func(float64) {})
	if err != nil {
		return err
	}
	if err := l.DB.Finish(t.Context(), store.LeaseOf(j), func(tx *store.DB) error { return save(t.Context(), tx) }); err != nil {
		t.Fatal(err)
	}
	return nil
}

func checksOfNewest(t *testing.T, db *store.DB) map[string]store.CheckOutcome {
	t.Helper()
	sessions, err := db.Sessions(t.Context(), "a", 1)
	if err != nil || len(sessions) != 1 {
		t.Fatal("no session", err)
	}
	checks, err := db.Checks(t.Context(), sessions[0].ID)
	if err != nil {
		t.Fatal(err)
	}
	outcomes := map[string]store.CheckOutcome{}
	for _, c := range checks {
		outcomes[c.Name] = c.Outcome
	}
	return outcomes
}

func TestRefreshRepeatsAnUnchangedResult(t *testing.T) {
	l, set := newLab(t, string(strategy.Library()[0].Source))
	for _, kind := range []job.Type{job.Baseline, job.Refresh} {
		if err := work(t, l, kind); err != nil {
			t.Fatal(err)
		}
	}
	if got := checksOfNewest(t, l.DB)[task.CheckRepeat]; got != store.CheckPass {
		t.Errorf("repeating the same input: %q, want a pass", got)
	}
	longer := set
	bars := l.Bars.(shelf)[set.Fingerprint].Truncate(5000)
	longer.Fingerprint = market.Fingerprint(bars)
	storetest.AddDataSet(t, l.DB, longer)
	l.Bars.(shelf)[longer.Fingerprint] = bars
	if err := work(t, l, job.Refresh); err != nil {
		t.Fatal(err)
	}
	if got, compared := checksOfNewest(t, l.DB)[task.CheckRepeat]; compared {
		t.Errorf("other bars were compared: %s", got)
	}
	sessions, err := l.DB.Sessions(t.Context(), "a", 3)
	if err != nil {
		t.Fatal(err)
	}
	got := []any{
		sessions[2].ResultHash == sessions[1].ResultHash, sessions[1].ResultHash == sessions[0].ResultHash, sessions[0].Kind,
	}
	if diff := cmp.Diff([]any{true, false, job.Refresh}, got); diff != "" {
		t.Errorf("hashes alike, hashes of other bars alike, kind (-want +got):\n%s", diff)
	}
}

func TestWhatStopsABacktest(t *testing.T) {
	good := string(strategy.Library()[0].Source)
	for name, c := range map[string]struct {
		source string
		change func(l *task.Lab)
		kind   assay.Kind
	}{
		"a stored text that does not parse": {"strategy: [", func(*task.Lab) {}, assay.Invalid},
		"simulated data switched off":       {good, func(l *task.Lab) { l.AllowSim = false }, assay.Unavailable},
		"the bars are gone":                 {good, func(l *task.Lab) { l.Bars = shelf{} }, assay.NotFound},
	} {
		t.Run(name, func(t *testing.T) {
			l, _ := newLab(t, c.source)
			c.change(&l)
			if err := work(t, l, job.Baseline); assay.KindOf(err) != c.kind {
				t.Errorf("%v, want one of kind %s", err, c.kind)
			}
		})
	}
}
