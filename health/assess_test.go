package health

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"assay"
	"assay/bot"
	"assay/plan"
)

func change(change func(*Facts)) Facts {
	f := well()
	change(&f)
	return f
}

func fails(f *Facts, id ProviderID, code Code) {
	p := f.Providers[id]
	p.Records = nil
	for _, probe := range p.Probes {
		p.Records = append(p.Records, record(id, probe, Failed, code, time.Minute))
	}
	f.Providers[id] = p
}

// wrong makes the settings of a provider wrong.
func wrong(f *Facts, id ProviderID, what, mend string) {
	p := f.Providers[id]
	p.Wrong, p.Mend, p.Address, p.Records = what, mend, "", nil
	f.Providers[id] = p
}

// lacking is a symbol without bars, in the words of the choice of data.
func lacking(name, root string) Symbol {
	return Symbol{
		Name: name, Root: root, Why: "there are no bars of " + root,
		Fix: "import real bars: assay data import FILE --symbol " + root,
	}
}

// strange are laboratories in which something else than one provider is
// remarkable.
func strange() map[string]Facts {
	none := func(f *Facts) {
		for _, id := range Providers {
			f.Providers[id] = unset()
		}
	}
	return map[string]Facts{
		"nothing configured": change(none),
		"database down":      change(func(f *Facts) { f.Database.Down = true }),
		"stalled":            change(func(f *Facts) { f.Planner.FinishedAt = now.Add(-plan.StalledAfter) }),
		"no tick ever":       change(func(f *Facts) { f.Planner = Planner{WatchedAt: now} }),
		"starting":           change(func(f *Facts) { f.Planner, f.StartedAt = Planner{}, now }),
		"a tick failed":      change(func(f *Facts) { f.Planner.Error = "the disk is full" }),
		"paused":             change(func(f *Facts) { f.Planner.PausedAt = now.Add(-time.Hour) }),
		"paused for a reason": change(func(f *Facts) {
			f.Planner.PausedAt, f.Planner.PausedReason = now.Add(-time.Hour), "the exchange is down"
		}),
		"one job":          change(func(f *Facts) { f.Planner.Enqueued = 1 }),
		"verifier silent":  change(func(f *Facts) { f.VerifierAt = now.Add(-SilentAfter) }),
		"verifier dead":    change(func(f *Facts) { f.VerifierAt = time.Time{} }),
		"watchdog silent":  change(func(f *Facts) { f.Planner.WatchedAt = time.Time{} }),
		"audit clean":      change(func(f *Facts) { f.Audit = &Audit{At: now.Add(-time.Hour)} }),
		"audit found one":  change(func(f *Facts) { f.Audit = &Audit{At: now.Add(-time.Hour), Findings: 1} }),
		"audit found much": change(func(f *Facts) { f.Audit = &Audit{At: now.Add(-time.Hour), Findings: 3} }),
		"no bots":          change(func(f *Facts) { f.Fleet, f.Symbols = nil, nil }),
		"one bot":          change(func(f *Facts) { f.Fleet = []StageCount{{bot.Paper, 1}} }),
		"a mixed fleet": change(func(f *Facts) {
			f.Fleet = []StageCount{{bot.Lab, 38}, {bot.Paper, 0}, {bot.Shadow, 1}, {bot.Live, 1}}
		}),
		"a bot is paused": change(func(f *Facts) { f.PausedBots = 1 }),
		"simulated":       change(func(f *Facts) { f.Symbols[0].Sim = true }),
		"mixed bars": change(func(f *Facts) {
			f.Symbols = append(f.Symbols, Symbol{Name: "MNQ", Usable: true, Sim: true}, Symbol{Name: "ES", Usable: true, Sim: true})
		}),
		"many symbols": change(func(f *Facts) {
			f.Symbols = nil
			for _, s := range []string{"MES", "MNQ", "ES", "NQ", "CL", "GC", "6E", "ZN"} {
				f.Symbols = append(f.Symbols, Symbol{Name: s, Usable: true, Sim: true})
			}
		}),
		"bars are made": change(func(f *Facts) { f.Symbols = []Symbol{{Name: "MES", Coming: true}} }),
		"some bars missing": change(func(f *Facts) {
			none(f)
			f.Symbols = append(f.Symbols, lacking("CL", "CL"))
		}),
		"no bars": change(func(f *Facts) {
			none(f)
			f.Symbols = []Symbol{lacking("CL", "CL")}
		}),
		"no bars at all": change(func(f *Facts) {
			none(f)
			f.Symbols = nil
			for _, s := range [][2]string{{"CL", "CL"}, {"MCL", "CL"}, {"MES", "ES"}, {"GC", "GC"}, {"6E", "6E"}, {"ZN", "ZN"}, {"ZB", "ZB"}} {
				f.Symbols = append(f.Symbols, lacking(s[0], s[1]))
			}
		}),
		"bars can be fetched": change(func(f *Facts) { f.Symbols = []Symbol{lacking("MCL", "CL"), lacking("GC", "GC")} }),
		"Polygon has the bars": change(func(f *Facts) {
			f.Symbols = []Symbol{lacking("CL", "CL")}
			f.Providers[Databento] = ProviderFacts{Missing: []string{"A_KEY"}, Variables: []string{"A_KEY"}}
		}),
		"a broker set wrong": change(func(f *Facts) {
			wrong(f, Ironbeam, `"dmo" is no environment of Ironbeam`, "set IRONBEAM_ENVIRONMENT to demo or live")
		}),
		"Redis set wrong": change(func(f *Facts) {
			wrong(f, Redis, "REDIS_URL is not the address of a Redis server", "write REDIS_URL like redis://user:password@host:6379/0")
		}),
		"every broker set wrong": change(func(f *Facts) {
			wrong(f, Ironbeam, "there is no file /key", "correct IRONBEAM_API_KEY_FILE")
			wrong(f, Tradovate, "there is no file /secret", "correct TRADOVATE_SECRET_FILE")
		}),
		"local": change(func(f *Facts) {
			p := f.Providers[Ironbeam]
			p.Local, p.Foreign, p.Moved = true, true, []string{"A_URL"}
			f.Providers[Ironbeam] = p
		}),
		"live data fails alone": change(func(f *Facts) {
			p := f.Providers[Databento]
			p.Records[1] = record(Databento, LiveData, Failed, NotLicensed, time.Minute)
			f.Providers[Databento] = p
		}),
		"outage": change(func(f *Facts) {
			for _, id := range Providers {
				fails(f, id, Unreachable)
			}
		}),
	}
}

