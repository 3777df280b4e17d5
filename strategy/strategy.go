// Package strategy is the rule language: it parses, type-checks, prints back
// and hashes a strategy, and compiles it to a Program that turns bars into
// Signals.
package strategy

import "time"

// SessionKind is the part of the trading day a strategy works in.
type SessionKind string

// RTH is the day session of the contract's group, ETH the whole Globex
// session. It bounds when entries fill and anchors the words that speak of a
// session: vwap, opening_range, minutes_since_open, session_high …
const (
	RTH SessionKind = "RTH"
	ETH SessionKind = "ETH"
)

// Strategy is a parsed and type-checked strategy file.
type Strategy struct {
	Name    string
	Symbol  string        // root of the contract it trades, e.g. "MES"
	Bars    time.Duration // interval of the bars it reads
	Session SessionKind
	Params  []Param // in the order of the file
	Enter   Enter
	Exit    Exit
	Account Account
}

// Param is a number that IMPROVE may tune.
type Param struct {
	Name                    string
	Default, Min, Max, Step float64
}

// Enter says when to open a position. When applies to both sides.
type Enter struct {
	Long, Short, When Expr // conditions; nil when absent

	// Where a limit order of each side waits: a price, or a distance from the
	// close to the better side. Nil is an order at the market; a side without
	// a rule has none.
	AtLong, AtShort Expr
	For             Expr // how many bars it waits: a constant number; nil without At
}

// Exit says when to close it.
type Exit struct {
	Stop, Target Expr   // distance or price; nil when absent
	Trail        Expr   // distance of a trailing stop; nil when absent
	After        Expr   // how many bars it is held at most: a constant number; nil when absent
	Long, Short  Expr   // conditions that close a long, a short; nil when absent
	Flat         string // "15:55" on the exchange's clock; "" is never
	AtClose      bool   // never hold past the session's last bar
}

// Account holds the limits block of the file.
type Account struct {
	Contracts    int
	TradesPerDay int
	DailyLoss    float64 // dollars; 0 is no limit
	Reverse      bool
}

// Expr is a typed expression of the rule language. Printing it gives the
// canonical text, and parsing that text gives the same tree.
type Expr interface {
	String() string
	Type() Type
}
