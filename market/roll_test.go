package market_test

import (
	"encoding/json"
	"math"
	"os"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"assay/market"
)

// The vector is crude oil's roll of 2011-02-10, both closes known.
func TestRollAdjustmentMatchesTheVector(t *testing.T) {
	text, err := os.ReadFile("testdata/c01_roll_adjust.json")
	if err != nil {
		t.Fatal(err)
	}
	var vector struct {
		Inputs struct {
			Near, Far []float64
			Roll      int `json:"roll_index_near"`
		}
		Expected struct {
			Difference []float64 `json:"back_difference"`
			Ratio      []float64 `json:"back_ratio"`
			PnL        float64   `json:"pnl_long_hold_correct_1000bbl"`
			FirstDay   float64   `json:"pct_return_first_day_back_ratio"`
		}
	}
	if err := json.Unmarshal(text, &vector); err != nil {
		t.Fatal(err)
	}
	in, want := vector.Inputs, vector.Expected
	difference := market.SpliceDifference(in.Near, in.Far, in.Roll)
	ratio := market.SpliceRatio(in.Near, in.Far, in.Roll)
	near := cmpopts.EquateApprox(1e-12, 0)
	if diff := cmp.Diff(want.Difference, difference, near); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(want.Ratio, ratio, near); diff != "" {
		t.Error(diff)
	}
	if pnl := 1000 * (difference[len(difference)-1] - difference[0]); math.Abs(pnl-want.PnL) > 1e-6 {
		t.Errorf("profit of the difference series %.2f, want %.2f", pnl, want.PnL)
	}
	if r := ratio[1]/ratio[0] - 1; math.Abs(r-want.FirstDay) > 1e-14 {
		t.Errorf("first day's return of the ratio series %v, want %v", r, want.FirstDay)
	}
}

// Bars carry the same adjustment anchored at the first contract: a position
// rolled at each border earns what the adjusted closes say.
func TestOffsetsAnchorAtTheFirstContract(t *testing.T) {
	b := simulated(t, "ES", 400)
	want := int32(0)
	for k, s := range b.Segments {
		if k > 0 {
			want += b.Open[s.First] - b.Close[s.First-1]
		}
		if s.Offset != want {
			t.Errorf("%s: offset %d, want %d", s.Contract, s.Offset, want)
		}
		if got := b.Contract(s.First); got != k {
			t.Errorf("bar %d belongs to segment %d, want %d", s.First, got, k)
		}
	}
	if len(b.Segments) < 5 {
		t.Errorf("%d segments in 400 days, want at least 5", len(b.Segments))
	}
}
