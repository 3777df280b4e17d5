package measure

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"assay/engine"
	"assay/market"
)

// An answer is what the code says to one golden number; case and name are its
// place in testdata/vectors.json, "fixed/sharpe" being nested.
type answer struct {
	id, name string
	value    float64
	ok       bool
}

func TestGoldenVectors(t *testing.T) {
	vectors := readVectors(t)
	answers := goldenAnswers(t)
	for _, a := range answers {
		want, found := dig(vectors[a.id], a.name)
		switch number, isNumber := want.(float64); {
		case !found:
			t.Errorf("%s has no %s", a.id, a.name)
		case !isNumber && a.ok:
			t.Errorf("%s %s = %v, want undefined", a.id, a.name, a.value)
		case isNumber && (!a.ok || !near(a.value, number)):
			t.Errorf("%s %s = %v, %v, want %v", a.id, a.name, a.value, a.ok, number)
		}
		for key, mistake := range mistakes(vectors[a.id]) {
			if a.ok && a.value == mistake {
				t.Errorf("%s %s = %v, the mistake %s", a.id, a.name, a.value, key)
			}
		}
	}
}

func goldenAnswers(t *testing.T) []answer {
	var all []answer
	add := func(id, name string, value float64, ok bool) {
		all = append(all, answer{id, name, value, ok})
	}
	ten := []float64{500, -250, 0, 750, -1000, 0, 300, 450, -200, 600}
	year := column(t, "daily_252.csv", "pnl")
	addDays(add, "a01_ten_days", 50_000, ten)
	addDays(add, "a03_year", 50_000, year)

	add2 := func(id, name string, f func([]float64) (float64, bool), x []float64) {
		v, ok := f(x)
		add(id, name, v, ok)
	}
	add2("a02_zero_days", "sharpe_with_zero_days", Sharpe, over(50_000, ten))
	addDrawdown(add, "a04_dd_places_differ", 100, 80, 120, 1000, 850, 1100)
	addDrawdown(add, "a05_first_day_loss", 50_000, 49_000, 49_500, 50_500)
	addDrawdown(add, "a06_ruin", 10_000, 4_000, -1_000, 2_000)
	ruined, ok := CAGR(dollars(10_000, 4_000, -1_000))
	add("a06_ruin", "cagr_if_end_negative", ruined, ok)

	add2("a07_degenerate", "sharpe_flat", Sharpe, make([]float64, 5))
	add2("a07_degenerate", "sharpe_constant_exact_sd_zero", Sharpe, []float64{.001, .001, .001, .001, .001})
	add2("a07_degenerate", "sharpe_one", Sharpe, []float64{.01})
	add2("a07_degenerate", "sortino_all_wins", Sortino, []float64{.01, .02, .03})
	winner := Measure(engine.Ledger{Trades: []engine.Trade{{Net: 1}}}, &market.Bars{}, market.Dollar)
	add("a07_degenerate", "profit_factor_no_losses", 0, winner.ProfitFactor != nil)

	add2("a08_per_trade_vs_daily", "sharpe_daily", Sharpe, over(50_000, byDay(t, 20)))
	sparse := make([]float64, 100)
	for i, v := range []float64{400, -300, 500, -250, 350, 450, -400, 300, -200, 600} {
		sparse[5+10*i] = v
	}
	add2("a09_sparse", "sharpe_all_days", Sharpe, over(50_000, sparse))
	one2ten := []float64{7, 2, 9, 4, 5, 6, 1, 8, 3, 10}
	for name, q := range map[string]float64{"p05_type7": .05, "p25": .25, "p50": .5, "p95_type7": .95} {
		v, ok := Quantile(one2ten, q)
		add("a11_percentiles", name, v, ok)
	}
	for i, n := range []int{10, 19, 20, 21, 40, 41, 60, 100, 252, 500} {
		add("a12_cvar_tail_count", fmt.Sprintf("k/%d", i), float64(tailSize(n)), true)
	}
	for i, rho := range []float64{-.2, -.1, 0, .1, .2, .3} {
		add("a13_lo_eta", fmt.Sprintf("q12/%d", i), LoFactor(rho, 12), true)
		add("a13_lo_eta", fmt.Sprintf("q252/%d", i), LoFactor(rho, 252), true)
	}
	open, _, _ := MaxDrawdown(dollars(50_000, 50_050, 49_750, 49_950, 50_150))
	add("a14_three_drawdowns", "daily_mark_max_dd", open.Dollars(), true)
	addActivity(add)
	for i, capital := range []float64{10_000, 50_000, 100_000, 2455} {
		id := fmt.Sprintf("sharpe/%d", i)
		add2("a16_basis", id, Sharpe, over(capital, ten))
		_, pct, _ := MaxDrawdown(Equity(cents(capital), days(ten...)))
		add("a16_basis", fmt.Sprintf("max_dd_pct/%d", i), pct, true)
	}
	for i, kn := range [][2]int{{0, 10}, {5, 10}, {60, 100}, {300, 500}} {
		low, high, ok := Wilson(kn[0], kn[1], 1.959963984540054)
		add("b26_wilson", fmt.Sprintf("%d/0", i), low, ok)
		add("b26_wilson", fmt.Sprintf("%d/1", i), high, ok)
	}
	return all
}

type adder = func(id, name string, value float64, ok bool)

