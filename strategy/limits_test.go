package strategy

import (
	"math"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// Distances that are never above zero make a strategy that cannot trade, or
// one that does not do what its file says.
func TestDistancesThatAreNeverPositive(t *testing.T) {
	const never = " is never a distance above zero; write for example 2 * atr(14)"
	const zero = " is never a distance above zero with a = 0; move the range of a"
	with := func(stop string) string { return strings.Replace(sample, "a * atr(14)", stop, 1) }
	param := func(stop, values string) string {
		return strings.Replace(with(stop), "default: 2, min: 1, max: 4, step: 1", values, 1)
	}
	unused := strings.Replace(sample, "close > vwap", "rsi(14) > a", 1)
	stop := func(text string) string { return strings.Replace(unused, "a * atr(14)", text, 1) }
	for _, c := range []struct{ text, want string }{
		{stop("-2 * atr(14)"), "10:9: the stop" + never},
		{stop("0 * atr(14)"), "10:9: the stop" + never},
		{stop("atr(14) * (1 - 1)"), "10:9: the stop" + never},
		{stop("0 ticks"), "10:9: the stop" + never},
		{stop("2 points - 8 ticks"), "10:9: the stop" + never},
		{stop("-abs(gap)"), "10:9: the stop" + never},
		{stop("2 ticks / 0"), "10:9: the stop" + never},
		{stop("atr(14) / -3"), "10:9: the stop" + never},
		{stop("min(-1 ticks, atr(14))"), "10:9: the stop" + never},
		{stop("-ema(atr(14), 5)"), "10:9: the stop" + never},
		{stop("\"-2 * atr(14)\""), "10:10: the stop" + never},
		{stop("2 * atr(14)\n  target: -1 * risk"), "11:11: the target" + never},
		{stop("2 * atr(14)\n  target: -(10 ticks)"), "11:11: the target" + never},
		{stop("2 * atr(14)\n  trail: -1 * atr(14)"), "11:10: the trailing stop" + never},
		{param("a * atr(14)", "default: 1, min: 0, max: 4, step: 1"), "10:9: the stop" + zero},
		{param("a * atr(14)", "default: -2, min: -3, max: -1, step: 1"), "10:9: the stop" + never},
		{param("a * atr(14)", "default: -2, min: -3, max: 3, step: 1"), "10:9: the stop" + never},
	} {
		refused(t, c.text, c.want)
	}
	for _, text := range []string{
		sample, stop("atr(14) - 2 ticks"), stop("close - open"), stop("1 - 2 * atr(14) / atr(5) + 3 > 0"),
		stop("gap"), stop("vwap"), stop("-1 * gap"), stop("-(-2) * atr(14)"), stop("max(0 ticks, atr(14))"),
		stop("2 points - 7 ticks"), stop("8 ticks / abs(gap) * atr(14)"), stop("donchian(20).high - close"),
		stop("-2 * macd(12, 26, 9).line"), stop("rsi(14) * -1 ticks * -1"), stop("opening_range(30).low"),
		strings.Replace(sample, "close > vwap", "close > vwap\n  at: 0 ticks\n  for: 3 bars", 1),
	} {
		_, err := Parse([]byte(text), "t.yaml")
		if err != nil && strings.Contains(err.Error(), "above zero") {
			t.Errorf("%s\n%v", text, err)
		}
	}
	refused(t, strings.Replace(sample, "close > vwap", "close > vwap\n  at: -2 ticks\n  for: 3 bars", 1),
		"9:7: the limit order is always on the worse side of the close; write for example 2 ticks")
}

// No bar gives an expression a value that it cannot reach.
func TestReachHoldsEveryValue(t *testing.T) {
	bars := someBars(t).Truncate(1500)
	types := []Type{DistanceType, NumberType, VolumeType, MinutesType}
	rapid.Check(t, func(t *rapid.T) {
		n := draw(t, rapid.SampledFrom(types).Draw(t, "type"), 3, nil)
		in := n.reach(0.25, nil)
		slack := 1e-9 * (1 + math.Abs(in.low) + math.Abs(in.high)) // infinite without a bound
		for i, v := range treeSeries(t, n, RTH, bars, steady(512)) {
			if !(in.low <= in.high) || v < in.low-slack && !math.IsInf(in.low, -1) || v > in.high+slack && !math.IsInf(in.high, 1) {
				t.Fatalf("%s is %v on bar %d, outside %v", n, v, i, in)
			}
		}
	})
}

// A position is flat from that time of the trade date on, which begins at
// 17:00, so a time before the session leaves nothing of it.
func TestFlatBeforeTheSession(t *testing.T) {
	flat := func(symbol, session, at string) string {
		return strings.NewReplacer("MES", symbol, "RTH", session, "at_close: true", `flat: "`+at+`"`).Replace(sample)
	}
	rth := ` leaves nothing of the session, which opens at 08:30; write a time after it, such as "14:55"`
	for _, c := range []struct{ text, want string }{
		{flat("MES", "RTH", "08:00"), `11:9: flat from "08:00" on` + rth},
		{flat("MES", "RTH", "08:30"), `11:9: flat from "08:30" on` + rth},
		{flat("MES", "RTH", "17:00"), `11:9: flat from "17:00" on` + rth},
		{flat("MES", "RTH", "23:59"), `11:9: flat from "23:59" on` + rth},
		{
			flat("GC", "RTH", "07:00"),
			`11:9: flat from "07:00" on leaves nothing of the session, which opens at 07:20; write a time after it, such as "12:25"`,
		},
		{
			flat("MES", "ETH", "17:00"),
			`11:9: flat from "17:00" on leaves nothing of the session, which opens at 17:00; write a time after it, such as "15:55"`,
		},
	} {
		refused(t, c.text, c.want)
	}
	for _, text := range []string{
		flat("MES", "RTH", "08:31"), flat("MES", "RTH", "15:00"), flat("MES", "RTH", "15:59"),
		flat("MES", "ETH", "17:01"), flat("MES", "ETH", "08:00"), flat("MES", "ETH", "15:59"), flat("GC", "RTH", "07:30"),
	} {
		if _, err := Parse([]byte(text), "t.yaml"); err != nil {
			t.Errorf("%s\n%v", text, err)
		}
	}
}

func TestSymbolsHaveTheirPlace(t *testing.T) {
	text := strings.Replace(sample, "MES", "XYZ", 1)
	refused(t, text, `2:9: "XYZ" is not the root of a known contract; `+
		"use one of ES MES NQ MNQ YM MYM RTY M2K CL MCL GC MGC SI SIL ZB ZN ZF 6E M6E BTC MBT")
	text = strings.Replace(text, "at_close: true", `flat: "08:00"`, 1) // whose hours nobody knows
	refused(t, text, `2:9: "XYZ" is not the root of a known contract; `+
		"use one of ES MES NQ MNQ YM MYM RTY M2K CL MCL GC MGC SI SIL ZB ZN ZF 6E M6E BTC MBT")
}

// What a file cites is printed as it can be read, whatever it is.
func TestWhatIsCitedIsPrintable(t *testing.T) {
	for _, c := range []struct{ old, new string }{
		{"session:", `"\e[2Jsession":`},
		{"  a: {", `  "\e[2Ja": {`},
		{"default: 2", `"\e[31mdefault": 2`},
		{"min: 1", "min: 9, \"\\e[31m\": 3"},
		{"symbol: MES", `symbol: "\e[31m"`},
		{"close > vwap", `"close \e[31m vwap"`},
		{"close > vwap", "\"vw\\u202eap > close\""},
	} {
		_, err := Parse([]byte(strings.Replace(sample, c.old, c.new, 1)), "t.yaml")
		if err == nil || strings.ContainsFunc(err.Error(), func(r rune) bool { return r != '\n' && odd(r) }) {
			t.Errorf("%s: %q", c.new, err)
		}
	}
}
