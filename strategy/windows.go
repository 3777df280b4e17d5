package strategy

import "math"

var undefined = math.NaN()

// defined is false for NaN and for an overflow.
func defined(x float64) bool { return x-x == 0 }

func windowKernel(s step, out, in *column) kernel {
	w := window{ring: make([]float64, s.n)}
	switch s.do {
	case "ema":
		return newAverage(2/float64(s.n+1), s.n, in, out)
	case "ema_first":
		return newAverage(2/float64(s.n+1), 1, in, out)
	case "wilder":
		return newAverage(1/float64(s.n), s.n, in, out)
	case "highest":
		return &extreme{n: s.n, sign: 1, bar: make([]int, s.n), value: w.ring, in: in, out: out}
	case "lowest":
		return &extreme{n: s.n, sign: -1, bar: make([]int, s.n), value: w.ring, in: in, out: out}
	case "ago":
		for i := range w.ring {
			w.ring[i] = undefined
		}
		return &ago{ring: w.ring, in: in, out: out}
	case "deviation":
		return &deviation{w, in, out}
	}
	return &mean{w, in, out}
}

// window holds the last values of a series and their sum.
type window struct {
	ring []float64
	next int // where the next value goes
	seen int // defined values in a row
	sum  float64
}

// push takes a value and says whether the window is full of defined ones. A
// fresh sum on every round keeps rounding errors from adding up.
func (w *window) push(x float64) bool {
	if !defined(x) {
		w.next, w.seen, w.sum = 0, 0, 0
		return false
	}
	if w.seen >= len(w.ring) {
		w.sum -= w.ring[w.next]
	}
	w.sum += x
	w.ring[w.next] = x
	w.seen++
	if w.next++; w.next == len(w.ring) {
		w.next, w.sum = 0, 0
		for _, y := range w.ring {
			w.sum += y
		}
	}
	return w.seen >= len(w.ring)
}

func (w *window) mean() float64 { return w.sum / float64(len(w.ring)) }

type mean struct {
	window
	in, out *column
}

func (k *mean) run(b *block) {
	for i, x := range k.in.v[:b.n] {
		k.out.v[i] = undefined
		if k.push(x) {
			k.out.v[i] = k.mean()
		}
	}
}

// deviation is the population deviation, in two passes: the difference of two
// large sums would lose what a flat market has left.
type deviation struct {
	window
	in, out *column
}

func (k *deviation) run(b *block) {
	for i, x := range k.in.v[:b.n] {
		k.out.v[i] = undefined
		if !k.push(x) {
			continue
		}
		m, squares := k.mean(), 0.0
		for _, y := range k.ring {
			squares += float64((y - m) * (y - m))
		}
		k.out.v[i] = math.Sqrt(squares / float64(len(k.ring)))
	}
}

// ago is the value n bars before.
type ago struct {
	ring    []float64
	next    int
	in, out *column
}

func (k *ago) run(b *block) {
	for i, x := range k.in.v[:b.n] {
		k.out.v[i] = k.ring[k.next]
		k.ring[k.next] = x
		if k.next++; k.next == len(k.ring) {
			k.next = 0
		}
	}
}

// extreme is the highest of the last n values, or the lowest when sign is -1.
// The ring holds, oldest first, the values that no later one has passed.
type extreme struct {
	n       int
	sign    float64
	seen    int // defined values in a row
	head    int
	size    int
	bar     []int
	value   []float64
	in, out *column
}

func (k *extreme) run(b *block) {
	for i, x := range k.in.v[:b.n] {
		k.out.v[i] = undefined
		if !defined(x) {
			k.seen, k.head, k.size = 0, 0, 0
			continue
		}
		k.push(k.sign * x)
		if k.seen >= k.n {
			k.out.v[i] = k.sign * k.value[k.head]
		}
	}
}

func (k *extreme) push(x float64) {
	if k.size > 0 && k.bar[k.head] <= k.seen-k.n {
		k.head, k.size = k.wrap(k.head+1), k.size-1
	}
	for k.size > 0 && k.value[k.wrap(k.head+k.size-1)] <= x {
		k.size--
	}
	tail := k.wrap(k.head + k.size)
	k.bar[tail], k.value[tail] = k.seen, x
	k.size++
	k.seen++
}

func (k *extreme) wrap(i int) int {
	if i >= k.n {
		return i - k.n
	}
	return i
}

// average is an exponential one: seeded with the mean of the first values,
// then y = a x + b y. Each product is rounded by itself, so that no machine
// fuses it with the sum and all give the same bits.
type average struct {
	smooth
	in, out *column
}

func newAverage(a float64, seed int, in, out *column) *average {
	return &average{newSmooth(a, seed), in, out}
}

func (k *average) run(b *block) {
	x, v := k.in.v[:b.n], k.out.v[:b.n]
	k.out.whole = k.ready()
	if !k.out.whole {
		for i := range x {
			v[i] = k.push(x[i])
		}
		return
	}
	y := k.y
	for i, x := range x {
		y = float64(k.a*x) + float64(k.b*y)
		v[i] = y
	}
	k.y = y
}

// ready says that no value of this block will be undefined.
func (k *average) ready() bool { return k.in.whole && k.seen >= k.seed }

// smooth is the state of an exponential average.
type smooth struct {
	a, b float64
	seed int // how many values are averaged to begin with
	seen int
	y    float64
}

func newSmooth(a float64, seed int) smooth { return smooth{a: a, b: 1 - a, seed: seed} }

// push takes a value and returns the average; an undefined value gives an
// undefined average and is forgotten.
func (s *smooth) push(x float64) float64 {
	switch {
	case !defined(x):
		return undefined
	case s.seen < s.seed:
		s.seen++
		if s.y += x; s.seen < s.seed {
			return undefined
		}
		s.y /= float64(s.seed)
	default:
		s.y = float64(s.a*x) + float64(s.b*s.y)
	}
	return s.y
}
