package strategy

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"assay"
	"assay/market"
)

const sample = `strategy: Sample
symbol: MES
bars: 5m
session: RTH
params:
  a: {default: 2, min: 1, max: 4, step: 1}
enter:
  long: close > vwap
exit:
  stop: a * atr(14)
  at_close: true
`

func TestParse(t *testing.T) {
	got, err := Parse([]byte(sample), "sample.yaml")
	if err != nil {
		t.Fatal(err)
	}
	word := func(name string, typ Type, args ...*node) *node {
		return &node{op: opWord, text: name, typ: typ, args: args}
	}
	want := &Strategy{
		Name: "Sample", Symbol: "MES", Bars: 5 * time.Minute, Session: RTH,
		Params: []Param{{"a", 2, 1, 4, 1}},
		Enter: Enter{Long: &node{op: opBinary, text: ">", typ: ConditionType, args: []*node{
			word("close", PriceType), word("vwap", PriceType),
		}}},
		Exit: Exit{AtClose: true, Stop: &node{op: opBinary, text: "*", typ: DistanceType, args: []*node{
			{op: opParam, text: "a", typ: NumberType},
			word("atr", DistanceType, &node{op: opLiteral, value: 14, typ: NumberType}),
		}}},
		Account: Account{Contracts: 1},
	}
	if diff := cmp.Diff(want, got, cmp.AllowUnexported(node{})); diff != "" {
		t.Error(diff)
	}
}

func TestRulesThatAreRefused(t *testing.T) {
	for _, c := range []struct{ rule, want string }{
		{"close crosses above vwapp", `8:29: unknown word "vwapp"; did you mean "vwap"?`},
		{"close + open > high", "8:15: two prices cannot be added; add a distance to a price, such as close + 8 ticks"},
		{"close * 2 > open", "8:15: a price cannot be multiplied or divided; multiply a distance instead, such as close - 1.5 * atr(14)"},
		{"close > 5000", "8:15: a price cannot be compared with a number; compare a price with a price, or a distance with one, such as close - vwap > 2 points"},
		{"-close > open", "8:9: a price has no negative; subtract two prices for a distance, such as close - open"},
		{"close", "8:9: the rule is a price, not a condition; compare it with something, such as close > vwap"},
		{"close > open and volume", `8:26: "and" joins conditions, and this is a volume; compare it with something, such as close > open`},
		{"gap > 5", "8:13: a distance cannot be compared with a number; give the number a unit, such as 8 ticks or 2.5 points, or use a distance such as atr(14)"},
		{"rsi(2.5) > 3", "8:13: the length of rsi would be 2.5; keep it a whole number from 1 to 2000"},
		{"ema(close, a * 1000) > close", "8:20: the length of ema would be 4000; keep it a whole number from 1 to 2000"},
		{"rsi(volume) > 3", "8:13: the length of rsi must not change from bar to bar; use a number or a parameter, such as rsi(14)"},
		{"ema(close) > close", "8:9: ema takes 2 arguments (x, length), and here 1 argument; write for example ema(close, 20)"},
		{"sma(volume, 20) > volume", "8:13: sma is for prices, and this is a volume; use average(…) for anything else"},
		{"average(close, 20) > close", "8:17: average is not for a price; use sma(…) for prices"},
		{"donchian(20) > close", "8:9: donchian has several values: high, low; write for example donchian(20).high"},
		{"donchian(20).hihg > close", `8:22: donchian has no .hihg; did you mean "high"?`},
		{"vwap(3) > close", "8:9: vwap takes no arguments; write vwap"},
		{"max(close, gap) > close", "8:20: max of a price and a distance has no meaning; give both the same kind of thing"},
		{"close > open > low", "8:22: comparisons do not chain; write a < b and b < c"},
		{"close crosses open", `8:23: "crosses" stands alone; write "crosses above" or "crosses below"`},
		{"(close > open", `8:22: expected ")" before end of the rule; close the parenthesis`},
		{"close > open)", `8:21: unexpected ")"; join rules by "and" or "or"`},
		{"gap > 5 ticks && close > open", `8:23: unexpected '&'; write "and"`},
		{"time >= 9:30", "8:17: 9:30 is not a time of day; write for example 09:30"},
		{"time > 24:00", "8:16: 24:00 is not a time of day; write for example 09:30"},
		{"time > 930", "8:14: a time of day cannot be compared with a number; write the time in full, such as time >= 09:30"},
		{"time - 08:30 > 30", "8:14: a time of day cannot be subtracted from a time of day; compare times, such as time >= 09:30, or use minutes_since_open"},
		{"-time > 08:30", "8:9: a time of day has no negative; compare times, such as time >= 09:30, or use minutes_since_open"},
		{"2 * time > 08:30", "8:11: a time of day cannot be multiplied or divided; compare times, such as time >= 09:30, or use minutes_since_open"},
		{"sma(time, 3) > 08:30", "8:13: sma is for prices, and this is a time of day; use average(…) for anything else"},
		{"supertrend(10, 3).up > close", `8:30: a condition cannot be compared with a price; join conditions by "and", such as a < b and b < c`},
		{"supertrend(10, 3) > close", "8:9: supertrend has several values: line, up, down; write for example supertrend(10, 3).line"},
		{"macd(12, 26.5, 9).line > gap", "8:18: the slow of macd would be 26.5; keep it a whole number from 1 to 2000"},
		{"macd(12, 26, 9).line > 0", "8:30: a distance cannot be compared with a number; give the number a unit, such as 8 ticks or 2.5 points, or use a distance such as atr(14)"},
		{"risk > 5 ticks", `8:9: "risk" is the distance of the stop, and has a meaning in a target only; use it in exit: target, of a strategy with a stop`},
		{strings.Repeat("(", 100) + "close", "8:69: the rule is nested too deeply; use fewer parentheses"},
		{`"close > é"`, "8:18: unexpected 'é'; rules are made of words, numbers, + - * / < <= > >= == != . , and parentheses"},
		{"close > open\n    and close > hgih", `9:17: unknown word "hgih"; did you mean "high"?`},
		{">-\n    close > open\n    and close > hgih", `10:17: unknown word "hgih"; did you mean "high"?`},
	} {
		refused(t, strings.Replace(sample, "close > vwap", c.rule, 1), c.want)
	}
}

