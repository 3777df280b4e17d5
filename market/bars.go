// Package market holds the nouns of the exchange: contracts with their ticks
// and fees, trade dates and sessions, prices and money as whole numbers, and
// bars as columns.
package market

import "time"

// Bars is an immutable run of bars of one root, oldest first, as columns of
// equal length. Prices are raw prices of the contract held, in ticks; they
// jump where one contract gives way to the next (see Segments).
//
// Nobody writes to a Bars after NewBars returned it; it may be shared between
// goroutines.
type Bars struct {
	Root     string        // the symbol whose prices these are, e.g. "ES"
	Interval time.Duration // length of a bar

	Time   []int64 // start of the bar, Unix seconds UTC, strictly rising
	Open   []int32 // ticks
	High   []int32 // ticks
	Low    []int32 // ticks
	Close  []int32 // ticks
	Volume []int32 // contracts

	// Segments lists the contracts in order; the first begins at bar 0.
	Segments []Segment

	// What follows is derived by NewBars from the exchange's calendar.

	Minute  []int16 // minute of the day of the bar's start on the exchange's clock (Chicago), 0..1439
	Session []int32 // ordinal of the bar's session, from 0
	Dates   []Date  // trade date of each session, by ordinal
	Last    []bool  // the bar's end is its session's scheduled close
	Locked  []bool  // the bar is locked at a price limit and fills nothing; nil when none is known
}

// Segment is the stretch of bars that one contract supplies.
type Segment struct {
	First    int    // index of its first bar
	Contract string // e.g. "ESH4"; "" when the source does not say

	// Gap is the jump at the roll in ticks: first open of this contract less
	// last close of the one before. It is a calendar spread, never PnL.
	Gap int32

	// Offset is the sum of the gaps up to and including this one. Raw price
	// less Offset is the difference-adjusted series anchored at the first
	// contract: it never changes when a later roll is appended, so an
	// indicator on it cannot look ahead.
	Offset int32
}

// Len returns the number of bars.
func (b *Bars) Len() int { return len(b.Time) }

// Start returns the start of bar i in UTC.
func (b *Bars) Start(i int) time.Time { return time.Unix(b.Time[i], 0).UTC() }

// Date returns the trade date of bar i.
func (b *Bars) Date(i int) Date { return b.Dates[b.Session[i]] }
