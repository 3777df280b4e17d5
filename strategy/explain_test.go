package strategy

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func TestEveryWordHasItsPhrase(t *testing.T) {
	var keys []string
	for _, w := range words {
		if w.fields == nil {
			keys = append(keys, w.name)
		}
		for _, f := range w.fields {
			keys = append(keys, w.name+"."+f)
		}
	}
	said := map[string]string{}
	for _, key := range keys {
		text := phrases[key]
		if text == "" {
			t.Errorf("%s has no phrase", key)
		}
		if other := said[text]; other != "" && key != "average" {
			t.Errorf("%s and %s are both %q", key, other, text)
		}
		said[text] = key
	}
	for op := range binary {
		if joints[op] == "" {
			t.Errorf("%s has no phrase", op)
		}
	}
	if len(phrases) != len(keys) || len(joints) != len(binary) {
		t.Errorf("%d phrases of %d words, %d of %d operators", len(phrases), len(keys), len(joints), len(binary))
	}
}

func TestExplain(t *testing.T) {
	const text = `strategy: Everything
symbol: MNQ
bars: 5m
session: ETH
params:
  n: {default: 20, min: 10, max: 30, step: 5}
  k: {default: 1.5, min: 1, max: 2, step: 0.5}
enter:
  long: close crosses above donchian(n).high and (rsi(14) < 30 or not supertrend(10, 3).up) and close > 2 ticks + vwap
  short: ago(close, 1) <= previous_session.low - k points and ago(close - open, n) < 0 ticks
  when: minutes_since_open >= 30 and time < 11:00 and volume > 1.2 * average(volume, n) and volume > 500
  at:
    long: k * atr(14)
    short: keltner(20, 2).upper
  for: 3 bars
exit:
  stop: 8 ticks
  trail: k * atr(14)
  target: vwap
  long: macd(12, 26, 9).histogram < -1 tick
  short: gap / (session_high - session_low) > (1 + 2) * k
  after: n
  flat: "15:00"
  at_close: true
limits: {contracts: 2, trades_per_day: 3, daily_loss: 400.5}
`
	const want = `Everything

It trades 2 contracts of MNQ on bars of 5 minutes, at all hours. It decides at the close of a bar.

It buys with a limit order k (1.5) times the average true range over 14 bars below the close, which waits for 3 bars, when:
- the close crosses above the highest high of the n (20) bars before this one,
- (the RSI over 14 bars is less than 30 or it is not true that the Supertrend over 10 bars at 3 average true ranges points up),
- the close is above 2 ticks plus the session's VWAP,
- the time since the session's open is at least 30 minutes,
- the time in Chicago is before 11:00,
- the volume is more than 1.2 times the average of the volume over n (20) bars, and
- the volume is more than 500 contracts.

It sells short with a limit order at the upper Keltner band over 20 bars at 2 average true ranges, which waits for 3 bars, when:
- the close as of 1 bar before is at or below the previous session's low minus k (1.5) points,
- (the close minus the open) as of n (20) bars before is less than 0 ticks,
- the time since the session's open is at least 30 minutes,
- the time in Chicago is before 11:00,
- the volume is more than 1.2 times the average of the volume over n (20) bars, and
- the volume is more than 500 contracts.

It leaves:
- at a stop that is 8 ticks from the fill,
- at a stop that follows the best price at a distance of k (1.5) times the average true range over 14 bars,
- at a target at the session's VWAP,
- a long at the next open when the MACD histogram of 12 bars and 26 bars with a signal over 9 bars is less than minus 1 tick,
- a short at the next open when the session's opening gap divided by (the session's high so far minus the session's low so far) is more than (1 plus 2) times k (1.5),
- at the open after it was held for n (20) bars,
- at the first open from 15:00 in Chicago on, or
- at the session's close.

It keeps to these limits:
- at most 3 trades a day, and
- out for the day once it has lost 400.5 dollars.

Its parameters may be tuned:
- n is 20, from 10 to 30 in steps of 5.
- k is 1.5, from 1 to 2 in steps of 0.5.
`
	s, err := Parse([]byte(text), "everything.yaml")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(strings.Split(want, "\n"), strings.Split(Explain(s), "\n")); diff != "" {
		t.Error(diff)
	}
}

// Whatever can be written can be explained: every place in a phrase is filled.
func TestEveryStrategyIsExplained(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := drawStrategy(t)
		text := Explain(s)
		if body := strings.TrimPrefix(text, s.Name); strings.ContainsAny(body, "{}_") || strings.Contains(body, "  ") {
			t.Fatal(text)
		}
	})
}