func TestFilesThatAreRefused(t *testing.T) {
	for _, c := range []struct{ old, new, want string }{
		{"session:", "sesion:", `1:1: "session" is missing; add it; RTH is the day session, ETH all hours` +
			"\n" + `4:1: unknown key "sesion" in a strategy; did you mean "session"?`},
		{"symbol: MES", "symbol: mes", `2:9: "mes" is not the root of a contract; write for example MES`},
		{"bars: 5m", "bars: 7m", `3:7: "7m" is not a length of bars; use one of 1m, 5m, 10m, 15m, 30m, 1h`},
		{"bars: 5m", "bars: 1h", "3:7: a day session does not begin on the hour; use 30m or shorter, or session: ETH"},
		{"RTH", "GLOBEX", `4:10: "GLOBEX" is not a session; write RTH for the day session or ETH for all hours`},
		{"default: 2", "default: 5", "6:16: the default 5 of a is outside 1 to 4; move it inside or widen the range"},
		{"default: 2", "default: 2.5", "6:16: the default 2.5 of a is not a whole number of steps above its min; choose min + a multiple of 1"},
		{"min: 1", "min: 9", "6:24: the min 9 of a is above its max 4; exchange them"},
		{"step: 1", "step: 2", "6:41: the step 2 of a does not divide the range 1 to 4; choose a step that reaches the max from the min"},
		{"step: 1", "step: 0", "6:41: the step of a is not above 0; write for example 0.25"},
		{"default: 2", "default: two", `6:16: "two" is not a number; write for example 1.5`},
		{"default: 2", "default: .nan", `6:16: ".nan" is not a number; write for example 1.5`},
		{"a: {", "vwap: {", `6:3: "vwap" is a word of the language; choose another name for the parameter, such as my_vwap` +
			"\n" + `t.yaml:10:9: unknown word "a"; docs/language.md lists the words`},
		{"a * atr", "2 * atr", `6:3: no rule uses the parameter "a"; use it or remove it`},
		{"  long: close > vwap", "  when: close > vwap", "8:3: the strategy never enters; give enter a long or a short rule"},
		{"  stop: a * atr(14)\n  at_close: true\n", "  {}\nlimits: {contracts: 1}\n", ""},
		{"stop: a * atr(14)", "stop: a", "10:9: a stop, a target or a limit order is at a distance or a price, and this is a number; write for example 8 ticks, 1.5 * atr(14) or opening_range(30).low"},
		{"at_close: true", "trail: vwap", "11:10: a trailing stop is a distance, and this is a price; write for example 2 * atr(14)"},
		{"at_close: true", "trail: risk", `11:10: "risk" is the distance of the stop, and has a meaning in a target only; use it in exit: target, of a strategy with a stop`},
		{"at_close: true", "after: 12 minutes", `11:10: "after" is a count of bars that does not change; write for example after: 12 bars`},
		{"at_close: true", "after: rsi(14)", `11:10: "after" is a count of bars that does not change; write for example after: 12 bars`},
		{"at_close: true", "after: 6 / a", `11:10: after would be 1.5; keep it a whole number from 1 to 2000`},
		{"close > vwap", "close > vwap\n  at: vwap", `9:7: a limit order waits, and "for" is missing; write how long, for example for: 3 bars`},
		{"close > vwap", "close > vwap\n  for: 3 bars", `9:8: "for" is how long a limit order waits, and there is no "at"; ` +
			"write where, for example at: previous_session.high, or remove it"},
		{"close > vwap", "close > vwap\n  at: 2\n  for: 3 bars", "9:7: a stop, a target or a limit order is at a distance or a price, and this is a number; " +
			"write for example 8 ticks, 1.5 * atr(14) or opening_range(30).low"},
		{"close > vwap", "close > vwap\n  at: {short: vwap}\n  for: 3 bars", `9:7: "long" is missing in at; say where the orders of each side wait` +
			"\n9:15: there is no short rule whose order could wait here; remove it or add the rule"},
		{
			"close > vwap\nexit:\n  stop: a * atr(14)\n  at_close: true\n", "close > vwap\n  at: a * atr(14)\n  for: 3 bars\nexit: {at_close: true}\nlimits: {reverse: true}\n",
			"12:9: a limit order cannot turn a position; remove reverse, or enter at the market",
		},
		{"at_close: true", "at_close: yes", `11:13: "yes" is neither true nor false; write true or false`},
		{"at_close: true", `flat: "16:30"`, `11:9: "16:30" is not a time of trading; write for example "15:55", in Chicago; for the close itself write at_close: true`},
		{"at_close: true", "at_close: true\n  at_close: true", `12:3: "at_close" stands here twice; remove one`},
		{"at_close: true", "at_close: true\nlimits: {contracts: 0}", `12:21: "0" is not a whole number from 1 to 1000; write for example 1`},
		{"at_close: true", "at_close: true\nlimits: {daily_loss: -5}", "12:22: the daily loss is not an amount in dollars; write for example 400; it is a loss without a sign"},
		{"symbol: MES", "symbol: [MES]", "2:9: expected a plain value; write it in one piece, without lists, blocks or anchors"},
		{"symbol: MES", "symbol: &x MES", "2:9: expected a plain value; write it in one piece, without lists, blocks or anchors"},
		{"symbol: MES", "symbol: *x", "t.yaml: not YAML: unknown anchor 'x' referenced; mind the indentation, and quote text with a colon or a quote in it"},
		{"symbol: MES", "symbol: MES\n---\nsymbol: ES", "t.yaml:3:1: a second document begins; keep one strategy in a file"},
	} {
		if c.want != "" {
			refused(t, strings.Replace(sample, c.old, c.new, 1), c.want)
		}
	}
	refused(t, "", "1:1: the file is empty; write at least strategy, symbol, bars, session, enter and exit")
	refused(t, "- a\n", "1:1: a strategy is not a block of keys and values; write for example key: value")
	refused(t, strings.Repeat("#", maxFile+1), "t.yaml: 65537 bytes are too long; a strategy file has at most 64 kB")
}

