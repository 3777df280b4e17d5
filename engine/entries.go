package engine

import (
	"assay/market"
	"assay/strategy"
)

// how says where in a bar a position came from; it decides what the bar's
// high and low can still prove.
type how uint8

const (
	held    how = iota // open before this bar
	atOpen             // entered at the open
	byStop             // entered by a stop order inside the bar
	byLimit            // entered by a limit order inside the bar
)

// enter looks at the waiting order in bar i: it is dropped, waits on, or
// fills.
func (k *Book) enter(i int) how {
	if k.barred(i) {
		k.order = waiting{}
		return held
	}
	first := k.order.filled == 0
	if k.left == 0 || k.pos.qty > 0 && first {
		return held
	}
	price, from, where := k.entryPrice(i)
	if where == held || where == byLimit && !first && k.pos.stop >= from {
		return held // a trailing stop on the way to the limit comes first
	}
	if first {
		k.open(i, price)
	}
	k.buy(i, price)
	if first {
		k.exitPassedBy(i, from)
	}
	return where
}

// barred says that the order may not fill in bar i nor later.
func (k *Book) barred(i int) bool {
	l := &k.lim
	return k.order.until > 0 && i >= k.order.until ||
		l.EntryFrom != l.EntryTo && !inWindow(k.bars.Minute[i], l.EntryFrom, l.EntryTo) || k.pastFlat(i) || k.day.lost ||
		l.TradesPerDay > 0 && k.order.filled == 0 && k.day.entries >= l.TradesPerDay
}

// inWindow says whether a minute lies in a window, which may wrap around
// midnight.
func inWindow(minute, from, to int16) bool {
	if from < to {
		return from <= minute && minute < to
	}
	return minute >= from || minute < to
}

// entryPrice gives the order's fill price and the price from which the bar
// goes on, both as the order's side sees them; held means that it does not
// fill.
func (k *Book) entryPrice(i int) (price, from int32, where how) {
	o, c := &k.order, &k.costs
	if open := k.bars.Open[i] * int32(o.Side); o.Kind == Market {
		return open + c.SlipMarket, open, atOpen
	}
	v, limit := k.view(i, o.Side), o.Price*int32(o.Side)
	switch {
	case o.Kind == StopOrder && v.open >= limit:
		return v.open + c.SlipStop, v.open, atOpen
	case o.Kind == StopOrder && v.high >= limit:
		return limit + c.SlipStop, limit, byStop
	case o.Kind == LimitOrder && v.open <= limit-c.Through:
		return limit + c.SlipLimit, v.open, atOpen
	case o.Kind == LimitOrder && v.low <= limit-c.Through:
		return limit + c.SlipLimit, limit, byLimit
	}
	return 0, 0, held
}

// open begins a position: the first fill fixes its protective levels.
func (k *Book) open(i int, price int32) {
	o := &k.order
	k.pos = position{
		side: o.Side, lots: k.pos.lots, trail: o.Trail, why: o.Why,
		session: k.bars.Session[i], flatAt: k.flatAt(i), contract: k.contract(),
		stop:    levelOf(o.Stop, o.Side, price, -1, noStop),
		target:  levelOf(o.Target, o.Side, price, +1, noTarget),
		timeout: after(i, o.MaxBars),
	}
	if o.Trail > 0 {
		k.pos.stop = max(k.pos.stop, price-o.Trail)
	}
	k.day.entries++
}

// levelOf gives a bracket's price as the side sees it, away from the fill in
// the given direction.
func levelOf(b strategy.Bracket, side market.Side, fill, direction, none int32) int32 {
	switch b.Kind {
	case strategy.Distance:
		return fill + direction*b.Ticks
	case strategy.Level:
		return b.Ticks * int32(side)
	default:
		return none
	}
}

// buy fills what the bar can give of the order.
func (k *Book) buy(i int, price int32) {
	o := &k.order
	n := min(k.lim.Contracts-o.filled, k.left)
	k.left -= n
	o.filled += n
	risk := int32(0)
	if k.pos.stop != noStop {
		risk = max(0, price-k.pos.stop)
	}
	raw := price * int32(o.Side)
	k.fill(i, o.Side, n, raw, Entered)
	k.add(lot{bar: int32(i), qty: n, price: raw, risk: risk})
	switch {
	case o.filled == k.lim.Contracts:
		*o = waiting{}
	case o.Kind == StopOrder:
		o.Kind = Market // triggered
	}
}
