package reference

import (
	"assay/engine"
	"assay/market"
	"assay/strategy"
)

// entering says how an entry filled in a bar.
type entering int

const (
	notEntered entering = iota
	atTheOpen           // the bar goes on as in 5.4
	within              // the bar goes on as in 5.6
)

// enter: section 4, in its own order.
func (a *account) enter(i int) entering {
	if !a.entryWaits {
		return notEntered
	}
	minute := a.b.Minute[i]
	isLimit := a.entry.Wait > 0
	if isLimit && i > int(a.entry.Bar+a.entry.Wait) {
		a.dropEntry()
		return notEntered
	}
	if !a.inWindow(minute) {
		a.dropEntry()
		return notEntered
	}
	if a.limits.Flat >= 0 && place(minute) >= place(a.limits.Flat) {
		a.dropEntry()
		return notEntered
	}
	if a.lossToday {
		a.dropEntry()
		return notEntered
	}
	if a.rest == 0 && a.limits.TradesPerDay > 0 && a.entered >= a.limits.TradesPerDay {
		a.dropEntry()
		return notEntered
	}
	if !a.trades(i) {
		return notEntered
	}
	if len(a.lots) > 0 && a.rest == 0 {
		return notEntered
	}
	how, price := atTheOpen, a.b.Open[i]+int32(a.entry.Side)*a.costs.SlipMarket
	if isLimit {
		how, price = a.limitFill(i), a.entry.Price+int32(a.entry.Side)*a.costs.SlipLimit
	}
	if how == notEntered || a.room(i) == 0 {
		return notEntered
	}
	if a.rest > 0 && how == within && a.reachedStop(a.entry.Price) {
		return notEntered
	}
	if a.rest > 0 {
		a.add(i, price, a.rest)
	} else {
		a.begin(i, price)
	}
	return how
}

// limitFill: section 4.1.
func (a *account) limitFill(i int) entering {
	passed := func(price int32) bool {
		if a.entry.Side == market.Long {
			return price <= a.entry.Price-a.costs.Through
		}
		return price >= a.entry.Price+a.costs.Through
	}
	best := a.b.Low[i]
	if a.entry.Side == market.Short {
		best = a.b.High[i]
	}
	if passed(a.b.Open[i]) {
		return atTheOpen
	}
	if passed(best) {
		return within
	}
	return notEntered
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

// begin fills the waiting entry, or a first part of it, and fixes the levels of
// section 4.2.
func (a *account) begin(i int, price int32) {
	e := a.entry
	side := int32(e.Side)
	a.began, a.session = i, a.b.Session[i]
	minutes := place(a.limits.Flat) - place(a.b.Minute[i])
	a.flatFrom = a.b.Time[i] + 60*int64(minutes)
	a.trail, a.maxBars = e.Trail, e.MaxBars
	a.entered++

	a.hasStop, a.hasTarget = e.Stop.Kind != strategy.None, e.Target.Kind != strategy.None
	a.stop, a.target = e.Stop.Ticks, e.Target.Ticks
	if e.Stop.Kind == strategy.Distance {
		a.stop = price - side*e.Stop.Ticks
	}
	if e.Target.Kind == strategy.Distance {
		a.target = price + side*e.Target.Ticks
	}
	if e.Trail > 0 {
		a.nearer(e.Side, price-side*e.Trail)
	}
	a.add(i, price, a.limits.Contracts)
}

// nearer moves the stop to a price if that is nearer than where it stands.
func (a *account) nearer(side market.Side, price int32) {
	if !a.hasStop || side == market.Long && price > a.stop || side == market.Short && price < a.stop {
		a.hasStop, a.stop = true, price
	}
}

// add fills as much of an entry as the volume cap allows; the rest waits.
func (a *account) add(i int, price, wanted int32) {
	e := a.entry
	qty := min(wanted, a.room(i))
	risk := market.Money(0)
	if ticks := (price - a.stop) * int32(e.Side); a.hasStop && ticks > 0 {
		risk = market.Money(ticks) * market.Money(qty) * a.costs.TickValue
	}
	a.lots = append(a.lots, engine.Trade{
		Side: e.Side, Qty: qty, Contract: a.contract(i),
		EntryBar: int32(i), Entry: price, EntryWhy: a.signals.Reasons[e.Reason], Risk: risk,
	})
	a.fill(i, e.Side, qty, price, engine.Entered)
	a.filled += qty
	a.rest = wanted - qty
	a.entryWaits = a.rest > 0
}

func (a *account) dropEntry() { a.entryWaits, a.rest = false, 0 }

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
	if len(a.lots) == 0 {
		if a.entryWaits && (side == market.Flat || side == a.entry.Side) {
			a.dropEntry()
		}
		return
	}
	if (side == market.Flat || side == a.lots[0].Side) && !a.exitWaits {
		a.exitWaits, a.exitReason = true, engine.Signalled
	}
}

func (a *account) want(e strategy.Entry) {
	if len(a.lots) == 0 {
		a.entryWaits, a.entry, a.rest = true, e, 0
		return
	}
	if e.Wait > 0 || e.Side == a.lots[0].Side {
		return
	}
	if a.limits.Reverse && !a.exitWaits {
		a.exitWaits, a.exitReason = true, engine.Reversed
	}
	if a.exitWaits {
		a.entryWaits, a.entry, a.rest = true, e, 0
	}
}
