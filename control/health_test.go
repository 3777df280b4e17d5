package control_test

import (
	"context"
	"fmt"
	"net/http/httptest"
	"regexp"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"assay"
	"assay/control"
	"assay/health"
	"assay/history"
	"assay/market"
	"assay/provider"
	"assay/provider/polygon"
	"assay/store"
	"assay/store/storetest"
)

// fake is a provider that answers as a test says.
type fake struct {
	id     health.ProviderID
	probes []health.Probe

	mu     sync.Mutex
	asked  int
	answer func(ctx context.Context, probe health.Probe) health.Verification
}

func (f *fake) Provider() health.ProviderID { return f.id }
func (f *fake) Address() string             { return "http://127.0.0.1:9/" + string(f.id) }
func (f *fake) Probes() []health.Probe      { return f.probes }

func (f *fake) Verify(ctx context.Context, probe health.Probe) health.Verification {
	f.mu.Lock()
	f.asked++
	answer := f.answer
	f.mu.Unlock()
	return answer(ctx, probe)
}

func (f *fake) times() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.asked
}

func (f *fake) becomes(answer func(context.Context, health.Probe) health.Verification) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.answer = answer
}

func passes(context.Context, health.Probe) health.Verification {
	return health.Verification{Outcome: health.Passed, Latency: 41 * time.Millisecond}
}

func unreachable(context.Context, health.Probe) health.Verification {
	return health.Verification{Outcome: health.Failed, Code: health.Unreachable, Detail: "connection refused"}
}

var fakeProbes = map[health.ProviderID][]health.Probe{
	health.Databento: {health.HistoricalData, health.LiveData},
	health.Polygon:   {health.HistoricalData},
	health.Ironbeam:  {health.BrokerAccount},
	health.Tradovate: {health.BrokerAccount},
	health.Redis:     {health.Ping},
}

// fakes configures some providers, all of which pass.
func fakes(t testing.TB, ids ...health.ProviderID) (map[health.ProviderID]*fake, *provider.Registry) {
	t.Helper()
	all, makers := map[health.ProviderID]*fake{}, map[health.ProviderID]provider.Maker{}
	var prefixes []string
	for _, id := range ids {
		f := &fake{id: id, probes: fakeProbes[id], answer: passes}
		all[id] = f
		makers[id] = func(func(string) (string, error)) (provider.Verifier, error) { return f, nil }
		prefixes = append(prefixes, strings.ToUpper(string(id))+"_")
	}
	registry := provider.NewRegistry(provider.Source{Variable: func(name string) string {
		for _, prefix := range prefixes {
			if strings.HasPrefix(name, prefix) && !strings.HasSuffix(name, "_FILE") {
				return "set"
			}
		}
		return ""
	}}, makers)
	return all, registry
}

func row(r health.Readiness, id health.ProviderID) health.Provider {
	for _, p := range r.Providers {
		if p.ID == id {
			return p
		}
	}
	panic("no provider " + id)
}

func check(r health.Readiness, id health.CheckID) health.Check {
	for _, c := range r.Checks {
		if c.ID == id {
			return c
		}
	}
	panic("no check " + id)
}

// Bots that are paused one by one leave no other trace among the checks.
func TestReadinessCountsPausedBots(t *testing.T) {
	db := storetest.Open(t, storetest.NewClock().Now)
	storetest.AddBots(t, db, 3)
	_, registry := fakes(t)
	h := control.NewHealth(control.HealthConfig{DB: db, Providers: registry})
	fleet := func() string { return check(h.Readiness(t.Context()), health.CheckFleet).Detail }
	if got := fleet(); got != "3 bots, all in LAB" {
		t.Errorf("before: %q", got)
	}
	if err := db.PauseBot(t.Context(), "bot-0001", "roll week"); err != nil {
		t.Fatal(err)
	}
	if got := fleet(); got != "3 bots, all in LAB; 1 paused" {
		t.Errorf("after: %q", got)
	}
}

