package engine

import (
	"testing"
	"time"

	"assay/market"
	"assay/market/simbars"
	"assay/strategy"
)

// starter returns a strategy of the library, ready to run.
func starter(t *testing.T, s strategy.Starter) (*strategy.Program, market.Contract) {
	t.Helper()
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
	return program, contract
}

func play(t *testing.T, p *strategy.Program, b *market.Bars, c Costs) Ledger {
	t.Helper()
	signals, err := p.Eval(b)
	if err != nil {
		t.Fatal(err)
	}
	return Run(b, signals, p.Limits(), c)
}

// Every starter trades both ways, on bars of its own root, whatever the kind of
// order it enters with.
func TestStartersTrade(t *testing.T) {
	for _, s := range strategy.Library() {
		program, contract := starter(t, s)
		bars := simbars.Generate(contract, simbars.First+365)
		trades := map[market.Side]int{}
		for _, tr := range play(t, program, bars, Standard(contract)).Trades {
			trades[tr.Side]++
		}
		if long, short := trades[market.Long], trades[market.Short]; long < 15 || short < 15 {
			t.Errorf("%s: %d long and %d short trades in a year", s.Name, long, short)
		}
	}
}

// A retest retests: forty quiet bars up to 60004, a break of that level, and
// then price comes back through it, or does not.
func TestARetestRetests(t *testing.T) {
	var retest strategy.Starter
	for _, s := range strategy.Library() {
		if s.Name == "MNQ Breakout Retest" {
			retest = s
		}
	}
	program, contract := starter(t, retest)
	for _, c := range []struct {
		low  int32 // of the second bar after the break
		want string
	}{
		{60_003, "42 LONG 60004 ENTRY"},
		{60_004, ""},
	} {
		var rows market.Columns
		add := func(open, high, low, last int32) {
			at := time.Date(2024, 1, 3, 14, 30, 0, 0, time.UTC).Unix() + 300*int64(len(rows.Time)) // 08:30 in Chicago
			rows.Time, rows.Volume = append(rows.Time, at), append(rows.Volume, 100)
			rows.Open, rows.High = append(rows.Open, open), append(rows.High, high)
			rows.Low, rows.Close = append(rows.Low, low), append(rows.Close, last)
		}
		for range 40 {
			add(60_000, 60_004, 59_996, 60_000)
		}
		add(60_000, 60_020, 60_000, 60_020)
		add(60_020, 60_022, 60_012, 60_018)
		add(60_018, 60_020, c.low, 60_010)
		bars, err := market.NewBars("NQ", 5*time.Minute, rows, nil)
		if err != nil {
			t.Fatal(err)
		}
		if got := fillsOf(play(t, program, bars, Standard(contract))); got != c.want {
			t.Errorf("low of %d: fills %s, want %s", c.low, got, c.want)
		}
	}
}
