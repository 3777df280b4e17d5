package strategy

import (
	"math/bits"
	"slices"
	"time"

	"assay"
	"assay/market"
)

// blockSize is how many bars are evaluated at once: a few columns of it fit
// the nearest cache.
const blockSize = 512

// Eval runs the rules over bars and returns what they say. Signals up to a bar
// depend on no later bar. Bars of another interval or root are an error; bars
// of the full-size contract serve its micro.
func (p *Program) Eval(bars *market.Bars) (Signals, error) {
	return p.eval(bars, func() int { return blockSize })
}

// eval runs in blocks whose sizes next gives; they cannot matter.
func (p *Program) eval(bars *market.Bars, next func() int) (Signals, error) {
	if err := p.suits(bars); err != nil {
		return Signals{}, err
	}
	m := p.start(bars)
	for m.at < bars.Len() {
		m.advance(min(next(), bars.Len()-m.at))
	}
	return m.signals, nil
}

func (p *Program) suits(bars *market.Bars) error {
	if want := time.Duration(p.interval) * time.Minute; bars.Interval != want {
		return assay.Errorf(assay.Invalid, "aggregate them to "+printBars(want),
			"bars of %s for a strategy on bars of %s", bars.Interval, printBars(want))
	}
	data, err := market.DataRoot(p.contract.Root)
	if err == nil && bars.Root != data && bars.Root != p.contract.Root {
		err = assay.Errorf(assay.Invalid, "load "+data,
			"bars of %q for a strategy on %s", bars.Root, p.contract.Root)
	}
	return err
}

// machine is a running program: the state of every step and where it stands.
type machine struct {
	*voice  // who asks at the moment
	block   block
	columns []column
	kernels []kernel
	at      int // bars evaluated so far
}

// voice is what one set of rules makes of the columns.
type voice struct {
	program *Program
	signals Signals
	reason  [4]int16
}

func (p *Program) voice() voice {
	v := voice{program: p}
	for i, text := range p.reasons {
		if text != "" {
			v.reason[i] = int16(len(v.signals.Reasons))
			v.signals.Reasons = append(v.signals.Reasons, text)
		}
	}
	return v
}

// block is the stretch of bars that the kernels work on.
type block struct {
	bars    *market.Bars
	from    int
	n       int
	base    int32   // ticks that prices are measured from
	segment stretch // the one that shift found last
	timed   bool    // some kernel reads the clock
	clock   *clock
}

// column is what a step gives for a block: numbers, NaN where undefined, or a
// condition as two bit masks, where it is known to be true and to be false.
type column struct {
	v     []float64
	t, f  []uint64
	whole bool // every number of this block is known to be defined and finite
}

// kernel computes a step for a block and keeps what the next block needs.
type kernel interface{ run(b *block) }

func (p *Program) start(bars *market.Bars) *machine {
	v := p.voice()
	m := &machine{voice: &v, columns: make([]column, len(p.steps))}
	m.block = block{bars: bars}
	if bars.Len() > 0 {
		// Measured from the first close, indicators give the same bits
		// whatever constant the series is shifted by.
		m.block.base = bars.Close[0]
	}
	m.block.clock = newClock(p)
	for i, s := range p.steps {
		m.kernels = append(m.kernels, m.kernel(i, s))
	}
	warmUps(p.steps, m.kernels, m.columns)
	m.kernels = schedule(p.steps, m.kernels)
	return m
}

// advance evaluates the next n bars, n at most blockSize, and takes down what
// the rules say.
func (m *machine) advance(n int) {
	m.evaluate(n)
	m.collect()
	m.at += n
}

func (m *machine) evaluate(n int) {
	b := &m.block
	b.from, b.n = m.at, n
	if b.timed {
		b.clock.run(b)
	}
	for _, k := range m.kernels {
		k.run(b)
	}
}