// Databento is required from LAB when LAB stands on it, and is not when LAB is
// open without it.
func TestWhatDatabentoIsRequiredFor(t *testing.T) {
	for name, c := range map[string]struct {
		symbols  []Symbol
		stages   []bot.Stage
		required string
	}{
		"bars for all":  {[]Symbol{{Name: "MES", Usable: true}}, realMoney, "Required for CANARY and LIVE, not for LAB"},
		"bars for some": {[]Symbol{{Name: "MES", Usable: true}, lacking("CL", "CL")}, realMoney, "Required for CANARY and LIVE, and for bars of CL; LAB is open"},
		"bars for none": {[]Symbol{lacking("CL", "CL")}, everyStage, "Required from LAB"},
	} {
		f := well()
		f.Symbols = c.symbols
		p := Assess(f, now).Providers[0]
		if !slices.Equal(p.RequiredFor, c.stages) || p.Required != c.required {
			t.Errorf("%s: %v, %q", name, p.RequiredFor, p.Required)
		}
	}
}

// What each of them says, as a person would read it.
func TestStrangeLaboratories(t *testing.T) {
	all := strange()
	var names []string
	for name := range all {
		names = append(names, name)
	}
	slices.Sort(names)
	var text strings.Builder
	for _, name := range names {
		r := Assess(all[name], now)
		text.WriteString(name + ": " + string(r.Status) + ". " + r.Summary + " [" + r.Button + "]\n")
		usual := Assess(well(), now)
		for i, c := range r.Checks {
			if !cmp.Equal(c, usual.Checks[i]) {
				text.WriteString("  " + c.Label + ": " + string(c.Status) + ". " + strings.TrimSpace(c.Detail+" "+c.Fix) + "\n")
			}
		}
		for _, b := range r.Blockers {
			text.WriteString("  " + string(b.Code) + ": " + b.Message + " " + b.Scope + ". " + b.Fix + "\n")
		}
	}
	golden(t, "testdata/strange.txt", text.String())
}

