// Package workload is a comparison of engines: three strategies on a million
// one-minute bars that anyone can make. Their answers are published, computed
// by five engines of other authors. Beside each stands a loop that computes it
// by hand, as one writes it for this purpose only.
package workload

import (
	"embed"

	"assay/market"
	"assay/market/simbars"
	"assay/strategy"
)

// Bars is how many bars the published answers are for.
const Bars = 1_000_000

//go:embed *.yaml
var files embed.FS

// Series makes the first n bars of the workloads, the same on any machine.
func Series(n int) *market.Bars { return simbars.Workload(n, 42) }

// Workload is a strategy under the sets of values it is run with.
type Workload struct {
	Strategy *strategy.Strategy
	Contract market.Contract
	Sets     []map[string]float64
	Limits   strategy.Limits
}

// W1 is always long or short, by the crosses of two averages.
func W1() Workload { return read("w1.yaml", []map[string]float64{nil}) }

// W2 is W1 under 90 pairs of averages.
func W2() Workload { return read("w2.yaml", pairs()) }

// W3 is a day strategy: the signals of W1 with brackets and a daily loss limit.
func W3() Workload { return byDay(read("w3.yaml", []map[string]float64{nil})) }

// Grid is W3 under the pairs of W2 and 9 brackets.
func Grid() Workload {
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
	return byDay(read("w3grid.yaml", sets))
}

// byDay lets entries fill from 08:30 to 15:55, which is no session that a file
// can name.
func byDay(w Workload) Workload {
	w.Limits.EntryFrom, w.Limits.EntryTo = 510, 955
	return w
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

// read reads a file of the rule language as a user would write it.
func read(file string, sets []map[string]float64) Workload {
	text, err := files.ReadFile(file)
	w := Workload{Sets: sets}
	if err == nil {
		w.Strategy, err = strategy.Parse(text, file)
	}
	if err == nil {
		w.Contract, err = market.ContractOf("ES")
	}
	if err == nil {
		var p *strategy.Program
		if p, err = w.Program(sets[0]); err == nil {
			w.Limits = p.Limits()
		}
	}
	if err != nil {
		panic("workload: the embedded strategies compile: " + err.Error())
	}
	return w
}

// Program compiles the strategy under one set.
func (w Workload) Program(set map[string]float64) (*strategy.Program, error) {
	return strategy.Compile(w.Strategy, w.Contract, set)
}

// Sweep compiles the strategy under all sets, into at least so many parts.
func (w Workload) Sweep(parts int) (*strategy.Sweep, error) {
	return strategy.CompileSweep(w.Strategy, w.Contract, w.Sets, parts)
}
