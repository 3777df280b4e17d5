package strategy

import "math"

// toTicks rounds half up, so that a shift of all prices shifts the result.
func toTicks(x float64) float64 { return math.Floor(x + 0.5) }

// kernel makes the kernel of step i with its column.
func (m *machine) kernel(i int, s step) kernel {
	out := &m.columns[i]
	var in [2]*column
	for j, k := range s.in {
		in[j] = &m.columns[k]
	}
	switch s.do {
	case "not":
		out.t, out.f = in[0].f, in[0].t // the same masks, exchanged
		return idle{}
	case ">", "==", "and", "or", "rise", "supertrend.up":
		out.t, out.f = make([]uint64, blockSize/64), make([]uint64, blockSize/64)
		return conditionKernel(s, out, in)
	}
	out.v = make([]float64, blockSize)
	switch s.do {
	case "constant":
		for j := range out.v {
			out.v[j] = s.k
		}
		out.whole = defined(s.k)
		return idle{}
	case "+", "-", "*", "/", "min", "max", "negate", "abs", "share", "risk of distance", "risk of level":
		return arithmeticKernel(s.do, out, in)
	case "mean", "ema", "ema_first", "wilder", "highest", "lowest", "deviation", "ago":
		return windowKernel(s, out, in[0])
	case "true_range":
		return &trueRange{out}
	case "rsi":
		a := 1 / float64(s.n)
		return &rsi{newSmooth(a, s.n), newSmooth(a, s.n), in[0], out}
	case "adx":
		return &adx{n: s.n, smooth: newSmooth(1/float64(s.n), s.n), out: out}
	case "supertrend.line":
		return &trendLine{follower{width: s.k}, in[0], out}
	case "open", "high", "low", "close", "volume", "bars_since_start", "time":
		out.whole = true
		return &barColumn{s.do, out}
	}
	m.block.timed = true
	return sessionKernel(s, out)
}

// idle has nothing to do: its column never changes.
type idle struct{}

func (idle) run(*block) {}

// shift is what separates the raw price of a bar from the price of the rules:
// the offset of the bar's contract and the base.
func (b *block) shift(bar int) int32 {
	if b.segment.from > bar || bar >= b.segment.to {
		b.segment = b.find(bar)
	}
	return b.segment.shift
}

// stretch is a run of bars with one shift.
type stretch struct {
	from, to int
	shift    int32
}

func (b *block) find(bar int) stretch {
	s := stretch{0, b.bars.Len(), b.base}
	for _, g := range b.bars.Segments {
		if g.First > bar {
			s.to = g.First
			break
		}
		s.from, s.shift = g.First, b.base+g.Offset
	}
	return s
}

// barColumn reads a column of the bars.
type barColumn struct {
	name string
	out  *column
}

func (k *barColumn) run(b *block) {
	v := k.out.v[:b.n]
	switch k.name {
	case "volume":
		for i, x := range b.bars.Volume[b.from : b.from+b.n] {
			v[i] = float64(x)
		}
	case "bars_since_start":
		for i := range v {
			v[i] = float64(b.from + i)
		}
	case "time": // at the end of the bar, when the rule is read
		interval := int(b.bars.Interval.Minutes())
		for i, x := range b.bars.Minute[b.from : b.from+b.n] {
			v[i] = float64((int(x) + interval) % (24 * 60))
		}
	default:
		b.prices(b.column(k.name), v)
	}
}

// price says that the column is one of prices.
func (k *barColumn) price() bool {
	switch k.name {
	case "open", "high", "low", "close":
		return true
	}
	return false
}

// column returns the raw prices of that name.
func (b *block) column(name string) []int32 {
	switch name {
	case "open":
		return b.bars.Open
	case "high":
		return b.bars.High
	case "low":
		return b.bars.Low
	}
	return b.bars.Close
}

// prices writes adjusted prices, measured from the first close, to v.
func (b *block) prices(source []int32, v []float64) {
	for i := 0; i < b.n; {
		shift := b.shift(b.from + i)
		end := min(b.n, b.segment.to-b.from)
		from, to := source[b.from+i:b.from+end], v[i:end]
		for j := range to {
			to[j] = float64(from[j] - shift)
		}
		i = end
	}
}

// arithmetic applies a function of one or two columns.
type arithmetic struct {
	do   string
	a, b *column
	out  *column
}

func arithmeticKernel(do string, out *column, in [2]*column) kernel {
	if in[1] == nil {
		in[1] = in[0]
	}
	return &arithmetic{do, in[0], in[1], out}
}

func (k *arithmetic) run(b *block) {
	x, y, v := k.a.v[:b.n], k.b.v[:b.n], k.out.v[:b.n]
	k.out.whole = k.a.whole && k.b.whole && (k.do == "+" || k.do == "-")
	switch k.do {
	case "+":
		for i := range v {
			v[i] = x[i] + y[i]
		}
	case "-":
		for i := range v {
			v[i] = x[i] - y[i]
		}
	case "*":
		for i := range v {
			v[i] = x[i] * y[i]
		}
	default:
		f := scalar[k.do]
		for i := range v {
			v[i] = f(x[i], y[i])
		}
	}
}

// scalar are the rarer functions; of those with one argument, y is x.
var scalar = map[string]func(x, y float64) float64{
	"/": func(x, y float64) float64 {
		if y == 0 {
			return math.NaN() // undefined, so that no rule is true of it
		}
		return x / y
	},
	"share": func(x, y float64) float64 {
		if y == 0 {
			return 50 // no range to have a place in
		}
		return 100 * x / y
	},
	"min":              func(x, y float64) float64 { return min(x, y) },
	"max":              func(x, y float64) float64 { return max(x, y) },
	"negate":           func(x, _ float64) float64 { return -x },
	"abs":              func(x, _ float64) float64 { return math.Abs(x) },
	"risk of distance": riskOfDistance,
	"risk of level":    func(level, price float64) float64 { return math.Abs(toTicks(level) - toTicks(price)) },
}

func riskOfDistance(x, _ float64) float64 {
	if ticks := toTicks(x); ticks >= 0 {
		return max(1, ticks)
	}
	return math.NaN()
}
