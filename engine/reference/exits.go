package reference

import (
	"assay/engine"
	"assay/market"
)

// exitDue: section 5.1.
func (a *account) exitDue(i int) {
	if !a.open || !a.trades(i) {
		return
	}
	laterSession := a.b.Session[i] != a.session
	price := a.b.Open[i] - int32(a.trade.Side)*a.costs.SlipMarket
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
	if a.exitWaits {
		a.close(i, price, a.exitReason)
	}
}

// passedByTheOpen: section 5.2.
func (a *account) passedByTheOpen(i int) {
	if !a.open || !a.trades(i) {
		return
	}
	side, open := int32(a.trade.Side), a.b.Open[i]
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
	if a.trade.Side == market.Long {
		return price <= a.stop
	}
	return price >= a.stop
}

// reachedTarget: a price beyond the target by Through.
func (a *account) reachedTarget(price int32) bool {
	if !a.hasTarget {
		return false
	}
	if a.trade.Side == market.Long {
		return price >= a.target+a.costs.Through
	}
	return price <= a.target-a.costs.Through
}

// inside: sections 5.3 and 5.4.
func (a *account) inside(i int, entered bool) {
	if !a.open || !a.trades(i) {
		return
	}
	side, open := int32(a.trade.Side), a.b.Open[i]
	against, along := a.b.Low[i], a.b.High[i]
	if a.trade.Side == market.Short {
		against, along = a.b.High[i], a.b.Low[i]
	}
	if entered && a.reachedStop(open) {
		a.close(i, open-side*a.costs.SlipStop, engine.StoppedGap)
		return
	}
	if entered && a.reachedTarget(open) {
		a.close(i, open-side*a.costs.SlipMarket, engine.Targeted)
		return
	}
	if a.reachedStop(against) {
		a.trade.Ambiguous = a.reachedTarget(along)
		a.close(i, a.stop-side*a.costs.SlipStop, engine.Stopped)
		return
	}
	if a.reachedTarget(along) {
		a.close(i, a.target-side*a.costs.SlipLimit, engine.Targeted)
	}
}

// sessionClose: section 5.5.
func (a *account) sessionClose(i int) {
	if a.open && a.trades(i) && a.limits.FlatAtClose && a.b.Last[i] {
		a.close(i, a.b.Close[i]-int32(a.trade.Side)*a.costs.SlipMarket, engine.SessionEnd)
	}
}
