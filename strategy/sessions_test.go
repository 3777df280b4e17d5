package strategy

import (
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"assay/market"
	"assay/market/simbars"
)

// slow says what the words of a session mean, one bar at a time, from the
// exchange's calendar and all bars up to that one.
type slow struct {
	bars *market.Bars
	kind SessionKind
}

// of returns the bars of the session of bar i up to it, and its hours; none
// when the bar lies outside.
func (s slow) of(i int) (list []int, from, to time.Time) {
	contract, _ := market.ContractOf("ES")
	hours, ok := contract.Calendar().Session(s.bars.Date(i))
	from, to = hours.DayOpen, hours.DayClose
	if s.kind == ETH {
		from, to = hours.Open, hours.Close
	}
	if !ok || s.bars.Start(i).Before(from) || !s.bars.Start(i).Before(to) {
		return nil, from, to
	}
	for j := range i + 1 {
		if at := s.bars.Start(j); !at.Before(from) && at.Before(to) {
			list = append(list, j)
		}
	}
	return list, from, to
}

// price is the adjusted price of bar i from the first close.
func (s slow) price(column []int32, i int) float64 {
	return float64(column[i] - s.bars.Segments[s.bars.Contract(i)].Offset - s.bars.Close[0])
}

func (s slow) high(list []int) float64 {
	v := math.Inf(-1)
	for _, j := range list {
		v = math.Max(v, s.price(s.bars.High, j))
	}
	return v
}

func (s slow) low(list []int) float64 {
	v := math.Inf(1)
	for _, j := range list {
		v = math.Min(v, s.price(s.bars.Low, j))
	}
	return v
}

// words gives the value of every word of a session at bar i.
func (s slow) words(i int) map[string]float64 {
	list, from, to := s.of(i)
	if list == nil {
		return nil
	}
	end := s.bars.Start(i).Add(s.bars.Interval)
	v := map[string]float64{
		"minutes_since_open": end.Sub(from).Minutes(),
		"minutes_to_close":   to.Sub(end).Minutes(),
		"session_open":       s.price(s.bars.Open, list[0]),
		"session_high":       s.high(list),
		"session_low":        s.low(list),
	}
	if !end.Before(from.Add(30 * time.Minute)) {
		v["opening_range(30).high"], v["opening_range(30).low"] = s.high(list[:6]), s.low(list[:6])
	}
	s.volume(v, list)
	for j := list[0] - 1; j >= 0; j-- {
		if before, _, _ := s.of(j); before != nil {
			v["previous_session.high"], v["previous_session.low"] = s.high(before), s.low(before)
			v["previous_session.close"] = s.price(s.bars.Close, j)
			v["gap"] = v["session_open"] - v["previous_session.close"]
			break
		}
	}
	return v
}

func (s slow) volume(v map[string]float64, list []int) {
	var sum, weight, squares float64
	typical := func(j int) float64 {
		return (s.price(s.bars.High, j) + s.price(s.bars.Low, j) + s.price(s.bars.Close, j)) / 3
	}
	for _, j := range list {
		sum += typical(j) * float64(s.bars.Volume[j])
		weight += float64(s.bars.Volume[j])
	}
	for _, j := range list {
		squares += math.Pow(typical(j)-sum/weight, 2) * float64(s.bars.Volume[j])
	}
	if weight > 0 {
		v["vwap"] = sum / weight
		v["vwap_bands(2).upper"] = sum/weight + 2*math.Sqrt(squares/weight)
		v["vwap_bands(2).lower"] = sum/weight - 2*math.Sqrt(squares/weight)
	}
}

// The bars hold a weekend, two rolls, and the early close of 2024-01-15.
func TestSessionWords(t *testing.T) {
	bars := someBars(t)
	if d := bars.Dates[len(bars.Dates)-2].String(); d != "2024-01-15" {
		t.Fatalf("the bars have no early close: %s", d)
	}
	names := []string{
		"minutes_since_open", "minutes_to_close", "session_open", "session_high", "session_low",
		"opening_range(30).high", "opening_range(30).low", "vwap", "vwap_bands(2).upper", "vwap_bands(2).lower",
		"previous_session.high", "previous_session.low", "previous_session.close", "gap",
	}
	for _, kind := range []SessionKind{RTH, ETH} {
		got := map[string][]float64{}
		for _, name := range names {
			got[name] = seriesOf(t, name, kind, bars, steady(blockSize))
		}
		naive := slow{bars, kind}
		for i := 0; i < bars.Len(); i += 7 {
			want := naive.words(i)
			for _, name := range names {
				w, ok := want[name]
				if !ok {
					w = undefined
				}
				if !near(got[name][i], w, 1e-9) {
					t.Fatalf("%s %s of %s: %v, want %v", kind, name, bars.Start(i), got[name][i], w)
				}
			}
		}
	}
}