// The drawing of the specification: five providers and eight checks in their
// order, audit never run is INFO, and nothing of that blocks anything.
func TestAWellLaboratory(t *testing.T) {
	r := Assess(well(), now)
	if r.Status != StatusPass || r.Summary != "Every stage is open." || r.Button != "System Health" || len(r.Blockers) != 0 {
		t.Errorf("%s %q %q %v", r.Status, r.Summary, r.Button, r.Blockers)
	}
	var checks []string
	for _, c := range r.Checks {
		checks = append(checks, string(c.ID)+" "+string(c.Status))
	}
	want := []string{
		"database PASS", "autonomy PASS", "marketDataHistorical PASS", "marketDataLive PASS", "broker PASS",
		"redis PASS", "audit INFO", "botFleet PASS",
	}
	if diff := cmp.Diff(want, checks); diff != "" {
		t.Errorf("checks (-want +got):\n%s", diff)
	}
	for i, id := range Providers {
		if r.Providers[i].ID != id {
			t.Errorf("provider %d is %s", i, r.Providers[i].ID)
		}
	}
}

// anything draws facts in which everything may be wrong; what breaks says what
// a property holds still.
func anything(t *rapid.T) Facts {
	f := well()
	f.Database.Down = rapid.Bool().Draw(t, "down")
	f.Planner.FinishedAt = now.Add(-rapid.SampledFrom([]time.Duration{-time.Hour, 0, time.Minute, time.Hour}).Draw(t, "tick"))
	f.VerifierAt = now.Add(-rapid.SampledFrom([]time.Duration{-time.Hour, 0, time.Hour}).Draw(t, "beat"))
	f.Symbols[0].Usable = rapid.Bool().Draw(t, "usable")
	if rapid.Bool().Draw(t, "audited") {
		f.Audit = &Audit{At: now.Add(time.Minute), Findings: rapid.IntRange(0, 2).Draw(t, "findings")}
	}
	for _, id := range Providers {
		f.Providers[id] = anyProvider(t, id)
	}
	return f
}

func anyProvider(t *rapid.T, id ProviderID) ProviderFacts {
	if rapid.Bool().Draw(t, "unset") {
		return unset()
	}
	p := answering(id)
	p.Records = nil
	for range rapid.IntRange(0, 4).Draw(t, "records") {
		r := record(id, rapid.SampledFrom(p.Probes).Draw(t, "probe"), rapid.SampledFrom(allOutcomes).Draw(t, "outcome"),
			rapid.SampledFrom(allCodes).Draw(t, "code"), time.Duration(rapid.Int64Range(-int64(time.Hour), int64(48*time.Hour)).Draw(t, "age")))
		if rapid.Bool().Draw(t, "moved") {
			r.Address = "https://elsewhere.example"
		}
		p.Records = append(p.Records, r)
	}
	return p
}