// Bars are on their way only as long as the tick that makes them has no
// trouble; after that LAB waits for a person, and says so.
func TestReadinessPromisesNoBarsThatCannotBeMade(t *testing.T) {
	db := storetest.Open(t, storetest.NewClock().Now)
	storetest.AddBots(t, db, 1)
	_, registry := fakes(t)
	h := control.NewHealth(control.HealthConfig{DB: db, Providers: registry, AllowSim: true})
	for _, tick := range []struct {
		trouble string
		want    health.Status
	}{{"", health.StatusInfo}, {"the disk is full", health.StatusFail}} {
		if _, err := db.AddTick(t.Context(), store.Tick{StartedAt: db.Now(), Error: tick.trouble}); err != nil {
			t.Fatal(err)
		}
		r := h.Readiness(t.Context())
		if got := check(r, health.CheckHistorical); got.Status != tick.want || r.Gates.Lab.Allowed != (tick.trouble == "") {
			t.Errorf("after a tick with the trouble %q: %+v, LAB %+v", tick.trouble, got, r.Gates.Lab)
		}
	}
}

func TestVerify(t *testing.T) {
	for name, open := range map[string]func(testing.TB, func() time.Time) *store.DB{
		"SQLite": storetest.Open, "PostgreSQL": storetest.OpenPostgres,
	} {
		t.Run(name, func(t *testing.T) {
			clock := storetest.NewClock()
			db := open(t, clock.Now)
			all, registry := fakes(t, health.Databento, health.Ironbeam, health.Redis)
			h := control.NewHealth(control.HealthConfig{DB: db, Providers: registry})
			h.Beat(t.Context())

			r := h.Readiness(t.Context())
			if p := row(r, health.Ironbeam); p.Status != health.StatusNotVerified || p.LastVerifiedAt != nil || p.Connected {
				t.Errorf("before: %+v", p)
			}
			r = must[health.Readiness](t)(h.Verify(t.Context(), health.Ironbeam))
			p := row(r, health.Ironbeam)
			if p.Status != health.StatusPass || !p.Connected || !p.LastVerifiedAt.Equal(clock.Now()) || *p.LatencyMs != 41 {
				t.Errorf("after: %+v", p)
			}
			if r.Notice.Text != "Ironbeam verified in 41 ms" || !r.Notice.Good || check(r, health.CheckDatabase).Status != health.StatusPass {
				t.Errorf("%+v, %+v", r.Notice, check(r, health.CheckDatabase))
			}
			verified := clock.Now()
			clock.Add(time.Minute)
			all[health.Ironbeam].becomes(unreachable)
			r = must[health.Readiness](t)(h.Verify(t.Context()))
			if r.Notice.Text != "2 of 3 providers verified. Ironbeam: connection refused" || r.Notice.Good {
				t.Errorf("%+v", r.Notice)
			}
			p = row(r, health.Ironbeam)
			if p.Status != health.StatusFail || p.Connected || !p.LastVerifiedAt.Equal(verified) || !p.LastTriedAt.Equal(clock.Now()) {
				t.Errorf("when it fails: %+v", p)
			}
			if r.Gates.Canary.Allowed || r.Gates.Live.Allowed || !r.Gates.Paper.Allowed {
				t.Errorf("gates: %s", r.Summary)
			}
			if all[health.Databento].times() != 2 { // both of its probes
				t.Errorf("Databento was asked %d times", all[health.Databento].times())
			}
		})
	}
}

func TestVerifyWhatIsNotConfigured(t *testing.T) {
	_, registry := fakes(t)
	h := control.NewHealth(control.HealthConfig{DB: storetest.Open(t, time.Now), Providers: registry})
	_, err := h.Verify(t.Context(), health.Redis)
	if assay.KindOf(err) != assay.Conflict || err.Error() != "redis is not configured; set REDIS_URL and start Assay again" {
		t.Errorf("%v", err)
	}
	r, err := h.Verify(t.Context())
	if err != nil || r.Notice.Text != "No provider is configured, so none was asked." {
		t.Errorf("%+v %v", r.Notice, err)
	}
}

