package strategy

import "math"

// The indicators of Welles Wilder (New Concepts in Technical Trading Systems,
// 1978), seeded as TA-Lib does. atr is the average with a = 1/n of trueRange.

// trueRange is the range of a bar extended to the close before; undefined on
// the first bar of all.
type trueRange struct{ out *column }

func (k *trueRange) run(b *block) {
	k.out.whole = b.from > 0
	for i := 0; i < b.n; {
		if b.from+i == b.find(b.from+i).from { // the bar before is another contract's
			k.out.v[i] = undefined
			if b.from+i > 0 {
				k.out.v[i] = float64(b.pair(b.from + i).trueRange())
			}
			i++
			continue
		}
		b.shift(b.from + i)
		end := min(b.n, b.segment.to-b.from)
		b.trueRanges(b.from+i, k.out.v[i:end])
		i = end
	}
}

// trueRanges writes those of bars of one contract, from bar j on, to v.
func (b *block) trueRanges(j int, v []float64) {
	high, low := b.bars.High[j:j+len(v)], b.bars.Low[j:j+len(v)]
	before := b.bars.Close[j-1 : j-1+len(v)]
	for i := range v {
		v[i] = float64(max(high[i], before[i]) - min(low[i], before[i]))
	}
}

// twoBars is a bar and the one before, in adjusted ticks. Whole numbers keep
// max and min fast.
type twoBars struct {
	high, low                    int32
	prevHigh, prevLow, prevClose int32
}

// pair returns bar j and the one before.
func (b *block) pair(j int) twoBars {
	before := b.shift(j - 1)
	now := b.shift(j)
	return twoBars{
		b.bars.High[j] - now, b.bars.Low[j] - now,
		b.bars.High[j-1] - before, b.bars.Low[j-1] - before, b.bars.Close[j-1] - before,
	}
}

func (t twoBars) trueRange() int32 { return max(t.high, t.prevClose) - min(t.low, t.prevClose) }

// rsi is 100 up / (up + down) of the smoothed gains and losses of a series of
// changes, 50 when nothing moved.
type rsi struct {
	up, down smooth
	in, out  *column
}

func (k *rsi) run(b *block) {
	for i, change := range k.in.v[:b.n] {
		size := math.Abs(change)
		up, down := k.up.push(float64((size+change)/2)), k.down.push(float64((size-change)/2))
		if up+down == 0 {
			k.out.v[i] = 50
			continue
		}
		k.out.v[i] = 100 * up / (up + down)
	}
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
	for i := range k.out.v[:b.n] {
		if b.from+i == 0 {
			k.out.v[i] = undefined
			continue
		}
		t := b.pair(b.from + i)
		up, down := t.high-t.prevHigh, t.prevLow-t.low
		switch {
		case up > down && up > 0:
			down = 0
		case down > up && down > 0:
			up = 0
		default:
			up, down = 0, 0
		}
		k.out.v[i] = k.next(float64(up), float64(down), float64(t.trueRange()))
	}
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
