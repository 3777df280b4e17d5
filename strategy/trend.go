package strategy

// Supertrend (Olivier Seban): a band on the far side of price that only comes
// nearer, until a close beyond it turns the side. It begins pointing down on
// the first bar with a range.

// follower is the state of a supertrend.
type follower struct {
	width        float64 // in average ranges
	upper, lower float64
	close        float64 // of the bar before
	up, begun    bool
}

// push takes bar j with its average range and says whether the trend is known.
func (f *follower) push(b *block, j int, size float64) bool {
	if !defined(size) {
		f.begun = false
		return false
	}
	shift := b.shift(j)
	now := float64(b.bars.Close[j] - shift)
	middle := float64(b.bars.High[j]-shift)/2 + float64(b.bars.Low[j]-shift)/2
	upper, lower := middle+float64(f.width*size), middle-float64(f.width*size)
	switch {
	case !f.begun:
		f.up, f.begun, f.upper, f.lower = false, true, upper, lower
	default:
		if upper < f.upper || f.close > f.upper {
			f.upper = upper
		}
		if lower > f.lower || f.close < f.lower {
			f.lower = lower
		}
		f.up = f.up && now >= f.lower || !f.up && now > f.upper
	}
	f.close = now
	return true
}

// trendLine is the band that counts.
type trendLine struct {
	follower
	size, out *column
}

func (k *trendLine) run(b *block) {
	for i, size := range k.size.v[:b.n] {
		switch {
		case !k.push(b, b.from+i, size):
			k.out.v[i] = undefined
		case k.up:
			k.out.v[i] = k.lower
		default:
			k.out.v[i] = k.upper
		}
	}
}

// trendUp is true while the trend points up, false while down.
type trendUp struct {
	follower
	size, out *column
}

func (k *trendUp) run(b *block) {
	for w := range (b.n + 63) / 64 {
		k.out.t[w], k.out.f[w] = 0, 0
	}
	for i, size := range k.size.v[:b.n] {
		switch {
		case !k.push(b, b.from+i, size):
		case k.up:
			k.out.t[i/64] |= 1 << (i % 64)
		default:
			k.out.f[i/64] |= 1 << (i % 64)
		}
	}
}
