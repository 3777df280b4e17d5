package strategy

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"assay/market"
	"assay/market/simbars"
)

func TestEveryWordStandsInTheDocument(t *testing.T) {
	text, err := os.ReadFile("../docs/language.md")
	if err != nil {
		t.Fatal(err)
	}
	var shown []string // every word between back quotes
	for _, span := range regexp.MustCompile("`[^`\n]+`").FindAllString(string(text), -1) {
		shown = append(shown, regexp.MustCompile("[a-z_]+").FindAllString(span, -1)...)
	}
	for _, w := range Words() {
		if !slices.Contains(shown, w) {
			t.Errorf("docs/language.md does not show %q", w)
		}
	}
	for _, w := range words {
		for _, field := range w.fields {
			if !slices.Contains(shown, field) {
				t.Errorf("docs/language.md does not show .%s of %s", field, w.name)
			}
		}
	}
	_, rest, _ := strings.Cut(string(text), "```yaml\n")
	example, _, _ := strings.Cut(rest, "```")
	if _, err := Parse([]byte(example), "docs/language.md"); err != nil {
		t.Error(err)
	}
}

func TestExamplesInMessagesAreRight(t *testing.T) {
	for _, w := range words {
		parseRule(w.write, nil, true, func(_ int, message, fix string) { t.Errorf("%s: %s; %s", w.write, message, fix) })
	}
}

// Each starter does what its name says: these are the words it cannot do without.
func TestLibrary(t *testing.T) {
	needs := map[string][]string{
		"MES Gap Fade":        {"gap", "previous_session"},
		"MES Mean Reversion":  {"bollinger", "rsi", "sma"},
		"MES ORB Breakout":    {"opening_range", "crosses above", "crosses below", "volume"},
		"MES Trend Following": {"donchian", "ema"},
		"MES VWAP Scalper":    {"vwap_bands", "vwap"},
	}
	var got []string
	for _, s := range Library() {
		got = append(got, s.Name)
		p, err := Parse(s.Source, s.File)
		if err != nil {
			t.Fatal(err)
		}
		if n := len(p.Params); n < 3 || n > 5 {
			t.Errorf("%s has %d parameters", s.Name, n)
		}
		var used []string
		for _, e := range []Expr{p.Enter.Long, p.Enter.Short, p.Enter.When, p.Exit.Stop, p.Exit.Target} {
			if e != nil {
				e.(*node).each(func(n *node) { used = append(used, n.text) })
			}
		}
		for _, w := range needs[s.Name] {
			if !slices.Contains(used, w) {
				t.Errorf("%s does without %s", s.Name, w)
			}
		}
	}
	want := []string{"MES Gap Fade", "MES Mean Reversion", "MES ORB Breakout", "MES Trend Following", "MES VWAP Scalper"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// Every corner of the parameters compiles, and the strategies speak on both
// sides, on many days.
func TestLibrarySpeaks(t *testing.T) {
	contract, err := market.ContractOf("ES")
	if err != nil {
		t.Fatal(err)
	}
	bars := simbars.Generate(contract, simbars.First+365)
	for _, s := range Library() {
		signals, err := compiled(t, s.Source, nil).Eval(bars)
		if err != nil {
			t.Fatal(err)
		}
		days := map[market.Side]map[int32]bool{market.Long: {}, market.Short: {}}
		for _, e := range signals.Enter {
			days[e.Side][bars.Session[e.Bar]] = true
		}
		if long, short := len(days[market.Long]), len(days[market.Short]); long < 25 || short < 25 {
			t.Errorf("%s: entries on %d days long and %d days short of a year", s.Name, long, short)
		}
		parsed, err := Parse(s.Source, s.File)
		if err != nil {
			t.Fatal(err)
		}
		for _, values := range corners(parsed.Params) {
			compiled(t, s.Source, values)
		}
	}
}

// The published answers of W1 and W3 come from an engine on these signals;
// here it is their number: 26,221 crosses open 26,220 closed trades and one more.
func TestWorkloadSignals(t *testing.T) {
	bars := simbars.Workload(1_000_000, 42)
	for _, name := range []string{"w1", "w3"} {
		source, err := os.ReadFile("testdata/" + name + ".yaml")
		if err != nil {
			t.Fatal(err)
		}
		signals, err := compiled(t, source, nil).Eval(bars)
		if err != nil {
			t.Fatal(err)
		}
		if n := len(signals.Enter); n != 26_221 {
			t.Errorf("%s: %d entries", name, n)
		}
	}
}
