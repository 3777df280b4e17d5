package strategy

import (
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"assay/market"
	"assay/market/simbars"
)

// Comparing by the bits of a difference says what < and == say, both zeros and
// the largest numbers included.
func TestMasksOfWholeColumns(t *testing.T) {
	rare := []float64{0, math.Copysign(0, -1), 1, -1, math.SmallestNonzeroFloat64, math.MaxFloat64, -math.MaxFloat64}
	rapid.Check(t, func(t *rapid.T) {
		number := rapid.Float64Range(-5, 5)
		if rapid.Bool().Draw(t, "with rare numbers") {
			number = rapid.OneOf(rapid.SampledFrom(rare), number)
		}
		x := rapid.SliceOfN(number, 64, 64).Draw(t, "x")
		y := rapid.SliceOfN(number, 64, 64).Draw(t, "y")
		above, equal := compareWhole(x, y)
		for i := range x {
			if above>>i&1 == 1 != (x[i] > y[i]) || equal>>i&1 == 1 != (x[i] == y[i]) {
				t.Fatalf("%v and %v: above %b, equal %b", x[i], y[i], above>>i&1, equal>>i&1)
			}
		}
	})
}

// Any number of averages in step give the bits that each gives alone.
func TestAveragesInStep(t *testing.T) {
	bars := simbars.Workload(3000, 7)
	rapid.Check(t, func(t *rapid.T) {
		lengths := rapid.SliceOfNDistinct(rapid.IntRange(1, 900), 1, 9, rapid.ID).Draw(t, "lengths")
		c := &compiler{known: map[string]int{}, room: maxSteps}
		for _, n := range lengths {
			c.series(rapid.SampledFrom([]string{"ema", "ema_first"}).Draw(t, "seed"), c.column("close"), n)
		}
		got := columnsOf(c.steps, bars)
		for i, s := range c.steps[1:] {
			want := columnsOf([]step{c.steps[0], s}, bars)
			if !slices.EqualFunc(want[1], got[i+1], sameBits) {
				t.Fatalf("%s of %d bars differs in step with %v", s.do, s.n, lengths)
			}
		}
	})
}

// columnsOf runs steps and returns the whole column of each.
func columnsOf(steps []step, bars *market.Bars) [][]float64 {
	m, all := machineOf(steps, bars), make([][]float64, len(steps))
	for m.at < bars.Len() {
		m.advance(min(blockSize, bars.Len()-m.at))
		for i, c := range m.columns {
			all[i] = append(all[i], c.v[:m.block.n]...)
		}
	}
	return all
}

// machineOf runs steps that no rule asks for.
func machineOf(steps []step, bars *market.Bars) *machine {
	none := exitLevel{step: -1}
	rule := entryRule{when: -1, at: -1, target: none}
	p := &Program{
		interval: 1, steps: steps, long: rule, short: rule, leaveLong: -1, leaveShort: -1, stop: none, trail: -1,
	}
	return p.start(bars)
}

func sameBits(x, y float64) bool { return x == y || math.IsNaN(x) && math.IsNaN(y) }
