package measure

import (
	"encoding/json"
	"reflect"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"assay/engine"
	"assay/market"
)

var roughly = cmpopts.EquateApprox(1e-9, 0)

func ptr(v float64) *float64 { return &v }

func TestMeasureTradesOfTheGoldenLedger(t *testing.T) {
	l := engine.Ledger{Trades: goldenTrades(t)}
	got := Measure(l, hourBars(100), 50_000*market.Dollar)
	want := Metrics{
		Capital: 50_000 * market.Dollar,
		NetPnL:  cents(2271.5), Gross: cents(2379.5), Fees: cents(108),
		Trades: 24, Wins: 12, Losses: 11, Scratch: 1,
		Best: cents(870.5), Worst: cents(-379.5),
		WinRate: ptr(0.5), ProfitFactor: ptr(2.262295081967213), Payoff: ptr(2.0737704918032787),
		Expectancy: ptr(94.64583333333333), ExpectancyR: ptr(0.87775),
		AverageWin: ptr(339.25), AverageLoss: ptr(163.5909090909091),
		Exposure: ptr(0), LongestWinRun: 2, LongestLossRun: 2,
	}
	if diff := cmp.Diff(want, got, roughly); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
}

func TestMeasureDaysOfTheGoldenYear(t *testing.T) {
	pnl := column(t, "daily_252.csv", "pnl")
	l := engine.Ledger{Days: days(pnl...), Open: &engine.Trade{Gross: cents(14_199), Fees: cents(100)}}
	got := Measure(l, hourBars(10), 50_000*market.Dollar)
	want := Metrics{
		Capital: 50_000 * market.Dollar, Days: 252,
		NetPnL: cents(14_099), Gross: cents(14_199), Fees: cents(100),
		MaxDrawdown: cents(4334), LongestDrawdown: 77,
		Sharpe: ptr(2.762850540391848), Sortino: ptr(4.556775524956142),
		AnnualReturn: ptr(0.28198), Volatility: ptr(0.10206125734184938),
		CAGR: ptr(0.28198), MaxDrawdownPct: ptr(0.0820662362007915), Calmar: ptr(3.4360050253807097),
		Recovery: ptr(3.2531149053991695), Ulcer: ptr(3.2885289893769225),
		VaR95: ptr(0.009113), CVaR95: ptr(0.013632307692307692), TailRatio: ptr(1.2199056293207502),
		TStat: ptr(2.7628505403918475), NeweyWestT: ptr(2.564774240167199),
		Exposure: ptr(0),
	}
	if diff := cmp.Diff(want, got, roughly); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
}

func TestUndefinedIsNil(t *testing.T) {
	year := column(t, "daily_252.csv", "pnl")
	gains := []float64{1, 2, 3, 1, 2, 3, 1, 2, 3, 1, 2, 3, 1, 2, 3, 1, 2, 3, 1, 2, 3}
	ruin := append([]float64{-60_000}, year[:25]...)
	for _, c := range []struct {
		name    string
		days    []engine.Day
		defined []string
	}{
		{"no day", nil, []string{"Exposure"}},
		{"19 days", days(year[:19]...), []string{"Exposure", "MaxDrawdownPct", "Ulcer"}},
		{"20 days", days(year[:20]...), []string{
			"AnnualReturn", "CAGR", "Calmar", "Exposure", "MaxDrawdownPct", "NeweyWestT", "Recovery",
			"Sharpe", "Sortino", "TStat", "TailRatio", "Ulcer", "Volatility",
		}},
		{"59 days", days(year[:59]...), []string{
			"AnnualReturn", "CAGR", "Calmar", "Exposure", "MaxDrawdownPct", "NeweyWestT", "Recovery",
			"Sharpe", "Sortino", "TStat", "TailRatio", "Ulcer", "Volatility",
		}},
		{"60 days", days(year[:60]...), []string{
			"AnnualReturn", "CAGR", "CVaR95", "Calmar", "Exposure", "MaxDrawdownPct", "NeweyWestT", "Recovery",
			"Sharpe", "Sortino", "TStat", "TailRatio", "Ulcer", "VaR95", "Volatility",
		}},
		{"idle days only", days(make([]float64, 30)...), []string{
			"AnnualReturn", "CAGR", "Exposure", "MaxDrawdownPct", "Ulcer", "Volatility",
		}},
		{"gains only", days(gains...), []string{
			"AnnualReturn", "CAGR", "Exposure", "MaxDrawdownPct", "NeweyWestT",
			"Sharpe", "TStat", "TailRatio", "Ulcer", "Volatility",
		}},
		{"ruin", days(ruin...), []string{
			"AnnualReturn", "Exposure", "MaxDrawdownPct", "NeweyWestT", "Recovery",
			"Sharpe", "Sortino", "TStat", "TailRatio", "Ulcer", "Volatility",
		}},
	} {
		got := definedFields(Measure(engine.Ledger{Days: c.days}, hourBars(1), 50_000*market.Dollar))
		less := func(a, b string) bool { return a < b }
		if diff := cmp.Diff(c.defined, got, cmpopts.SortSlices(less)); diff != "" {
			t.Errorf("%s: defined metrics -want +got\n%s", c.name, diff)
		}
	}
}