// What breaks within Assay, or is given up, is never told as a pass, and what
// was given up is told as nothing at all.
func TestVerificationsThatGoWrongHere(t *testing.T) {
	db := storetest.Open(t, time.Now)
	all, registry := fakes(t, health.Redis, health.Ironbeam)
	h := control.NewHealth(control.HealthConfig{DB: db, Providers: registry})
	all[health.Redis].becomes(func(context.Context, health.Probe) health.Verification { panic("nil map") })
	r := must[health.Readiness](t)(h.Verify(t.Context(), health.Redis))
	if p := row(r, health.Redis); p.Status != health.StatusFail || p.Said != "asking it went wrong within Assay; the log says how" {
		t.Errorf("%+v", p)
	}
	ctx, stop := context.WithCancel(t.Context())
	all[health.Ironbeam].becomes(func(ctx context.Context, _ health.Probe) health.Verification {
		stop()
		return health.Verification{Outcome: health.Failed, Code: health.TimedOut}
	})
	if _, err := h.Verify(ctx, health.Ironbeam); err == nil {
		t.Error("it was given up and says nothing")
	}
	if got := must[map[health.ProviderID][]health.Record](t)(db.Verifications(t.Context())); len(got[health.Ironbeam]) != 0 {
		t.Errorf("%+v was stored", got[health.Ironbeam])
	}
}

// A call that our own limit keeps in asks nothing: what is stored of a dead
// provider stands as it was, and the notice says that and until when.
func TestACallThatIsHeldBackLeavesNoVerification(t *testing.T) {
	closed := httptest.NewServer(nil)
	closed.Close()
	registry := provider.NewRegistry(provider.Source{Variable: func(name string) string {
		if name == polygon.KeyVariable {
			return "key"
		}
		return ""
	}}, map[health.ProviderID]provider.Maker{health.Polygon: func(func(string) (string, error)) (provider.Verifier, error) {
		return polygon.New(polygon.Config{Key: "key", URL: closed.URL, CallsPerMinute: 1, MaxWait: time.Nanosecond})
	}})
	clock := storetest.NewClock()
	h := control.NewHealth(control.HealthConfig{DB: storetest.Open(t, clock.Now), Providers: registry})
	first := must[health.Readiness](t)(h.Verify(t.Context(), health.Polygon))
	clock.Add(time.Second)
	second := must[health.Readiness](t)(h.Verify(t.Context(), health.Polygon))

	p := row(second, health.Polygon)
	if p.Status != health.StatusFail || p.Connected || p.LastVerifiedAt != nil || !strings.Contains(p.Said, "cannot be reached") {
		t.Errorf("%+v", p)
	}
	if tried := row(first, health.Polygon).LastTriedAt; tried == nil || !p.LastTriedAt.Equal(*tried) {
		t.Errorf("tried %v, at first %v", p.LastTriedAt, tried)
	}
	said := regexp.MustCompile(`^Polygon was not asked: its limit of 1 call a minute is used up until \d\d:\d\d:\d\d UTC\.$`)
	if second.Notice.Good || !said.MatchString(second.Notice.Text) {
		t.Errorf("%+v", second.Notice)
	}
}

// Nobody clicks: providers are verified at the start and every 15 minutes, an
// outage shows within that time and ends within it, and a verifier that has
// stopped is told.
func TestProvidersAreVerifiedAgainAndAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		db := storetest.Open(t, time.Now)
		all, registry := fakes(t, health.Ironbeam)
		broker := all[health.Ironbeam]
		h := control.NewHealth(control.HealthConfig{DB: db, Providers: registry})
		ctx, stop := context.WithCancel(t.Context())
		ended := make(chan struct{})
		go func() { h.Run(ctx); close(ended) }()
		dog, rest := context.WithCancel(t.Context())
		watched := make(chan struct{})
		go func() { (&control.Watchdog{DB: db}).Run(dog); close(watched) }()
		defer func() { rest(); <-watched }()
		var got []string
		after := func(d time.Duration) {
			time.Sleep(d)
			synctest.Wait()
			r := h.Readiness(t.Context())
			got = append(got, fmt.Sprintf("asked %d, %s, autonomy %s", broker.times(), row(r, health.Ironbeam).Status,
				check(r, health.CheckAutonomy).Detail))
		}
		after(0)
		after(14 * time.Minute)
		broker.becomes(unreachable)
		after(2 * time.Minute)
		broker.becomes(passes)
		after(15 * time.Minute)
		stop()
		<-ended
		after(health.SilentAfter - 2*time.Minute)
		// The planner of this test never ticks, which is worse than a silent verifier.
		if _, err := db.AddTick(t.Context(), store.Tick{StartedAt: time.Now()}); err != nil {
			t.Fatal(err)
		}
		after(2 * time.Minute)
		want := []string{
			"asked 1, PASS, autonomy The first tick is under way.",
			"asked 1, PASS, autonomy No tick has ever finished.",
			"asked 2, FAIL, autonomy No tick has ever finished.",
			"asked 3, PASS, autonomy No tick has ever finished.",
			"asked 3, PASS, autonomy No tick has ever finished.",
			"asked 3, PASS, autonomy The loop that verifies the providers has stopped.",
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	})
}

