package strategy

import (
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/google/go-cmp/cmp"

	"assay/market"
	"assay/market/simbars"
)

// someBars are about eleven simulated sessions with two rolls among them.
func someBars(t testing.TB) *market.Bars {
	t.Helper()
	return someBarsOf(t, "ES")
}

func someBarsOf(t testing.TB, root string) *market.Bars {
	t.Helper()
	contract, err := market.ContractOf(root)
	if err != nil {
		t.Fatal(err)
	}
	return rolled(t, simbars.Generate(contract, simbars.First+14), 0)
}

// rolled moves all prices by shift, and the second and third part by a gap.
func rolled(t testing.TB, b *market.Bars, shift int32) *market.Bars {
	t.Helper()
	first, second := b.Len()/3, 2*b.Len()/3
	moved := func(v []int32) []int32 {
		out := slices.Clone(v)
		for i := range out {
			out[i] += shift
			if i >= first {
				out[i] += 90
			}
			if i >= second {
				out[i] -= 30
			}
		}
		return out
	}
	bars, err := market.NewBars(b.Root, b.Interval, market.Columns{
		Time: b.Time, Open: moved(b.Open), High: moved(b.High), Low: moved(b.Low), Close: moved(b.Close), Volume: b.Volume,
	}, []market.Segment{{First: 0, Contract: "ESH4"}, {First: first, Contract: "ESM4"}, {First: second, Contract: "ESU4"}})
	if err != nil {
		t.Fatal(err)
	}
	return bars
}

func same(a, b []float64) bool {
	return slices.EqualFunc(a, b, func(x, y float64) bool {
		return x == y || math.IsNaN(x) && math.IsNaN(y)
	})
}

func TestBlockSizeCannotMatter(t *testing.T) {
	bars := someBars(t).Truncate(1500)
	rapid.Check(t, func(t *rapid.T) {
		n := draw(t, rapid.SampledFrom(allTypes).Draw(t, "type"), 3, nil)
		kind := rapid.SampledFrom([]SessionKind{RTH, ETH}).Draw(t, "session")
		whole := treeSeries(t, n, kind, bars, steady(blockSize))
		single := treeSeries(t, n, kind, bars, steady(1))
		mixed := treeSeries(t, n, kind, bars, func() int { return rapid.IntRange(1, blockSize).Draw(t, "block") })
		if !same(whole, single) || !same(whole, mixed) {
			t.Fatalf("%s differs between block sizes", n)
		}
	})
}

func TestLaterBarsChangeNothing(t *testing.T) {
	bars := someBars(t)
	rapid.Check(t, func(t *rapid.T) {
		n := draw(t, rapid.SampledFrom(allTypes).Draw(t, "type"), 3, nil)
		cut := rapid.IntRange(1, bars.Len()).Draw(t, "cut")
		whole := treeSeries(t, n, RTH, bars, steady(blockSize))
		if !same(treeSeries(t, n, RTH, bars.Truncate(cut), steady(blockSize)), whole[:cut]) {
			t.Fatalf("%s looks ahead of bar %d", n, cut)
		}
	})
}

func TestAConstantAddedToAllPricesChangesNothing(t *testing.T) {
	bars := someBars(t)
	for _, shift := range []int32{-7000, 1, 123_457} {
		shifted := rolled(t, unrolled(bars), shift)
		rapid.Check(t, func(t *rapid.T) {
			n := draw(t, rapid.SampledFrom(allTypes).Draw(t, "type"), 3, nil)
			if !same(treeSeries(t, n, ETH, bars, steady(blockSize)), treeSeries(t, n, ETH, shifted, steady(blockSize))) {
				t.Fatalf("%s depends on the price level", n)
			}
		})
	}
}

// A roll is a change of the contract, not of the market: a series with gaps
// at its rolls says what the same series without them says.
func TestARollChangesNothing(t *testing.T) {
	bars := someBars(t)
	smooth := unrolled(bars)
	// At a roll the difference of the two contracts is not known, only the
	// jump from the last close to the first open; make that all of it.
	for _, s := range bars.Segments[1:] {
		gap := smooth.Open[s.First] - smooth.Close[s.First-1]
		for _, v := range [][]int32{smooth.Open, smooth.High, smooth.Low, smooth.Close} {
			for i := s.First; i < len(v); i++ {
				v[i] -= gap
			}
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		n := draw(t, rapid.SampledFrom(allTypes).Draw(t, "type"), 3, nil)
		if !same(treeSeries(t, n, RTH, bars, steady(blockSize)), treeSeries(t, n, RTH, smooth, steady(blockSize))) {
			t.Fatalf("%s depends on the roll", n)
		}
	})
}

// unrolled is the series without the gaps of rolled.
func unrolled(b *market.Bars) *market.Bars {
	out := *b
	first, second := b.Len()/3, 2*b.Len()/3
	level := func(v []int32) []int32 {
		v = slices.Clone(v)
		for i := range v {
			if i >= first {
				v[i] -= 90
			}
			if i >= second {
				v[i] += 30
			}
		}
		return v
	}
	out.Open, out.High, out.Low, out.Close = level(b.Open), level(b.High), level(b.Low), level(b.Close)
	out.Segments = []market.Segment{{}}
	return &out
}

func TestSignalsOfCutBarsAreAPrefix(t *testing.T) {
	for _, s := range Library() {
		bars := someBarsOf(t, s.Name[:3])
		p := compiled(t, s.Source, nil)
		whole, err := p.Eval(bars)
		if err != nil {
			t.Fatal(err)
		}
		for cut := 1; cut < bars.Len(); cut += 97 {
			got, err := p.Eval(bars.Truncate(cut))
			if err != nil {
				t.Fatal(err)
			}
			want := Signals{Reasons: whole.Reasons}
			for _, e := range whole.Enter {
				if int(e.Bar) < cut {
					want.Enter = append(want.Enter, e)
				}
			}
			for _, l := range whole.Leave {
				if int(l.Bar) < cut {
					want.Leave = append(want.Leave, l)
				}
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Fatalf("%s cut at %d:\n%s", s.Name, cut, diff)
			}
		}
	}
}
