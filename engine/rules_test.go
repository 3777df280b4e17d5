package engine

import (
	"fmt"
	"strings"
	"testing"

	"assay/market"
	"assay/strategy"

	"github.com/google/go-cmp/cmp"
)

// scene is a small market and what a strategy says in it. Bars are five
// minutes, from 09:00 on, flat at 1000 unless the scene changes them.
type scene struct {
	name   string
	n      int
	change func(b *market.Bars, l *strategy.Limits)
	enter  []strategy.Entry
	leave  []strategy.Leave
	want   string // fills as "bar side price reason"
}

func long(bar int32) strategy.Entry  { return strategy.Entry{Bar: bar, Side: market.Long} }
func short(bar int32) strategy.Entry { return strategy.Entry{Bar: bar, Side: market.Short} }

// guarded gives an entry a stop and a target.
func guarded(e strategy.Entry, kind strategy.BracketKind, stop, target int32) strategy.Entry {
	e.Stop, e.Target = strategy.Bracket{Kind: kind, Ticks: stop}, strategy.Bracket{Kind: kind, Ticks: target}
	return e
}

// newSession lets a session begin at bar i, at 17:00.
func newSession(b *market.Bars, i int) {
	b.Dates = append(b.Dates, b.Dates[len(b.Dates)-1]+1)
	for k := i; k < b.Len(); k++ {
		b.Session[k]++
		b.Minute[k] = int16(1020 + 5*(k-i))
		b.Time[k] = b.Time[0] + 8*3600 + int64(k-i)*300
	}
}

// price sets a whole bar.
func price(b *market.Bars, i int, open, high, low, last int32) {
	b.Open[i], b.High[i], b.Low[i], b.Close[i] = open, high, low, last
}

type entries = []strategy.Entry

