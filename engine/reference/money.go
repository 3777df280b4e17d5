package reference

import (
	"assay/engine"
	"assay/market"
)

// dailyLoss: section 6, and the day's change so far.
func (a *account) dailyLoss(i int) {
	today := &a.ledger.Days[len(a.ledger.Days)-1]
	today.PnL = a.worth(i) - a.before
	if a.limits.DailyLoss <= 0 || a.lossToday || today.PnL > -a.limits.DailyLoss {
		return
	}
	a.lossToday = true
	today.LossLimit = true
	a.lossExit = a.open
}

// worth is the net liquidation value at the close of bar i.
func (a *account) worth(i int) market.Money {
	value := a.closedGross - a.feesPaid
	if a.open {
		value += a.gross(a.b.Close[i])
	}
	return value
}

func (a *account) gross(exit int32) market.Money {
	ticks := (exit - a.trade.Entry) * int32(a.trade.Side)
	return market.Money(ticks) * market.Money(a.trade.Qty) * a.costs.TickValue
}

// close ends the position and whatever wanted it closed.
func (a *account) close(i int, price int32, reason engine.FillReason) {
	t := a.trade
	t.ExitBar, t.Exit, t.ExitWhy = int32(i), price, reason
	t.Gross = a.gross(price)
	t.Fees = 2 * a.costs.Fee * market.Money(t.Qty)
	t.Net = t.Gross - t.Fees
	a.closedGross += t.Gross
	a.ledger.Trades = append(a.ledger.Trades, t)
	a.fill(i, -t.Side, price, reason)
	a.open = false
	a.exitWaits, a.lossExit = false, false
}

func (a *account) fill(i int, side market.Side, price int32, reason engine.FillReason) {
	a.feesPaid += a.costs.Fee * market.Money(a.trade.Qty)
	a.ledger.Fills = append(a.ledger.Fills, engine.Fill{
		Bar: int32(i), Side: side, Qty: a.trade.Qty, Price: price, Reason: reason,
	})
}

// end marks what is still open after the last bar.
func (a *account) end() {
	if !a.open {
		return
	}
	last := a.b.Len() - 1
	t := a.trade
	t.ExitBar, t.Exit = int32(last), a.b.Close[last]
	t.Gross = a.gross(t.Exit)
	t.Fees = a.costs.Fee * market.Money(t.Qty)
	t.Net = t.Gross - t.Fees
	a.ledger.Open = &t
}
