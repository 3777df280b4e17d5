package strategy

// twins are two averages of one series. Each waits for its own last value;
// side by side they wait together, in half the time.
type twins struct{ a, b *average }

func (k *twins) run(b *block) {
	k.a.out.whole, k.b.out.whole = k.a.ready(), k.b.ready()
	if !k.a.out.whole || !k.b.out.whole {
		k.a.run(b)
		k.b.run(b)
		return
	}
	in := k.a.in.v[:b.n]
	v, w := k.a.out.v[:len(in)], k.b.out.v[:len(in)]
	y, z := k.a.y, k.b.y
	for i, x := range in {
		y = float64(k.a.a*x) + float64(k.a.b*y)
		z = float64(k.b.a*x) + float64(k.b.b*z)
		v[i], w[i] = y, z
	}
	k.a.y, k.b.y = y, z
}

// pairUp puts averages of the same series together, two by two. The second of
// a pair is computed early, which is right: it reads the same series only.
func pairUp(kernels []kernel) {
	waiting := map[*column]int{}
	for i, k := range kernels {
		second, ok := k.(*average)
		if !ok {
			continue
		}
		j, ok := waiting[second.in]
		if !ok {
			waiting[second.in] = i
			continue
		}
		kernels[j], kernels[i] = &twins{kernels[j].(*average), second}, idle{}
		delete(waiting, second.in)
	}
}
