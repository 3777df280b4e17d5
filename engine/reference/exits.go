package reference

import (
	"assay/engine"
	"assay/market"
)

// exitDue: section 5.1.
func (a *account) exitDue(i int) {
	if len(a.lots) == 0 || !a.trades(i) {
		return
	}
	laterSession := a.b.Session[i] != a.session
	price := a.b.Open[i] - int32(a.lots[0].Side)*a.costs.SlipMarket
	if a.limits.FlatAtClose && laterSession {
		a.close(i, price, engine.SessionEnd)
		return
	}
	if a.limits.Flat >= 0 && a.b.Time[i] >= a.flatFrom {
		a.close(i, price, engine.Flattened)
		return
	}
	if a.lossExit {
		a.close(i, price, engine.LossLimit)
		return
	}
	if a.maxBars > 0 && i >= a.began+int(a.maxBars) {
		a.close(i, price, engine.TimeStop)
		return
	}
	if a.exitWaits {
		a.close(i, price, a.exitReason)
	}
}

// passedByTheOpen: section 5.2.
func (a *account) passedByTheOpen(i int) {
	if len(a.lots) == 0 || a.exitBegan || !a.trades(i) {
		return
	}
	side, open := int32(a.lots[0].Side), a.b.Open[i]
	if a.reachedStop(open) {
		a.close(i, open-side*a.costs.SlipStop, engine.StoppedGap)
		return
	}
	if a.reachedTarget(open) {
		price := a.target
		if a.costs.GapAtOpen {
			price = open
		}
		a.close(i, price-side*a.costs.SlipLimit, engine.Targeted)
	}
}

// reachedStop: a price at or beyond the stop.
func (a *account) reachedStop(price int32) bool {
	if !a.hasStop {
		return false
	}
	if a.lots[0].Side == market.Long {
		return price <= a.stop
	}
	return price >= a.stop
}

// reachedTarget: a price beyond the target by Through.
func (a *account) reachedTarget(price int32) bool {
	if !a.hasTarget {
		return false
	}
	if a.lots[0].Side == market.Long {
		return price >= a.target+a.costs.Through
	}
	return price <= a.target-a.costs.Through
}

// inside: sections 5.3, 5.4 and 5.6.
func (a *account) inside(i int, how entering) {
	if len(a.lots) == 0 || a.exitBegan || !a.trades(i) {
		return
	}
	side := int32(a.lots[0].Side)
	against, along := a.b.Low[i], a.b.High[i]
	if a.lots[0].Side == market.Short {
		against, along = a.b.High[i], a.b.Low[i]
	}
	first := a.b.Open[i] // price at which the position began to be at risk
	if how == within {
		first = a.entry.Price
	}
	if how != notEntered && a.reachedStop(first) {
		a.close(i, first-side*a.costs.SlipStop, engine.StoppedGap)
		return
	}
	if how != notEntered && a.reachedTarget(first) {
		if a.close(i, first-side*a.costs.SlipMarket, engine.Targeted); len(a.lots) == 0 {
			return
		}
	}
	if a.reachedStop(against) {
		a.ambiguous(a.reachedTarget(along))
		a.close(i, a.stop-side*a.costs.SlipStop, engine.Stopped)
		return
	}
	proof := along
	if how == within {
		proof = a.b.Close[i]
	}
	if a.reachedTarget(proof) {
		a.close(i, a.target-side*a.costs.SlipLimit, engine.Targeted)
		return
	}
	a.ambiguous(a.reachedTarget(along))
}

func (a *account) ambiguous(is bool) {
	for k := range a.lots {
		a.lots[k].Ambiguous = a.lots[k].Ambiguous || is
	}
}

// sessionClose: section 5.5.
func (a *account) sessionClose(i int) {
	if len(a.lots) > 0 && !a.exitBegan && a.trades(i) && a.limits.FlatAtClose && a.b.Last[i] {
		a.close(i, a.b.Close[i]-int32(a.lots[0].Side)*a.costs.SlipMarket, engine.SessionEnd)
	}
}

// moveTrail: section 5.7.
func (a *account) moveTrail(i int, how entering) {
	if len(a.lots) == 0 || a.trail == 0 || !a.trades(i) {
		return
	}
	side, best := a.lots[0].Side, a.b.High[i]
	if side == market.Short {
		best = a.b.Low[i]
	}
	if how == within {
		best = a.b.Close[i]
	}
	a.nearer(side, best-int32(side)*a.trail)
}
