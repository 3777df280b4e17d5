package strategy

import "assay/market"

// failer is what *testing.T and *rapid.T share.
type failer interface {
	Helper()
	Fatal(args ...any)
	Fatalf(format string, args ...any)
}

// steady gives blocks of one size.
func steady(n int) func() int { return func() int { return n } }

// seriesOf evaluates a rule over bars in the graph's units: ticks from the
// first close, minutes, contracts. A condition is 1, 0 or undefined.
func seriesOf(t failer, rule string, kind SessionKind, bars *market.Bars, next func() int) []float64 {
	t.Helper()
	n := parseRule(rule, nil, false, func(at int, message, fix string) {
		t.Fatalf("%s: %d: %s; %s", rule, at, message, fix)
	})
	return treeSeries(t, n, kind, bars, next)
}

func treeSeries(t failer, n *node, kind SessionKind, bars *market.Bars, next func() int) []float64 {
	t.Helper()
	contract, err := market.ContractOf("ES")
	if err != nil {
		t.Fatal(err)
	}
	c := &compiler{contract: contract, known: map[string]int{}, room: maxSteps}
	at := c.node(n)
	if c.err != nil {
		t.Fatalf("%s: %v", n, c.err)
	}
	none := entryRule{when: -1, at: -1, target: exitLevel{step: -1}}
	p := &Program{
		interval: int16(bars.Interval.Minutes()), kind: kind, contract: contract, steps: c.steps,
		long: none, short: none, leaveLong: -1, leaveShort: -1, stop: none.target, trail: -1,
	}
	m := p.start(bars)
	var out []float64
	for m.at < bars.Len() {
		m.advance(min(next(), bars.Len()-m.at))
		for i := range m.block.n {
			out = append(out, m.columns[at].at(i))
		}
	}
	return out
}

func (c column) at(i int) float64 {
	switch {
	case c.t == nil:
		return c.v[i]
	case c.t[i/64]>>(i%64)&1 == 1:
		return 1
	case c.f[i/64]>>(i%64)&1 == 1:
		return 0
	}
	return undefined
}
