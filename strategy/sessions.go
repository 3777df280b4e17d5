package strategy

import (
	"math"

	"assay/market"
)

// clock knows for every bar of a block where it lies in the strategy's
// session. Times are minutes since the Globex open at 17:00, so that a trade
// date runs upwards from 0.
type clock struct {
	interval    int
	kind        SessionKind
	contract    market.Contract
	session     int32 // of the bar before; -1 at first
	open, close int
	begun       bool // the session has had a bar

	first []bool    // the session begins with this bar
	since []float64 // minutes from the session's open to the bar's end; NaN outside
	left  []float64 // minutes from the bar's end to the session's scheduled close
}

func newClock(p *Program) *clock {
	return &clock{
		interval: int(p.interval), kind: p.kind, contract: p.contract, session: -1,
		first: make([]bool, blockSize), since: make([]float64, blockSize), left: make([]float64, blockSize),
	}
}

func (c *clock) run(b *block) {
	for i := range b.n {
		j := b.from + i
		if s := b.bars.Session[j]; s != c.session {
			c.session, c.begun = s, false
			c.open, c.close = c.hours(b.bars.Dates[s])
		}
		at := afterOpen(b.bars.Minute[j])
		c.first[i], c.since[i], c.left[i] = false, undefined, undefined
		if at < c.open || at >= c.close {
			continue
		}
		c.first[i], c.begun = !c.begun, true
		c.since[i], c.left[i] = float64(at+c.interval-c.open), float64(c.close-at-c.interval)
	}
}

// hours returns the session's open and close on a trade date, cut by an early
// close.
func (c *clock) hours(d market.Date) (from, to int) {
	from, to = 0, afterOpen(market.SessionClose)
	if c.kind == RTH {
		from, to = afterOpen(c.contract.DayOpen), afterOpen(c.contract.DayClose)
	}
	if e, ok := c.contract.Calendar().Exception(d); ok && e.Kind == market.EarlyClose {
		to = min(to, afterOpen(e.Close))
	}
	return from, to
}

func afterOpen(minute int16) int { return (int(minute) - market.SessionOpen + 1440) % 1440 }

func sessionKernel(s step, out *column) kernel {
	switch s.do {
	case "minutes_since_open", "minutes_to_close":
		return &timing{s.do, out}
	case "vwap", "vwap_deviation":
		return &vwap{deviation: s.do != "vwap", out: out}
	case "opening_range.high", "opening_range.low":
		return &openingRange{minutes: float64(s.n), high: s.do == "opening_range.high", out: out}
	case "session_open", "session_high", "session_low",
		"previous_session.high", "previous_session.low", "previous_session.close":
		return &sessionPrices{what: s.do, now: noPrices, before: noPrices, out: out}
	}
	panic("a step without a kernel: " + s.do)
}

// timing is the time since the open or to the close.
type timing struct {
	what string
	out  *column
}

func (k *timing) run(b *block) {
	if k.what == "minutes_since_open" {
		copy(k.out.v, b.clock.since[:b.n])
	} else {
		copy(k.out.v, b.clock.left[:b.n])
	}
}

// vwap is the typical price weighted by volume since the session's first bar,
// or its weighted deviation by West's update (Comm. ACM 22, 1979).
type vwap struct {
	deviation     bool
	volume, sum   float64 // sum of (h + l + c) x volume: whole numbers, exact
	mean, squares float64
	out           *column
}

func (k *vwap) run(b *block) {
	for i := range b.n {
		if b.clock.first[i] {
			k.volume, k.sum, k.mean, k.squares = 0, 0, 0, 0
		}
		k.out.v[i] = undefined
		if !defined(b.clock.since[i]) {
			continue
		}
		k.push(b, b.from+i)
		switch {
		case k.volume == 0:
		case k.deviation:
			k.out.v[i] = math.Sqrt(k.squares / k.volume)
		default:
			k.out.v[i] = k.sum / (3 * k.volume)
		}
	}
}

func (k *vwap) push(b *block, j int) {
	w, shift := float64(b.bars.Volume[j]), b.shift(j)
	if w == 0 {
		return
	}
	three := float64(b.bars.High[j]-shift) + float64(b.bars.Low[j]-shift) + float64(b.bars.Close[j]-shift)
	k.volume += w
	k.sum += float64(three * w)
	step := three/3 - k.mean
	k.mean += w * step / k.volume
	k.squares += float64(w * step * (three/3 - k.mean))
}

// openingRange is the high or low of the session's first minutes: undefined
// until they are over, and all day when the session's first bar is missing.
type openingRange struct {
	minutes float64
	high    bool
	level   float64
	out     *column
}

func (k *openingRange) run(b *block) {
	interval := float64(b.clock.interval)
	for i := range b.n {
		j, since := b.from+i, b.clock.since[i]
		k.out.v[i] = undefined
		switch {
		case !defined(since):
			continue
		case b.clock.first[i]:
			k.level = undefined
			if since == interval {
				k.level = k.price(b, j)
			}
		case since-interval < k.minutes && k.high:
			k.level = max(k.level, k.price(b, j))
		case since-interval < k.minutes:
			k.level = min(k.level, k.price(b, j))
		}
		if since >= k.minutes {
			k.out.v[i] = k.level
		}
	}
}

func (k *openingRange) price(b *block, j int) float64 {
	if k.high {
		return float64(b.bars.High[j] - b.shift(j))
	}
	return float64(b.bars.Low[j] - b.shift(j))
}

// sessionPrices keeps the prices of this session so far and of the one before.
type sessionPrices struct {
	what        string
	now, before prices
	out         *column
}

type prices struct{ open, high, low, close float64 }

var noPrices = prices{undefined, undefined, undefined, undefined}

func (k *sessionPrices) run(b *block) {
	for i := range b.n {
		k.out.v[i] = undefined
		if defined(b.clock.since[i]) {
			k.push(b, i)
			k.out.v[i] = k.value()
		}
	}
}

func (k *sessionPrices) push(b *block, i int) {
	j := b.from + i
	shift := b.shift(j)
	high, low := float64(b.bars.High[j]-shift), float64(b.bars.Low[j]-shift)
	if b.clock.first[i] {
		k.before, k.now = k.now.closed(), prices{open: undefined, high: high, low: low}
		if b.clock.since[i] == float64(b.clock.interval) { // else the open itself is missing
			k.now.open = float64(b.bars.Open[j] - shift)
		}
	}
	k.now.high, k.now.low = max(k.now.high, high), min(k.now.low, low)
	k.now.close = float64(b.bars.Close[j] - shift)
}

// closed is the session once it is the previous one. Without its first bar
// its extremes are not known.
func (p prices) closed() prices {
	if !defined(p.open) {
		p.high, p.low = undefined, undefined
	}
	return p
}

func (k *sessionPrices) value() float64 {
	switch k.what {
	case "session_open":
		return k.now.open
	case "session_high":
		return k.now.high
	case "session_low":
		return k.now.low
	case "previous_session.high":
		return k.before.high
	case "previous_session.low":
		return k.before.low
	}
	return k.before.close
}
