package engine

import (
	"testing"

	"assay/market"
	"assay/market/simbars"
	"assay/strategy"
)

// Every starter trades both ways, on bars of its own root, whatever the kind of
// order it enters with.
func TestStartersTrade(t *testing.T) {
	for _, s := range strategy.Library() {
		parsed, err := strategy.Parse(s.Source, s.File)
		if err != nil {
			t.Fatal(err)
		}
		contract, err := market.ContractOf(parsed.Symbol)
		if err != nil {
			t.Fatal(err)
		}
		program, err := strategy.Compile(parsed, contract, nil)
		if err != nil {
			t.Fatal(err)
		}
		bars := simbars.Generate(contract, simbars.First+365)
		signals, err := program.Eval(bars)
		if err != nil {
			t.Fatal(err)
		}
		trades := map[market.Side]int{}
		for _, tr := range Run(bars, signals, program.Limits(), Standard(contract)).Trades {
			trades[tr.Side]++
		}
		if long, short := trades[market.Long], trades[market.Short]; long < 15 || short < 15 {
			t.Errorf("%s: %d long and %d short trades in a year", s.Name, long, short)
		}
	}
}
