package client_test

import (
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/client_golang/prometheus"

	"assay"
	"assay/api"
	"assay/bot"
	"assay/client"
	"assay/control"
	"assay/health"
	"assay/market"
	"assay/plan"
	"assay/provider"
	"assay/store"
)

var noon = time.Date(2026, 11, 23, 18, 38, 47, 0, time.UTC)

// running is an Assay with two bots and one tick.
func running(t *testing.T) *client.Client {
	t.Helper()
	db, err := store.Open(t.Context(), t.TempDir(), func() time.Time { return noon })
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	for _, id := range []bot.ID{"a", "b"} {
		_, err := db.CreateBot(t.Context(),
			bot.Bot{ID: id, Name: "Bot " + string(id), Symbol: "MES", PromotionMode: bot.Manual, Capital: market.Dollar},
			store.Version{Hash: "h", Source: "s", Symbol: "MES", Interval: time.Minute, Origin: "STARTER"})
		if err != nil {
			t.Fatal(err)
		}
	}
	_, err = db.AddTick(t.Context(), store.Tick{
		StartedAt: noon, BotsEvaluated: 2, BotsHeld: 2, HeldBy: map[plan.Reason]int{plan.NoData: 2},
	})
	if err != nil {
		t.Fatal(err)
	}
	none := provider.NewRegistry(provider.Source{Variable: func(string) string { return "" }}, nil)
	s, err := api.New(api.Config{
		Store: db, Console: fstest.MapFS{}, StuckAfter: time.Minute, Log: slog.Default(), Metrics: prometheus.NewRegistry(),
		Health: control.NewHealth(control.HealthConfig{DB: db, Providers: none}),
	})
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(s)
	t.Cleanup(server.Close)
	return client.New(server.URL + "/")
}

func TestBots(t *testing.T) {
	bots, total, err := running(t).Bots(t.Context(), 1)
	if err != nil || total != 2 || len(bots) != 1 {
		t.Fatalf("%d of %d bots, error %v", len(bots), total, err)
	}
	b := bots[0]
	if b.ID != "a" || b.Name != "Bot a" || b.Stage != bot.Lab || b.BotNow.Badges[0].Display != "Fresh" ||
		b.Metrics.NetPnl != nil {
		t.Errorf("bot %+v", b)
	}
}

func TestAutonomy(t *testing.T) {
	got, err := running(t).Autonomy(t.Context(), 5)
	if err != nil {
		t.Fatal(err)
	}
	want := client.Autonomy{
		Verdict: "alive", LastFinishedAt: &noon, BotsEvaluated: 2, BotsHeld: 2,
		Ticks: []client.Tick{{
			ID: 1, StartedAt: noon, FinishedAt: &noon, BotsEvaluated: 2, BotsHeld: 2,
			HeldByReason: map[string]int{"NO_DATA": 2},
		}},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestErrorsAreSentences(t *testing.T) {
	stranger := httptest.NewServer(http.NotFoundHandler())
	t.Cleanup(stranger.Close)
	gone := httptest.NewServer(http.NotFoundHandler())
	gone.Close()
	tests := []struct {
		name string
		c    *client.Client
		n    int
		kind assay.Kind
		want string
	}{
		{"a problem", running(t), 0, assay.Invalid, "query.limit: expected number >= 1"},
		{"no server", client.New(gone.URL), 1, assay.Unavailable, "start one with assay serve"},
		{"another server", client.New(stranger.URL), 1, assay.Unavailable, "answered 404 Not Found"},
		{"no address", client.New(":::"), 1, assay.Invalid, "give it like http://localhost:5000"},
	}
	for _, test := range tests {
		_, _, err := test.c.Bots(t.Context(), test.n)
		if err == nil || assay.KindOf(err) != test.kind || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: %v (%s), want %s (%s)", test.name, err, assay.KindOf(err), test.want, test.kind)
		}
	}
}

func TestOperatorsActs(t *testing.T) {
	c := running(t)
	order := client.RevertOrder{Scope: []string{"a", "b"}, ReasonCode: "SEV1_RESET", LockHours: 2}
	seen, err := c.Revert(t.Context(), order)
	if err != nil || !seen.DryRun || seen.Counts.Bots != 2 || seen.Counts.From[bot.Lab] != 2 || seen.Bots[1].ID != "b" ||
		!seen.StageLockedUntil.Equal(noon.Add(2*time.Hour)) {
		t.Fatalf("dry run %+v, error %v", seen, err)
	}
	order.Execute = seen.PreviewHash
	if done, err := c.Revert(t.Context(), order); err != nil || done.DryRun || done.AuditID != 1 {
		t.Errorf("revert %+v, error %v", done, err)
	}
	if _, err := c.Revert(t.Context(), order); assay.KindOf(err) != assay.Conflict {
		t.Errorf("the same hash again: %v, want a conflict", err)
	}
	reset := client.ResetOrder{Scope: []string{"ALL"}, ReasonCode: "SEV1_RESET"}
	dry, err := c.ResetMetrics(t.Context(), reset)
	if err != nil || !dry.DryRun || dry.Counts.Bots != 2 || dry.Bots[0].MetricsResetAt != nil {
		t.Fatalf("dry run %+v, error %v", dry, err)
	}
	reset.Execute = dry.PreviewHash
	if done, err := c.ResetMetrics(t.Context(), reset); err != nil || done.AuditID != 2 || !done.MetricsResetAt.Equal(noon) {
		t.Errorf("reset %+v, error %v", done, err)
	}
	paused, err := c.Pause(t.Context(), []string{"LAB"}, "roll week")
	if err != nil || paused.Changed != 2 || paused.FleetPaused || paused.BotsPaused != 2 {
		t.Errorf("paused %+v, error %v", paused, err)
	}
	resumed, err := c.Resume(t.Context(), []string{"a"}, "seen")
	if err != nil || resumed.BotsPaused != 1 || resumed.AuditID != 4 {
		t.Errorf("resumed %+v, error %v", resumed, err)
	}
}

func TestReadiness(t *testing.T) {
	c := running(t)
	r, err := c.Readiness(t.Context())
	if err != nil || len(r.Providers) != len(health.Providers) || r.Gates.Live.Allowed {
		t.Errorf("%+v, error %v", r, err)
	}
	if r, err = c.Verify(t.Context(), ""); err != nil || r.Notice == nil {
		t.Errorf("%+v, error %v", r.Notice, err)
	}
	if _, err := c.Verify(t.Context(), "redis"); assay.KindOf(err) != assay.Conflict {
		t.Errorf("redis: %v", err)
	}
	if _, err := c.Verify(t.Context(), "bloomberg"); assay.KindOf(err) != assay.NotFound {
		t.Errorf("bloomberg: %v", err)
	}
}
