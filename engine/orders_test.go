package engine

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"assay/market"
	"assay/strategy"
)

// Stop orders and volume caps, which strategies cannot ask for, and trailing
// stops: docs/fills.md, sections 5.7 and 9. The order is decided before the first bar.
func TestOtherOrders(t *testing.T) {
	far := strategy.Bracket{Kind: strategy.Distance, Ticks: 100}
	for _, c := range []struct {
		name      string
		order     Order
		contracts int32
		then      Order // decided after bar 0
		roll      bool  // bar 1 begins another contract, 100 ticks higher
		bars      []ohlcv
		want      string
	}{
		{
			name:  "a stop order that waits moves with a roll",
			order: Order{Kind: StopOrder, Side: market.Long, Price: 1010, Stop: far}, contracts: 1, roll: true,
			bars: []ohlcv{{1000, 1005, 995, 1000, 500}, {1100, 1109, 1095, 1100, 500}, {1100, 1110, 1095, 1100, 500}},
			want: "2 LONG 1111 ENTRY",
		},
		{
			name:  "a trailing stop follows the high of finished bars",
			order: Order{Side: market.Long, Trail: 5}, contracts: 1,
			bars: []ohlcv{{1000, 1010, 998, 1009, 500}, {1009, 1010, 1005, 1006, 500}},
			want: "0 LONG 1001 ENTRY, 1 SHORT 1004 STOP",
		},
		{
			name:  "but of the bar of a limit entry only the close",
			order: Order{Kind: LimitOrder, Side: market.Long, Price: 999, Trail: 5}, contracts: 1,
			bars: []ohlcv{{1000, 1010, 998, 1003, 500}, {1003, 1004, 1000, 1002, 500}, {1000, 1001, 998, 999, 500}},
			want: "0 LONG 999 ENTRY, 2 SHORT 998 STOP",
		},
		{
			name:  "a stop order that was triggered fills the rest at the market",
			order: Order{Kind: StopOrder, Side: market.Long, Price: 1005, Stop: far}, contracts: 8,
			bars: []ohlcv{{1000, 1006, 999, 1001, 50}, {1001, 1003, 1000, 1002, 90}},
			want: "0 LONG 1006 ENTRY x5, 1 LONG 1002 ENTRY x3",
		},
		{
			name:  "the rest of a target stays at its limit",
			order: Order{Side: market.Long, Target: strategy.Bracket{Kind: strategy.Distance, Ticks: 9}}, contracts: 8,
			bars: []ohlcv{
				{1000, 1001, 999, 1000, 500},
				{1000, 1011, 999, 1005, 50},
				{1005, 1008, 1004, 1006, 500},
				{1006, 1011, 1005, 1009, 500},
			},
			want: "0 LONG 1001 ENTRY x8, 1 SHORT 1010 TARGET x5, 3 SHORT 1010 TARGET x3",
		},
		{
			name:  "the rest of a stop leaves at the market",
			order: Order{Side: market.Long, Stop: strategy.Bracket{Kind: strategy.Distance, Ticks: 9}}, contracts: 8,
			bars: []ohlcv{
				{1000, 1001, 999, 1000, 500}, {1000, 1001, 990, 999, 50}, {998, 999, 997, 998, 500},
			},
			want: "0 LONG 1001 ENTRY x8, 1 SHORT 991 STOP x5, 2 SHORT 997 STOP x3",
		},
		{
			name:  "a stop reached in a bar that has no room left leaves at the next open",
			order: Order{Side: market.Long, Stop: strategy.Bracket{Kind: strategy.Distance, Ticks: 9}}, contracts: 8,
			bars: []ohlcv{{1000, 1001, 990, 999, 80}, {1005, 1010, 1004, 1008, 500}},
			want: "0 LONG 1001 ENTRY x8, 1 SHORT 1004 STOP x8",
		},
		{
			name:  "an exit that has begun keeps its reason",
			order: Order{Side: market.Long, Stop: strategy.Bracket{Kind: strategy.Level, Ticks: 1005}}, contracts: 8,
			bars: []ohlcv{{1000, 1001, 990, 999, 90}, {1005, 1010, 1004, 1008, 500}},
			want: "0 LONG 1001 ENTRY x8, 0 SHORT 999 STOP_GAP, 1 SHORT 1004 STOP_GAP x7",
		},
		{
			name:  "an opposite entry waits behind the rest of an exit",
			order: Order{Side: market.Long, Stop: strategy.Bracket{Kind: strategy.Distance, Ticks: 9}}, contracts: 8,
			then: Order{Side: market.Short},
			bars: []ohlcv{{1000, 1001, 990, 999, 90}, {1005, 1010, 1004, 1008, 500}},
			want: "0 LONG 1001 ENTRY x8, 0 SHORT 991 STOP, 1 SHORT 1004 STOP x7, 1 SHORT 1004 ENTRY x8",
		},
		{
			name:  "a trailing stop between the open and a limit comes before the rest",
			order: Order{Kind: LimitOrder, Side: market.Long, Price: 999, Trail: 5, Wait: 9}, contracts: 8,
			bars: []ohlcv{{1000, 1010, 998, 1010, 50}, {1008, 1009, 990, 1000, 500}},
			want: "0 LONG 999 ENTRY x5, 1 SHORT 1004 STOP x5",
		},
		{
			name:  "an exit takes back the rest of the entry",
			order: Order{Side: market.Long, Stop: strategy.Bracket{Kind: strategy.Distance, Ticks: 9}}, contracts: 8,
			bars: []ohlcv{{1000, 1001, 999, 1000, 50}, {980, 981, 979, 980, 500}, {980, 981, 979, 980, 500}},
			want: "0 LONG 1001 ENTRY x5, 1 SHORT 979 STOP_GAP x5",
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			b, limits, costs := barsOf(c.bars...), plain(), mes()
			if c.roll {
				b.Segments = append(b.Segments, market.Segment{First: 1, Gap: 100, Offset: 100})
			}
			if limits.Contracts = c.contracts; c.contracts > 1 {
				costs.VolumeCap = 10
			}
			k := NewBook(b, limits, costs)
			k.Want(Intent{Enter: c.order})
			k.Advance(0, 1)
			k.Want(Intent{Enter: c.then})
			k.Advance(1, b.Len())
			if got := fillsOf(k.Ledger()); got != c.want {
				t.Errorf("fills\n%s, want\n%s", got, c.want)
			}
		})
	}
}

