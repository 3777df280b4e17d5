package workload

import (
	"math"

	"assay/market"
)

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

// HandW1 is W1, and with other averages any set of W2.
func HandW1(b *market.Bars, fast, slow int) (net market.Money, trades int) {
	f, s := 2/float64(fast+1), 2/float64(slow+1)
	g, t := 1-f, 1-s
	var pos, entry, side int32
	above := false
	open, last := b.Open, b.Close[:len(b.Open)]
	x := float64(last[0]) * 0.25
	y, z := x, x
	for i := 1; i < len(open); i++ {
		if side != 0 {
			if pos != 0 {
				net += market.Money((open[i]-entry)*pos)*125_000 - 40_000
				trades++
			}
			pos, entry, side = side, open[i], 0
		}
		x = float64(last[i]) * 0.25
		y = float64(f*x) + float64(g*y)
		z = float64(s*x) + float64(t*z)
		if now := y > z; now != above {
			if above = now; i >= slow {
				side = -1
				if now {
					side = 1
				}
			}
		}
	}
	return net, trades
}

// HandW3 is W3.
func HandW3(b *market.Bars) (net market.Money, trades int) {
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