// The bar that ends at midnight ends at 00:00.
func TestTimeOfDay(t *testing.T) {
	bars := someBars(t)
	chicago, err := time.LoadLocation("America/Chicago")
	if err != nil {
		t.Fatal(err)
	}
	at := seriesOf(t, "time", RTH, bars, steady(blockSize))
	morning := seriesOf(t, "time >= 08:35 and time < 12:00", RTH, bars, steady(blockSize))
	once := seriesOf(t, "time crosses above 23:54", RTH, bars, steady(blockSize))
	for i := range bars.Len() {
		end := bars.Start(i).Add(bars.Interval).In(chicago)
		if want := end.Hour()*60 + end.Minute(); at[i] != float64(want) {
			t.Fatalf("time of %s is %v, want %d", bars.Start(i), at[i], want)
		}
		if want := at[i] >= 8*60+35 && at[i] < 12*60; (morning[i] == 1) != want {
			t.Fatalf("%s is a morning: %v", end, morning[i])
		}
		if want := end.Format("15:04") == "23:55"; i > 0 && (once[i] == 1) != want {
			t.Fatalf("%s crosses 23:54: %v", end, once[i])
		}
	}
}

// A session without its first bar has neither an open nor an opening range,
// and as the previous one no high or low.
func TestAMissingFirstBar(t *testing.T) {
	contract, _ := market.ContractOf("ES")
	all := simbars.Generate(contract, simbars.First+1)
	open := 0
	for all.Minute[open] != contract.DayOpen {
		open++
	}
	bars := all.Slice(open+1, all.Len())
	for _, c := range []struct {
		rule          string
		first, second bool // defined at 10:30 of the first day, of the second
	}{
		{"session_open", false, true},
		{"gap", false, true},
		{"opening_range(30).high", false, true},
		{"previous_session.high", false, false},
		{"previous_session.close", false, true},
		{"session_high", true, true},
		{"vwap", true, true},
	} {
		v := seriesOf(t, c.rule, RTH, bars, steady(blockSize))
		if a, b := defined(v[23]), defined(v[23+276]); a != c.first || b != c.second {
			t.Errorf("%s is defined: %v on the first day, %v on the second", c.rule, a, b)
		}
	}
}

func TestWhatIsUnknownIsNeitherTrueNorFalse(t *testing.T) {
	bars := someBars(t).Truncate(100) // all before the first day session, which begins with bar 186
	for _, c := range []struct {
		rule string
		want string // of bar 50: 1, 0 or NaN
	}{
		{"vwap > close", "NaN"},
		{"vwap <= close", "NaN"},
		{"not vwap > close", "NaN"},
		{"vwap == close", "NaN"},
		{"vwap != close", "NaN"},
		{"vwap > close or 2 > 1", "1"},
		{"vwap > close or 1 > 2", "NaN"},
		{"vwap > close and 1 > 2", "0"},
		{"vwap > close and 2 > 1", "NaN"},
		{"not (vwap > close and 1 > 2)", "1"},
		{"gap / (close - close) > 1", "NaN"},
		{"(close - close) / (close - close) != 1", "NaN"},
		{"rsi(50) >= 0", "1"},
		{"rsi(51) >= 0", "NaN"},
		{"sma(close, 51) > close + 9999 ticks", "0"},
		{"sma(close, 52) > close + 9999 ticks", "NaN"},
	} {
		v := seriesOf(t, c.rule, RTH, bars, steady(blockSize))
		if got := fmt.Sprint(v[50]); got != c.want {
			t.Errorf("%s is %s, want %s", c.rule, got, c.want)
		}
	}
}

// threeBars are three bars with a roll of 40 before the last.
func threeBars() *market.Bars {
	return &market.Bars{
		Root: "ES", Interval: 5 * time.Minute, Dates: []market.Date{simbars.First},
		Segments: []market.Segment{{}, {First: 2, Gap: 40, Offset: 40}},
		Time:     []int64{0, 300, 600}, Minute: []int16{1020, 1025, 1030}, Session: []int32{0, 0, 0},
		Open: []int32{100, 104, 146}, High: []int32{108, 110, 150}, Low: []int32{98, 101, 143}, Close: []int32{104, 106, 148},
		Volume: []int32{1, 1, 1},
	}
}

