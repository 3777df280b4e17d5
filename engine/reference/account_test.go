package reference

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"assay/engine"
	"assay/market"
	"assay/strategy"
)

var standard = engine.Costs{TickValue: 12_500, Fee: 22_500, SlipMarket: 1, SlipStop: 1, Through: 1}

var anyTime = strategy.Limits{Contracts: 1, Flat: -1}

// ohlcv are bars of one session in one contract.
func ohlcv(rows ...[5]int32) *market.Bars {
	b := &market.Bars{
		Root: "ES", Interval: 5 * time.Minute,
		Segments: []market.Segment{{Contract: "ESH6"}}, Dates: []market.Date{20_000},
	}
	for i, r := range rows {
		b.Time = append(b.Time, int64(300*i))
		b.Open, b.High = append(b.Open, r[0]), append(b.High, r[1])
		b.Low, b.Close, b.Volume = append(b.Low, r[2]), append(b.Close, r[3]), append(b.Volume, r[4])
		b.Minute, b.Session = append(b.Minute, int16(600+5*i)), append(b.Session, 0)
		b.Last = append(b.Last, false)
	}
	return b
}

// The cases of the published fill rules that an entry of rules can meet. The
// slow account must be right before it may judge the fast one.
func TestGoldenFills(t *testing.T) {
	type row = [5]int32
	level := func(ticks int32) strategy.Bracket { return strategy.Bracket{Kind: strategy.Level, Ticks: ticks} }
	away := func(ticks int32) strategy.Bracket { return strategy.Bracket{Kind: strategy.Distance, Ticks: ticks} }
	// The position of most cases: at 1000 after the second bar.
	before := []row{{1000, 1000, 1000, 1000, 9}, {999, 1001, 999, 1000, 9}}
	beforeShort := []row{{1000, 1000, 1000, 1000, 9}, {1001, 1001, 999, 1000, 9}}
	none := strategy.Bracket{}
	trail := func(ticks int32) func(*strategy.Entry) {
		return func(e *strategy.Entry) { e.Trail = ticks }
	}
	limit := func(price int32) func(*strategy.Entry) {
		return func(e *strategy.Entry) { e.Wait, e.Price = 1, price }
	}
	for _, c := range []struct {
		name         string
		side         market.Side
		stop, target strategy.Bracket
		bars         []row
		entry        func(*strategy.Entry)
		change       func(*market.Bars, *strategy.Limits)
		want         []engine.Fill
		ambiguous    bool
	}{
		{
			name: "f01 next open", side: market.Long,
			bars: []row{{1000, 1004, 998, 1003, 500}, {1005, 1008, 1001, 1002, 500}},
			want: []engine.Fill{{Bar: 1, Side: 1, Qty: 1, Price: 1006, Reason: engine.Entered}},
		},
		{
			name: "f02 stop", side: market.Long, stop: level(995),
			bars: append(before[:2:2], row{1000, 1002, 993, 997, 500}),
			want: []engine.Fill{{Bar: 2, Side: -1, Qty: 1, Price: 994, Reason: engine.Stopped}},
		},
		{
			name: "f03 gap", side: market.Long, stop: level(995),
			bars: append(before[:2:2], row{985, 990, 980, 988, 500}),
			want: []engine.Fill{{Bar: 2, Side: -1, Qty: 1, Price: 984, Reason: engine.StoppedGap}},
		},
		{
			name: "f04 both", side: market.Long, stop: level(995), target: level(1010), ambiguous: true,
			bars: append(before[:2:2], row{1000, 1012, 990, 1005, 500}),
			want: []engine.Fill{{Bar: 2, Side: -1, Qty: 1, Price: 994, Reason: engine.Stopped}},
		},
		{
			name: "f05 open beyond the target", side: market.Long, stop: level(995), target: level(1010),
			bars: append(before[:2:2], row{1015, 1018, 990, 992, 500}),
			want: []engine.Fill{{Bar: 2, Side: -1, Qty: 1, Price: 1010, Reason: engine.Targeted}},
		},
		{
			name: "f06 touch only", side: market.Long, target: level(1010),
			bars: append(before[:2:2], row{1000, 1010, 998, 1005, 500}),
		},
		{
			name: "f07 through", side: market.Long, target: level(1010),
			bars: append(before[:2:2], row{1000, 1011, 998, 1005, 500}),
			want: []engine.Fill{{Bar: 2, Side: -1, Qty: 1, Price: 1010, Reason: engine.Targeted}},
		},
		{
			name: "f08 stop in the bar of entry", side: market.Long, stop: away(5), target: away(10),
			bars: []row{{1000, 1001, 999, 1000, 500}, {1000, 1003, 994, 1001, 500}},
			want: []engine.Fill{
				{Bar: 1, Side: 1, Qty: 1, Price: 1001, Reason: engine.Entered},
				{Bar: 1, Side: -1, Qty: 1, Price: 995, Reason: engine.Stopped},
			},
		},
		{
			name: "f11 trailing stop of finished bars", side: market.Long, entry: trail(8),
			bars: append(before[:2:2], row{1000, 1006, 999, 1005, 500}, row{1005, 1020, 1000, 1018, 500}),
		},
		{
			name: "and then", side: market.Long, entry: trail(8),
			bars: append(before[:2:2], row{1000, 1020, 999, 1018, 500}, row{1018, 1019, 1012, 1013, 500}),
			want: []engine.Fill{{Bar: 3, Side: -1, Qty: 1, Price: 1011, Reason: engine.Stopped}},
		},
		{
			name: "held for two bars", side: market.Long, entry: func(e *strategy.Entry) { e.MaxBars = 2 },
			bars: append(before[:2:2], row{1000, 1006, 999, 1005, 500}, row{1005, 1020, 1000, 1018, 500}),
			want: []engine.Fill{{Bar: 3, Side: -1, Qty: 1, Price: 1004, Reason: engine.TimeStop}},
		},
		{
			name: "f12 short gap", side: market.Short, stop: level(1010),
			bars: append(beforeShort[:2:2], row{1020, 1025, 1015, 1018, 500}),
			want: []engine.Fill{{Bar: 2, Side: 1, Qty: 1, Price: 1021, Reason: engine.StoppedGap}},
		},
		{
			name: "f14 empty bar", side: market.Long, stop: none,
			bars: []row{{1000, 1001, 999, 1000, 50}, {1000, 1000, 1000, 1000, 0}, {1001, 1003, 1000, 1002, 40}},
			want: []engine.Fill{{Bar: 2, Side: 1, Qty: 1, Price: 1002, Reason: engine.Entered}},
		},
		{
			name: "f15 session close", side: market.Long,
			bars:   append(before[:2:2], row{1000, 1004, 998, 1003, 500}),
			change: func(b *market.Bars, l *strategy.Limits) { b.Last[2], l.FlatAtClose = true, true },
			want:   []engine.Fill{{Bar: 2, Side: -1, Qty: 1, Price: 1002, Reason: engine.SessionEnd}},
		},
		{
			name: "f16 only the target", side: market.Long, stop: level(995), target: level(1010),
			bars: append(before[:2:2], row{1000, 1012, 996, 1005, 500}),
			want: []engine.Fill{{Bar: 2, Side: -1, Qty: 1, Price: 1010, Reason: engine.Targeted}},
		},
		{
			name: "f18 open better than the limit", side: market.Long, entry: limit(1000),
			bars: []row{{1000, 1000, 1000, 1000, 9}, {995, 998, 990, 997, 500}},
			want: []engine.Fill{{Bar: 1, Side: 1, Qty: 1, Price: 1000, Reason: engine.Entered}},
		},
		{
			name: "f21 the high may have come first", side: market.Long, entry: limit(995),
			stop: away(20), target: away(10), ambiguous: true,
			bars: []row{{1000, 1000, 1000, 1000, 9}, {1000, 1012, 993, 1001, 500}},
			want: []engine.Fill{{Bar: 1, Side: 1, Qty: 1, Price: 995, Reason: engine.Entered}},
		},
		{
			name: "f22 the close proves it", side: market.Long, entry: limit(995), stop: away(20), target: away(10),
			bars: []row{{1000, 1000, 1000, 1000, 9}, {1000, 1012, 993, 1008, 500}},
			want: []engine.Fill{
				{Bar: 1, Side: 1, Qty: 1, Price: 995, Reason: engine.Entered},
				{Bar: 1, Side: -1, Qty: 1, Price: 1005, Reason: engine.Targeted},
			},
		},
		{
			name: "f23 limit and stop", side: market.Long, entry: limit(995), stop: away(5), target: away(50),
			bars: []row{{1000, 1000, 1000, 1000, 9}, {1000, 1003, 988, 1001, 500}},
			want: []engine.Fill{
				{Bar: 1, Side: 1, Qty: 1, Price: 995, Reason: engine.Entered},
				{Bar: 1, Side: -1, Qty: 1, Price: 989, Reason: engine.Stopped},
			},
		},
		{
			name: "a limit lives for one bar", side: market.Long, entry: limit(995),
			bars: []row{{1000, 1000, 1000, 1000, 9}, {1000, 1003, 995, 1001, 500}, {1000, 1003, 990, 1001, 500}},
		},
		{
			name: "f20 roll", side: market.Long, stop: level(900),
			bars: append(before[:2:2], row{1000, 6003, 1000, 6001, 500}, row{6050, 6052, 6048, 6050, 500}),
			change: func(b *market.Bars, _ *strategy.Limits) {
				b.Segments = append(b.Segments, market.Segment{First: 3, Contract: "ESM6", Gap: 49, Offset: 49})
			},
			want: []engine.Fill{
				{Bar: 3, Side: -1, Qty: 1, Price: 6000, Reason: engine.Rolled},
				{Bar: 3, Side: 1, Qty: 1, Price: 6051, Reason: engine.Rolled},
			},
		},
		{
			name: "f24 locked", side: market.Long, stop: level(995),
			bars:   append(before[:2:2], row{930, 930, 930, 930, 12}),
			change: func(b *market.Bars, _ *strategy.Limits) { b.Locked = []bool{false, false, true} },
		},
	} {
		b, limits := ohlcv(c.bars...), anyTime
		if c.change != nil {
			c.change(b, &limits)
		}
		e := strategy.Entry{Side: c.side, Stop: c.stop, Target: c.target}
		if c.entry != nil {
			c.entry(&e)
		}
		s := strategy.Signals{Enter: []strategy.Entry{e}, Reasons: []string{"rule"}}
		l := Run(b, s, limits, standard)
		got, ambiguous := l.Fills, false
		if len(c.bars) > 2 && c.bars[1][4] > 0 && e.Wait == 0 {
			got = got[1:] // the entry that set the scene
		}
		if l.Open != nil {
			ambiguous = l.Open.Ambiguous
		}
		for _, trade := range l.Trades {
			ambiguous = ambiguous || trade.Ambiguous
		}
		if diff := cmp.Diff(append([]engine.Fill{}, c.want...), append([]engine.Fill{}, got...)); diff != "" {
			t.Errorf("%s: -want +got\n%s", c.name, diff)
		}
		if ambiguous != c.ambiguous {
			t.Errorf("%s: ambiguous %v, want %v", c.name, ambiguous, c.ambiguous)
		}
	}
}