// No combination of trouble with brokers closes LAB, PAPER or SHADOW.
func TestBrokersNeverCloseTheLab(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		f := well()
		f.Providers[Ironbeam], f.Providers[Tradovate] = anyProvider(t, Ironbeam), anyProvider(t, Tradovate)
		f.Providers[Redis] = anyProvider(t, Redis)
		r := Assess(f, now)
		if !r.Gates.Lab.Allowed || !r.Gates.Paper.Allowed || !r.Gates.Shadow.Allowed || r.Status == StatusFail {
			t.Errorf("%s %s", r.Status, r.Summary)
		}
	})
}

// With bars on disk, no provider at all can close LAB.
func TestAnOutageNeverClosesALabWithBars(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		f := anything(t)
		f.Database.Down, f.Planner.FinishedAt, f.Symbols[0].Usable = false, now, true
		if r := Assess(f, now); !r.Gates.Lab.Allowed || !r.Gates.Paper.Allowed {
			t.Errorf("%s %s", r.Status, r.Summary)
		}
	})
}

// Real money needs a verified source of live data and a verified broker.
func TestRealMoneyNeedsVerifiedProviders(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		f := anything(t)
		r := Assess(f, now)
		passed := map[CheckID]bool{}
		for _, c := range r.Checks {
			passed[c.ID] = c.Status == StatusPass
		}
		if (r.Gates.Live.Allowed || r.Gates.Canary.Allowed) && (!passed[CheckLive] || !passed[CheckBroker]) {
			t.Errorf("open: %s", r.Summary)
		}
	})
}

// Whatever the facts: the shape stands, no time lies ahead, and gates,
// blockers, status and summary say the same.
func TestReadinessAgreesWithItself(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := Assess(anything(t), now)
		if len(r.Providers) != 5 || len(r.Checks) != 8 {
			t.Fatalf("%d providers, %d checks", len(r.Providers), len(r.Checks))
		}
		for _, p := range r.Providers {
			past(t, p.LastVerifiedAt, p.LastTriedAt)
			for _, l := range p.Lines {
				past(t, l.Since)
			}
			if p.LatencyMs != nil && *p.LatencyMs < 0 {
				t.Errorf("%s took %d ms", p.ID, *p.LatencyMs)
			}
		}
		for _, c := range r.Checks {
			past(t, c.Since)
		}
		for _, stage := range bot.Stages {
			blocked := slices.ContainsFunc(r.Blockers, func(b Blocker) bool { return slices.Contains(b.Blocks, stage) })
			if r.Gates.Of(stage).Allowed == blocked {
				t.Errorf("%s is open and blocked: %s", stage, r.Summary)
			}
		}
		if (r.Status == StatusFail) == r.Gates.Lab.Allowed || (r.Status == StatusPass) != (r.Rest == "") {
			t.Errorf("%s: %s", r.Status, r.Summary)
		}
	})
}

func past(t *rapid.T, times ...*time.Time) {
	for _, at := range times {
		if at != nil && at.After(now) {
			t.Errorf("%s lies ahead of %s", at, now)
		}
	}
}

func TestNormalise(t *testing.T) {
	for id, want := range map[string]ProviderID{
		"databento": Databento, "market_data_live": Databento, "data_bento": Databento, "\tMarket-Data-Live\n": Databento,
		"polygon.io": Polygon, "IRONBEAM": Ironbeam, "iron_beam": Ironbeam, "trado_vate": Tradovate, "redis": Redis,
	} {
		if got, err := Normalise(id); err != nil || got != want {
			t.Errorf("%q is %q (%v), want %s", id, got, err, want)
		}
	}
	for _, id := range olderIDs {
		if !slices.Contains(Providers[:], id) {
			t.Errorf("an older name of %q, which is no provider", id)
		}
	}
	for _, id := range []string{"", "bloomberg", "databento2"} {
		_, err := Normalise(id)
		e, ours := errors.AsType[*assay.Error](err)
		if !ours || !strings.Contains(e.Message, `"`+id+`"`) || !strings.Contains(e.Fix, "databento, polygon, ironbeam, tradovate and redis") {
			t.Errorf("%q: %v", id, err)
		}
	}
}
