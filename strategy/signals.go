package strategy

import "assay/market"

// Signals is all that a strategy says: where to enter and where to leave. It
// is a sparse list, so it can be stored, compared and counted, and an engine
// needs nothing else of the rules.
type Signals struct {
	Enter   []Entry
	Leave   []Leave
	Reasons []string // Entry.Reason and Leave.Reason index this list
}

// Entry asks for a position. It is decided at the close of Bar and live from
// the next bar on.
type Entry struct {
	Bar    int32
	Side   market.Side // Long or Short
	Reason int16
	Stop   Bracket // protective stop; None when the strategy has none
	Target Bracket // profit target; None when the strategy has none

	Trail   int32 // distance of a trailing stop in ticks; 0 is none
	MaxBars int32 // bars that the position is held at most; 0 is no limit
	Wait    int32 // bars that a limit order at Price lives; 0 is an order at the market
	Price   int32 // raw ticks of the contract of Bar; 0 for an order at the market
}

// Leave asks to close a position of the given side at the next open.
type Leave struct {
	Bar    int32
	Side   market.Side // the side it closes; Flat closes either
	Reason int16
}

// Bracket is one protective level of an entry.
type Bracket struct {
	Kind  BracketKind
	Ticks int32 // distance from the fill, > 0; or the raw price level of the contract of the entry's Bar
}

// BracketKind says how Bracket.Ticks is meant.
type BracketKind uint8

// A distance moves with the fill; a level is a price and stands where it is
// (shifted by the gap when the position is rolled).
const (
	None BracketKind = iota
	Distance
	Level
)

// Limits are the strategy's rules about the account rather than the market.
// The book keeps them.
type Limits struct {
	Contracts    int32        // size of a position, at least 1
	TradesPerDay int32        // entries per trade date; 0 is no limit
	DailyLoss    market.Money // once the day's PnL (realised plus open, at a bar's close) is at or below its negative: flat at the next open, no entry until the next session; 0 is no limit
	EntryFrom    int16        // entries fill only in bars whose start minute (exchange clock) is >= EntryFrom …
	EntryTo      int16        // … and < EntryTo; from 1020 to 960 wraps around midnight; equal means the whole session
	Flat         int16        // minute of the day from which on the position is closed at the bar's open; -1 is never
	FlatAtClose  bool         // close at the close of the session's last scheduled bar (an early close, or a strategy that never holds overnight)
	Reverse      bool         // an entry against the position closes it and opens the other; otherwise it is ignored
}