func addDays(add adder, id string, capital float64, pnl []float64) {
	daily, equity := over(capital, pnl), Equity(cents(capital), days(pnl...))
	for name, f := range map[string]func([]float64) (float64, bool){
		"ann_return_arith": AnnualReturn, "ann_vol": Volatility, "sharpe": Sharpe, "sortino": Sortino,
		"t_stat": TStat, "newey_west_t": NeweyWestT, "mean": Mean,
		"var95": VaR95, "cvar95": CVaR95, "tail_ratio": TailRatio,
	} {
		v, ok := f(daily)
		add(id, "fixed/"+name, v, ok)
	}
	_, s, ok := Deviation(daily)
	add(id, "fixed/sd", s, ok)
	depth, pct, longest := MaxDrawdown(equity)
	add(id, "max_dd_currency", depth.Dollars(), true)
	add(id, "max_dd_pct", pct, true)
	add(id, "dd/longest_under_water_obs", float64(longest), true)
	for _, d := range Drawdowns(equity) {
		if d.Depth == depth {
			add(id, "dd/peak_index", float64(d.Peak), true)
			add(id, "dd/trough_index", float64(d.Trough), true)
		}
	}
	ulcer, ok := Ulcer(equity)
	add(id, "ulcer_index_pct", ulcer, ok)
	growth, ok := CAGR(equity)
	add(id, "cagr", growth, ok)
	add(id, "calmar", growth/pct, ok)
	end := equity[len(equity)-1]
	add(id, "end_equity", end.Dollars(), true)
	add(id, "recovery_factor", float64(end-equity[0])/float64(depth), true)
}

func addDrawdown(add adder, id string, equity ...float64) {
	depth, pct, _ := MaxDrawdown(dollars(equity...))
	add(id, "max_dd_currency", depth.Dollars(), true)
	add(id, "max_dd_pct", pct, true)
}

func addActivity(add adder) {
	after := []int32{0, 0, 1, 1, 1, 0, -2, -2, 0, 0}
	points := []int32{5000, 5001, 5002, 5003, 5001, 5000, 4999, 4998, 4997, 4997}
	var fills []engine.Fill
	position := int32(0)
	for i, p := range after {
		if delta := p - position; delta != 0 {
			side := market.Side(delta / max(delta, -delta))
			fills = append(fills, engine.Fill{Bar: int32(i), Side: side, Qty: delta * int32(side), Price: points[i]})
		}
		position = p
	}
	share, ok := Exposure(fills, len(after))
	add("a15_exposure_turnover", "exposure_time", share, ok)
	turnover, ok := Turnover(fills, 5*market.Dollar, 50_000*market.Dollar, 2)
	add("a15_exposure_turnover", "turnover_annual_x", turnover, ok)
}

func near(got, want float64) bool {
	return math.Abs(got-want) <= max(1e-9*math.Abs(want), 1e-12)
}

func readVectors(t *testing.T) map[string]any {
	text, err := os.ReadFile("testdata/vectors.json")
	if err != nil {
		t.Fatal(err)
	}
	var file struct {
		Vectors map[string]struct{ Expected any }
	}
	if err := json.Unmarshal(text, &file); err != nil {
		t.Fatal(err)
	}
	expected := map[string]any{}
	for id, v := range file.Vectors {
		expected[id] = v.Expected
	}
	return expected
}

// dig follows a path of keys and indices into decoded JSON.
func dig(v any, path string) (any, bool) {
	for key := range strings.SplitSeq(path, "/") {
		switch node := v.(type) {
		case map[string]any:
			next, ok := node[key]
			if !ok {
				return nil, false
			}
			v = next
		case []any:
			i, err := strconv.Atoi(key)
			if err != nil || i >= len(node) {
				return nil, false
			}
			v = node[i]
		default:
			return nil, false
		}
	}
	return v, true
}

// mistakes are the values that well-known errors give.
func mistakes(expected any) map[string]float64 {
	found := map[string]float64{}
	fields, _ := expected.(map[string]any)
	for key, v := range fields {
		if number, ok := v.(float64); ok && (strings.HasSuffix(key, "_WRONG") || strings.HasPrefix(key, "BUG_")) {
			found[key] = number
		}
	}
	return found
}

func column(t *testing.T, file, name string) []float64 {
	f, err := os.Open(filepath.Join("testdata", file))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var values []float64
	for at, title := range rows[0] {
		for _, row := range rows[1:] {
			if title != name {
				break
			}
			v, err := strconv.ParseFloat(row[at], 64)
			if err != nil {
				t.Fatal(err)
			}
			values = append(values, v)
		}
	}
	return values
}

// byDay sums the trades of trades_by_day.csv; days without trades are 0.
func byDay(t *testing.T, n int) []float64 {
	pnl := make([]float64, n)
	net := column(t, "trades_by_day.csv", "net_pnl")
	for i, day := range column(t, "trades_by_day.csv", "day") {
		pnl[int(day)-1] += net[i]
	}
	return pnl
}

func over(capital float64, pnl []float64) []float64 {
	daily := make([]float64, len(pnl))
	for i, v := range pnl {
		daily[i] = v / capital
	}
	return daily
}

func cents(v float64) market.Money { return market.Money(math.Round(v * float64(market.Dollar))) }

func dollars(x ...float64) []market.Money {
	m := make([]market.Money, len(x))
	for i, v := range x {
		m[i] = cents(v)
	}
	return m
}

// days makes trade dates from 2024-01-01 on, one for each amount in dollars.
func days(pnl ...float64) []engine.Day {
	all := make([]engine.Day, len(pnl))
	for i, v := range pnl {
		all[i] = engine.Day{Date: market.Date(19_723 + i), PnL: cents(v)}
	}
	return all
}
