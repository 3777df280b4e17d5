package strategy

// warmUp compares a constant with bars_since_start, as a rule does that waits
// for its averages. Once the answer has changed it stays, so a block has one
// answer or two.
type warmUp struct {
	limit float64
	below bool // bars_since_start is the right side: limit > bars
	out   *column
}

func (k *warmUp) run(b *block) {
	for w, i := 0, 0; i < b.n; w, i = w+1, i+64 {
		n := min(b.n-i, 64)
		k.out.t[w] = k.word(b.from+i, n)
		k.out.f[w] = ^k.out.t[w] & upTo(n)
	}
}

// word is the answer for n bars.
func (k *warmUp) word(from, n int) (t uint64) {
	first, last := k.holds(from), k.holds(from+n-1)
	if first == last {
		if first {
			t = upTo(n)
		}
		return t
	}
	for i := range n {
		if k.holds(from + i) {
			t |= 1 << i
		}
	}
	return t
}

func (k *warmUp) holds(bar int) bool {
	if k.below {
		return k.limit > float64(bar)
	}
	return float64(bar) > k.limit
}

// warmUps puts such comparisons in the place of general ones, and does without
// the column of bars_since_start when nothing else reads it.
func warmUps(steps []step, kernels []kernel, columns []column) {
	counts, others := -1, false
	for i, s := range steps {
		if s.do == "bars_since_start" {
			counts = i
		}
		for at, j := range s.in {
			if steps[j].do != "bars_since_start" {
				continue
			}
			if c := steps[s.in[len(s.in)-1-at]]; s.do == ">" && c.do == "constant" && defined(c.k) {
				kernels[i] = &warmUp{limit: c.k, below: at == 1, out: &columns[i]}
			} else {
				others = true
			}
		}
	}
	if counts >= 0 && !others && counts < len(steps)-1 {
		kernels[counts] = idle{}
	}
}