var scenes = []scene{
	{
		name: "an entry waits for a bar that trades", n: 4, enter: entries{long(0)},
		change: func(b *market.Bars, _ *strategy.Limits) { b.Volume[1], b.Volume[2] = 0, 0 },
		want:   "3 LONG 1001 ENTRY",
	},
	{
		name: "an entry does not outlive its session", n: 4, enter: entries{long(0), long(1)},
		change: func(b *market.Bars, _ *strategy.Limits) { b.Volume[1] = 0; newSession(b, 2) },
	},
	{
		name: "an entry that waits is dropped where the window closes", n: 4, enter: entries{long(0)},
		change: func(b *market.Bars, l *strategy.Limits) {
			b.Volume[1], l.EntryFrom, l.EntryTo = 0, 540, 550
		},
	},
	{
		name: "the window counts by the bar that fills", n: 4, enter: entries{long(0), long(1)},
		change: func(_ *market.Bars, l *strategy.Limits) { l.EntryFrom, l.EntryTo = 550, 560 },
		want:   "2 LONG 1001 ENTRY",
	},
	{
		name: "trades per day count entries of the trade date", n: 8,
		enter:  entries{long(0), long(2), long(5)},
		leave:  []strategy.Leave{{Bar: 1, Side: market.Flat}},
		change: func(b *market.Bars, l *strategy.Limits) { l.TradesPerDay = 1; newSession(b, 5) },
		want:   "1 LONG 1001 ENTRY, 2 SHORT 999 SIGNAL, 6 LONG 1001 ENTRY",
	},
	{
		name: "a second entry on the same side is ignored", n: 4, enter: entries{long(0), long(1)},
		want: "1 LONG 1001 ENTRY",
	},
	{
		name: "an entry against the position is ignored", n: 4, enter: entries{long(0), short(1)},
		want: "1 LONG 1001 ENTRY",
	},
	{
		name: "or reverses it", n: 4, enter: entries{long(0), short(1)},
		change: func(_ *market.Bars, l *strategy.Limits) { l.Reverse = true },
		want:   "1 LONG 1001 ENTRY, 2 SHORT 999 REVERSE, 2 SHORT 999 ENTRY",
	},
	{
		name: "a reversal closes even where it may not enter", n: 4, enter: entries{long(0), short(1)},
		change: func(_ *market.Bars, l *strategy.Limits) { l.Reverse, l.TradesPerDay = true, 1 },
		want:   "1 LONG 1001 ENTRY, 2 SHORT 999 REVERSE",
	},
	{
		name: "a leave makes room for the other side", n: 4, enter: entries{long(0), short(1)},
		leave: []strategy.Leave{{Bar: 1, Side: market.Long}},
		want:  "1 LONG 1001 ENTRY, 2 SHORT 999 SIGNAL, 2 SHORT 999 ENTRY",
	},
	{
		name: "a leave and an entry of one side only leave", n: 4, enter: entries{long(0), long(1)},
		leave: []strategy.Leave{{Bar: 1, Side: market.Long}},
		want:  "1 LONG 1001 ENTRY, 2 SHORT 999 SIGNAL",
	},
	{
		name: "a leave takes back an entry that waits", n: 4, enter: entries{long(0)},
		leave:  []strategy.Leave{{Bar: 1, Side: market.Long}},
		change: func(b *market.Bars, _ *strategy.Limits) { b.Volume[1] = 0 },
	},
	{
		name: "both sides at once are none", n: 4, enter: entries{long(0), short(0)},
	},
	{
		name: "flat time closes and lets nobody in", n: 6, enter: entries{long(0), long(3)},
		change: func(_ *market.Bars, l *strategy.Limits) { l.Flat = 550 },
		want:   "1 LONG 1001 ENTRY, 2 SHORT 999 FLAT_TIME",
	},
	{
		name: "flat time that the data does not reach closes at the next open", n: 6, enter: entries{long(0)},
		change: func(b *market.Bars, l *strategy.Limits) { l.Flat = 955; newSession(b, 3) },
		want:   "1 LONG 1001 ENTRY, 3 SHORT 999 FLAT_TIME",
	},
	{
		name: "a holiday session that goes on in the evening closes there", n: 6, enter: entries{long(0)},
		change: func(b *market.Bars, l *strategy.Limits) {
			l.Flat = 955
			newSession(b, 3)
			b.Session = make([]int32, 6)
		},
		want: "1 LONG 1001 ENTRY, 3 SHORT 999 FLAT_TIME",
	},
	{
		name: "flat at the session's close", n: 5, enter: entries{long(0)},
		change: func(b *market.Bars, l *strategy.Limits) { l.FlatAtClose, b.Last[2] = true, true; newSession(b, 3) },
		want:   "1 LONG 1001 ENTRY, 2 SHORT 999 SESSION_END",
	},
	{
		name: "data that ends early closes at the next open", n: 5, enter: entries{long(0)},
		change: func(b *market.Bars, l *strategy.Limits) { l.FlatAtClose = true; newSession(b, 3) },
		want:   "1 LONG 1001 ENTRY, 3 SHORT 999 SESSION_END",
	},
	{
		name: "the daily loss closes at the next open and ends the day", n: 9,
		enter: entries{long(0), long(3), long(7)},
		change: func(b *market.Bars, l *strategy.Limits) {
			l.DailyLoss = 10 * market.Dollar
			price(b, 2, 1000, 1000, 990, 994) // 7 ticks and a fee of 2.25: exactly 11.00
			newSession(b, 6)
		},
		want: "1 LONG 1001 ENTRY, 3 SHORT 999 DAILY_LOSS, 8 LONG 1001 ENTRY",
	},
	{
		name: "a loss one tick smaller is not enough", n: 4, enter: entries{long(0)},
		change: func(b *market.Bars, l *strategy.Limits) {
			l.DailyLoss = 10 * market.Dollar
			price(b, 2, 1000, 1000, 990, 995)
		},
		want: "1 LONG 1001 ENTRY",
	},
	{
		name: "an exit due at the open comes before a stop that the open passed", n: 4,
		enter:  entries{guarded(long(0), strategy.Distance, 10, 50)},
		leave:  []strategy.Leave{{Bar: 1, Side: market.Flat}},
		change: func(b *market.Bars, _ *strategy.Limits) { price(b, 2, 980, 981, 979, 980) },
		want:   "1 LONG 1001 ENTRY, 2 SHORT 979 SIGNAL",
	},
	{
		name: "a stop level that the open has passed closes at once", n: 3,
		enter: entries{guarded(long(0), strategy.Level, 1005, 1050)},
		want:  "1 LONG 1001 ENTRY, 1 SHORT 999 STOP_GAP",
	},
	{
		name: "so does a target level", n: 3,
		enter: entries{guarded(short(0), strategy.Level, 1050, 1004)},
		want:  "1 SHORT 999 ENTRY, 1 LONG 1001 TARGET",
	},
	{
		name: "levels move with the gap of a roll", n: 5,
		enter: entries{guarded(long(0), strategy.Level, 990, 1050)},
		change: func(b *market.Bars, _ *strategy.Limits) {
			b.Segments = []market.Segment{{Contract: "H"}, {First: 2, Contract: "M", Gap: 100, Offset: 100}}
			price(b, 2, 1100, 1101, 1091, 1095)
			price(b, 3, 1095, 1096, 1090, 1095)
		},
		want: "1 LONG 1001 ENTRY, 2 SHORT 999 ROLL, 2 LONG 1101 ROLL, 3 SHORT 1089 STOP",
	},
	{
		name: "so do the levels of an entry that waits", n: 5,
		enter: entries{guarded(long(0), strategy.Level, 995, 1004)},
		change: func(b *market.Bars, _ *strategy.Limits) {
			b.Segments = []market.Segment{{Contract: "H"}, {First: 2, Contract: "M", Gap: 100, Offset: 100}}
			b.Volume[1] = 0
			price(b, 2, 1100, 1103, 1096, 1100)
			price(b, 3, 1100, 1106, 1099, 1100)
		},
		want: "2 LONG 1101 ENTRY, 3 SHORT 1104 TARGET",
	},
	{
		name: "a stop among them", n: 4, enter: entries{guarded(long(0), strategy.Level, 995, 1050)},
		change: func(b *market.Bars, _ *strategy.Limits) {
			b.Segments = []market.Segment{{Contract: "H"}, {First: 2, Contract: "M", Gap: 100, Offset: 100}}
			b.Volume[1] = 0
			price(b, 2, 1100, 1103, 1096, 1100)
			price(b, 3, 1100, 1103, 1095, 1100)
		},
		want: "2 LONG 1101 ENTRY, 3 SHORT 1094 STOP",
	},
	{
		name: "an exit due at a roll fills in the new contract", n: 4, enter: entries{long(0)},
		leave: []strategy.Leave{{Bar: 1, Side: market.Long}},
		change: func(b *market.Bars, _ *strategy.Limits) {
			b.Segments = []market.Segment{{Contract: "H"}, {First: 2, Contract: "M", Gap: 100, Offset: 100}}
			price(b, 2, 1100, 1101, 1099, 1100)
			price(b, 3, 1100, 1101, 1099, 1100)
		},
		want: "1 LONG 1001 ENTRY, 2 SHORT 999 ROLL, 2 LONG 1101 ROLL, 2 SHORT 1099 SIGNAL",
	},
	{
		name: "nothing fills on a locked bar", n: 4, enter: entries{guarded(long(0), strategy.Distance, 10, 50)},
		change: func(b *market.Bars, _ *strategy.Limits) {
			b.Locked = []bool{false, false, true, false}
			price(b, 2, 900, 900, 900, 900)
			price(b, 3, 890, 895, 885, 890)
		},
		want: "1 LONG 1001 ENTRY, 3 SHORT 889 STOP_GAP",
	},
}

