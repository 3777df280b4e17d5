package engine

import (
	"math"

	"assay/market"
)

// position is what the account holds. Stop and target are prices as a long
// sees them: negated for a short.
type position struct {
	side     market.Side // Flat when qty is 0
	qty      int32
	cost     int64 // sum of price x quantity over the lots
	lots     []lot // parts in the order of entry; one unless a volume cap split it
	stop     int32 // noStop when there is none
	target   int32 // noTarget when there is none
	trail    int32 // distance of the trailing stop; 0 is none
	session  int32 // in which it was entered; a roll does not change it
	flatAt   int64 // Unix seconds from which on it has to be closed; never when there is no flat time
	flatBar  int   // first bar at or after flatAt; 0 until it was looked for
	timeout  int   // first bar at whose open it was held long enough; 0 is no such bar
	contract string
	why      string
}

// lot is one entry fill that is still open, or a part of it.
type lot struct {
	bar   int32
	qty   int32
	price int32 // raw
	risk  int32 // ticks to the initial stop, at least 0

	fromRoll, ambiguous bool
}

const (
	noStop   = math.MinInt32
	noTarget = math.MaxInt32
	never    = math.MaxInt64
)

// ticks turns ticks times contracts into money.
func (k *Book) ticks(n int64) market.Money { return market.Money(n) * k.costs.TickValue }

// openGross is the position's PnL at a price, without any fee.
func (k *Book) openGross(price int32) market.Money {
	return k.ticks((int64(price)*int64(k.pos.qty) - k.pos.cost) * int64(k.pos.side))
}

// worth is the net liquidation value at a price, from 0 at the start.
func (k *Book) worth(price int32) market.Money { return k.cash + k.openGross(price) }

// add puts a fill into the position and pays its fee.
func (k *Book) add(l lot) {
	k.pos.lots = append(k.pos.lots, l)
	k.pos.qty += l.qty
	k.pos.cost += int64(l.price) * int64(l.qty)
	k.cash -= k.costs.Fee * market.Money(l.qty)
}

// reduce closes qty contracts, oldest lot first, as trades.
func (k *Book) reduce(i int, qty, price int32, why FillReason) {
	p := &k.pos
	closed := 0
	for qty > 0 {
		l := &p.lots[closed]
		n := min(qty, l.qty)
		var counted Trade
		t := &counted
		if k.tally == nil {
			t = k.newTrade(i)
		}
		k.write(t, l, n, price, i, why)
		if k.tally != nil {
			k.tally.trade(t)
		}
		k.cash += t.Gross - k.costs.Fee*market.Money(n)
		p.cost -= int64(l.price) * int64(n)
		p.qty -= n
		qty -= n
		if l.qty -= n; l.qty == 0 {
			closed++
		}
	}
	p.lots = p.lots[:copy(p.lots, p.lots[closed:])]
}

// doubt marks what is held in a bar that leaves open what came first.
func (p *position) doubt() {
	for i := range p.lots {
		p.lots[i].ambiguous = true
	}
}

// newTrade is a place for one more trade in the ledger.
func (k *Book) newTrade(i int) *Trade {
	n := len(k.led.Trades)
	k.led.Trades = roomy(k.led.Trades, 1, i, k.bars.Len())[:n+1]
	return &k.led.Trades[n]
}

// write makes t the round turn of n contracts of a lot. It sets every field in
// its place: to build a trade first and then to copy it took twice as long.
func (k *Book) write(t *Trade, l *lot, n, price int32, i int, why FillReason) {
	p := &k.pos
	t.EntryBar, t.ExitBar, t.Entry, t.Exit = l.bar, int32(i), l.price, price
	t.Qty, t.Side, t.ExitWhy, t.FromRoll, t.Ambiguous = n, p.side, why, l.fromRoll, l.ambiguous
	t.Contract, t.EntryWhy = p.contract, p.why
	t.Risk = k.ticks(int64(l.risk) * int64(n))
	t.Gross = k.ticks((int64(price) - int64(l.price)) * int64(n) * int64(p.side))
	t.Fees = 2 * k.costs.Fee * market.Money(n)
	t.Net = t.Gross - t.Fees
}
