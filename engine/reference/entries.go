package reference

import (
	"assay/engine"
	"assay/market"
	"assay/strategy"
)

// enter: section 4, in its own order. It tells whether an entry filled.
func (a *account) enter(i int) bool {
	if !a.entryWaits {
		return false
	}
	minute := a.b.Minute[i]
	if !a.inWindow(minute) {
		a.entryWaits = false
		return false
	}
	if a.limits.Flat >= 0 && place(minute) >= place(a.limits.Flat) {
		a.entryWaits = false
		return false
	}
	if a.lossToday {
		a.entryWaits = false
		return false
	}
	if a.limits.TradesPerDay > 0 && a.entered >= a.limits.TradesPerDay {
		a.entryWaits = false
		return false
	}
	if !a.trades(i) {
		return false
	}
	if a.open {
		return false
	}
	a.begin(i)
	return true
}

func (a *account) inWindow(minute int16) bool {
	from, to := a.limits.EntryFrom, a.limits.EntryTo
	if from == to {
		return true
	}
	if from < to {
		return from <= minute && minute < to
	}
	return minute >= from || minute < to
}

// begin fills the waiting entry at the open.
func (a *account) begin(i int) {
	e := a.entry
	side := int32(e.Side)
	price := a.b.Open[i] + side*a.costs.SlipMarket
	a.open = true
	a.session = a.b.Session[i]
	minutes := place(a.limits.Flat) - place(a.b.Minute[i])
	a.flatFrom = a.b.Time[i] + 60*int64(minutes)
	a.entryWaits = false
	a.entered++

	a.hasStop, a.hasTarget = e.Stop.Kind != strategy.None, e.Target.Kind != strategy.None
	a.stop, a.target = e.Stop.Ticks, e.Target.Ticks
	if e.Stop.Kind == strategy.Distance {
		a.stop = price - side*e.Stop.Ticks
	}
	if e.Target.Kind == strategy.Distance {
		a.target = price + side*e.Target.Ticks
	}
	risk := market.Money(0)
	if a.hasStop && (price-a.stop)*side > 0 {
		risk = market.Money((price-a.stop)*side) * market.Money(a.limits.Contracts) * a.costs.TickValue
	}
	a.trade = engine.Trade{
		Side: e.Side, Qty: a.limits.Contracts, Contract: a.contract(i),
		EntryBar: int32(i), Entry: price, EntryWhy: a.signals.Reasons[e.Reason], Risk: risk,
	}
	a.fill(i, e.Side, price, engine.Entered)
}

func (a *account) contract(i int) string {
	name := ""
	for _, segment := range a.b.Segments {
		if segment.First <= i {
			name = segment.Contract
		}
	}
	return name
}

// decide: section 3.
func (a *account) decide(i int) {
	for _, leave := range a.leaves[i] {
		a.leave(leave.Side)
	}
	long, short := false, false
	for _, e := range a.entries[i] {
		long = long || e.Side == market.Long
		short = short || e.Side == market.Short
	}
	if long != short {
		a.want(a.entries[i][0])
	}
}

func (a *account) leave(side market.Side) {
	if !a.open {
		if a.entryWaits && (side == market.Flat || side == a.entry.Side) {
			a.entryWaits = false
		}
		return
	}
	if (side == market.Flat || side == a.trade.Side) && !a.exitWaits {
		a.exitWaits, a.exitReason = true, engine.Signalled
	}
}

func (a *account) want(e strategy.Entry) {
	if !a.open {
		a.entryWaits, a.entry = true, e
		return
	}
	if e.Side == a.trade.Side {
		return
	}
	if a.limits.Reverse && !a.exitWaits {
		a.exitWaits, a.exitReason = true, engine.Reversed
	}
	if a.limits.Reverse || a.exitWaits && a.exitReason == engine.Signalled {
		a.entryWaits, a.entry = true, e
	}
}
