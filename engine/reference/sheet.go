package reference

import (
	"fmt"
	"math"
	"strings"

	"assay/market"
	"assay/strategy"
)

// sheet collects what a strategy says.
type sheet struct {
	b    *market.Bars
	said strategy.Signals
}

// newSheet takes the rules of a long and of a short, in the words that a trade
// must give as its reason; the values of parameters take the place of {names}.
func newSheet(b *market.Bars, v Params, long, short, when string) *sheet {
	s := &sheet{b: b}
	for _, rule := range []string{"long: " + long, "short: " + short} {
		if when != "" {
			rule += " when " + when
		}
		for name, value := range v {
			rule = strings.ReplaceAll(rule, "{"+name+"}", fmt.Sprintf("%g", value))
		}
		s.said.Reasons = append(s.said.Reasons, rule)
	}
	return s
}

// level is a stop, a target or a limit: none, a distance or a price, in ticks.
type level struct {
	kind  strategy.BracketKind
	ticks float64 // NaN when not known or a negative distance
}

// at is a price of the adjusted series, in points.
func (s *sheet) at(i int, price float64) level {
	offset := float64(s.b.Segments[s.b.Contract(i)].Offset)
	return level{strategy.Level, rounded(price) + offset}
}

// away is a distance in points, at least a tick.
func away(distance float64) level {
	ticks := rounded(distance)
	if ticks < 0 {
		return level{strategy.Distance, undefined}
	}
	return level{strategy.Distance, math.Max(1, ticks)}
}

// rounded is so many points in ticks, a half upwards.
func rounded(points float64) float64 { return math.Floor(points/tick + 0.5) }

// risk is the distance of a stop in whole ticks, in points.
func risk(stop level) float64 { return stop.ticks * tick }

// order is what an entry asks for.
type order struct {
	stop, trail, target level
	limit               level // a price, at which it waits
	wait, after         float64
}

// enter notes an entry when exactly one side asks for it and its levels are
// known and on their sides: of the close, or of the limit if there is one.
func (s *sheet) enter(i int, long, short bool, o order) {
	if long == short || math.IsNaN(o.stop.ticks+o.trail.ticks+o.target.ticks+o.limit.ticks) {
		return
	}
	e := strategy.Entry{
		Bar: int32(i), Side: market.Long, Stop: o.stop.bracket(), Target: o.target.bracket(),
		Trail: int32(o.trail.ticks), MaxBars: int32(o.after), Wait: int32(o.wait), Price: int32(o.limit.ticks),
	}
	if short {
		e.Side, e.Reason = market.Short, 1
	}
	from := s.b.Close[i]
	if o.wait > 0 {
		if (e.Price-from)*int32(e.Side) > 0 {
			return
		}
		from = e.Price
	}
	if e.Target.Kind == strategy.Level && (e.Target.Ticks-from)*int32(e.Side) <= 0 {
		return
	}
	s.said.Enter = append(s.said.Enter, e)
}

func (l level) bracket() strategy.Bracket {
	return strategy.Bracket{Kind: l.kind, Ticks: int32(l.ticks)}
}

func (s *sheet) leave(i int, long, short bool) {
	if long {
		s.said.Leave = append(s.said.Leave, strategy.Leave{Bar: int32(i), Side: market.Long})
	}
	if short {
		s.said.Leave = append(s.said.Leave, strategy.Leave{Bar: int32(i), Side: market.Short})
	}
}