func TestStopsAndTargets(t *testing.T) {
	b := threeBars()
	at := func(k BracketKind, ticks int32) Bracket { return Bracket{Kind: k, Ticks: ticks} }
	for _, c := range []struct {
		stop, target string
		want         []Bracket // stop and target of a long after bar 2 at 148; none when it is not taken
	}{
		{"7 ticks", "2 * risk", []Bracket{at(Distance, 7), at(Distance, 14)}},
		{"1.5 points", "1.5 * risk", []Bracket{at(Distance, 6), at(Distance, 9)}},
		{"0.4 ticks", "3 * risk", []Bracket{at(Distance, 1), at(Distance, 3)}},
		{"high - low", "2.4 * risk", []Bracket{at(Distance, 7), at(Distance, 17)}},
		{"low", "high", []Bracket{at(Level, 143), at(Level, 150)}},
		{"ago(low, 1)", "close + 2 * risk", []Bracket{at(Level, 141), at(Level, 162)}},
		{"sma(low, 2)", "2 * risk", []Bracket{at(Level, 142), at(Distance, 12)}},
		{"high", "3 ticks", nil},       // a stop above a long
		{"3 ticks", "low", nil},        // a target below it
		{"close", "3 ticks", nil},      // a stop at the close itself
		{"low - high", "3 ticks", nil}, // a negative distance
		{"atr(50)", "3 ticks", nil},    // not yet known
		{"3 ticks", "vwap_bands(9).lower", nil},
	} {
		text := "strategy: T\nsymbol: ES\nbars: 5m\nsession: ETH\nenter:\n  long: bars_since_start == 2\nexit:\n  stop: " +
			c.stop + "\n  target: " + c.target + "\n"
		got, err := compiled(t, []byte(text), nil).Eval(b)
		if err != nil {
			t.Fatal(err)
		}
		want := Signals{Reasons: []string{"long: bars_since_start == 2"}}
		if c.want != nil {
			want.Enter = []Entry{{Bar: 2, Side: market.Long, Stop: c.want[0], Target: c.want[1]}}
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("stop %s, target %s: %s", c.stop, c.target, diff)
		}
	}
}

// After bar 2, which closed at 148 after a roll of 40.
func TestLimitOrdersTrailsAndTimeStops(t *testing.T) {
	b := threeBars()
	long := Entry{Bar: 2, Side: market.Long, MaxBars: 6}
	short := Entry{Bar: 2, Side: market.Short, MaxBars: 6}
	with := func(e Entry, price, wait, trail int32, stop, target Bracket) []Entry {
		e.Price, e.Wait, e.Trail, e.Stop, e.Target = price, wait, trail, stop, target
		return []Entry{e}
	}
	at := func(k BracketKind, ticks int32) Bracket { return Bracket{Kind: k, Ticks: ticks} }
	for _, c := range []struct {
		side, at, exit string
		want           []Entry
	}{
		{"long", "low", "{stop: 7 ticks}", with(long, 143, 3, 0, at(Distance, 7), Bracket{})},
		{"long", "6 ticks", "{trail: 1.5 * 3 ticks}", with(long, 142, 3, 5, Bracket{}, Bracket{})},
		{"short", "6 ticks", "{trail: 0.1 ticks}", with(short, 154, 3, 1, Bracket{}, Bracket{})},
		{"long", "0 ticks", "{trail: 9 ticks, target: 2 * risk}", with(long, 148, 3, 9, Bracket{}, at(Distance, 18))},
		{"short", "high", "{stop: high + 5 ticks, target: 2 * risk}", with(short, 150, 3, 0, at(Level, 155), at(Distance, 10))},
		{"short", "high", "{stop: high + 5 ticks, trail: 3 ticks, target: risk}", with(short, 150, 3, 3, at(Level, 155), at(Distance, 5))},
		{"long", "", "{stop: 7 ticks, trail: 9 ticks, target: risk}", with(long, 0, 0, 9, at(Distance, 7), at(Distance, 7))},
		// A stop on the wrong side of the limit, a limit worse than the close, and
		// what is not known or negative.
		{"long", "low", "{stop: close - 1 tick}", nil},
		{"short", "high", "{stop: high}", nil},
		{"long", "high", "{stop: 7 ticks}", nil},
		{"short", "low", "{stop: 7 ticks}", nil},
		{"long", "sma(close, 9)", "{stop: 7 ticks}", nil},
		{"long", "", "{trail: atr(9)}", nil},
		{"long", "", "{trail: low - high}", nil},
	} {
		text := "strategy: T\nsymbol: ES\nbars: 5m\nsession: ETH\nenter:\n  " + c.side + ": bars_since_start == 2\n"
		if c.at != "" {
			text += "  at: " + c.at + "\n  for: 1 + 2\n"
		}
		text += "exit: " + strings.Replace(c.exit, "}", ", after: 6 bars}\n", 1)
		got, err := compiled(t, []byte(text), nil).Eval(b)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(c.want, got.Enter); diff != "" {
			t.Errorf("%s at %s, exit %s: %s", c.side, c.at, c.exit, diff)
		}
	}
}