// One of several nodes verifies; when it goes, another does, at once.
func TestOneNodeVerifies(t *testing.T) {
	db := storetest.OpenPostgres(t, nil)
	var nodes [2]*control.Health
	for i := range nodes {
		_, registry := fakes(t, health.Redis)
		nodes[i] = control.NewHealth(control.HealthConfig{DB: db, Providers: registry, Shared: true})
	}
	if a, b := nodes[0].Beat(t.Context()), nodes[1].Beat(t.Context()); !a || b {
		t.Errorf("the first leads: %v, the second leads: %v", a, b)
	}
	ctx, stop := context.WithCancel(t.Context())
	stop()
	nodes[0].Run(ctx) // ends at once, and resigns
	if !nodes[1].Beat(t.Context()) {
		t.Error("nobody verifies")
	}
}

func TestADatabaseThatDoesNotAnswer(t *testing.T) {
	_, registry := fakes(t, health.Redis)
	dir := t.TempDir()
	db := must[*store.DB](t)(store.Open(t.Context(), dir, time.Now))
	h := control.NewHealth(control.HealthConfig{DB: db, Providers: registry})
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	r := h.Readiness(t.Context())
	if r.Status != health.StatusFail || check(r, health.CheckDatabase).Status != health.StatusFail || r.Gates.Lab.Allowed {
		t.Errorf("%s %s", r.Status, r.Summary)
	}
	if p := row(r, health.Redis); !p.Configured || p.Connected || p.Status != health.StatusNotVerified {
		t.Errorf("%+v", p)
	}
}

// With every provider down from the first second, the fleet works on the bars
// that are on disk, real ones included, and LAB says so.
func TestAnOutageStopsNoBotWithBars(t *testing.T) {
	l := newLab(t)
	addStarters(t, l.db, 1)
	all, registry := fakes(t, health.Providers[:]...)
	for _, f := range all {
		f.becomes(unreachable)
	}
	h := control.NewHealth(control.HealthConfig{DB: l.db, Providers: registry, AllowSim: true})
	if _, err := h.Verify(t.Context()); err != nil {
		t.Fatal(err)
	}
	defer l.run(t)()
	until(t, l.db, "baselines on simulated bars", func() bool { return l.resultsOn(t, "SIM-ES") })
	sim := must[*market.Bars](t)(l.disk.Load(t.Context(), must[store.DataSet](t)(l.db.DataSet(t.Context(), "SIM-ES")).Fingerprint))
	_, _, err := control.SaveSet(t.Context(), l.db, l.disk, sim.Truncate(20_000),
		history.About{Name: "ES-5m", Provider: history.CSV, Source: "es.csv"}, false)
	if err != nil {
		t.Fatal(err)
	}
	until(t, l.db, "baselines on the imported bars", func() bool { return l.resultsOn(t, "ES-5m") })
	h.Beat(t.Context())
	r := h.Readiness(t.Context())
	for _, p := range r.Providers {
		if p.Status != health.StatusFail {
			t.Errorf("%s is %s", p.ID, p.Status)
		}
	}
	if !r.Gates.Lab.Allowed || r.Gates.Live.Allowed || r.Status != health.StatusWarn {
		t.Errorf("%s %s", r.Status, r.Summary)
	}
	if c := check(r, health.CheckHistorical); c.Status != health.StatusPass || c.Detail != "Real bars on disk for MES" {
		t.Errorf("%+v", c)
	}
}

