package strategy

import "math"

// crossing is two averages of one series and the comparison of one with the
// other, both ways. An average spends its time waiting for its own last value;
// the comparison fits into the wait, and so does reading the series when it is
// a price of the bars.
type crossing struct {
	twins
	sides
	prices *barColumn // writes the series; nil when another kernel does
}

func (k *crossing) run(b *block) {
	fast, slow := k.a, k.b
	var ticks []int32 // of the series, when it is still to be written
	if k.prices != nil {
		b.shift(b.from) // finds the segment
		if fast.ready() && slow.ready() && b.segment.to >= b.from+b.n {
			ticks = b.column(k.prices.name)
		} else {
			k.prices.run(b)
		}
	}
	if !fast.ready() || !slow.ready() {
		k.twins.run(b)
		k.sides.run(b)
		return
	}
	fast.out.whole, slow.out.whole = true, true
	up, down := k.above.out, k.below.out
	for w, from := 0, 0; from < b.n; w, from = w+1, from+64 {
		n := min(b.n-from, 64)
		var above, equal uint64
		if ticks != nil {
			at := b.from + from
			above, equal = k.wordOf(ticks[at:at+n], b.segment.shift, from)
		} else {
			above, equal = k.word(from, n)
		}
		below, known := ^(above | equal), upTo(n)
		up.t[w], up.f[w] = above&known, ^above&known
		down.t[w], down.f[w] = below&known, ^below&known
	}
}

// word advances both averages by n bars and compares them: is the one above
// the other, are they equal?
func (k *crossing) word(from, n int) (above, equal uint64) {
	fast, slow := k.a, k.b
	in := fast.in.v[from : from+n]
	v, w := fast.out.v[from:from+n], slow.out.v[from:from+n]
	a, b, y := fast.a, fast.b, fast.y
	c, d, z := slow.a, slow.b, slow.y
	for i, x := range in {
		y = float64(a*x) + float64(b*y)
		z = float64(c*x) + float64(d*z)
		v[i], w[i] = y, z
		difference := math.Float64bits(z - y)
		above = above>>1 | difference&(1<<63)
		if difference<<1 == 0 {
			equal |= 1 << (i & 63)
		}
	}
	fast.y, slow.y = y, z
	above >>= (64 - n) & 63
	return above &^ equal, equal
}

// wordOf is word of prices in ticks; it writes the series as well.
func (k *crossing) wordOf(ticks []int32, shift int32, from int) (above, equal uint64) {
	fast, slow, n := k.a, k.b, len(ticks)
	in := fast.in.v[from : from+n]
	v, w := fast.out.v[from:from+n], slow.out.v[from:from+n]
	a, b, y := fast.a, fast.b, fast.y
	c, d, z := slow.a, slow.b, slow.y
	for i, t := range ticks {
		x := float64(t - shift)
		y = float64(a*x) + float64(b*y)
		z = float64(c*x) + float64(d*z)
		in[i], v[i], w[i] = x, y, z
		difference := math.Float64bits(z - y)
		above = above>>1 | difference&(1<<63)
		if difference<<1 == 0 {
			equal |= 1 << (i & 63)
		}
	}
	fast.y, slow.y = y, z
	above >>= (64 - n) & 63
	return above &^ equal, equal
}

// crossings puts a pair of averages that is compared into the place of both.
// The averages of a level have been joined by then, and so have comparisons.
func crossings(levels levels) {
	for i := range levels {
		for at, k := range levels[i] {
			pair, ok := k.(*twins)
			if !ok || pair.a.in != pair.b.in || i+1 == len(levels) {
				continue
			}
			for j, next := range levels[i+1] {
				s, ok := next.(*sides)
				switch {
				case ok && s.above.a == pair.a.out && s.above.b == pair.b.out:
				case ok && s.above.a == pair.b.out && s.above.b == pair.a.out:
					pair.a, pair.b = pair.b, pair.a
				default:
					continue
				}
				levels[i][at], levels[i+1][j] = idle{}, idle{}
				levels.place(&crossing{twins: *pair, sides: *s}, i, at)
				break
			}
		}
	}
}

// levels are kernels, those of one level independent of each other.
type levels [][]kernel

// place puts a crossing where its averages were, or in the place of the kernel
// that writes the prices they read.
func (l levels) place(k *crossing, level, at int) {
	for i, first := range l[0] {
		p, ok := first.(*barColumn)
		if ok && level == 1 && p.out == k.a.in && p.price() {
			k.prices = p
			l[0][i] = k
			return
		}
	}
	l[level][at] = k
}
