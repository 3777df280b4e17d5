package strategy

import "math"

// wilderKernel makes the indicators of Welles Wilder (New Concepts in
// Technical Trading Systems, 1978), seeded as TA-Lib does.
func wilderKernel(s step, out *column) kernel {
	a := 1 / float64(s.n)
	switch s.do {
	case "rsi":
		return &rsi{up: newSmooth(a, s.n), down: newSmooth(a, s.n), out: out}
	case "atr":
		return &atr{smooth: newSmooth(a, s.n), out: out}
	}
	return &adx{n: s.n, smooth: newSmooth(a, s.n), out: out}
}

// step is one bar and the one before, in adjusted prices.
type twoBars struct {
	high, low, close             float64
	prevHigh, prevLow, prevClose float64
}

// trueRange is the range of a bar, extended to the close before.
func (t twoBars) trueRange() float64 {
	return max(t.high, t.prevClose) - min(t.low, t.prevClose)
}

// pairs calls visit for every bar of the block with the bar before it, and
// writes what it returns; the first bar of all has none and gives undefined.
func (b *block) pairs(out []float64, visit func(t twoBars) float64) {
	bars := b.bars
	for i := range out[:b.n] {
		j := b.from + i
		if j == 0 {
			out[i] = undefined
			continue
		}
		now, before := b.shift(j), b.shift(j-1)
		out[i] = visit(twoBars{
			float64(bars.High[j] - now), float64(bars.Low[j] - now), float64(bars.Close[j] - now),
			float64(bars.High[j-1] - before), float64(bars.Low[j-1] - before), float64(bars.Close[j-1] - before),
		})
	}
}

// rsi is 100 up / (up + down) of the smoothed gains and losses, 50 when
// nothing moved.
type rsi struct {
	up, down smooth
	out      *column
}

func (k *rsi) run(b *block) {
	b.pairs(k.out.v, func(t twoBars) float64 {
		change := t.close - t.prevClose
		up, down := k.up.push(max(change, 0)), k.down.push(max(-change, 0))
		if up+down == 0 {
			return 50
		}
		return 100 * up / (up + down)
	})
}

// atr is the smoothed true range.
type atr struct {
	smooth
	out *column
}

func (k *atr) run(b *block) {
	b.pairs(k.out.v, func(t twoBars) float64 { return k.push(t.trueRange()) })
}

// adx smooths the directional index. Running sums begin as the plain sum of
// the first n-1 values; an up-move equal to the down-move counts as neither.
type adx struct {
	n, seen             int
	plus, minus, ranges float64
	smooth
	out *column
}

func (k *adx) run(b *block) {
	b.pairs(k.out.v, func(t twoBars) float64 {
		up, down := t.high-t.prevHigh, t.prevLow-t.low
		plus, minus := 0.0, 0.0
		switch {
		case up > down && up > 0:
			plus = up
		case down > up && down > 0:
			minus = down
		}
		return k.next(plus, minus, t.trueRange())
	})
}

func (k *adx) next(plus, minus, size float64) float64 {
	n := float64(k.n)
	if k.seen++; k.seen < k.n {
		k.plus, k.minus, k.ranges = k.plus+plus, k.minus+minus, k.ranges+size
		return undefined
	}
	k.plus += plus - k.plus/n
	k.minus += minus - k.minus/n
	k.ranges += size - k.ranges/n
	if k.ranges <= 0 {
		return k.push(0)
	}
	up, down := 100*k.plus/k.ranges, 100*k.minus/k.ranges
	if up+down <= 0 {
		return k.push(0)
	}
	return k.push(100 * math.Abs(up-down) / (up + down))
}
