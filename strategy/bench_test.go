package strategy

import (
	"os"
	"testing"

	"assay/market"
	"assay/market/simbars"
)

// BenchmarkW1 runs the rules of workload W1; the aim is under 8 ns a bar.
func BenchmarkW1(b *testing.B) {
	bars := simbars.Workload(1_000_000, 42)
	source, err := os.ReadFile("workload/w1.yaml")
	if err != nil {
		b.Fatal(err)
	}
	benchmark(b, source, bars)
}

// BenchmarkLibrary runs each starter strategy over three years of simulated bars.
func BenchmarkLibrary(b *testing.B) {
	bars := map[string]*market.Bars{}
	for _, root := range []string{"MES", "MNQ"} {
		contract, err := market.ContractOf(root)
		if err != nil {
			b.Fatal(err)
		}
		bars[root] = simbars.Generate(contract, simbars.First+3*365)
	}
	for _, s := range Library() {
		b.Run(s.Name, func(b *testing.B) { benchmark(b, s.Source, bars[s.Name[:3]]) })
	}
}

func benchmark(b *testing.B, source []byte, bars *market.Bars) {
	p := compiled(b, source, nil)
	for b.Loop() {
		if _, err := p.Eval(bars); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(bars.Len()), "ns/bar")
}

// compiled is the program of a source that is known to be right.
func compiled(t testing.TB, source []byte, values map[string]float64) *Program {
	t.Helper()
	s, err := Parse(source, "test.yaml")
	if err != nil {
		t.Fatal(err)
	}
	contract, err := market.ContractOf(s.Symbol)
	if err != nil {
		t.Fatal(err)
	}
	p, err := Compile(s, contract, values)
	if err != nil {
		t.Fatal(err)
	}
	return p
}
