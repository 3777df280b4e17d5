package strategy

import (
	"math"
	"math/bits"
)

// Conditions are three-valued: a bit of t is set where the condition is known
// to be true, one of f where it is known to be false, neither where an operand
// is undefined. A rule acts on t alone, so nothing trades on what is unknown,
// and "not" of it is unknown too.

func conditionKernel(s step, out *column, in [2]*column) kernel {
	switch s.do {
	case ">":
		return &above{in[0], in[1], out}
	case "==":
		return &equal{in[0], in[1], out}
	case "rise":
		return &rise{in: in[0], out: out}
	case "supertrend.up":
		return &trendUp{follower{width: s.k}, in[0], out}
	}
	return &logic{s.do == "and", in[0], in[1], out}
}

// above is a > b.
type above struct{ a, b, out *column }

func (k *above) run(b *block) {
	whole := k.a.whole && k.b.whole
	for w, from := 0, 0; from < b.n; w, from = w+1, from+64 {
		x, y, n := k.a.v[from:from+64], k.b.v[from:from+64], b.n-from
		if whole {
			above, _ := compareWhole(x, y)
			k.out.t[w], k.out.f[w] = above&upTo(n), ^above&upTo(n)
		} else {
			k.out.t[w], k.out.f[w] = compare(x[:min(n, 64)], y)
		}
	}
}

// upTo is a mask of the first n bars of a word.
func upTo(n int) uint64 {
	if n >= 64 {
		return ^uint64(0)
	}
	return 1<<n - 1
}

// compare gives the masks of x > y and x <= y for up to 64 bars.
func compare(x, y []float64) (t, f uint64) {
	y = y[:len(x)]
	for i, a := range x {
		var yes, no uint64
		if a > y[i] {
			yes = 1
		}
		if a <= y[i] {
			no = 1
		}
		t |= yes << (i & 63)
		f |= no << (i & 63)
	}
	return t, f
}

// compareWhole gives the masks of x > y and x == y for 64 bars in which
// nothing is undefined: the sign of y - x tells, at a third of the time. It is
// carried straight into its mask, last bar first. Equal numbers are rare: a
// product of 0, or of nothing one can multiply, says that there may be some.
func compareWhole(x, y []float64) (above, equal uint64) {
	x, y = x[:64], y[:64]
	for i := 60; i >= 0; i -= 4 {
		a, b := x[i:i+4], y[i:i+4]
		d3, d2, d1, d0 := b[3]-a[3], b[2]-a[2], b[1]-a[1], b[0]-a[0]
		if p := d3 * d2 * (d1 * d0); !(p*p > 0) {
			return compareEqual(x, y)
		}
		above = carry(above, d3)
		above = carry(above, d2)
		above = carry(above, d1)
		above = carry(above, d0)
	}
	return above, 0
}

// carry shifts a difference into a mask: is it below 0?
func carry(above uint64, d float64) uint64 {
	_, sign := bits.Add64(math.Float64bits(d), math.Float64bits(d), 0)
	above, _ = bits.Add64(above, above, sign)
	return above
}

// compareEqual is compareWhole where numbers are equal. The borrow that taking 1
// from nothing leaves is carried into a mask too.
func compareEqual(x, y []float64) (above, equal uint64) {
	for i := 63; i >= 0; i-- {
		d := y[i] - x[i]
		twice, sign := bits.Add64(math.Float64bits(d), math.Float64bits(d), 0)
		_, nothing := bits.Sub64(twice, 1, 0)
		above, _ = bits.Add64(above, above, sign)
		equal, _ = bits.Add64(equal, equal, nothing)
	}
	return above &^ equal, equal // the difference of two zeros may have a sign
}

// equal is a == b.
type equal struct{ a, b, out *column }

func (k *equal) run(b *block) {
	for w, from := 0, 0; from < b.n; w, from = w+1, from+64 {
		k.out.t[w], k.out.f[w] = 0, 0
		for i := from; i < min(from+64, b.n); i++ {
			x, y := k.a.v[i], k.b.v[i]
			switch {
			case x == y:
				k.out.t[w] |= 1 << (i - from)
			case x < y || x > y:
				k.out.f[w] |= 1 << (i - from)
			}
		}
	}
}

// logic is "and" or "or".
type logic struct {
	and       bool
	a, b, out *column
}

func (k *logic) run(b *block) {
	n := (b.n + 63) / 64
	xt, xf := k.a.t[:n], k.a.f[:n]
	yt, yf := k.b.t[:n], k.b.f[:n]
	t, f := k.out.t[:n], k.out.f[:n]
	if !k.and { // "or" is "and" with true and false exchanged
		xt, xf, yt, yf, t, f = xf, xt, yf, yt, f, t
	}
	for w := range n {
		t[w], f[w] = xt[w]&yt[w], xf[w]|yf[w]
	}
}

// rise is true where a condition is true and was false one bar before. A
// cross is the rise of a > b.
type rise struct {
	in, out           *column
	wasTrue, wasFalse uint64 // the bit of the last bar before the block
}

func (k *rise) run(b *block) {
	n := (b.n + 63) / 64
	in, no := k.in.t[:n], k.in.f[:n]
	out, not := k.out.t[:n], k.out.f[:n]
	wasTrue, wasFalse := k.wasTrue, k.wasFalse
	for w, t := range in {
		f := no[w]
		out[w] = t & (f<<1 | wasFalse)
		not[w] = f | t&(t<<1|wasTrue)
		wasTrue, wasFalse = t>>63, f>>63
	}
	last := (b.n - 1) & 63 // the last word may be a part of one
	k.wasTrue, k.wasFalse = in[n-1]>>last&1, no[n-1]>>last&1
}
