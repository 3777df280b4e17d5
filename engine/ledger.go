package engine

import (
	"slices"

	"assay/market"
)

// Ledger is the whole result of a run: every fill, every closed round turn,
// what is still open, and the account's change on every trade date.
type Ledger struct {
	Fills  []Fill
	Trades []Trade
	Open   *Trade // the position at the last bar, marked at its close (Exit fields hold the mark); nil when flat
	Days   []Day  // one a session of the bars, days without trades included
}

// Fill is one execution.
type Fill struct {
	Bar    int32
	Qty    int32
	Price  int32       // ticks, raw price of the contract
	Side   market.Side // Long buys, Short sells
	Reason FillReason
}

// Trade is one closed round turn in one contract. A flip is two trades; so is
// a roll, whose second trade keeps the reason of the first. A position that a
// volume cap filled in parts is one trade for each part.
type Trade struct {
	EntryBar  int32
	ExitBar   int32
	Entry     int32 // ticks
	Exit      int32 // ticks
	Qty       int32
	Side      market.Side
	ExitWhy   FillReason
	FromRoll  bool // opened by a roll, not by a signal
	Ambiguous bool // a bar of the trade left open whether gain or loss came first; the loss was booked
	Contract  string
	EntryWhy  string       // the rule that asked for it, in the strategy's own words
	Risk      market.Money // loss at the initial stop, without costs; 0 when there was no stop
	Gross     market.Money
	Fees      market.Money
	Net       market.Money // Gross - Fees
}

// Day is the account's change on one trade date: net liquidation value at the
// session's last close less that of the session before, after fees.
type Day struct {
	Date      market.Date
	PnL       market.Money
	LossLimit bool // the daily loss limit was reached
}

// Ledger returns the account as of the last bar played. It may be asked for
// at any time; what it returned before stays as it was.
func (k *Book) Ledger() Ledger {
	l := k.led
	l.Fills, l.Trades, l.Days = slices.Clip(l.Fills), slices.Clip(l.Trades), slices.Clip(l.Days)
	if k.next == 0 {
		return l
	}
	mark := k.bars.Close[k.next-1]
	l.Days = append(l.Days, k.dayAt(mark))
	if k.pos.qty > 0 {
		l.Open = k.openTrade(mark)
	}
	return l
}

// openTrade marks the position; a position in several parts shows the first
// part's entry.
func (k *Book) openTrade(mark int32) *Trade {
	var t Trade
	k.write(&t, &k.pos.lots[0], k.pos.qty, mark, k.next-1, 0)
	t.Gross = k.openGross(mark)
	t.Fees = k.costs.Fee * market.Money(k.pos.qty)
	t.Net = t.Gross - t.Fees
	t.Risk = 0
	for _, l := range k.pos.lots {
		t.Risk += k.ticks(int64(l.risk) * int64(l.qty))
	}
	return &t
}
