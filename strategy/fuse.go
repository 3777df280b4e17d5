package strategy

import "slices"

// Some steps are faster together than one by one. What they compute stays the
// same to the last bit.

// schedule puts the kernels of steps into an order in which like ones can run
// together: by level, where a step lies one level above the highest that it
// reads. Steps of one level read nothing of each other.
func schedule(steps []step, kernels []kernel) []kernel {
	level, levels := make([]int, len(steps)), levels{}
	for i, s := range steps {
		for _, j := range s.in {
			level[i] = max(level[i], level[j]+1)
		}
		if level[i] == len(levels) {
			levels = append(levels, nil)
		}
		if _, nothing := kernels[i].(idle); !nothing {
			levels[level[i]] = append(levels[level[i]], kernels[i])
		}
	}
	for i := range levels {
		levels[i] = fuse(levels[i])
	}
	crossings(levels)
	return slices.Concat(levels...)
}

// fuse joins the averages of a level, and comparisons of the same two columns.
func fuse(level []kernel) (joined []kernel) {
	var averages []*average
	mirrored := map[[2]*column]*above{}
	for _, k := range level {
		switch k := k.(type) {
		case *average:
			averages = append(averages, k)
		case *above:
			if other := mirrored[[2]*column{k.b, k.a}]; other != nil {
				joined = append(joined, &sides{other, k})
				delete(mirrored, [2]*column{k.b, k.a})
				continue
			}
			mirrored[[2]*column{k.a, k.b}] = k
		default:
			joined = append(joined, k)
		}
	}
	for _, k := range level { // in order, so that runs are alike
		if k, ok := k.(*above); ok && mirrored[[2]*column{k.a, k.b}] == k {
			joined = append(joined, k)
		}
	}
	return append(joined, inStep(averages)...)
}

// sides are a > b and b > a, told by one look at each pair.
type sides struct{ above, below *above }

func (k *sides) run(b *block) {
	x, y := k.above.a, k.above.b
	if !x.whole || !y.whole {
		k.above.run(b)
		k.below.run(b)
		return
	}
	up, down := k.above.out, k.below.out
	for w, from := 0, 0; from < b.n; w, from = w+1, from+64 {
		above, equal := compareWhole(x.v[from:from+64], y.v[from:from+64])
		below, known := ^(above | equal), upTo(b.n-from)
		up.t[w], up.f[w] = above&known, ^above&known
		down.t[w], down.f[w] = below&known, ^below&known
	}
}

// inStep groups averages by fours. Each waits for its own last value; side by
// side they wait together, and four take the time of one.
func inStep(all []*average) (groups []kernel) {
	for len(all) > 2 {
		n := min(4, len(all))
		four := quartet{n: n}
		copy(four.k[:], all[:n])
		if n == 3 { // a fourth that nobody reads
			spare := *all[0]
			spare.out = &column{v: make([]float64, blockSize)}
			four.k[3] = &spare
		}
		groups, all = append(groups, &four), all[n:]
	}
	switch len(all) {
	case 1:
		groups = append(groups, all[0])
	case 2:
		groups = append(groups, &twins{all[0], all[1]})
	}
	return groups
}

// twins are two averages in step.
type twins struct{ a, b *average }

func (k *twins) run(b *block) {
	a, c := k.a, k.b
	if !a.ready() || !c.ready() {
		a.run(b)
		c.run(b)
		return
	}
	a.out.whole, c.out.whole = true, true
	p, q := a.in.v[:b.n], c.in.v[:b.n]
	v, w := a.out.v[:len(p)], c.out.v[:len(p)]
	q = q[:len(p)]
	y, z := a.y, c.y
	for i, x := range p {
		y = float64(a.a*x) + float64(a.b*y)
		z = float64(c.a*q[i]) + float64(c.b*z)
		v[i], w[i] = y, z
	}
	a.y, c.y = y, z
}

// quartet are three or four averages in step.
type quartet struct {
	n int
	k [4]*average
}

func (k *quartet) run(b *block) {
	for _, a := range k.k[:k.n] {
		if !a.ready() {
			for _, a := range k.k {
				a.run(b)
			}
			return
		}
	}
	for _, a := range k.k {
		a.out.whole = true
	}
	k.advance(b.n)
}

func (k *quartet) advance(n int) {
	a, b, c, d := *k.k[0], *k.k[1], *k.k[2], *k.k[3]
	x0, x1, x2, x3 := a.in.v[:n], b.in.v[:n], c.in.v[:n], d.in.v[:n]
	v0, v1, v2, v3 := a.out.v[:n], b.out.v[:n], c.out.v[:n], d.out.v[:n]
	for i := range n {
		a.y = float64(a.a*x0[i]) + float64(a.b*a.y)
		b.y = float64(b.a*x1[i]) + float64(b.b*b.y)
		c.y = float64(c.a*x2[i]) + float64(c.b*c.y)
		d.y = float64(d.a*x3[i]) + float64(d.b*d.y)
		v0[i], v1[i], v2[i], v3[i] = a.y, b.y, c.y, d.y
	}
	k.k[0].y, k.k[1].y, k.k[2].y, k.k[3].y = a.y, b.y, c.y, d.y
}
