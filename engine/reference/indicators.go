package reference

import (
	"math"
	"slices"

	"assay/market"
)

// Indicators are written as their definitions read, afresh for each bar where
// that is affordable. What is not defined is NaN, with which every comparison
// is false.
var undefined = math.NaN()

// prices are the columns that rules see: in points, less the offset of the
// contract, so that no roll is a move.
type prices struct {
	open, high, low, close, volume []float64
}

func pricesOf(b *market.Bars) prices {
	var p prices
	for i := range b.Len() {
		offset := b.Segments[b.Contract(i)].Offset
		p.open = append(p.open, float64(b.Open[i]-offset)*tick)
		p.high = append(p.high, float64(b.High[i]-offset)*tick)
		p.low = append(p.low, float64(b.Low[i]-offset)*tick)
		p.close = append(p.close, float64(b.Close[i]-offset)*tick)
		p.volume = append(p.volume, float64(b.Volume[i]))
	}
	return p
}

// sma is the mean of the last n values.
func sma(x []float64, n int) []float64 {
	return each(len(x), func(i int) float64 {
		if i < n-1 {
			return undefined
		}
		return sum(x[i-n+1:i+1]) / float64(n)
	})
}

// ema begins with the mean of the first n values.
func ema(x []float64, n int) []float64 {
	y := 0.0
	return each(len(x), func(i int) float64 {
		switch {
		case i < n-1:
			return undefined
		case i == n-1:
			y = sum(x[:n]) / float64(n)
		default:
			y += 2 / float64(n+1) * (x[i] - y)
		}
		return y
	})
}

// wilder begins at bar first+n-1 with the mean of the n values from first on,
// then moves by 1/n of the difference.
func wilder(x []float64, first, n int) []float64 {
	y := 0.0
	return each(len(x), func(i int) float64 {
		switch {
		case i < first+n-1:
			return undefined
		case i == first+n-1:
			y = sum(x[first:first+n]) / float64(n)
		default:
			y += (x[i] - y) / float64(n)
		}
		return y
	})
}

// trueRange is that of the bar and the close before it.
func trueRange(p prices) []float64 {
	return each(len(p.close), func(i int) float64 {
		if i == 0 {
			return p.high[0] - p.low[0]
		}
		return math.Max(p.high[i], p.close[i-1]) - math.Min(p.low[i], p.close[i-1])
	})
}

// atr is Wilder's mean of the true range from the second bar on.
func atr(p prices, n int) []float64 { return wilder(trueRange(p), 1, n) }

// rsi is Wilder's: the share of the gains in all moves, 50 without a move.
func rsi(x []float64, n int) []float64 {
	gains, losses := make([]float64, len(x)), make([]float64, len(x))
	for i := 1; i < len(x); i++ {
		gains[i] = math.Max(0, x[i]-x[i-1])
		losses[i] = math.Max(0, x[i-1]-x[i])
	}
	up, down := wilder(gains, 1, n), wilder(losses, 1, n)
	return each(len(x), func(i int) float64 {
		if up[i]+down[i] == 0 {
			return 50
		}
		return 100 * up[i] / (up[i] + down[i])
	})
}

// bollinger is the mean of n values and the same less and plus so many
// population deviations.
func bollinger(x []float64, n int, width float64) (lower, middle, upper []float64) {
	middle = sma(x, n)
	deviation := each(len(x), func(i int) float64 {
		if i < n-1 {
			return undefined
		}
		squares := 0.0
		for _, v := range x[i-n+1 : i+1] {
			squares += (v - middle[i]) * (v - middle[i])
		}
		return math.Sqrt(squares / float64(n))
	})
	lower = each(len(x), func(i int) float64 { return middle[i] - width*deviation[i] })
	upper = each(len(x), func(i int) float64 { return middle[i] + width*deviation[i] })
	return lower, middle, upper
}

// keltner is an average of n closes and the same less and plus so many average
// ranges of ten bars.
func keltner(p prices, n int, width float64) (lower, middle, upper []float64) {
	middle = ema(p.close, n)
	span := atr(p, 10)
	lower = each(len(middle), func(i int) float64 { return middle[i] - width*span[i] })
	upper = each(len(middle), func(i int) float64 { return middle[i] + width*span[i] })
	return lower, middle, upper
}

// macd is the histogram: the fast average less the slow one, less the average
// of that, which begins with its first known values.
func macd(x []float64, fast, slow, signal int) []float64 {
	quick, steady := ema(x, fast), ema(x, slow)
	line := each(len(x), func(i int) float64 { return quick[i] - steady[i] })
	first := min(len(x), max(fast, slow)-1)
	mean := ema(line[first:], signal)
	return each(len(x), func(i int) float64 {
		if i < first {
			return undefined
		}
		return line[i] - mean[i-first]
	})
}

