package task

import (
	"context"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// The sweep over the neighbours earns what each of them earns alone.
func TestNeighboursEarnWhatTheyEarnAlone(t *testing.T) {
	in := simInput(t, "mes_orb_breakout.yaml")
	base, err := Backtest(in)
	if err != nil {
		t.Fatal(err)
	}
	p, err := prepare(in)
	if err != nil {
		t.Fatal(err)
	}
	got, want := neighbours(in.Strategy.Params), neighbours(in.Strategy.Params)
	if len(want) < 2 {
		t.Fatalf("%d neighbours", len(want))
	}
	for i, n := range want {
		ledger, err := p.play(map[string]float64{n.Param: n.Value}, base.Costs)
		if err != nil {
			t.Fatal(err)
		}
		want[i].NetPnL = net(ledger)
	}
	step := steps{ctx: context.Background(), progress: func(float64) {}}
	check, err := runNeighbours(&step, p, base, got)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("neighbours (-alone +swept)\n%s", d)
	}
	if d := cmp.Diff(judgeNeighbours(want, base.Metrics.NetPnL), check); d != "" {
		t.Errorf("check (-alone +swept)\n%s", d)
	}
}
