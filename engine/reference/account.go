// Package reference is a second, slow and obvious account, and the twenty
// starter strategies written out by hand. Only tests import it: it exists to
// disagree with package engine. It was written from docs/fills.md and
// docs/language.md alone; nothing in it is shared with what it checks but the
// types that go in and come out.
package reference

import (
	"assay/engine"
	"assay/market"
	"assay/strategy"
)

// Run plays the bars one by one, in the steps of section 2 of docs/fills.md,
// and returns the ledger. It knows the orders that rules can ask for.
func Run(b *market.Bars, s strategy.Signals, limits strategy.Limits, costs engine.Costs) engine.Ledger {
	a := &account{b: b, signals: s, limits: limits, costs: costs}
	a.entries, a.leaves = byBar(s)
	for i := range b.Len() {
		a.play(i)
	}
	a.end()
	return a.ledger
}

func byBar(s strategy.Signals) (map[int][]strategy.Entry, map[int][]strategy.Leave) {
	entries, leaves := map[int][]strategy.Entry{}, map[int][]strategy.Leave{}
	for _, e := range s.Enter {
		entries[int(e.Bar)] = append(entries[int(e.Bar)], e)
	}
	for _, l := range s.Leave {
		leaves[int(l.Bar)] = append(leaves[int(l.Bar)], l)
	}
	return entries, leaves
}

type account struct {
	b       *market.Bars
	signals strategy.Signals
	limits  strategy.Limits
	costs   engine.Costs
	entries map[int][]strategy.Entry
	leaves  map[int][]strategy.Leave

	ledger engine.Ledger

	// The position: its parts in order of entry, none when flat. What follows
	// means nothing then.
	lots      []engine.Trade // entry fields
	began     int            // bar of its first fill, rolls apart
	session   int32          // in which it was entered
	flatFrom  int64          // Unix seconds from which on a bar's open is at or past Limits.Flat
	hasStop   bool
	stop      int32
	hasTarget bool
	target    int32
	trail     int32 // distance of a trailing stop, or 0
	maxBars   int32 // bars that it is held at most, or 0

	// What waits for a later bar.
	entryWaits bool
	entry      strategy.Entry // levels and price already moved by the rolls since
	rest       int32          // contracts that the entry still wants, once a part of it filled
	exitWaits  bool
	exitReason engine.FillReason
	exitBegan  bool // the waiting exit is the rest of one that the volume cap held back
	lossExit   bool // the daily loss limit wants the position closed

	filled int32 // contracts filled in this bar, rolls apart

	// The session so far.
	entered   int32 // entries filled
	lossToday bool  // the daily loss limit was reached

	closedGross market.Money
	feesPaid    market.Money
	before      market.Money // net liquidation value at the last close of the session before
}

func (a *account) play(i int) {
	a.filled = 0
	a.newSession(i)      // step 1
	a.roll(i)            // step 2
	a.exitDue(i)         // step 3
	a.passedByTheOpen(i) // step 4
	how := a.enter(i)    // step 5
	a.inside(i, how)     // step 6
	a.sessionClose(i)    // step 7
	a.moveTrail(i, how)  // step 8
	a.dailyLoss(i)       // step 9
	a.decide(i)          // step 10
}

// trades: section 1.
func (a *account) trades(i int) bool {
	if a.b.Locked != nil && a.b.Locked[i] {
		return false
	}
	return a.b.Volume[i] > 0 || a.costs.FillAnyway
}

// place is the place of a minute in its session.
func place(minute int16) int16 { return (minute - 1020 + 1440) % 1440 }

func (a *account) newSession(i int) {
	if i > 0 && a.b.Session[i] == a.b.Session[i-1] {
		return
	}
	if i > 0 {
		a.before = a.worth(i - 1)
	}
	if !a.costs.CarryOver {
		a.dropEntry()
	}
	a.entered = 0
	a.lossToday = false
	a.ledger.Days = append(a.ledger.Days, engine.Day{Date: a.b.Dates[a.b.Session[i]]})
}

func (a *account) roll(i int) {
	for k, segment := range a.b.Segments {
		if k == 0 || segment.First != i {
			continue
		}
		a.entry.Price += segment.Gap
		if a.entry.Stop.Kind == strategy.Level {
			a.entry.Stop.Ticks += segment.Gap
		}
		if a.entry.Target.Kind == strategy.Level {
			a.entry.Target.Ticks += segment.Gap
		}
		if len(a.lots) == 0 {
			continue
		}
		side, qty := a.lots[0].Side, a.quantity()
		sold := a.b.Close[i-1] - int32(side)*a.costs.SlipMarket
		bought := a.b.Open[i] + int32(side)*a.costs.SlipMarket
		a.fill(i, -side, qty, sold, engine.Rolled)
		a.fill(i, side, qty, bought, engine.Rolled)
		for k, old := range a.lots {
			a.book(i, old, sold, engine.Rolled)
			a.lots[k] = engine.Trade{
				Side: side, Qty: old.Qty, Contract: segment.Contract, EntryBar: int32(i), Entry: bought,
				EntryWhy: old.EntryWhy, FromRoll: true, Risk: old.Risk,
			}
		}
		a.stop, a.target = a.stop+segment.Gap, a.target+segment.Gap
	}
}
