package history_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"assay/history"
	"assay/history/historytest"
	"assay/market"
	"assay/market/simbars"
)

// named returns b with one contract, or with none when the name is "".
func named(b *market.Bars, name string) *market.Bars {
	out, err := market.NewBars(b.Root, b.Interval, market.Columns{
		Time: b.Time, Open: b.Open, High: b.High, Low: b.Low, Close: b.Close, Volume: b.Volume,
	}, []market.Segment{{Contract: name}})
	if err != nil {
		panic(err)
	}
	return out
}

// A series without names may hide rolls, whose jumps would be profit.
func TestContractsThatAreNotNamed(t *testing.T) {
	of := func(root string, days int) *market.Bars {
		c, err := market.ContractOf(root)
		if err != nil {
			t.Fatal(err)
		}
		return simbars.Generate(c, simbars.First+market.Date(days))
	}
	const note = "no contract is named, and the jump of a roll would count as profit: name it with --contract, or in a column"
	no := []string{}
	for _, c := range []struct {
		name           string
		bars           *market.Bars
		reasons, notes []string
	}{
		{"named", of("ES", 400), no, no},
		{"two quarters", named(of("ES", 190), ""), no, []string{note}},
		{"a year", named(of("ES", 366), ""), []string{
			"no contract is named from 2024-01-02 to 2025-01-02, longer than the 200 days that one of ES can be the front, " +
				"and the jumps of rolls would count as profit: name the contracts in a column, or the one with --contract",
		}, no},
		{"two months of oil", named(of("CL", 60), ""), no, []string{note}},
		{"three months of oil", named(of("CL", 91), ""), []string{
			"no contract is named from 2024-01-02 to 2024-04-02, longer than the 70 days that one of CL can be the front, " +
				"and the jumps of rolls would count as profit: name the contracts in a column, or the one with --contract",
		}, no},
		{"one that expired", named(of("ES", 150), "ESH4"), []string{
			"bars of ESH4 go on until 2024-05-31, and it was for delivery in March 2024: name the contracts in a column, or correct --contract",
		}, no},
		{"one of long before", named(of("ES", 30), "ESH2023"), []string{
			"bars of ESH2023 go on until 2024-02-01, and it was for delivery in March 2023: name the contracts in a column, or correct --contract",
		}, no},
		{"one for later", named(of("ES", 150), "ESU4"), no, no},
	} {
		r := check(t, c.bars)
		if diff := cmp.Diff([][]string{c.reasons, c.notes}, [][]string{r.Reasons, r.Notes}); diff != "" {
			t.Errorf("%s: %s", c.name, diff)
		}
	}
	for _, c := range market.Contracts() {
		if root, err := market.DataRoot(c.Root); err != nil || root != c.Root {
			continue
		}
		if r := check(t, of(c.Root, 500)); r.Verdict != history.Pass {
			t.Errorf("%s: %s", c.Root, r.Refusal())
		}
	}
}

// The real file without its last column is refused; with it, it passes.
func TestRealBarsWithoutTheirNames(t *testing.T) {
	all := historytest.Bars(t, "ES")
	if r := check(t, all); r.Verdict != history.Pass {
		t.Errorf("with names: %s", r.Refusal())
	}
	r := check(t, named(all, ""))
	if r.Verdict != history.Refused || !strings.Contains(r.Refusal(), "no contract is named from") {
		t.Errorf("without names: %s %s", r.Verdict, r.Refusal())
	}
}