// What turned us away has verified nothing: neither the row nor the metric says
// so, and an earlier success keeps its time.
func TestAnAnswerThatTurnsUsAwayVerifiesNothing(t *testing.T) {
	for _, code := range []health.Code{health.RateLimited, health.PenaltyTicket} {
		clock := storetest.NewClock()
		db := storetest.Open(t, clock.Now)
		all, registry := fakes(t, health.Tradovate)
		h := control.NewHealth(control.HealthConfig{DB: db, Providers: registry})
		turnsAway := func(context.Context, health.Probe) health.Verification {
			return health.Verification{Outcome: health.Degraded, Code: code, Detail: "it answered 429"}
		}
		all[health.Tradovate].becomes(turnsAway)
		p := row(must[health.Readiness](t)(h.Verify(t.Context())), health.Tradovate)
		if p.Connected || p.LastVerifiedAt != nil || p.LastTriedAt == nil || p.Status != health.StatusDegraded {
			t.Errorf("%s at first: %+v", code, p)
		}
		all[health.Tradovate].becomes(passes)
		must[health.Readiness](t)(h.Verify(t.Context()))
		verified := clock.Now()
		clock.Add(time.Minute)
		all[health.Tradovate].becomes(turnsAway)
		p = row(must[health.Readiness](t)(h.Verify(t.Context())), health.Tradovate)
		if p.Connected || p.LastVerifiedAt == nil || !p.LastVerifiedAt.Equal(verified) {
			t.Errorf("%s after a success: %+v", code, p)
		}
	}
}

// refuses says what a broker says to a wrong password.
func refuses(context.Context, health.Probe) health.Verification {
	return health.Verification{Outcome: health.Failed, Code: health.CredentialsRefused, Detail: "it answered 401"}
}

// A refused login is made once in a verification, however many probes need it,
// and never again by itself: only who asks, or starts anew, has it made.
func TestARefusedLoginIsNotRepeated(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		db := storetest.Open(t, time.Now)
		all, registry := fakes(t, health.Tradovate)
		broker := all[health.Tradovate]
		broker.probes = []health.Probe{health.BrokerAccount, health.LiveData}
		broker.becomes(refuses)
		h := control.NewHealth(control.HealthConfig{DB: db, Providers: registry})
		ctx, stop := context.WithCancel(t.Context())
		ended := make(chan struct{})
		go func() { h.Run(ctx); close(ended) }()
		defer func() { stop(); <-ended }()
		asked := func(when string, want int) {
			t.Helper()
			synctest.Wait()
			if n := broker.times(); n != want {
				t.Errorf("%s: asked %d times, want %d", when, n, want)
			}
		}
		asked("at the start", 1)
		for _, r := range must[map[health.ProviderID][]health.Record](t)(db.Verifications(t.Context()))[health.Tradovate] {
			if r.Code != health.CredentialsRefused || r.Detail != "it answered 401" {
				t.Errorf("%s: %+v", r.Probe, r)
			}
		}
		time.Sleep(2 * time.Hour)
		asked("two hours later", 1)
		if _, err := h.Verify(t.Context(), health.Tradovate); err != nil {
			t.Fatal(err)
		}
		asked("by hand", 2)
		broker.becomes(passes)
		if _, err := h.Verify(t.Context(), health.Tradovate); err != nil {
			t.Fatal(err)
		}
		asked("by hand, with the right password", 4)
		time.Sleep(16 * time.Minute)
		asked("from then on by itself", 6)
		broker.becomes(refuses)
		time.Sleep(30 * time.Minute)
		asked("once it refuses again", 7)
		stop()
		<-ended
		next, end := context.WithCancel(t.Context())
		over := make(chan struct{})
		go func() { control.NewHealth(control.HealthConfig{DB: db, Providers: registry}).Run(next); close(over) }()
		asked("after a new start", 8)
		end()
		<-over
	})
}