// With a place for each side, risk is measured from each: 4 ticks and 6.
func TestPlacesOfBothSides(t *testing.T) {
	const text = `strategy: T
symbol: ES
bars: 5m
session: ETH
enter:
  long: bars_since_start == 0
  short: bars_since_start == 1
  at: {long: low, short: high + 2 ticks}
  for: 2 bars
exit:
  stop: STOP
  target: 3 * risk
`
	for _, c := range []struct {
		stop string
		want Entry
	}{
		{"low - 4 ticks", Entry{Side: market.Long, Price: 98, Wait: 2, Stop: Bracket{Level, 94}, Target: Bracket{Distance, 12}}},
		{"high + 8 ticks", Entry{
			Bar: 1, Side: market.Short, Reason: 1, Price: 112, Wait: 2, Stop: Bracket{Level, 118}, Target: Bracket{Distance, 18},
		}},
	} {
		got, err := compiled(t, []byte(strings.Replace(text, "STOP", c.stop, 1)), nil).Eval(threeBars())
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff([]Entry{c.want}, got.Enter); diff != "" {
			t.Errorf("stop %s: %s", c.stop, diff)
		}
	}
}

func TestSidesReasonsAndLeaves(t *testing.T) {
	const text = `strategy: T
symbol: MES
bars: 5m
session: RTH
params:
  n: {default: 2, min: 1, max: 4, step: 1}
enter:
  long: bars_since_start == n or bars_since_start == 5
  short: bars_since_start > 4
  when: bars_since_start <= 5 + n
exit:
  long: bars_since_start == 3
  short: bars_since_start == 3 or bars_since_start == 8
  flat: "14:55"
  at_close: true
limits: {contracts: 2, trades_per_day: 3, daily_loss: 400.5, reverse: true}
`
	p := compiled(t, []byte(text), map[string]float64{"n": 1})
	got, err := p.Eval(someBars(t))
	if err != nil {
		t.Fatal(err)
	}
	want := Signals{
		Enter: []Entry{{Bar: 1, Side: market.Long}, {Bar: 6, Side: market.Short, Reason: 1}}, // both sides at 5: none
		Leave: []Leave{
			{Bar: 3, Side: market.Long, Reason: 2}, {Bar: 3, Side: market.Short, Reason: 3}, {Bar: 8, Side: market.Short, Reason: 3},
		},
		Reasons: []string{
			"long: bars_since_start == 1 or bars_since_start == 5 when bars_since_start <= 5 + 1",
			"short: bars_since_start > 4 when bars_since_start <= 5 + 1",
			"exit long: bars_since_start == 3",
			"exit short: bars_since_start == 3 or bars_since_start == 8",
		},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	limits := Limits{
		Contracts: 2, TradesPerDay: 3, DailyLoss: 4_005_000, EntryFrom: 510, EntryTo: 900, Flat: 895, FlatAtClose: true, Reverse: true,
	}
	if diff := cmp.Diff(limits, p.Limits()); diff != "" {
		t.Error(diff)
	}
}

func TestEqualExpressionsAreOneStep(t *testing.T) {
	p := compiled(t, []byte(sample), nil)
	if len(p.steps) != 7 { // close, vwap, >, true_range, atr, 2, product
		t.Errorf("%d steps: %v", len(p.steps), p.steps)
	}
	const shared = `strategy: T
symbol: MES
bars: 5m
session: ETH
enter:
  long: close > bollinger(20, 2).middle and not close <= sma(close, 10 + 10)
  short: sma(close, 20) > close and close < bollinger(20, 2).middle
exit:
  at_close: true
`
	if p := compiled(t, []byte(shared), nil); len(p.steps) != 8 { // close, mean, two >, two not, two and
		t.Errorf("%d steps: %v", len(p.steps), p.steps)
	}
}