// Prices that jump away and come back are no market's; those that stay may be.
func TestPricesThatJumpAndComeBack(t *testing.T) {
	spoil := func(from, to int, times float64, columns ...int) *market.Bars {
		b := without(generated(30), func(int) bool { return false })
		for i := from; i < to; i++ {
			for _, k := range columns {
				c := [][]int32{b.Open, b.High, b.Low, b.Close}[k]
				c[i] = int32(float64(c[i]) * times)
			}
		}
		return b
	}
	n := generated(30).Len()
	place := " at 2024-01-05 13:20 UTC, from "
	for _, c := range []struct {
		name string
		bars *market.Bars
		want string // part of the reason; "" for none
	}{
		{"whole", spoil(0, 0, 1), ""},
		{"ten times", spoil(1000, 1001, 10, 0, 1, 2, 3), place},
		{"a high of ten times", spoil(1000, 1001, 10, 1), place},
		{"a low of a tenth", spoil(1000, 1001, 0.1, 2), place},
		{"a fifth and a bit", spoil(1000, 1001, 1.25, 1), place},
		{"a little", spoil(1000, 1001, 1.1, 1), ""},
		{"five bars", spoil(1000, 1005, 10, 0, 1, 2, 3), place},
		{"for good", spoil(1000, n, 2, 0, 1, 2, 3), ""},
		{"for good, with a wick at the jump", spoil(1000, n, 2, 1, 3, 0, 2), ""},
	} {
		r := check(t, c.bars)
		if got := r.Refusal(); (got == "") != (c.want == "") || !strings.Contains(got, c.want) {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
		if c.name == "for good" && r.JumpCount != 1 {
			t.Errorf("%d jumps are noted", r.JumpCount)
		}
	}
	twice := spoil(1000, 1001, 10, 0, 1, 2, 3)
	for _, c := range [][]int32{twice.Open, twice.High, twice.Low, twice.Close} {
		c[2000] /= 2
	}
	if r := check(t, twice); len(r.Reasons) != 1 || !strings.HasSuffix(r.Reasons[0],
		", the first of 2 such places: correct the bars or fetch them again") {
		t.Errorf("two places: %v", r.Reasons)
	}
}

// Lists that stop say how much they leave out, and a hole over midnight says
// on which day it ends.
func TestListsSayWhatTheyLeaveOut(t *testing.T) {
	all := generated(60)
	gone := map[string]bool{}
	b := without(all, func(i int) bool { // ten minutes of each session, and one night
		m := all.Minute[i]
		if d := all.Date(i).String(); d == "2024-02-07" && (m >= 17*60 || m < 6*60) {
			return true
		}
		if m >= 600 && m < 610 && all.Date(i)%2 == 0 {
			gone[all.Date(i).String()] = true
			return true
		}
		return false
	})
	r := check(t, b)
	r.Rolls = make([]history.Roll, 25)
	r.JumpCount, r.Jumps = 21, make([]history.Jump, 20)
	got := r.String()
	for _, want := range []string{
		fmt.Sprintf("holes      %d inside sessions\n", len(gone)+1),
		fmt.Sprintf("\n           and %d more\n", len(gone)+1-8),
		"rolls      25\n", "\n           and 5 more\n", "\n           and 1 more\n",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("%q is not in\n%s", want, got)
		}
	}
	for _, h := range r.Holes {
		if h.Date.String() == "2024-02-07" && h.RTH == 0 {
			const want = "2024-02-06 23:00 to 2024-02-07 12:00 UTC, 156 bars, overnight"
			if h.String() != want {
				t.Errorf("hole %s, want %s", h, want)
			}
			return
		}
	}
	t.Error("the night's hole is not listed")
}

func TestOnceIsNotOneTimes(t *testing.T) {
	es, _ := market.ContractOf("ES")
	b := simbars.Generate(es, simbars.First+10)
	names := []market.Segment{{Contract: "ESH4"}, {First: 500, Contract: "ESM4"}, {First: 800, Contract: "ESH4"}}
	back, err := market.NewBars(b.Root, b.Interval, market.Columns{
		Time: b.Time, Open: b.Open, High: b.High, Low: b.Low, Close: b.Close, Volume: b.Volume,
	}, names)
	if err != nil {
		t.Fatal(err)
	}
	want := "the contract goes back to an earlier one once"
	if got := check(t, back).Notes; len(got) == 0 || got[0] != want {
		t.Errorf("notes %v, want %s", got, want)
	}
}