func refused(t *testing.T, text, want string) {
	t.Helper()
	if !strings.HasPrefix(want, "t.yaml") {
		want = "t.yaml:" + want
	}
	// Later lines of a joined error carry the name too.
	lines := strings.Split(want, "\n")
	for i, l := range lines {
		if !strings.HasPrefix(l, "t.yaml") {
			lines[i] = "t.yaml:" + l
		}
	}
	_, err := Parse([]byte(text), "t.yaml")
	if got := fmt.Sprint(err); got != strings.Join(lines, "\n") {
		t.Errorf("%s\n got %s\nwant %s", text, got, strings.Join(lines, "\n"))
	}
	if err != nil && assay.KindOf(err) != assay.Invalid {
		t.Errorf("%s: kind %s", text, assay.KindOf(err))
	}
}

func TestAtMostTenErrorsInOrder(t *testing.T) {
	text := strings.Replace(sample, "close > vwap", strings.Repeat("a1 > b1 or ", 20)+"c1", 1)
	text = strings.Replace(text, "MES", "mes", 1)
	_, err := Parse([]byte(text), "t.yaml")
	lines := strings.Split(fmt.Sprint(err), "\n")
	if len(lines) != maxProblems || !strings.HasPrefix(lines[0], "t.yaml:2:9:") || !strings.HasPrefix(lines[9], "t.yaml:8:53:") {
		t.Errorf("%d errors:\n%v", len(lines), err)
	}
}

