package engine

import (
	"math"
	"sort"

	"assay/market"
)

// quiet returns the first bar from i on that has to be settled, or to. In the
// bars before it nothing can happen: it may stop too early, never too late.
func (k *Book) quiet(i, to int) int {
	p := &k.pos
	if k.order.Side != market.Flat || k.due != 0 || k.lossDue || p.trail > 0 ||
		k.bars.Session[i] != k.day.session {
		return i
	}
	if k.sessionEnd <= i {
		k.sessionEnd = k.endOfSession(i)
	}
	if p.flatAt == never {
		p.flatBar = to
	} else if p.flatBar == 0 {
		p.flatBar = first(i, k.bars.Len(), func(j int) bool { return k.bars.Time[j] >= p.flatAt })
	}
	stop := min(to, k.sessionEnd, max(i, p.flatBar))
	if p.timeout > 0 {
		stop = min(stop, max(i, p.timeout))
	}
	if s := k.bars.Segments; k.segment+1 < len(s) {
		stop = min(stop, max(i, s[k.segment+1].First))
	}
	if k.lim.FlatAtClose {
		if p.session != k.day.session {
			return i
		}
		if k.bars.Last[k.sessionEnd-1] {
			stop = min(stop, k.sessionEnd-1)
		}
	}
	low, high := k.touchLines()
	return i + firstTouch(k.bars.Low[i:stop], k.bars.High[i:stop], low, high)
}

// endOfSession is the first bar after the session of bar i.
func (k *Book) endOfSession(i int) int {
	session, at := k.bars.Session, k.bars.Session[i]
	return first(i, len(session), func(j int) bool { return session[j] != at })
}

// touchLines gives the raw prices at or beyond which a bar can matter to the
// position: its stop, its target and the close that reaches the daily loss.
func (k *Book) touchLines() (low, high int32) {
	p := &k.pos
	low, high = max(p.stop, k.lossLine()), noTarget
	if p.target != noTarget {
		high = p.target + k.costs.Through
	}
	if p.side == market.Short {
		return mirror(high), mirror(low)
	}
	return low, high
}

// mirror turns a price around; no stop becomes no target.
func mirror(price int32) int32 {
	switch price {
	case noStop:
		return noTarget
	case noTarget:
		return noStop
	default:
		return -price
	}
}

// lossLine is the close, as the side sees it, at or below which the daily loss
// limit is reached.
func (k *Book) lossLine() int32 {
	if k.lim.DailyLoss <= 0 || k.day.lost {
		return noStop
	}
	p := &k.pos
	spare := int64(k.lim.DailyLoss + k.cash - k.day.start) // what the position may lose
	perTick := int64(k.costs.TickValue) * int64(p.qty)
	line := floorDiv(p.cost*int64(p.side)*int64(k.costs.TickValue)-spare, perTick)
	return int32(max(math.MinInt32, min(line, math.MaxInt32)))
}

// floorDiv divides and rounds down; b is above 0.
func floorDiv(a, b int64) int64 {
	q := a / b
	if a%b < 0 {
		q--
	}
	return q
}

// firstTouch returns the first index where the bar reaches down to low or up
// to high, or the length.
func firstTouch(lows, highs []int32, low, high int32) int {
	if low == math.MinInt32 && high == math.MaxInt32 {
		return len(lows)
	}
	highs = highs[:len(lows)]
	for i, x := range lows {
		if x <= low || highs[i] >= high {
			return i
		}
	}
	return len(lows)
}

// first returns the first bar from i on, below n, for which reached holds, or
// n. Once it holds it must hold for all later bars.
func first(i, n int, reached func(j int) bool) int {
	step := 1
	for i+step < n && !reached(i+step) {
		step *= 2
	}
	from, to := i+step/2, min(i+step, n)
	return from + sort.Search(to-from, func(j int) bool { return reached(from + j) })
}