// f13: at most 10 % of a bar's volume.
func TestGoldenVolumeCap(t *testing.T) {
	b := ohlcv([5]int32{1000, 1001, 999, 1000, 50}, [5]int32{1000, 1002, 999, 1001, 50}, [5]int32{1002, 1004, 1001, 1003, 90})
	s := strategy.Signals{Enter: []strategy.Entry{{Side: market.Long}}, Reasons: []string{"rule"}}
	limits, costs := anyTime, standard
	limits.Contracts, costs.VolumeCap = 8, 10
	want := []engine.Fill{
		{Bar: 1, Side: 1, Qty: 5, Price: 1001, Reason: engine.Entered},
		{Bar: 2, Side: 1, Qty: 3, Price: 1003, Reason: engine.Entered},
	}
	if diff := cmp.Diff(want, Run(b, s, limits, costs).Fills); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
}

// f17: from 1006 to 994 at 1.25 a tick and 4.50 a round turn.
func TestGoldenMoney(t *testing.T) {
	b := ohlcv([5]int32{1000, 1000, 1000, 1000, 9}, [5]int32{1005, 1006, 1004, 1005, 9}, [5]int32{1000, 1000, 990, 995, 9})
	stop := strategy.Bracket{Kind: strategy.Level, Ticks: 995}
	s := strategy.Signals{Enter: []strategy.Entry{{Side: market.Long, Stop: stop}}, Reasons: []string{"rule"}}
	got := Run(b, s, anyTime, standard)
	trade := engine.Trade{
		Side: market.Long, Qty: 1, Contract: "ESH6", EntryBar: 1, ExitBar: 2, Entry: 1006, Exit: 994,
		EntryWhy: "rule", ExitWhy: engine.Stopped,
		Risk: 137_500, Gross: -150_000, Fees: 45_000, Net: -195_000,
	}
	if diff := cmp.Diff([]engine.Trade{trade}, got.Trades); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
	if diff := cmp.Diff([]engine.Day{{Date: 20_000, PnL: -195_000}}, got.Days); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
}