// stochastic is the place of the close in the range of n bars, smoothed once
// and twice.
func stochastic(p prices, n, smoothing, signal int) (k, d []float64) {
	top, bottom := highest(p.high, n), lowest(p.low, n)
	raw := each(len(p.close), func(i int) float64 {
		if top[i] == bottom[i] {
			return 50
		}
		return 100 * (p.close[i] - bottom[i]) / (top[i] - bottom[i])
	})
	k = sma(raw, smoothing)
	return k, sma(k, signal)
}

// supertrend is two bands that only come nearer while price stays between
// them; the trend turns at a close beyond one.
func supertrend(p prices, n int, width float64) (line []float64, up, down []bool) {
	span := atr(p, n)
	line, up, down = make([]float64, len(span)), make([]bool, len(span)), make([]bool, len(span))
	var upper, lower float64
	rising := false
	for i := range span {
		line[i] = undefined
		if math.IsNaN(span[i]) {
			continue
		}
		middle := (p.high[i] + p.low[i]) / 2
		newUpper, newLower := middle+width*span[i], middle-width*span[i]
		begins := i == 0 || math.IsNaN(span[i-1])
		if begins || newUpper < upper || p.close[i-1] > upper {
			upper = newUpper
		}
		if begins || newLower > lower || p.close[i-1] < lower {
			lower = newLower
		}
		if p.close[i] > upper {
			rising = true
		}
		if p.close[i] < lower {
			rising = false
		}
		if begins {
			rising = false
		}
		line[i], up[i], down[i] = upper, rising, !rising
		if rising {
			line[i] = lower
		}
	}
	return line, up, down
}

// donchian is the highest high and the lowest low of the n bars before this one.
func donchian(p prices, n int) (high, low []float64) {
	high, low = make([]float64, len(p.high)), make([]float64, len(p.high))
	for i := range high {
		if i < n {
			high[i], low[i] = undefined, undefined
			continue
		}
		high[i], low[i] = p.high[i-1], p.low[i-1]
		for j := i - n; j < i; j++ {
			if p.high[j] > high[i] {
				high[i] = p.high[j]
			}
			if p.low[j] < low[i] {
				low[i] = p.low[j]
			}
		}
	}
	return high, low
}

// adx is Wilder's in the arrangement of TA-Lib: the sums begin with the first
// n-1 values, then lose an n-th and gain the new one; DX is 0 where there is
// nothing to divide by; ADX begins with the mean of n DX.
func adx(p prices, n int) []float64 {
	tr := trueRange(p)
	size := float64(n)
	dx := make([]float64, len(tr))
	var plus, minus, total float64
	for i := 1; i < len(tr); i++ {
		up, down := p.high[i]-p.high[i-1], p.low[i-1]-p.low[i]
		plusMove, minusMove := 0.0, 0.0
		if up > down && up > 0 {
			plusMove = up
		}
		if down > up && down > 0 {
			minusMove = down
		}
		if i >= n {
			plus, minus, total = plus-plus/size, minus-minus/size, total-total/size
		}
		plus, minus, total = plus+plusMove, minus+minusMove, total+tr[i]
		if i >= n && total > 0 && plus+minus > 0 {
			pdi, mdi := 100*plus/total, 100*minus/total
			dx[i] = 100 * math.Abs(pdi-mdi) / (pdi + mdi)
		}
	}
	return wilder(dx, n, n)
}

// highest and lowest are those of the last n values, all of them known.
func highest(x []float64, n int) []float64 {
	return each(len(x), func(i int) float64 {
		if i < n-1 || math.IsNaN(sum(x[i-n+1:i+1])) {
			return undefined
		}
		return slices.Max(x[i-n+1 : i+1])
	})
}

func lowest(x []float64, n int) []float64 {
	return each(len(x), func(i int) float64 {
		if i < n-1 || math.IsNaN(sum(x[i-n+1:i+1])) {
			return undefined
		}
		return slices.Min(x[i-n+1 : i+1])
	})
}

// ago is the value n bars before bar i.
func ago(x []float64, i, n int) float64 {
	if i < n {
		return undefined
	}
	return x[i-n]
}

// crossesAbove: above now, and not above at the bar before.
func crossesAbove(x, y []float64, i int) bool {
	return i > 0 && x[i] > y[i] && x[i-1] <= y[i-1]
}

// crossesBelow: below now, and not below at the bar before.
func crossesBelow(x, y []float64, i int) bool {
	return i > 0 && x[i] < y[i] && x[i-1] >= y[i-1]
}

func each(n int, value func(i int) float64) []float64 {
	out := make([]float64, n)
	for i := range out {
		out[i] = value(i)
	}
	return out
}

func sum(x []float64) float64 {
	total := 0.0
	for _, v := range x {
		total += v
	}
	return total
}
