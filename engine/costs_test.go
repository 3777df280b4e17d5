package engine

import (
	"testing"

	"assay/market"

	"github.com/google/go-cmp/cmp"
)

func TestCostsOfMES(t *testing.T) {
	c, err := market.ContractOf("MES")
	if err != nil {
		t.Fatal(err)
	}
	standard := Costs{
		Name: "standard", TickValue: 12_500, Fee: 6_200, // 0.35 exchange, 0.02 NFA, 0.25 commission
		SlipMarket: 1, SlipStop: 1, Through: 1, FeesAsOf: c.FeesFrom.AsOf,
	}
	stress := standard
	stress.Name, stress.Fee, stress.SlipMarket, stress.SlipStop = "stress", 9_300, 2, 2
	if d := cmp.Diff([]Costs{standard, stress}, []Costs{Standard(c), Stress(Standard(c))}); d != "" {
		t.Errorf("(-want +got)\n%s", d)
	}
}
