package health

import (
	"flag"
	"fmt"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"assay/bot"
)

var update = flag.Bool("update", false, "write testdata/truth.txt anew")

var now = time.Date(2026, 11, 23, 18, 0, 0, 0, time.UTC)

const address = "https://api.example"

var allCodes = []Code{
	"", Unreachable, TimedOut, CredentialsRefused, UserLocked, NotLicensed, RateLimited, NoRoom, PenaltyTicket, Captcha, ServerError,
	MalformedAnswer, RequestRefused, WrongEnvironment, NoAccount, StaleData, Slow, ClockSkew, "SOMETHING_NEW",
}

var allOutcomes = []Outcome{Passed, Degraded, Failed, "SOMETHING_NEW"}

// probes is what each provider can be asked in these tests.
var probes = map[ProviderID][]Probe{
	Databento: {HistoricalData, LiveData},
	Polygon:   {HistoricalData, LiveData},
	Ironbeam:  {BrokerAccount},
	Tradovate: {BrokerAccount},
	Redis:     {Ping},
}

// well is a laboratory in which nothing is amiss.
func well() Facts {
	f := Facts{
		Database: Database{Kind: "SQLite", Latency: 3 * time.Millisecond}, StartedAt: now.Add(-time.Hour),
		Providers:  map[ProviderID]ProviderFacts{},
		Symbols:    []Symbol{{Name: "MES", Usable: true}},
		Planner:    Planner{FinishedAt: now.Add(-11 * time.Second), Enqueued: 2, Held: 38, WatchedAt: now},
		VerifierAt: now.Add(-time.Minute),
		Fleet:      []StageCount{{bot.Lab, 40}},
	}
	for _, id := range Providers {
		f.Providers[id] = answering(id)
	}
	return f
}

func answering(id ProviderID) ProviderFacts {
	p := ProviderFacts{
		Configured: true, Variables: []string{"A_KEY", "A_PASSWORD"}, Address: address, Probes: probes[id],
	}
	if id == Ironbeam || id == Tradovate {
		p.Place = strings.ToUpper(string(id)) + "_ENVIRONMENT"
	}
	for _, probe := range p.Probes {
		p.Records = append(p.Records, record(id, probe, Passed, "", 3*time.Minute))
	}
	return p
}

func unset() ProviderFacts {
	return ProviderFacts{Variables: []string{"A_KEY", "A_PASSWORD"}, Missing: []string{"A_KEY", "A_PASSWORD"}}
}

func record(id ProviderID, probe Probe, outcome Outcome, code Code, age time.Duration) Record {
	return Record{
		Verification: Verification{
			Provider: id, Probe: probe, Outcome: outcome, Code: code, Latency: 41 * time.Millisecond, At: now.Add(-age),
		},
		Address: address,
	}
}

// combination is one row of the truth table: one provider of an otherwise well
// laboratory in which no other serves the same purpose.
type combination struct {
	id    ProviderID
	state string // none, part, never, moved or verified
	age   time.Duration
	Outcome
	Code
	place string // "" for the provider itself, elsewhere or demo
}

func (c combination) String() string {
	if c.state != "verified" {
		return fmt.Sprintf("%s %s", c.id, c.state)
	}
	return strings.TrimSpace(fmt.Sprintf("%s %s ago %s %s %s", c.id, c.age, c.Outcome, c.Code, c.place))
}

func (c combination) facts() Facts {
	f := well()
	for _, other := range Providers {
		if other != c.id && probes[other][0] == probes[c.id][0] {
			f.Providers[other] = unset()
		}
	}
	p := answering(c.id)
	p.Records = nil
	switch c.state {
	case "none":
		p = unset()
	case "part":
		p = unset()
		p.Missing = p.Missing[1:]
	case "moved", "verified":
		for _, probe := range p.Probes {
			r := record(c.id, probe, c.Outcome, c.Code, c.age)
			if c.state == "moved" {
				r.Address = "https://elsewhere.example"
			}
			p.Records = append(p.Records, r)
		}
	}
	p.Foreign, p.Demo = c.place == "elsewhere", c.place == "demo"
	p.Moved = []string{"A_URL"}
	f.Providers[c.id] = p
	return f
}

