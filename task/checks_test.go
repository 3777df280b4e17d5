package task

import (
	"context"
	"encoding/json"
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"assay/engine"
	"assay/market"
	"assay/market/simbars"
	"assay/store"
	"assay/strategy"
)

func simInput(t testing.TB, file string) Input {
	t.Helper()
	for _, s := range strategy.Library() {
		if s.File != file {
			continue
		}
		rules, err := strategy.Parse(s.Source, s.File)
		if err != nil {
			t.Fatal(err)
		}
		contract, err := market.ContractOf(rules.Symbol)
		if err != nil {
			t.Fatal(err)
		}
		bars := simbars.Generate(contract, simbars.First+90)
		return Input{Strategy: rules, Bars: bars, Fingerprint: market.Fingerprint(bars), Capital: 50_000 * market.Dollar}
	}
	t.Fatalf("no strategy %s", file)
	return Input{}
}

func TestBacktestRepeatsItself(t *testing.T) {
	in := simInput(t, "mes_vwap_scalper.yaml")
	first, err := Backtest(in)
	if err != nil {
		t.Fatal(err)
	}
	second, err := Backtest(simInput(t, "mes_vwap_scalper.yaml"))
	if err != nil || first.ResultHash != second.ResultHash || len(first.Ledger.Trades) == 0 {
		t.Errorf("hashes %s and %s, %d trades, %v", first.ResultHash, second.ResultHash, len(first.Ledger.Trades), err)
	}
	in.Bars = in.Bars.Truncate(in.Bars.Len() - 1)
	in.Fingerprint = market.Fingerprint(in.Bars)
	other, err := Backtest(in)
	if err != nil || other.ResultHash == first.ResultHash {
		t.Errorf("one bar less gives the same hash, %v", err)
	}
}