func (s *scene) run() Ledger {
	b, l := barsOf(make([]ohlcv, s.n)...), plain()
	for i := range s.n {
		price(b, i, 1000, 1001, 999, 1000)
		b.Volume[i] = 500
	}
	if s.change != nil {
		s.change(b, &l)
	}
	signals := strategy.Signals{Enter: s.enter, Leave: s.leave, Reasons: []string{"said so"}}
	return Run(b, signals, l, mes())
}

func TestRules(t *testing.T) {
	for _, s := range scenes {
		t.Run(s.name, func(t *testing.T) {
			if text := fillsOf(s.run()); text != s.want {
				t.Errorf("fills\n%s, want\n%s", text, s.want)
			}
		})
	}
}

// fillsOf writes fills as scenes do, with the quantity where it is not 1.
func fillsOf(l Ledger) string {
	var list []string
	for _, f := range l.Fills {
		text := fmt.Sprintf("%d %v %d %s", f.Bar, f.Side, f.Price, f.Reason)
		if f.Qty != 1 {
			text += fmt.Sprintf(" x%d", f.Qty)
		}
		list = append(list, text)
	}
	return strings.Join(list, ", ")
}

// A stop level that the fill has already passed is no risk, not a negative one.
func TestRiskIsNeverNegative(t *testing.T) {
	s := scene{n: 3, enter: entries{guarded(long(0), strategy.Level, 1005, 1050)}}
	if trades := s.run().Trades; len(trades) != 1 || trades[0].Risk != 0 {
		t.Errorf("trades %+v", trades)
	}
}

// A roll in whole: two trades, one reason, one risk, and no PnL of the gap.
func TestLedgerOfARoll(t *testing.T) {
	var roll scene
	for _, s := range scenes {
		if s.name == "levels move with the gap of a roll" {
			roll = s
		}
	}
	first := Trade{
		Side: market.Long, Qty: 1, Contract: "H", EntryBar: 1, ExitBar: 2, Entry: 1001, Exit: 999,
		EntryWhy: "said so", ExitWhy: Rolled,
		Risk: 137_500, Gross: -25_000, Fees: 45_000, Net: -70_000,
	}
	second := Trade{
		Side: market.Long, Qty: 1, Contract: "M", EntryBar: 2, ExitBar: 3, Entry: 1101, Exit: 1089,
		EntryWhy: "said so", ExitWhy: Stopped, FromRoll: true,
		Risk: 137_500, Gross: -150_000, Fees: 45_000, Net: -195_000,
	}
	want := Ledger{
		Fills: []Fill{
			{1, 1, 1001, market.Long, Entered},
			{2, 1, 999, market.Short, Rolled},
			{2, 1, 1101, market.Long, Rolled},
			{3, 1, 1089, market.Short, Stopped},
		},
		Trades: []Trade{first, second},
		Days:   []Day{{Date: 20_000, PnL: -265_000}},
	}
	if d := cmp.Diff(want, roll.run()); d != "" {
		t.Errorf("(-want +got)\n%s", d)
	}
}
