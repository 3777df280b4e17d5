package reference

import (
	"fmt"

	"assay/engine"
	"assay/market"
	"assay/strategy"
)

// FirstDifference says in words where two ledgers over the same bars part, or
// returns "" when they are equal. It looks at fills first, because everything
// else follows from them.
func FirstDifference(b *market.Bars, slow, fast engine.Ledger) string {
	if d := firstOf("fill", slow.Fills, fast.Fills); d != "" {
		return d + around(b, slow.Fills, fast.Fills)
	}
	if d := firstOf("trade", slow.Trades, fast.Trades); d != "" {
		return d
	}
	if d := firstOf("day", slow.Days, fast.Days); d != "" {
		return d
	}
	switch {
	case slow.Open == nil && fast.Open == nil:
		return ""
	case slow.Open == nil || fast.Open == nil || *slow.Open != *fast.Open:
		return fmt.Sprintf("open position:\n  slow %s\n  fast %s\n", shown(slow.Open), shown(fast.Open))
	}
	return ""
}

func firstOf[T comparable](what string, slow, fast []T) string {
	i := 0
	for i < min(len(slow), len(fast)) && slow[i] == fast[i] {
		i++
	}
	if i == len(slow) && i == len(fast) {
		return ""
	}
	at := func(list []T) string {
		if i == len(list) {
			return "none"
		}
		return fmt.Sprintf("%+v", list[i])
	}
	return fmt.Sprintf("%s %d of %d and %d:\n  want %s\n  got  %s\n", what, i, len(slow), len(fast), at(slow), at(fast))
}

// around prints the bars near the first fill that differs.
func around(b *market.Bars, slow, fast []engine.Fill) string {
	at := b.Len()
	for _, fills := range [][2][]engine.Fill{{slow, fast}, {fast, slow}} {
		for i, f := range fills[0] {
			if i >= len(fills[1]) || fills[1][i] != f {
				at = min(at, int(f.Bar))
				break
			}
		}
	}
	text := ""
	for i := max(0, at-3); i < min(b.Len(), at+3); i++ {
		text += fmt.Sprintf("  bar %d %s session %d minute %d: %d %d %d %d volume %d last %v contract %d\n",
			i, b.Start(i).Format("2006-01-02 15:04"), b.Session[i], b.Minute[i],
			b.Open[i], b.High[i], b.Low[i], b.Close[i], b.Volume[i], b.Last[i], b.Contract(i))
	}
	return text
}

func shown(t *engine.Trade) string {
	if t == nil {
		return "none"
	}
	return fmt.Sprintf("%+v", *t)
}

// FirstSignal says in words where two lists of signals over the same bars
// part, or returns "" when they are equal.
func FirstSignal(b *market.Bars, slow, fast strategy.Signals) string {
	type entry struct {
		strategy.Entry
		why, at string
	}
	entries := func(s strategy.Signals) (list []entry) {
		for _, e := range s.Enter {
			why := s.Reasons[e.Reason]
			e.Reason = 0
			list = append(list, entry{e, why, b.Start(int(e.Bar)).Format("2006-01-02 15:04")})
		}
		return list
	}
	type leave struct {
		bar  int32
		side market.Side
	}
	leaves := func(s strategy.Signals) (list []leave) {
		for _, l := range s.Leave {
			list = append(list, leave{l.Bar, l.Side})
		}
		return list
	}
	return firstOf("entry", entries(slow), entries(fast)) + firstOf("leave", leaves(slow), leaves(fast))
}