func TestBindKeepsToTheRanges(t *testing.T) {
	s, err := Parse([]byte(sample), "t.yaml")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		values map[string]float64
		want   string
	}{
		{map[string]float64{"b": 1}, `Sample has no parameter "b"; did you mean "a"?`},
		{map[string]float64{"a": 5}, "Sample: a = 5 is outside its range; choose a value from 1 to 4"},
		{map[string]float64{"a": undefined}, "Sample: a = NaN is outside its range; choose a value from 1 to 4"},
		{map[string]float64{"a": 2.5}, "Sample: a = 2.5 is between two steps; choose 1 plus a multiple of 1"},
		{map[string]float64{"a": 3}, "<nil>"},
	} {
		bound, err := s.Bind(c.values)
		if fmt.Sprint(err) != c.want {
			t.Errorf("Bind(%v): %v, want %s", c.values, err, c.want)
		}
		if err == nil && (bound.Params[0].Default != c.values["a"] || s.Params[0].Default != 2) {
			t.Errorf("Bind(%v) = %v, and left %v", c.values, bound.Params, s.Params)
		}
	}
}

func TestHashes(t *testing.T) {
	parse := func(text string) *Strategy {
		s, err := Parse([]byte(text), "t.yaml")
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	ruleHash := func(s *Strategy, values map[string]float64) string {
		h, err := s.RuleHash(values)
		if err != nil {
			t.Fatal(err)
		}
		return h
	}
	s := parse(sample)
	spaced := parse("# a comment\n" + strings.Replace(sample, "close > vwap", "( close >  (vwap) )", 1))
	renamed := parse(strings.Replace(sample, "Sample", "Other", 1))
	literal := parse(strings.NewReplacer("a * atr", "3 * atr", "params:\n  a: {default: 2, min: 1, max: 4, step: 1}\n", "").Replace(sample))
	if s.Hash() != spaced.Hash() || s.Hash() == renamed.Hash() || s.Hash() == literal.Hash() {
		t.Error("Hash is not that of the canonical text")
	}
	three := map[string]float64{"a": 3}
	if ruleHash(s, nil) != ruleHash(renamed, nil) || ruleHash(s, nil) == ruleHash(s, three) ||
		ruleHash(s, three) != ruleHash(literal, nil) {
		t.Error("RuleHash is not that of the executed rules")
	}
	const want = "deeaa0b99fb1d628"
	if got := s.Hash(); !strings.HasPrefix(got, want) {
		t.Errorf("Hash %s: stored hashes would no longer match", got)
	}
}

func TestCompileRefuses(t *testing.T) {
	s, err := Parse([]byte(sample), "t.yaml")
	if err != nil {
		t.Fatal(err)
	}
	contract, _ := market.ContractOf("NQ")
	if _, err := Compile(s, contract, nil); fmt.Sprint(err) != "Sample trades MES, not NQ; pass the contract of MES" {
		t.Error(err)
	}
	mes, _ := market.ContractOf("MES")
	p, err := Compile(s, mes, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		bars market.Bars
		want string
	}{
		{market.Bars{Root: "ES", Interval: time.Minute}, "bars of 1m0s for a strategy on bars of 5m; aggregate them to 5m"},
		{market.Bars{Root: "CL", Interval: 5 * time.Minute}, `bars of "CL" for a strategy on MES; load ES`},
		{market.Bars{Root: "MES", Interval: 5 * time.Minute}, "<nil>"},
	} {
		if _, err := p.Eval(&c.bars); fmt.Sprint(err) != c.want {
			t.Errorf("%v, want %s", err, c.want)
		}
	}
	gold := strings.NewReplacer("MES", "GC", "5m", "30m").Replace(sample)
	s, err = Parse([]byte(gold), "t.yaml")
	if err != nil {
		t.Fatal(err)
	}
	gc, _ := market.ContractOf("GC")
	if _, err := Compile(s, gc, nil); fmt.Sprint(err) != "Sample: bars of 30m do not begin with the day session of GC; use shorter bars or session: ETH" {
		t.Error(err)
	}
}

func FuzzParse(f *testing.F) {
	f.Add(sample)
	for _, s := range Library() {
		f.Add(string(s.Source))
	}
	f.Add("strategy: &a [*a]\n<<: {a: b}\n? [x]\n: y\n--- {}")
	contract, err := market.ContractOf("MES")
	if err != nil {
		f.Fatal(err)
	}
	bars := someBars(f).Truncate(700)
	f.Fuzz(func(t *testing.T, text string) {
		s, err := Parse([]byte(text), "fuzz.yaml")
		if err != nil {
			return
		}
		again, err := Parse(s.Print(), "again.yaml")
		if err != nil || string(again.Print()) != string(s.Print()) {
			t.Fatalf("%v\n%s", err, s.Print())
		}
		if p, err := Compile(s, contract, nil); err == nil {
			p.Eval(bars)
		}
	})
}
