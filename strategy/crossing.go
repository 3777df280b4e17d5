package strategy

import "math"

// crossing is two averages of one series and the comparison of one with the
// other, both ways. An average spends its time waiting for its own last value;
// the comparison fits into the wait.
type crossing struct {
	twins
	sides
}

func (k *crossing) run(b *block) {
	fast, slow := k.a, k.b
	if !fast.ready() || !slow.ready() {
		k.twins.run(b)
		k.sides.run(b)
		return
	}
	fast.out.whole, slow.out.whole = true, true
	up, down := k.above.out, k.below.out
	for w, from := 0, 0; from < b.n; w, from = w+1, from+64 {
		n := min(b.n-from, 64)
		above, equal := k.word(from, n)
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

// crossings puts a pair of averages that is compared into the place of both.
// The averages of a level have been joined by then, and so have comparisons.
func crossings(levels [][]kernel) {
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
				levels[i][at], levels[i+1][j] = &crossing{*pair, *s}, idle{}
				break
			}
		}
	}
}
