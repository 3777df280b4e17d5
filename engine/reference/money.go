package reference

import (
	"math"

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
	a.lossExit = len(a.lots) > 0
}

// worth is the net liquidation value at the close of bar i.
func (a *account) worth(i int) market.Money {
	value := a.closedGross - a.feesPaid
	for _, lot := range a.lots {
		value += a.gross(lot, a.b.Close[i])
	}
	return value
}

func (a *account) gross(lot engine.Trade, exit int32) market.Money {
	ticks := (exit - lot.Entry) * int32(lot.Side)
	return market.Money(ticks) * market.Money(lot.Qty) * a.costs.TickValue
}

// quantity is the size of the position.
func (a *account) quantity() int32 {
	total := int32(0)
	for _, lot := range a.lots {
		total += lot.Qty
	}
	return total
}

// room is what the volume cap leaves to be filled in bar i.
func (a *account) room(i int) int32 {
	if a.costs.VolumeCap == 0 {
		return math.MaxInt32
	}
	return int32(int64(a.b.Volume[i])*int64(a.costs.VolumeCap)/100) - a.filled
}

// close fills an exit as far as the volume cap allows, the oldest part of the
// position first. The rest of a target goes on as a limit order, that of any
// other exit is due at the next open (section 9.2).
func (a *account) close(i int, price int32, reason engine.FillReason) {
	total := a.quantity()
	qty := min(total, a.room(i))
	if a.rest > 0 {
		a.dropEntry()
	}
	if qty > 0 {
		a.fill(i, -a.lots[0].Side, qty, price, reason)
		a.filled += qty
	}
	for left := qty; left > 0; {
		lot := a.lots[0]
		part := lot
		part.Qty = min(lot.Qty, left)
		part.Risk = lot.Risk / market.Money(lot.Qty) * market.Money(part.Qty)
		a.book(i, part, price, reason)
		left -= part.Qty
		lot.Qty, lot.Risk = lot.Qty-part.Qty, lot.Risk-part.Risk
		a.lots[0] = lot
		if lot.Qty == 0 {
			a.lots = a.lots[1:]
		}
	}
	switch {
	case len(a.lots) == 0:
		a.exitWaits, a.lossExit, a.exitBegan = false, false, false
	case reason != engine.Targeted:
		a.exitWaits, a.exitReason, a.exitBegan = true, reason, true
	}
}

// book closes a part of the position.
func (a *account) book(i int, t engine.Trade, price int32, reason engine.FillReason) {
	t.ExitBar, t.Exit, t.ExitWhy = int32(i), price, reason
	t.Gross = a.gross(t, price)
	t.Fees = 2 * a.costs.Fee * market.Money(t.Qty)
	t.Net = t.Gross - t.Fees
	a.closedGross += t.Gross
	a.ledger.Trades = append(a.ledger.Trades, t)
}

func (a *account) fill(i int, side market.Side, qty, price int32, reason engine.FillReason) {
	a.feesPaid += a.costs.Fee * market.Money(qty)
	a.ledger.Fills = append(a.ledger.Fills, engine.Fill{
		Bar: int32(i), Side: side, Qty: qty, Price: price, Reason: reason,
	})
}

// end marks what is still open after the last bar.
func (a *account) end() {
	if len(a.lots) == 0 {
		return
	}
	last := a.b.Len() - 1
	t := a.lots[0]
	t.ExitBar, t.Exit = int32(last), a.b.Close[last]
	t.Qty, t.Risk = a.quantity(), 0
	for _, lot := range a.lots {
		t.Risk += lot.Risk
		t.Gross += a.gross(lot, t.Exit)
		t.Fees += a.costs.Fee * market.Money(lot.Qty)
		t.Ambiguous = t.Ambiguous || lot.Ambiguous
	}
	t.Net = t.Gross - t.Fees
	a.ledger.Open = &t
}