func TestNeighbours(t *testing.T) {
	got := neighbours([]strategy.Param{
		{Name: "inside", Default: 0.2, Min: 0, Max: 1, Step: 0.1},
		{Name: "lowest", Default: 5, Min: 5, Max: 9, Step: 2},
		{Name: "fixed", Default: 5, Min: 5, Max: 5, Step: 1},
	})
	want := []neighbour{{Param: "inside", Value: 0.1}, {Param: "inside", Value: 0.3}, {Param: "lowest", Value: 7}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

func TestJudgeNeighbours(t *testing.T) {
	pnl := func(dollars ...market.Money) (all []neighbour) {
		for _, d := range dollars {
			all = append(all, neighbour{NetPnL: d * market.Dollar})
		}
		return all
	}
	for name, c := range map[string]struct {
		near []neighbour
		base market.Money
		want store.CheckOutcome
	}{
		"a plateau":                   {pnl(100, 90, 80, 60, 50), 100, store.CheckPass},
		"70 of 100 earn, median 60":   {pnl(60, 60, 60, 60, 60, 60, 60, -1, -1, -1), 100, store.CheckPass},
		"fewer earn":                  {pnl(90, 90, 90, 90, 90, 90, -1, -1, -1, -1), 100, store.CheckFail},
		"a needle":                    {pnl(59, 59, 59), 100, store.CheckFail},
		"median between two":          {pnl(50, 70), 100, store.CheckPass},
		"nothing to keep":             {pnl(100, 90), -100, store.CheckInconclusive},
		"no parameter, no neighbours": {nil, 100, store.CheckInconclusive},
	} {
		if got := judgeNeighbours(c.near, c.base*market.Dollar); got.Outcome != c.want {
			t.Errorf("%s: %s %s, want %s", name, got.Outcome, got.Detail, c.want)
		}
	}
}

// The real rules pass on every cut; signals that know the future do not.
func TestForesees(t *testing.T) {
	in := simInput(t, "mes_mean_reversion.yaml")
	p, err := prepare(in)
	if err != nil {
		t.Fatal(err)
	}
	out, err := Backtest(in)
	if err != nil || len(out.Signals.Enter) < 10 {
		t.Fatalf("%d entries, %v", len(out.Signals.Enter), err)
	}
	for _, n := range cuts(p.bars.Len(), 7) {
		if d, err := foresees(p, out.Signals, n); d != "" || err != nil {
			t.Errorf("cut at %d: %s, %v", n, d, err)
		}
	}
	for name, spoil := range map[string]func(s *strategy.Signals){
		"one more":  func(s *strategy.Signals) { s.Enter = append([]strategy.Entry{{Bar: 0, Side: market.Long}}, s.Enter...) },
		"one less":  func(s *strategy.Signals) { s.Enter = s.Enter[1:] },
		"a stop":    func(s *strategy.Signals) { s.Enter[0].Stop.Ticks++ },
		"the exits": func(s *strategy.Signals) { s.Leave = append([]strategy.Leave{{Bar: 0}}, s.Leave...) },
	} {
		spoiled := out.Signals
		spoiled.Enter = append([]strategy.Entry(nil), spoiled.Enter...)
		spoil(&spoiled)
		if d, err := foresees(p, spoiled, p.bars.Len()-1); d == "" || err != nil {
			t.Errorf("%s: not seen, %v", name, err)
		}
	}
}

func TestCutsAreSeeded(t *testing.T) {
	a, b := cuts(1000, 1), cuts(1000, 1)
	if diff := cmp.Diff(a, b); diff != "" || len(a) != lookAheadCuts {
		t.Errorf("the same seed, %d cuts:\n%s", len(a), diff)
	}
	if cmp.Equal(a, cuts(1000, 2)) {
		t.Error("another seed gives the same cuts")
	}
	for _, n := range cuts(2, 3) {
		if n != 1 {
			t.Errorf("two bars cut at %d", n)
		}
	}
}

func TestStudyReportsAndStops(t *testing.T) {
	s := subject{in: simInput(t, "mes_gap_fade.yaml")}
	var seen []float64
	r, err := study(t.Context(), s, func(done float64) { seen = append(seen, done) })
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, c := range r.Checks {
		names = append(names, c.Name)
		if !json.Valid(c.Detail) {
			t.Errorf("%s: %s", c.Name, c.Detail)
		}
	}
	if diff := cmp.Diff([]string{CheckStress, CheckNeighbours, CheckLookAhead}, names); diff != "" {
		t.Error(diff)
	}
	for i, v := range seen {
		if v < 0 || v >= 1 || i > 0 && v <= seen[i-1] {
			t.Fatalf("progress %v does not rise from 0 towards 1", seen)
		}
	}
	steps, gone := 0, errors.New("gone")
	ctx, cancel := context.WithCancelCause(t.Context())
	_, err = study(ctx, s, func(float64) {
		if steps++; steps == 3 {
			cancel(gone)
		}
	})
	if !errors.Is(err, gone) || steps != 3 {
		t.Errorf("stopped after %d steps with %v, want after 3 with the cause", steps, err)
	}
}

func TestStressCostsMore(t *testing.T) {
	in := simInput(t, "mes_vwap_scalper.yaml")
	p, err := prepare(in)
	if err != nil {
		t.Fatal(err)
	}
	out, err := Backtest(in)
	if err != nil {
		t.Fatal(err)
	}
	c, err := stress(p, out)
	if err != nil {
		t.Fatal(err)
	}
	var detail struct {
		NetPnL, BaseNetPnL market.Money
		Costs              engine.Costs
	}
	if err := json.Unmarshal(c.Detail, &detail); err != nil {
		t.Fatal(err)
	}
	if detail.NetPnL >= detail.BaseNetPnL || detail.BaseNetPnL != out.Metrics.NetPnL || detail.Costs != engine.Stress(out.Costs) {
		t.Errorf("%s", c.Detail)
	}
	if want := passIf(detail.NetPnL > 0); c.Outcome != want {
		t.Errorf("outcome %s, want %s", c.Outcome, want)
	}
}
