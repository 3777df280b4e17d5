package reference

import (
	"math"

	"assay/market"
	"assay/strategy"
)

// sheet collects what a strategy says.
type sheet struct {
	b       *market.Bars
	reasons []string // of a long, of a short
	said    strategy.Signals
}

// target is a profit target: none, a distance or a price, in ticks.
type target struct {
	kind  strategy.BracketKind
	ticks float64 // NaN when not known
}

// at is a target at a price of the adjusted series, in points.
func (s *sheet) at(i int, price float64) target {
	offset := float64(s.b.Segments[s.b.Contract(i)].Offset)
	return target{strategy.Level, math.Round(price/tick) + offset}
}

// away is a target at a distance in points.
func (s *sheet) away(distance float64) target {
	return target{strategy.Distance, math.Max(1, math.Round(distance/tick))}
}

// risk is the distance of a stop in whole ticks, in points.
func risk(stop float64) float64 { return math.Max(1, math.Round(stop/tick)) * tick }

// enter notes an entry when exactly one side asks for it and its stop, a
// distance in points, and its target are known and on their sides of the close.
func (s *sheet) enter(i int, long, short bool, stop float64, t target) {
	if long == short || math.IsNaN(stop) || stop < 0 || math.IsNaN(t.ticks) {
		return
	}
	e := strategy.Entry{
		Bar: int32(i), Side: market.Long,
		Stop:   strategy.Bracket{Kind: strategy.Distance, Ticks: int32(math.Max(1, math.Round(stop/tick)))},
		Target: strategy.Bracket{Kind: t.kind, Ticks: int32(t.ticks)},
	}
	if short {
		e.Side, e.Reason = market.Short, 1
	}
	beyond := (e.Target.Ticks - s.b.Close[i]) * int32(e.Side)
	if t.kind == strategy.Level && beyond <= 0 {
		return
	}
	s.said.Enter = append(s.said.Enter, e)
}

func (s *sheet) leave(i int, long, short bool) {
	if long {
		s.said.Leave = append(s.said.Leave, strategy.Leave{Bar: int32(i), Side: market.Long})
	}
	if short {
		s.said.Leave = append(s.said.Leave, strategy.Leave{Bar: int32(i), Side: market.Short})
	}
}

func (s *sheet) signals() strategy.Signals {
	s.said.Reasons = s.reasons
	return s.said
}