// definedFields names the optional metrics that m has.
func definedFields(m Metrics) []string {
	var names []string
	v := reflect.ValueOf(m)
	for i := range v.NumField() {
		if f := v.Field(i); f.Kind() == reflect.Pointer && !f.IsNil() {
			names = append(names, v.Type().Field(i).Name)
		}
	}
	return names
}

func TestEveryLedgerCanBeStored(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		l := engine.Ledger{Days: days(rapid.SliceOfN(rapid.Float64Range(-1e5, 1e5), 0, 80).Draw(t, "days")...)}
		for _, net := range rapid.SliceOfN(rapid.Int64Range(-1e8, 1e8), 0, 20).Draw(t, "trades") {
			risk := rapid.Int64Range(0, 1e7).Draw(t, "risk")
			l.Trades = append(l.Trades, engine.Trade{
				Gross: market.Money(net + 1), Fees: 1, Net: market.Money(net), Risk: market.Money(risk),
			})
		}
		capital := rapid.SampledFrom([]market.Money{0, 1, 50_000 * market.Dollar}).Draw(t, "capital")
		m := Measure(l, hourBars(rapid.IntRange(0, 3).Draw(t, "bars")), capital)
		if _, err := json.Marshal(m); err != nil {
			t.Fatal(err)
		}
		if m.MaxDrawdown < 0 || m.Wins+m.Losses+m.Scratch != len(l.Trades) || m.Worst > m.Best {
			t.Fatalf("%+v", m)
		}
	})
}

// Twice the money on twice the capital is the same strategy.
func TestRatiosDoNotDependOnScale(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		pnl := rapid.SliceOfN(rapid.IntRange(-1000, 1000), 60, 80).Draw(t, "pnl")
		once, twice := make([]float64, len(pnl)), make([]float64, len(pnl))
		for i, v := range pnl {
			once[i], twice[i] = float64(v), float64(2*v)
		}
		one := Measure(engine.Ledger{Days: days(once...)}, hourBars(1), 50_000*market.Dollar)
		two := Measure(engine.Ledger{Days: days(twice...)}, hourBars(1), 100_000*market.Dollar)
		if two.MaxDrawdown != 2*one.MaxDrawdown {
			t.Fatalf("drawdown %v and %v", one.MaxDrawdown, two.MaxDrawdown)
		}
		one.Capital, one.MaxDrawdown = two.Capital, two.MaxDrawdown
		if diff := cmp.Diff(one, two, roughly); diff != "" {
			t.Fatal(diff)
		}
	})
}

func goldenTrades(t *testing.T) []engine.Trade {
	var trades []engine.Trade
	fees, risk := column(t, "trades_24.csv", "fees"), column(t, "trades_24.csv", "initial_risk")
	for i, gross := range column(t, "trades_24.csv", "gross") {
		trades = append(trades, engine.Trade{
			EntryBar: int32(4 * i), ExitBar: int32(4*i + 2), Risk: cents(risk[i]),
			Gross: cents(gross), Fees: cents(fees[i]), Net: cents(gross - fees[i]),
		})
	}
	return trades
}

// hourBars are n bars of one hour from 2024-01-01 on; only their times matter.
func hourBars(n int) *market.Bars {
	b := &market.Bars{Root: "MES", Interval: time.Hour}
	for i := range n {
		b.Time = append(b.Time, 1_704_067_200+int64(i)*3600)
	}
	return b
}
