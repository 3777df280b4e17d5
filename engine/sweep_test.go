package engine

import (
	"fmt"
	"os"
	"testing"

	"assay/market"
	"assay/strategy"

	"github.com/google/go-cmp/cmp"
)

// swept is a workload as it is handed to Sweep.
type swept struct {
	strategy *strategy.Strategy
	contract market.Contract
	sets     []map[string]float64
	limits   strategy.Limits
}

// workload reads a file of the rule language; from and to are its window.
func workload(t testing.TB, file string, from, to int16, sets []map[string]float64) swept {
	t.Helper()
	text, err := os.ReadFile("../strategy/testdata/" + file)
	if err != nil {
		t.Fatal(err)
	}
	s, err := strategy.Parse(text, file)
	if err != nil {
		t.Fatal(err)
	}
	contract, err := market.ContractOf("ES")
	if err != nil {
		t.Fatal(err)
	}
	w := swept{strategy: s, contract: contract, sets: sets}
	w.limits = w.compile(t, 1).Limits()
	w.limits.EntryFrom, w.limits.EntryTo = from, to
	return w
}

func (w swept) compile(t testing.TB, parts int) *strategy.Sweep {
	t.Helper()
	s, err := strategy.CompileSweep(w.strategy, w.contract, w.sets, parts)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func (w swept) run(t testing.TB, bars *market.Bars, parts, cores int) []Tally {
	t.Helper()
	all, err := Sweep(bars, w.compile(t, parts), w.limits, workloadCosts(), cores)
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func (w swept) program(t testing.TB, set map[string]float64) *strategy.Program {
	t.Helper()
	p, err := strategy.Compile(w.strategy, w.contract, set)
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
	return Run(bars, s, w.limits, workloadCosts())
}

func w1(t testing.TB) swept { return workload(t, "w1.yaml", 0, 0, []map[string]float64{nil}) }
func w2(t testing.TB) swept { return workload(t, "w2.yaml", 0, 0, pairs()) }
func w3(t testing.TB) swept { return workload(t, "w3.yaml", 510, 955, []map[string]float64{nil}) }

func w3Grid(t testing.TB) swept {
	var sets []map[string]float64
	for _, p := range pairs() {
		for stop := 1.0; stop <= 3; stop++ {
			for target := 2.0; target <= 4; target++ {
				sets = append(sets, map[string]float64{
					"fast": p["fast"], "slow": p["slow"], "stop_atr": stop, "target_atr": target,
				})
			}
		}
	}
	return workload(t, "w3grid.yaml", 510, 955, sets)
}

// pairs are the 90 sets of W2.
func pairs() (sets []map[string]float64) {
	for fast := 5.0; fast <= 50; fast += 5 {
		for slow := 20.0; slow <= 200; slow += 20 {
			if fast < slow {
				sets = append(sets, map[string]float64{"fast": fast, "slow": slow})
			}
		}
	}
	return sets
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
		{"W2", w2(t), million(), 90},
		{"W3 grid", w3Grid(t), million().Truncate(60_000), 810},
	} {
		var want []Tally
		for _, set := range c.work.sets {
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
		want answer
	}{
		"W1": {w1(t), answer{26_220, "-78105.00", 0, 0, 0}},
		"W3": {w3(t), answer{8_171, "-13184.00", 3_904, 3_059, 45}},
	} {
		a := c.work.run(t, million(), 1, 1)[0]
		if d := cmp.Diff(c.want, answer{a.Trades, a.Net.String(), a.Stops, a.Targets, a.LossDays}); d != "" {
			t.Errorf("%s (-want +got)\n%s", name, d)
		}
	}
	w := w2(t)
	for i, a := range w.run(t, million(), 2, 2) {
		fast, slow := int(w.sets[i]["fast"]), int(w.sets[i]["slow"])
		net, trades := handCross(million(), fast, slow)
		if got, want := fmt.Sprint(a.Trades, a.Net), fmt.Sprint(trades, net); got != want {
			t.Errorf("W2, %d and %d bars: %s; by hand %s", fast, slow, got, want)
		}
	}
}