func combinations() (all []combination) {
	ages := []time.Duration{-time.Hour, 0, time.Minute, ValidFor, ValidFor + time.Millisecond, 1000 * time.Hour}
	for _, id := range Providers {
		for _, state := range []string{"none", "part", "never"} {
			all = append(all, combination{id: id, state: state})
		}
		all = append(all, combination{id: id, state: "moved", Outcome: Passed})
		for _, age := range ages {
			for _, outcome := range allOutcomes {
				for _, code := range allCodes {
					for _, place := range places(id) {
						all = append(all, combination{id, "verified", age, outcome, code, place})
					}
				}
			}
		}
	}
	return all
}

// places is where a provider can be; only a broker has a demo of its own.
func places(id ProviderID) []string {
	if probes[id][0] == BrokerAccount {
		return []string{"", "elsewhere", "demo"}
	}
	return []string{"", "elsewhere"}
}

// expected is the truth in the plainest words.
func (c combination) expected() (s Status, connected bool) {
	switch {
	case c.state == "none" || c.state == "part":
		return StatusNotConfigured, false
	case c.state == "never" || c.state == "moved" || c.age > 24*time.Hour:
		return StatusNotVerified, false
	case c.Outcome == Passed && c.Code == "":
		return StatusPass, true
	case c.Outcome == Passed || c.Outcome == Degraded:
		return StatusDegraded, slices.Contains([]Code{"", StaleData, Slow, ClockSkew}, c.Code)
	default:
		return StatusFail, false
	}
}

// Every combination gives exactly one status, one text and one answer at every
// gate.
func TestTruthTable(t *testing.T) {
	texts := map[string]bool{}
	var table strings.Builder
	for _, c := range combinations() {
		f := c.facts()
		r := Assess(f, now)
		if again := Assess(f, now); !reflect.DeepEqual(r, again) {
			t.Fatalf("%s: two answers:\n%s", c, cmp.Diff(r, again))
		}
		p := find(r, c.id)
		status, connected := c.expected()
		if p.Status != status || p.Connected != connected || p.Configured != (status != StatusNotConfigured) {
			t.Errorf("%s: %s, connected %v, configured %v, want %s", c, p.Status, p.Connected, p.Configured, status)
		}
		if (p.Reason == "") != (status == StatusPass) || (p.Fix == "") != (status == StatusPass) {
			t.Errorf("%s: %s with the reason %q and the fix %q", c, status, p.Reason, p.Fix)
		}
		if (p.Action == nil) != (status == StatusNotConfigured) {
			t.Errorf("%s: the button %v", c, p.Action)
		}
		for _, stage := range bot.Stages {
			open := stage != bot.Canary && stage != bot.Live || c.id == Redis || status == StatusPass && c.place == ""
			if gate := r.Gates.Of(stage); gate.Allowed != open || gate.Allowed != (len(gate.BlockedBy) == 0) {
				t.Errorf("%s: the gate of %s: %+v", c, stage, *gate)
			}
		}
		if c.state == "verified" && c.age <= ValidFor && (p.LastVerifiedAt != nil) != connected {
			t.Errorf("%s: last verified at %v", c, p.LastVerifiedAt)
		}
		whole := StatusPass
		if (status != StatusPass || c.place != "") && (c.id != Redis || status == StatusDegraded || status == StatusFail) {
			whole = StatusWarn
		}
		if r.Status != whole {
			t.Errorf("%s: the whole is %s, want %s", c, r.Status, whole)
		}
		if row := fmt.Sprintf("%s | %s | %s | %s", c.id, p.Status, strings.TrimSpace(p.Reason+" "+p.Fix), r.Summary); !texts[row] {
			texts[row] = true
			fmt.Fprintln(&table, row)
		}
	}
	golden(t, "testdata/truth.txt", table.String())
}

func golden(t *testing.T, path, got string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s (-want +got; go test ./health -update writes it anew):\n%s", path, diff)
	}
}

func find(r Readiness, id ProviderID) Provider {
	for _, p := range r.Providers {
		if p.ID == id {
			return p
		}
	}
	panic("no provider " + id)
}
