package engine

import "assay/market"

// Tally is a ledger in a few numbers: what a sweep keeps of each of its runs.
type Tally struct {
	Trades           int
	Gross, Fees, Net market.Money // of the closed trades
	Open             market.Money // net of the position at the last bar, its entry's fee paid; 0 when flat
	Stops, Targets   int          // trades closed by a stop, gaps included; by a target
	LossDays         int          // sessions in which the daily loss limit was reached
}

// TallyOf counts a ledger.
func TallyOf(l Ledger) Tally {
	var a Tally
	for i := range l.Trades {
		a.trade(&l.Trades[i])
	}
	for _, d := range l.Days {
		a.day(d)
	}
	if l.Open != nil {
		a.Open = l.Open.Net
	}
	return a
}

func (a *Tally) trade(t *Trade) {
	a.Trades++
	a.Gross += t.Gross
	a.Fees += t.Fees
	a.Net += t.Net
	switch t.ExitWhy {
	case Stopped, StoppedGap:
		a.Stops++
	case Targeted:
		a.Targets++
	}
}

func (a *Tally) day(d Day) {
	if d.LossLimit {
		a.LossDays++
	}
}

// result is the tally of a book that keeps one, as of the last bar played.
func (k *Book) result() Tally {
	rest := TallyOf(k.Ledger()) // the day that is not over, and what is still open
	a := *k.tally
	a.LossDays += rest.LossDays
	a.Open = rest.Open
	return a
}
