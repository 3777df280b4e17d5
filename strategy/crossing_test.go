package strategy

import (
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// Two averages that are compared, over rolls and in blocks of any size: the
// masks are those of the columns that each average has alone.
func TestCrossingsAreTheirParts(t *testing.T) {
	bars := someBars(t).Truncate(1200)
	rapid.Check(t, func(t *rapid.T) {
		price := rapid.SampledFrom([]string{"open", "high", "low", "close"}).Draw(t, "price")
		c := &compiler{known: map[string]int{}, room: maxSteps}
		lengths := rapid.SliceOfNDistinct(rapid.IntRange(1, 300), 2, 2, rapid.ID).Draw(t, "lengths")
		x := c.column(price)
		a, b := c.series("ema_first", x, lengths[0]), c.series("ema", x, lengths[1])
		up, down := c.above(a, b), c.above(b, a)
		both := rapid.SampledFrom([][2]int{{a, b}, {b, a}}).Draw(t, "order")
		if both[0] == b {
			up, down = down, up
		}
		left := columnsOf(c.steps[:both[0]+1], bars)[both[0]]
		right := columnsOf(c.steps[:both[1]+1], bars)[both[1]]
		m, got := machineOf(c.steps, bars), []float64(nil)
		if !slices.ContainsFunc(m.kernels, func(k kernel) bool { _, ok := k.(*crossing); return ok }) {
			t.Fatal("the averages were not joined with their comparison")
		}
		for m.at < bars.Len() {
			m.advance(min(rapid.IntRange(1, blockSize).Draw(t, "block"), bars.Len()-m.at))
			for i := range m.block.n {
				j := m.block.from + i
				want := [2]float64{undefined, undefined}
				if defined(left[j]) && defined(right[j]) {
					want = [2]float64{truth(left[j] > right[j]), truth(right[j] > left[j])}
				}
				if g := [2]float64{m.columns[up].at(i), m.columns[down].at(i)}; !sameBits(g[0], want[0]) || !sameBits(g[1], want[1]) {
					t.Fatalf("bar %d: %v, want %v", j, g, want)
				}
			}
			got = append(got, m.columns[x].v[:m.block.n]...)
		}
		if !slices.Equal(got, columnsOf(c.steps[:1], bars)[0]) {
			t.Fatalf("%s is not written as it is alone", price)
		}
	})
}

func truth(yes bool) float64 {
	if yes {
		return 1
	}
	return 0
}