// collect visits the set bits of the rules. An entry that both sides want is
// none; one whose stop or target has no sensible place is none either.
func (m *machine) collect() {
	p := m.program
	for w := range (m.block.n + 63) / 64 {
		long, short := m.mask(p.long.when, w), m.mask(p.short.when, w)
		long, short = long&^short, short&^long
		for set := long | short; set != 0; set &= set - 1 {
			j := bits.TrailingZeros64(set)
			if short>>j&1 == 1 {
				m.enter(w*64+j, market.Short, m.reason[1], &p.short)
			} else {
				m.enter(w*64+j, market.Long, m.reason[0], &p.long)
			}
		}
		leaveLong, leaveShort := m.mask(p.leaveLong, w), m.mask(p.leaveShort, w)
		for set := leaveLong | leaveShort; set != 0; set &= set - 1 {
			j := bits.TrailingZeros64(set)
			if leaveLong>>j&1 == 1 {
				m.leave(w*64+j, market.Long, m.reason[2])
			}
			if leaveShort>>j&1 == 1 {
				m.leave(w*64+j, market.Short, m.reason[3])
			}
		}
	}
}

func (m *machine) mask(step, word int) uint64 {
	if step < 0 {
		return 0
	}
	return m.columns[step].t[word]
}

func (m *machine) leave(i int, side market.Side, reason int16) {
	m.signals.Leave = append(roomy(m.signals.Leave), Leave{Bar: int32(m.block.from + i), Side: side, Reason: reason})
}

// roomy makes room for one more by doubling: the runtime grows long lists by a
// quarter, which copies them a dozen times over.
func roomy[T any](list []T) []T {
	if len(list) == cap(list) {
		list = slices.Grow(list, max(64, len(list)))
	}
	return list
}

func (m *machine) enter(i int, side market.Side, reason int16, rule *entryRule) {
	e := Entry{Bar: int32(m.block.from + i), Side: side, Reason: reason, MaxBars: m.program.maxBars}
	if !m.program.bare(rule) && !m.place(&e, i, rule) {
		return
	}
	m.signals.Enter = append(roomy(m.signals.Enter), e)
}

// bare says that the rule's entries are orders at the market without levels.
func (p *Program) bare(rule *entryRule) bool {
	return rule.at < 0 && p.stop.step < 0 && rule.target.step < 0 && p.trail < 0
}

// place gives an entry its price and its brackets. It is false when one of
// them has no sensible place.
func (m *machine) place(e *Entry, i int, rule *entryRule) (ok bool) {
	p, price := m.program, m.block.bars.Close[e.Bar]
	if rule.at >= 0 {
		var at Bracket
		if at, ok = m.level(rule.at, i); !ok || (at.Ticks-price)*int32(e.Side) > 0 {
			return false
		}
		price, e.Price, e.Wait = at.Ticks, at.Ticks, p.wait
	}
	if e.Stop, ok = m.bracket(p.stop, i, -e.Side, price); !ok {
		return false
	}
	if e.Target, ok = m.bracket(rule.target, i, e.Side, price); !ok {
		return false
	}
	if p.trail >= 0 {
		var trail Bracket
		trail, ok = m.distance(p.trail, i)
		e.Trail = trail.Ticks
	}
	return ok
}

// bracket places a stop or a target, which lies on the given side of the price
// of entry. ok is false when it is undefined, negative or on the other side.
func (m *machine) bracket(e exitLevel, i int, side market.Side, price int32) (Bracket, bool) {
	switch {
	case e.step < 0:
		return Bracket{}, true
	case e.kind == Distance:
		return m.distance(e.step, i)
	}
	b, ok := m.level(e.step, i)
	return b, ok && (b.Ticks-price)*int32(side) > 0
}

// distance is a step's value as a distance of at least one tick.
func (m *machine) distance(step, i int) (Bracket, bool) {
	ticks := toTicks(m.columns[step].v[i])
	ok := ticks >= 0 && ticks < farAway
	if !ok {
		return Bracket{}, false
	}
	return Bracket{Distance, max(1, int32(ticks))}, true
}

// level is a step's value as a raw price of the contract of the bar.
func (m *machine) level(step, i int) (Bracket, bool) {
	ticks := toTicks(m.columns[step].v[i])
	ok := ticks > -farAway && ticks < farAway
	if !ok {
		return Bracket{}, false
	}
	return Bracket{Level, int32(ticks) + m.block.shift(m.block.from+i)}, true
}

// farAway is more ticks than any order can be away.
const farAway = 1 << 30
