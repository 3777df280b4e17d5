package engine

import (
	"testing"

	"assay/market"
	"assay/strategy"
)

// limit makes an entry wait at a price for some bars.
func limit(e strategy.Entry, price, wait int32) strategy.Entry {
	e.Price, e.Wait = price, wait
	return e
}

func trailing(e strategy.Entry, distance int32) strategy.Entry {
	e.Trail = distance
	return e
}

func atMost(e strategy.Entry, bars int32) strategy.Entry {
	e.MaxBars = bars
	return e
}

// dip takes the market down in one bar, and back to where it was.
func dip(i int, low int32) func(b *market.Bars, _ *strategy.Limits) {
	return func(b *market.Bars, _ *strategy.Limits) { b.Low[i] = low }
}

// Limit entries, trailing stops and time stops as rules ask for them:
// docs/fills.md, sections 4.1, 5.1, 5.6 and 5.7.
var waits = []scene{
	{
		name: "a limit entry fills where price trades through it", n: 5, enter: entries{limit(long(0), 995, 3)},
		change: dip(2, 994),
		want:   "2 LONG 995 ENTRY",
	},
	{
		name: "to touch it is not enough", n: 5, enter: entries{limit(long(0), 995, 3)},
		change: dip(2, 995),
	},
	{
		name: "it lives for so many bars and no longer", n: 6, enter: entries{limit(long(0), 995, 3), limit(short(1), 1005, 2)},
		change: func(b *market.Bars, _ *strategy.Limits) { b.Low[4], b.High[4] = 990, 1010 },
	},
	{
		name: "the last of them included", n: 5, enter: entries{limit(long(0), 995, 3)},
		change: dip(3, 990),
		want:   "3 LONG 995 ENTRY",
	},
	{
		name: "a bar that does not trade counts", n: 5, enter: entries{limit(long(0), 995, 2)},
		change: func(b *market.Bars, _ *strategy.Limits) { b.Volume[1] = 0; b.Low[1], b.Low[3] = 990, 990 },
	},
	{
		name: "an open beyond it fills at the limit, not better", n: 4, enter: entries{limit(long(0), 998, 2)},
		change: func(b *market.Bars, _ *strategy.Limits) { price(b, 1, 990, 992, 989, 991) },
		want:   "1 LONG 998 ENTRY",
	},
	{
		name: "a later order takes its place", n: 5, enter: entries{limit(long(0), 995, 4), limit(long(1), 990, 1)},
		change: func(b *market.Bars, _ *strategy.Limits) { b.Low[2], b.Low[3] = 991, 991 },
	},
	{
		name: "a leave takes it back", n: 4, enter: entries{limit(long(0), 995, 3)},
		leave:  []strategy.Leave{{Bar: 0, Side: market.Short}, {Bar: 1, Side: market.Long}},
		change: dip(2, 990),
	},
	{
		name: "it does not outlive its session", n: 6, enter: entries{limit(long(0), 995, 9)},
		change: func(b *market.Bars, _ *strategy.Limits) { newSession(b, 2); b.Low[3] = 990 },
	},
	{
		name: "nor does it turn a position", n: 5, enter: entries{long(0), limit(short(1), 1005, 3)},
		change: func(b *market.Bars, l *strategy.Limits) { l.Reverse, b.High[3] = true, 1010 },
		want:   "1 LONG 1001 ENTRY",
	},
	{
		name: "its price moves with a roll", n: 5, enter: entries{limit(long(0), 995, 3)},
		change: func(b *market.Bars, _ *strategy.Limits) {
			b.Segments = []market.Segment{{Contract: "H"}, {First: 2, Contract: "M", Gap: 100, Offset: 100}}
			price(b, 2, 1100, 1101, 1096, 1100)
			price(b, 3, 1100, 1101, 1094, 1100)
		},
		want: "3 LONG 1095 ENTRY",
	},
	{
		name: "the high of its bar proves no target", n: 4,
		enter: entries{limit(guarded(long(0), strategy.Distance, 20, 5), 995, 2)},
		change: func(b *market.Bars, _ *strategy.Limits) {
			price(b, 1, 1000, 1004, 994, 996)
			price(b, 2, 997, 1001, 997, 999)
		},
		want: "1 LONG 995 ENTRY, 2 SHORT 1000 TARGET",
	},
	{
		name: "the close does", n: 4, enter: entries{limit(guarded(long(0), strategy.Distance, 20, 5), 995, 2)},
		change: func(b *market.Bars, _ *strategy.Limits) { price(b, 1, 1000, 1004, 994, 1001) },
		want:   "1 LONG 995 ENTRY, 1 SHORT 1000 TARGET",
	},
	{
		name: "a trailing stop follows and never goes back", n: 6, enter: entries{trailing(short(0), 6)},
		change: func(b *market.Bars, _ *strategy.Limits) {
			price(b, 1, 1000, 1001, 990, 992) // the stop of 1005 moves to 996
			price(b, 2, 992, 995, 991, 994)
			price(b, 3, 994, 996, 993, 995)
		},
		want: "1 SHORT 999 ENTRY, 3 LONG 997 STOP",
	},
	{
		name: "the entry's own stop counts while it is nearer", n: 4,
		enter:  entries{trailing(guarded(long(0), strategy.Distance, 4, 50), 20)},
		change: dip(2, 997),
		want:   "1 LONG 1001 ENTRY, 2 SHORT 996 STOP",
	},
	{
		name: "a trailing stop that the open has passed", n: 4, enter: entries{trailing(long(0), 5)},
		change: func(b *market.Bars, _ *strategy.Limits) { b.High[1] = 1010; price(b, 2, 1000, 1001, 999, 1000) },
		want:   "1 LONG 1001 ENTRY, 2 SHORT 999 STOP_GAP",
	},
	{
		name: "a time stop closes at the open after so many bars", n: 6, enter: entries{atMost(long(0), 3)},
		want: "1 LONG 1001 ENTRY, 4 SHORT 999 TIME_STOP",
	},
	{
		name: "the bar of entry is the first", n: 4, enter: entries{limit(atMost(long(0), 1), 995, 3)},
		change: dip(1, 990),
		want:   "1 LONG 995 ENTRY, 2 SHORT 999 TIME_STOP",
	},
	{
		name: "bars that do not trade are held as well", n: 6, enter: entries{atMost(long(0), 2)},
		change: func(b *market.Bars, _ *strategy.Limits) { b.Volume[2], b.Volume[3] = 0, 0 },
		want:   "1 LONG 1001 ENTRY, 4 SHORT 999 TIME_STOP",
	},
	{
		name: "a new session does not begin the count again", n: 7, enter: entries{atMost(long(0), 4)},
		change: func(b *market.Bars, _ *strategy.Limits) { newSession(b, 3) },
		want:   "1 LONG 1001 ENTRY, 5 SHORT 999 TIME_STOP",
	},
	{
		name: "nor does a roll", n: 5, enter: entries{atMost(long(0), 2)},
		change: func(b *market.Bars, _ *strategy.Limits) {
			b.Segments = []market.Segment{{Contract: "H"}, {First: 2, Contract: "M"}}
		},
		want: "1 LONG 1001 ENTRY, 2 SHORT 999 ROLL, 2 LONG 1001 ROLL, 3 SHORT 999 TIME_STOP",
	},
	{
		name: "time comes before a signal, and flat time before it", n: 9,
		enter:  entries{atMost(long(0), 1), atMost(long(3), 1)},
		leave:  []strategy.Leave{{Bar: 1, Side: market.Long}},
		change: func(_ *market.Bars, l *strategy.Limits) { l.Flat = 565 },
		want:   "1 LONG 1001 ENTRY, 2 SHORT 999 TIME_STOP, 4 LONG 1001 ENTRY, 5 SHORT 999 FLAT_TIME",
	},
}

func TestWaits(t *testing.T) {
	for _, s := range waits {
		t.Run(s.name, func(t *testing.T) {
			if text := fillsOf(s.run()); text != s.want {
				t.Errorf("fills\n%s, want\n%s", text, s.want)
			}
		})
	}
}

// What a trade risks is the way to its first stop, trailing or not.
func TestRiskOfATrailingStop(t *testing.T) {
	s := scene{n: 3, enter: entries{trailing(guarded(long(0), strategy.Distance, 9, 50), 5)}}
	if open := s.run().Open; open == nil || open.Risk != 5*12_500 {
		t.Errorf("open %+v", open)
	}
}
