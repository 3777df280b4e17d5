// Package engine plays signals against bars: one book of orders, one position,
// one ledger. Its rules are written down in ../docs/fills.md; a backtest and a
// paper runner use the same book.
//
// Where to look: costs.go has fees and slippage, entries.go and exits.go when
// and where an order fills, roll.go the change of contract, day.go the daily
// loss and the account's days, scan.go the jumps that make it fast.
package engine

import (
	"slices"

	"assay/market"
	"assay/strategy"
)

// Book is an account on one run of bars. After a bar's close it is told what is
// wanted; then it plays the following bars. It belongs to one goroutine.
type Book struct {
	bars  *market.Bars
	lim   strategy.Limits
	costs Costs
	flips bool // positions can be turned the short way
	led   Ledger
	tally *Tally // when set, trades and days are counted instead of written down

	next    int // first bar that was not played
	segment int // of the last bar played
	cash    market.Money

	pos     position
	order   waiting
	due     FillReason // an exit order waits for the next open; 0 is none
	lossDue bool       // the daily loss limit was reached with a position
	left    int32      // contracts that the bar being played can still fill
	day     day

	touched    int32 // sum of what touch read, so that it is read
	sessionEnd int   // first bar after the session; stale when a later one is played
}

// NewBook returns an empty account before the first bar.
func NewBook(b *market.Bars, l strategy.Limits, c Costs) *Book {
	if l.Contracts < 1 || c.TickValue <= 0 {
		panic("engine: a book trades at least one contract whose tick is worth something")
	}
	k := &Book{bars: b, lim: l, costs: c, flips: flips(l, c)}
	k.pos.lots = make([]lot, 0, 1)
	return k
}

// Advance plays the bars from, …, to-1; from is the first bar not yet played.
// Bars in which nothing can happen are passed over.
func (k *Book) Advance(from, to int) {
	if from != k.next || to > k.bars.Len() {
		panic("engine: bars are played once each, in order")
	}
	if to <= from {
		return
	}
	for i := from; i < to && !k.idle(); i++ {
		if i = k.quiet(i, to); i < to {
			k.settle(i)
		}
	}
	k.next = to
	k.enterSession(to - 1)
	k.enterSegment(to - 1)
}

// idle says that no bar can change anything: flat, and no order waits.
func (k *Book) idle() bool { return k.pos.qty == 0 && k.order.Side == market.Flat }

// settle plays one bar, in the order of docs/fills.md, section 2.
func (k *Book) settle(i int) {
	k.enterSession(i)
	if k.enterSegment(i) {
		k.roll(i)
	}
	trades := k.canFill(i)
	if trades && k.pos.qty > 0 {
		k.exitDue(i)
		k.exitPassed(i)
	}
	how := held
	if k.order.Side != market.Flat {
		how = k.enter(i)
	}
	if trades && k.pos.qty > 0 {
		k.exitInside(i, how)
		k.exitAtClose(i)
		k.moveTrail(i, how)
	}
	k.checkLoss(i)
}

// canFill says whether bar i trades, and opens its budget of contracts.
func (k *Book) canFill(i int) bool {
	b := k.bars
	k.left = 0
	if !k.costs.FillAnyway && b.Volume[i] <= 0 || b.Locked != nil && b.Locked[i] {
		return false
	}
	k.left = 1<<31 - 1
	if k.costs.VolumeCap > 0 {
		k.left = int32(int64(b.Volume[i]) * int64(k.costs.VolumeCap) / 100)
	}
	return true
}

// view is a bar as a long position sees it: for a short it is mirrored, so
// that every rule is written once.
type view struct{ open, high, low, close int32 }

func (k *Book) view(i int, side market.Side) view {
	b := k.bars
	if side == market.Short {
		return view{-b.Open[i], -b.Low[i], -b.High[i], -b.Close[i]}
	}
	return view{b.Open[i], b.High[i], b.Low[i], b.Close[i]}
}

// fill writes one execution into the ledger.
func (k *Book) fill(i int, side market.Side, qty, price int32, why FillReason) {
	if k.tally != nil {
		return
	}
	k.led.Fills = append(roomy(k.led.Fills, 1, i, k.bars.Len()), Fill{int32(i), qty, price, side, why})
}

// roomy makes room for a few more at bar i of n. To grow a long list bit by bit
// is to copy it a dozen times over.
func roomy[T any](list []T, few, i, n int) []T {
	if len(list)+few > cap(list) {
		list = slices.Grow(list, more(len(list), i, n))
	}
	return list
}

// more is how many the bars after bar i will add at the pace so far, and a
// tenth: within bounds, because a pace may change.
func more(have, i, n int) int {
	ahead := int64(have) * int64(n-i) / int64(i+1) * 11 / 10
	return int(max(512, int64(have/4), min(ahead, int64(max(have, 1<<16)))))
}
