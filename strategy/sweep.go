package strategy

import (
	"fmt"

	"assay/market"
)

// Sweep is one strategy under many sets of values of its parameters. Sets
// share every expression that they have in common: ninety pairs of averages
// are twenty averages. It is immutable and may be shared.
type Sweep struct {
	parts []*Part
	limit Limits
	n     int
}

// Part holds consecutive sets of a sweep in one graph. Parts are independent
// of each other, so each may run on a core of its own.
type Part struct {
	First int        // index of its first set in the sweep
	graph *Program   // the steps of all its sets
	sets  []*Program // what each set asks of those steps
}

// maxPartSteps bounds a part's graph, so that its columns stay in a cache: a
// part takes further sets until its graph has so many steps.
const maxPartSteps = 2000

// CompileSweep compiles the strategy under each set of values, as Compile does
// for one, into at least so many parts, if there are as many sets. The error
// names the set, counted from 1.
func CompileSweep(s *Strategy, contract market.Contract, sets []map[string]float64, parts int) (*Sweep, error) {
	w := &Sweep{n: len(sets)}
	size := max(1, (len(sets)+max(1, parts)-1)/max(1, parts))
	var c *compiler
	for i, values := range sets {
		if c == nil || len(w.last().sets) == size || len(c.steps) >= maxPartSteps {
			c = &compiler{contract: contract, known: map[string]int{}}
			w.parts = append(w.parts, &Part{First: i})
		}
		c.room = len(c.steps) + maxSteps
		p, err := c.program(s, values)
		if err != nil {
			return nil, fmt.Errorf("set %d: %w", i+1, err)
		}
		part := w.last()
		part.graph, part.sets, w.limit = p, append(part.sets, p), p.limits
	}
	return w, nil
}

func (w *Sweep) last() *Part { return w.parts[len(w.parts)-1] }

// Len returns the number of sets.
func (w *Sweep) Len() int { return w.n }

// Limits returns the strategy's rules about the account, which no parameter
// changes. Those of no sets are zero.
func (w *Sweep) Limits() Limits { return w.limit }

// Parts returns the parts in the order of their sets.
func (w *Sweep) Parts() []*Part { return w.parts }

// Len returns the number of sets in the part.
func (p *Part) Len() int { return len(p.sets) }

// Eval runs the rules of every set over bars: the same signals, to the last
// bit, as of each set compiled and run alone.
func (w *Sweep) Eval(bars *market.Bars) ([]Signals, error) {
	all := make([]Signals, 0, w.n)
	for _, p := range w.parts {
		r, err := p.Start(bars)
		if err != nil {
			return nil, err
		}
		for r.next(bars.Len(), false) {
		}
		for _, v := range r.voices {
			all = append(all, v.signals)
		}
	}
	return all, nil
}

// PartRun is a part on its way over bars. It belongs to one goroutine.
type PartRun struct {
	machine *machine
	voices  []voice
}

// Start begins a run over bars, whose interval and root have to suit as for
// Program.Eval.
func (p *Part) Start(bars *market.Bars) (*PartRun, error) {
	if err := p.graph.suits(bars); err != nil {
		return nil, err
	}
	r := &PartRun{machine: p.graph.start(bars)}
	for _, set := range p.sets {
		r.voices = append(r.voices, set.voice())
	}
	return r, nil
}

// Start begins a run of the program over bars: that of its only set.
func (p *Program) Start(bars *market.Bars) (*PartRun, error) {
	return (&Part{graph: p, sets: []*Program{p}}).Start(bars)
}

// Next evaluates about n more bars. It is false when none were left.
func (r *PartRun) Next(n int) bool { return r.next(n, true) }

func (r *PartRun) next(n int, forget bool) bool {
	m := r.machine
	end := min(m.at+n, m.block.bars.Len())
	if m.at == end {
		return false
	}
	for i := range r.voices {
		if s := &r.voices[i].signals; forget {
			s.Enter, s.Leave = s.Enter[:0], s.Leave[:0]
		}
	}
	for m.at < end {
		m.evaluate(min(blockSize, end-m.at))
		for i := range r.voices {
			m.voice = &r.voices[i]
			m.collect()
		}
		m.at += m.block.n
	}
	return true
}

// At returns how many bars were evaluated.
func (r *PartRun) At() int { return r.machine.at }

// Signals returns what the part's set i says about the bars of the last Next.
// The lists are overwritten by the next one.
func (r *PartRun) Signals(i int) Signals { return r.voices[i].signals }
