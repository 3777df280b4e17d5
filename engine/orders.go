package engine

import (
	"assay/market"
	"assay/strategy"
)

// Intent is what is wanted after a bar's close. The zero Intent wants nothing.
type Intent struct {
	LeaveLong, LeaveShort bool  // close a position of that side at the next open
	Enter                 Order // Side Flat is no entry
}

// leaves says whether the intent closes a position of the side.
func (in Intent) leaves(side market.Side) bool {
	return side == market.Long && in.LeaveLong || side == market.Short && in.LeaveShort
}

// Order asks for a position of Limits.Contracts. It is live from the bar
// after the decision on.
type Order struct {
	Kind   OrderKind
	Side   market.Side
	Price  int32 // of a stop or limit order, raw ticks of the contract of the decision's bar
	Wait   int32 // bars that it lives; 0 is as long as the session
	Stop   strategy.Bracket
	Target strategy.Bracket
	Trail  int32 // distance of a trailing stop in ticks; 0 is none

	MaxBars int32  // bars that the position is held at most; 0 is no limit
	Why     string // the rule that asked for it
}

// OrderKind says how an entry order is filled.
type OrderKind uint8

// The kinds of entry order. Strategies ask for market and limit orders; stop
// and limit orders can only be asked for while flat.
const (
	Market OrderKind = iota
	StopOrder
	LimitOrder
)

// waiting is the entry order in the market.
type waiting struct {
	Order
	filled int32 // contracts; above 0 only under a volume cap
	until  int   // first bar in which it lives no more; 0 is no such bar
}

// Want takes a decision after the close of the last bar played.
func (k *Book) Want(in Intent) {
	switch {
	case k.pos.qty > 0 && in.leaves(k.pos.side) && k.due == 0:
		k.due = Signalled
	case k.pos.qty == 0 && in.leaves(k.order.Side):
		k.order = waiting{}
	}
	switch enter := in.Enter; {
	case enter.Side == market.Flat || enter.Side == k.pos.side:
	case k.pos.qty == 0:
		k.order = waiting{Order: enter, until: after(k.next, enter.Wait)}
	case enter.Kind == Market:
		if k.lim.Reverse && k.due == 0 {
			k.due = Reversed
		}
		if k.due != 0 {
			k.order = waiting{Order: enter}
		}
	}
}

// after is the bar that comes n bars after bar i; 0 when n is no limit.
func after(i int, n int32) int {
	if n == 0 {
		return 0
	}
	return i + int(n)
}