// A part that fills after a roll, or after a bar that left open what came
// first, knows nothing of either.
func TestPartsOfAnEntry(t *testing.T) {
	near := strategy.Bracket{Kind: strategy.Distance, Ticks: 5}
	b, limits, costs := barsOf(
		ohlcv{1000, 1006, 998, 1002, 50}, ohlcv{1002, 1003, 998, 1000, 20},
		ohlcv{1100, 1101, 1098, 1100, 10}, ohlcv{1100, 1101, 1060, 1070, 500},
	), plain(), mes()
	b.Segments = append(b.Segments, market.Segment{First: 2, Gap: 100, Offset: 100})
	limits.Contracts, costs.VolumeCap = 8, 10
	k := NewBook(b, limits, costs)
	k.Want(Intent{Enter: Order{
		Kind: LimitOrder, Side: market.Long, Price: 999, Wait: 9, Target: near,
		Stop: strategy.Bracket{Kind: strategy.Distance, Ticks: 20},
	}})
	k.Advance(0, b.Len())
	type part struct {
		entered, qty        int32
		ambiguous, fromRoll bool
		why                 FillReason
	}
	want := []part{
		{0, 5, true, false, Rolled},
		{1, 2, false, false, Rolled},
		{2, 5, false, true, Stopped},
		{2, 2, false, true, Stopped},
		{2, 1, false, false, Stopped},
	}
	var got []part
	for _, x := range k.Ledger().Trades {
		got = append(got, part{x.EntryBar, x.Qty, x.Ambiguous, x.FromRoll, x.ExitWhy})
	}
	if diff := cmp.Diff(want, got, cmp.AllowUnexported(part{})); diff != "" {
		t.Errorf("trades -want +got\n%s", diff)
	}
}
