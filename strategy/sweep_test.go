package strategy

import (
	"math"
	"os"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"assay/market"
	"assay/market/simbars"
)

// Whatever the sets of a sweep share, each says what it says alone.
func TestASweepIsItsSetsOneByOne(t *testing.T) {
	subjects := sweepable(t)
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.SampledFrom(subjects).Draw(t, "strategy")
		sets := rapid.SliceOfN(valuesOf(s.Strategy), 1, 6).Draw(t, "sets")
		sweep, err := CompileSweep(s.Strategy, s.contract, sets, rapid.IntRange(0, 4).Draw(t, "parts"))
		if err != nil {
			t.Fatal(err)
		}
		all, err := sweep.Eval(s.bars)
		if err != nil {
			t.Fatal(err)
		}
		for i, set := range sets {
			compareSignals(t, all[i], s.alone(t, set))
		}
	})
}

// A run in stretches gives the same list, piece by piece.
func TestASweepInStretches(t *testing.T) {
	subjects := sweepable(t)
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.SampledFrom(subjects).Draw(t, "strategy")
		sets := rapid.SliceOfN(valuesOf(s.Strategy), 1, 3).Draw(t, "sets")
		sweep, err := CompileSweep(s.Strategy, s.contract, sets, 1)
		if err != nil {
			t.Fatal(err)
		}
		r, err := sweep.Parts()[0].Start(s.bars)
		if err != nil {
			t.Fatal(err)
		}
		got := make([]Signals, len(sets))
		for r.Next(rapid.IntRange(1, 1500).Draw(t, "stretch")) {
			for i := range sets {
				piece := r.Signals(i)
				got[i].Reasons = piece.Reasons
				got[i].Enter = append(got[i].Enter, piece.Enter...)
				got[i].Leave = append(got[i].Leave, piece.Leave...)
			}
		}
		if r.At() != s.bars.Len() {
			t.Fatalf("%d of %d bars", r.At(), s.bars.Len())
		}
		for i, set := range sets {
			compareSignals(t, got[i], s.alone(t, set))
		}
	})
}

func TestASweepNamesTheSetThatIsWrong(t *testing.T) {
	s := sweepable(t)[0]
	_, err := CompileSweep(s.Strategy, s.contract, []map[string]float64{{"fast": 10}, {"fast": 7}}, 1)
	const want = "set 2: W2: fast = 7 is between two steps; choose 5 plus a multiple of 5"
	if err == nil || err.Error() != want {
		t.Fatalf("error %v, want %s", err, want)
	}
}

// subject is a strategy with bars that suit it.
type subject struct {
	*Strategy
	contract market.Contract
	bars     *market.Bars
}

// sweepable are the workloads with parameters and the starters that have any.
func sweepable(t *testing.T) (all []subject) {
	sources := Library()
	for _, name := range []string{"w3grid.yaml", "w2.yaml"} {
		source, err := os.ReadFile("workload/" + name)
		if err != nil {
			t.Fatal(err)
		}
		sources = append([]Starter{{File: name, Source: source}}, sources...)
	}
	for _, source := range sources {
		s := parsed(t, source)
		contract, err := market.ContractOf(s.Symbol)
		if err != nil {
			t.Fatal(err)
		}
		bars := simbars.Workload(2500, 11)
		if s.Bars == simbars.Interval {
			bars = simbars.Generate(contract, simbars.First+8)
		}
		if len(s.Params) > 0 {
			all = append(all, subject{s, contract, bars})
		}
	}
	return all
}

// valuesOf draws a set of values on the steps of the parameters.
func valuesOf(s *Strategy) *rapid.Generator[map[string]float64] {
	return rapid.Custom(func(t *rapid.T) map[string]float64 {
		set := map[string]float64{}
		for _, p := range s.Params {
			steps := int(math.Round((p.Max - p.Min) / p.Step))
			set[p.Name] = p.Min + float64(rapid.IntRange(0, steps).Draw(t, p.Name))*p.Step
		}
		return set
	})
}

func (s subject) alone(t *rapid.T, set map[string]float64) Signals {
	p, err := Compile(s.Strategy, s.contract, set)
	if err != nil {
		t.Fatal(err)
	}
	signals, err := p.Eval(s.bars)
	if err != nil {
		t.Fatal(err)
	}
	return signals
}

func compareSignals(t *rapid.T, got, want Signals) {
	if d := cmp.Diff(want, got, cmpopts.EquateEmpty()); d != "" {
		t.Fatalf("in a sweep (-alone +swept)\n%s", d)
	}
}
