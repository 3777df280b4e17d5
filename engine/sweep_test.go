package engine

import (
	"fmt"
	"testing"

	"assay/market"
	"assay/strategy"
	"assay/strategy/workload"

	"github.com/google/go-cmp/cmp"
)

// swept is a workload with the ways to run it.
type swept struct{ workload.Workload }

func w1() swept     { return swept{workload.W1()} }
func w2() swept     { return swept{workload.W2()} }
func w3() swept     { return swept{workload.W3()} }
func w3Grid() swept { return swept{workload.Grid()} }

func (w swept) run(t testing.TB, bars *market.Bars, parts, cores int) []Tally {
	t.Helper()
	s, err := w.Sweep(parts)
	if err != nil {
		t.Fatal(err)
	}
	all, err := Sweep(bars, s, w.Limits, Simple(), cores)
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func (w swept) program(t testing.TB, set map[string]float64) *strategy.Program {
	t.Helper()
	p, err := w.Program(set)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// alone compiles and runs one set by itself.
func (w swept) alone(t testing.TB, bars *market.Bars, set map[string]float64) Ledger {
	t.Helper()
	s, err := w.program(t, set).Eval(bars)
	if err != nil {
		t.Fatal(err)
	}
	return Run(bars, s, w.Limits, Simple())
}

// Every set of W2 and of the grid of W3 ends in a sweep where it ends alone,
// on any number of cores. The grid takes a part of the bars: each of its 810
// runs is repeated alone.
func TestSweepsAreTheirSetsOneByOne(t *testing.T) {
	for _, c := range []struct {
		name string
		work swept
		bars *market.Bars
		sets int
	}{
		{"W2", w2(), million(), 90},
		{"W3 grid", w3Grid(), million().Truncate(60_000), 810},
	} {
		var want []Tally
		for _, set := range c.work.Sets {
			want = append(want, TallyOf(c.work.alone(t, c.bars, set)))
		}
		if len(want) != c.sets {
			t.Fatalf("%s has %d sets", c.name, len(want))
		}
		for _, n := range [][2]int{{1, 1}, {7, 1}, {7, 3}} {
			if d := cmp.Diff(want, c.work.run(t, c.bars, n[0], n[1])); d != "" {
				t.Errorf("%s in %d parts on %d cores (-alone +swept)\n%s", c.name, n[0], n[1], d)
			}
		}
	}
}

// The published answers come out of a sweep too, and a loop by hand agrees with
// the rules on every set of W2.
func TestSweptWorkloads(t *testing.T) {
	for name, c := range map[string]struct {
		work swept
		want workload.Answer
	}{
		"W1": {w1(), workload.AnswerW1()},
		"W3": {w3(), workload.AnswerW3()},
	} {
		a := c.work.run(t, million(), 1, 1)[0]
		got := workload.Answer{Trades: a.Trades, Net: a.Net, Stops: a.Stops, Targets: a.Targets, LossDays: a.LossDays}
		if d := cmp.Diff(c.want, got); d != "" {
			t.Errorf("%s (-want +got)\n%s", name, d)
		}
	}
	w := w2()
	for i, a := range w.run(t, million(), 2, 2) {
		fast, slow := int(w.Sets[i]["fast"]), int(w.Sets[i]["slow"])
		net, trades := workload.HandW1(million(), fast, slow)
		if got, want := fmt.Sprint(a.Trades, a.Net), fmt.Sprint(trades, net); got != want {
			t.Errorf("W2, %d and %d bars: %s; by hand %s", fast, slow, got, want)
		}
	}
}
