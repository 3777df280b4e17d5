package engine

import (
	"math"
	"testing"

	"assay/market"
	"assay/strategy"
)

// The engine's share of W1 and W3, fills alone, beside one fused loop by hand
// that computes the averages too and books the money without a ledger. Divide
// the two for the ratio; ns/bar is what performance.md compares.

func BenchmarkW1(b *testing.B)      { benchRun(b, false) }
func BenchmarkW1Hand(b *testing.B)  { benchHand(b, false) }
func BenchmarkW1Steps(b *testing.B) { benchSteps(b, false) }
func BenchmarkW3(b *testing.B)      { benchRun(b, true) }
func BenchmarkW3Hand(b *testing.B)  { benchHand(b, true) }
func BenchmarkW3Steps(b *testing.B) { benchSteps(b, true) }

// BenchmarkW2 is the sweep of 90 sets: a fresh stream of signals every time, so
// that the processor cannot learn the trades by heart.
func BenchmarkW2(b *testing.B) {
	bars := million()
	var sets []strategy.Signals
	for fast := 5; fast <= 50; fast += 5 {
		for slow := 20; slow <= 200; slow += 20 {
			if fast < slow {
				sets = append(sets, crosses(bars, fast, slow))
			}
		}
	}
	if len(sets) != 90 {
		b.Fatalf("%d sets", len(sets))
	}
	for b.Loop() {
		for _, s := range sets {
			Run(bars, s, w1Limits(), workloadCosts())
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(bars.Len())/90, "ns/bar")
}

func benchInput(day bool) (*market.Bars, strategy.Signals, strategy.Limits) {
	bars := million()
	s := crosses(bars, 12, 48)
	if day {
		return bars, withBrackets(bars, s), w3Limits()
	}
	return bars, s, w1Limits()
}

func benchRun(b *testing.B, day bool) {
	bars, s, l := benchInput(day)
	b.ReportAllocs()
	for b.Loop() {
		Run(bars, s, l, workloadCosts())
	}
	perBar(b, bars)
}

func benchSteps(b *testing.B, day bool) {
	bars, s, l := benchInput(day)
	b.ReportAllocs()
	for b.Loop() {
		k, p := NewBook(bars, l, workloadCosts()), signals{Signals: s}
		bar, in, ok := p.next()
		for i := range bars.Len() {
			k.Advance(i, i+1)
			if ok && bar == i {
				k.Want(in)
				bar, in, ok = p.next()
			}
		}
	}
	perBar(b, bars)
}

func benchHand(b *testing.B, day bool) {
	bars := million()
	b.ReportAllocs()
	for b.Loop() {
		if day {
			handW3(bars)
		} else {
			handW1(bars)
		}
	}
	perBar(b, bars)
}

func perBar(b *testing.B, bars *market.Bars) {
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(bars.Len()), "ns/bar")
}

// averages are the two of W1, carried from bar to bar.
type averages struct {
	fast, slow float64
	above      bool
}

// cross takes a close in ticks and says to which side the averages crossed.
func (a *averages) cross(price int32, first bool) int32 {
	const f, s = 2.0 / 13, 2.0 / 49
	x := float64(price) * 0.25
	if first {
		a.fast, a.slow = x, x
		return 0
	}
	a.fast = float64(f*x) + float64((1-f)*a.fast)
	a.slow = float64(s*x) + float64((1-s)*a.slow)
	if above := a.fast > a.slow; above != a.above {
		if a.above = above; above {
			return 1
		}
		return -1
	}
	return 0
}

// handW1 is W1 as one writes it for this purpose only.
func handW1(b *market.Bars) (net market.Money, trades int) {
	var pos, entry, side int32
	var a averages
	open, last := b.Open, b.Close[:len(b.Open)]
	for i := range open {
		if side != 0 {
			if pos != 0 {
				net += market.Money((open[i]-entry)*pos)*125_000 - 40_000
				trades++
			}
			pos, entry = side, open[i]
		}
		if side = a.cross(last[i], i == 0); i < 48 {
			side = 0
		}
	}
	return net, trades
}

// handW3 is W3 as one writes it for this purpose only.
func handW3(b *market.Bars) (net market.Money, trades int) {
	const tick, fee, limit = 125_000, 20_000, 10_000_000
	var pos, entry, stop, target, side int32
	var a averages
	var start market.Money
	atr, session, lost, leave := 0.0, int32(-1), false, false
	exit := func(price int32) {
		net += market.Money((price-entry)*pos)*tick - fee
		pos = 0
		trades++
	}
	for i := range b.Len() {
		open, high, low, last, minute := b.Open[i], b.High[i], b.Low[i], b.Close[i], b.Minute[i]
		if b.Session[i] != session {
			session, start, lost = b.Session[i], net, false
		}
		if pos != 0 && (leave || side == -pos || minute >= 955 && minute < 1020) {
			exit(open)
		}
		if pos != 0 && ((open-stop)*pos <= 0 || (open-target)*pos >= 0) {
			exit(open)
		}
		if side != 0 && pos == 0 && !lost && minute >= 510 && minute < 955 {
			pos, entry = side, open
			stop, target = open-side*int32(math.Round(2*atr)), open+side*int32(math.Round(3*atr))
			net -= fee
		}
		if pos != 0 {
			bad, good := low, high
			if pos < 0 {
				bad, good = high, low
			}
			if (bad-stop)*pos <= 0 {
				exit(stop)
			} else if (good-target)*pos >= 0 {
				exit(target)
			}
		}
		if leave = false; !lost && net+market.Money((last-entry)*pos)*tick-start <= -limit {
			lost, leave = true, pos != 0
		}
		if i > 0 {
			high, low = max(high, b.Close[i-1]), min(low, b.Close[i-1])
		}
		if r := float64(high - low); i < 14 {
			atr += r / 14
		} else {
			atr = (float64(atr*13) + r) / 14
		}
		if side = a.cross(last, i == 0); i < 48 {
			side = 0
		}
	}
	return net, trades
}

// The loops by hand have to earn what they are compared with.
func TestHandLoopsGiveTheAnswers(t *testing.T) {
	for _, c := range []struct {
		hand   func(*market.Bars) (market.Money, int)
		net    string
		trades int
	}{{handW1, "-78105.00", 26_220}, {handW3, "-13184.00", 8_171}} {
		if net, trades := c.hand(million()); net.String() != c.net || trades != c.trades {
			t.Errorf("by hand %d trades, %s; want %d, %s", trades, net, c.trades, c.net)
		}
	}
}
