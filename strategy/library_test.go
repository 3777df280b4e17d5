package strategy

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

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

// Each starter does what its name says: these are the words it cannot do
// without, and the keys of its orders.
var needs = map[string][]string{
	"MES Gap Fade":        {"gap", "previous_session"},
	"MES Mean Reversion":  {"bollinger", "rsi", "sma"},
	"MES Momentum Surge":  {"volume", "atr", "trail", "after"},
	"MES ORB Breakout":    {"opening_range", "crosses above", "crosses below", "volume"},
	"MES Range Scalper":   {"donchian", "adx", "at"},
	"MES Reversal Hunter": {"previous_session", "lowest", "highest", "crosses above", "crosses below"},
	"MES RTH Breakout":    {"previous_session", "crosses above", "crosses below"},
	"MES Trend Following": {"donchian", "ema"},
	"MES VWAP Bounce":     {"vwap", "ago"},
	"MES VWAP Scalper":    {"vwap_bands", "vwap"},
	"MNQ Breakout Retest": {"donchian", "at"},
	"MNQ Exhaustion Fade": {"stochastic", "ema", "after"},
	"MNQ Gap Fill":        {"gap", "session_open", "previous_session"},
	"MNQ Mean Reversion":  {"keltner", "rsi", "after"},
	"MNQ Micro Pullback":  {"ema", "donchian", "at"},
	"MNQ Momentum Burst":  {"macd", "volume", "trail"},
	"MNQ ORB Breakout":    {"opening_range", "crosses above", "crosses below", "trail"},
	"MNQ Trend Rider":     {"supertrend", "ema"},
	"MNQ VWAP Bias":       {"vwap", "ema"},
	"MNQ VWAP Reclaim":    {"vwap", "crosses above", "crosses below"},
}

func TestLibrary(t *testing.T) {
	rules, got := map[string]string{}, map[string]bool{}
	for _, s := range Library() {
		got[s.Name] = true
		p := parsed(t, s)
		if n := len(p.Params); n < 3 || n > 5 {
			t.Errorf("%s has %d parameters", s.Name, n)
		}
		used := usedBy(p)
		for _, w := range needs[s.Name] {
			if !slices.Contains(used, w) {
				t.Errorf("%s does without %s", s.Name, w)
			}
		}
		if file := strings.ReplaceAll(strings.ToLower(s.Name), " ", "_") + ".yaml"; file != s.File {
			t.Errorf("%s is in %s", s.Name, s.File)
		}
		p.Symbol = "ES" // what differs must be more than the contract
		rule, err := p.RuleHash(nil)
		if err != nil {
			t.Fatal(err)
		}
		if other := rules[rule]; other != "" {
			t.Errorf("%s and %s are one strategy", s.Name, other)
		}
		rules[rule] = s.Name
	}
	for name := range needs {
		if !got[name] {
			t.Errorf("the library has no %s", name)
		}
	}
	if len(got) != 20 {
		t.Errorf("%d strategies", len(got))
	}
}

// usedBy are the words and operators of all rules, and the keys of the orders.
func usedBy(s *Strategy) (used []string) {
	for _, e := range s.rules() {
		if *e != nil {
			(*e).(*node).each(func(n *node) { used = append(used, n.text) })
		}
	}
	for key, e := range map[string]Expr{"at": s.Enter.AtLong, "trail": s.Exit.Trail, "after": s.Exit.After} {
		if e != nil {
			used = append(used, key)
		}
	}
	return used
}

func parsed(t *testing.T, s Starter) *Strategy {
	t.Helper()
	p, err := Parse(s.Source, s.File)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// Every corner of the parameters compiles, and the strategies speak on both
// sides, on many days, over bars of their own root.
func TestLibrarySpeaks(t *testing.T) {
	for _, s := range Library() {
		bars := yearOf(t, s.Name[:3])
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
		for _, values := range corners(parsed(t, s).Params) {
			compiled(t, s.Source, values)
		}
	}
}

// yearOf generates a year of bars that a contract reads.
func yearOf(t *testing.T, root string) *market.Bars {
	t.Helper()
	contract, err := market.ContractOf(root)
	if err != nil {
		t.Fatal(err)
	}
	return simbars.Generate(contract, simbars.First+365)
}

// The published answers of W1 and W3 come from an engine on these signals;
// here it is their number: 26,221 crosses open 26,220 closed trades and one more.
func TestWorkloadSignals(t *testing.T) {
	bars := simbars.Workload(1_000_000, 42)
	for _, name := range []string{"w1", "w3"} {
		source, err := os.ReadFile("workload/" + name + ".yaml")
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
