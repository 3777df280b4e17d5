package simbars

import (
	"math"
	"math/bits"

	"assay/market"
)

// plan is how one session means to go.
type plan struct {
	sigma             float64 // standard deviation of a day-session bar's return
	drift             float64 // return of each day-session bar
	pull              float64 // part of the way back to the anchor in each bar
	dayOpen, dayClose int64   // Unix seconds
}

// plan draws a session's temper: three in ten trend, four in ten revert.
func (g *generator) plan(s market.Session) plan {
	sigma := math.Sqrt(g.variance)
	p := plan{
		dayOpen: s.DayOpen.Unix(), dayClose: s.DayClose.Unix(),
		sigma: sigma / math.Sqrt(g.market.weight),
	}
	dayBars := max(1, float64(p.dayClose-p.dayOpen)/Interval.Seconds())
	switch temper := g.rng.Below(10); {
	case temper < 3:
		p.drift = 0.9 * sigma / dayBars
		if g.rng.Below(20) < 9 { // a little more often up than down
			p.drift = -p.drift
		}
	case temper < 7:
		p.pull = 0.02
	}
	return p
}

// bar appends one bar that starts at the given Unix second.
func (g *generator) bar(at int64, p plan) {
	const parts = 6
	busy := activity(at, p)
	step := g.price * p.sigma * math.Sqrt(busy*g.pace/parts)
	drift := float64(p.pull*(g.anchor-g.price)) / parts
	if at >= p.dayOpen && at < p.dayClose {
		drift += g.price * p.drift / parts
	}
	before := g.price
	var open, high, low, last int32
	for k := range parts {
		g.price += float64(step*g.normal()) + drift
		g.price = min(max(g.price, g.market.start/5), g.market.start*20)
		last = int32(math.Round(g.price))
		if k == 0 {
			open, high, low = last, last, last
		}
		high, low = max(high, last), min(low, last)
	}
	move := math.Abs(g.price-before) / (float64(step*2.45) + 1e-9)
	g.pace = min(max(float64(0.93*g.pace)+float64(0.07*float64(move*1.25)), 0.5), 3)

	c := &g.columns
	c.Time = append(c.Time, at)
	c.Open, c.High = append(c.Open, open), append(c.High, high)
	c.Low, c.Close = append(c.Low, low), append(c.Close, last)
	noise := 0.5 + g.rng.Float64()
	c.Volume = append(c.Volume, 1+int32(g.market.volume*busy*g.pace*noise))
}

// activity is how lively a moment is: 1 is the middle of the day session. The
// day opens and closes lively, the night sleeps.
func activity(at int64, p plan) float64 {
	switch {
	case at < p.dayOpen-90*60:
		return 0.08
	case at < p.dayOpen:
		return 0.25
	case at >= p.dayClose:
		return 0.15
	case at < p.dayOpen+60*60:
		return 2.2 - float64(1.2*float64(at-p.dayOpen)/3600)
	case at >= p.dayClose-60*60:
		return 1 + float64(0.8*float64(at-p.dayClose+3600)/3600)
	default:
		return 0.9
	}
}

func popcount(x uint64) int { return bits.OnesCount64(x) }

// character is what makes one market differ from another.
type character struct {
	root   string
	start  float64 // first price in ticks
	sigma  float64 // long-run standard deviation of a session's return
	carry  float64 // return at a roll
	volume float64 // contracts in a mid-day bar
	weight float64 // activity summed over a full session
}

// characterOf returns the character of a full-size contract or of M6E.
func characterOf(c market.Contract) character {
	m, ok := characters[c.FullSize]
	if !ok {
		panic("simbars: every full-size contract has a character: " + c.Root)
	}
	m.root = c.Root
	m.start = math.Round(m.start / c.TickSize())
	m.weight = weightOf(c)
	return m
}

// weightOf sums activity over a full session. It counts in hundredths, so that
// no rounding can differ between machines.
func weightOf(c market.Contract) float64 {
	const before, edge = 18, 12 // bars of 90 and of 60 minutes
	night := (1440-market.SessionOpen+int(c.DayOpen))/5 - before
	day := int(c.DayClose-c.DayOpen)/5 - 2*edge
	after := (market.SessionClose - int(c.DayClose)) / 5
	return float64(8*night+25*before+160*edge+90*day+140*edge+15*after) / 100
}

// characters holds start in points around January 2024, the daily sigma, the
// carry of a quarter, and a plausible volume.
var characters = map[string]character{
	"ES":  {start: 4770, sigma: 0.0095, carry: 0.010, volume: 12000},
	"NQ":  {start: 16700, sigma: 0.0125, carry: 0.011, volume: 5500},
	"YM":  {start: 37800, sigma: 0.0085, carry: 0.009, volume: 1500},
	"RTY": {start: 2030, sigma: 0.0130, carry: 0.010, volume: 2200},
	"CL":  {start: 72, sigma: 0.0200, carry: -0.006, volume: 4000},
	"GC":  {start: 2070, sigma: 0.0095, carry: 0.011, volume: 2500},
	"SI":  {start: 23.9, sigma: 0.0175, carry: 0.011, volume: 900},
	"ZB":  {start: 124, sigma: 0.0070, carry: -0.001, volume: 4000},
	"ZN":  {start: 112, sigma: 0.0040, carry: 0.001, volume: 18000},
	"ZF":  {start: 108, sigma: 0.0030, carry: 0.002, volume: 12000},
	"6E":  {start: 1.105, sigma: 0.0045, carry: 0.004, volume: 2500},
	"BTC": {start: 44000, sigma: 0.0300, carry: 0.020, volume: 120},
}
