package strategy

import (
	"encoding/csv"
	"math"
	"os"
	"strconv"
	"testing"
	"time"

	"assay/market"
)

// The vectors are from the definitions, summed afresh for every bar, and agree
// with TA-Lib, TTR and pandas where those agree with each other.
var golden = []struct {
	rule, file, column string
	tolerance          float64
}{
	{"sma(close, 5)", "sma", "sma_5", 1e-9},
	{"sma(close, 20)", "sma", "sma_20", 1e-9},
	{"sma(close, 50)", "sma", "sma_50", 1e-9},
	{"ema(close, 12)", "ema", "ema_12", 1e-9},
	{"ema(close, 48)", "ema", "ema_48", 1e-9},
	{"ema_first(close, 12)", "ema", "ema_12_first", 1e-9},
	{"ema_first(close, 48)", "ema", "ema_48_first", 1e-9},
	{"rsi(14)", "rsi", "rsi_14", 1e-9},
	{"rsi(2)", "rsi", "rsi_2", 1e-9},
	{"atr(14)", "atr", "atr_14", 1e-9},
	{"bollinger(20, 2).middle", "bollinger", "mid", 1e-9},
	{"bollinger(20, 2).upper", "bollinger", "upper", 1e-9},
	{"bollinger(20, 2).lower", "bollinger", "lower", 1e-9},
	{"highest(high, 20)", "donchian", "upper", 0},
	{"lowest(low, 20)", "donchian", "lower", 0},
	{"donchian(20).high", "donchian", "upper_prev", 0},
	{"donchian(20).low", "donchian", "lower_prev", 0},
	{"vwap", "vwap", "vwap", 1e-9},
	{"adx(14)", "adx", "adx_14", 1e-9},
	{"macd(12, 26, 9).line", "macd", "macd", 1e-9},
	{"macd(12, 26, 9).signal", "macd", "signal", 1e-9},
	{"macd(12, 26, 9).histogram", "macd", "hist", 1e-9},
	{"stochastic(14, 3, 3).raw", "stochastic", "raw_k_14", 1e-9},
	{"stochastic(14, 3, 3).k", "stochastic", "slow_k_3", 1e-9},
	{"stochastic(14, 3, 3).d", "stochastic", "slow_d_3", 1e-9},
	{"keltner(20, 2).middle", "keltner", "mid", 1e-9},
	{"keltner(20, 2).upper", "keltner", "upper", 1e-9},
	{"keltner(20, 2).lower", "keltner", "lower", 1e-9},
	{"supertrend(10, 3).line", "supertrend", "supertrend", 1e-9},
}

func TestGoldenIndicators(t *testing.T) {
	for _, prefix := range []string{"", "edge_"} {
		bars := goldenBars(t, prefix+"bars")
		for _, g := range golden {
			want := readColumn(t, prefix+g.file, g.column)
			got := inPoints(bars, g.rule, seriesOf(t, g.rule, ETH, bars, steady(blockSize)))
			for i := range want {
				if !near(got[i], want[i], g.tolerance) {
					t.Errorf("%s%s: bar %d: %v, want %v", prefix, g.rule, i, got[i], want[i])
					break
				}
			}
		}
	}
}

// The vectors say 1 up and -1 down; a condition is 1 or 0.
func TestGoldenDirection(t *testing.T) {
	for _, prefix := range []string{"", "edge_"} {
		bars := goldenBars(t, prefix+"bars")
		want := readColumn(t, prefix+"supertrend", "dir")
		up := seriesOf(t, "supertrend(10, 3).up", ETH, bars, steady(blockSize))
		down := seriesOf(t, "supertrend(10, 3).down", ETH, bars, steady(blockSize))
		for i := range want {
			if !near(up[i], (1+want[i])/2, 0) || !near(down[i], (1-want[i])/2, 0) {
				t.Errorf("%sbar %d: up %v, down %v, want %v", prefix, i, up[i], down[i], want[i])
				break
			}
		}
	}
}

func near(got, want, tolerance float64) bool {
	if math.IsNaN(got) || math.IsNaN(want) {
		return math.IsNaN(got) == math.IsNaN(want)
	}
	return math.Abs(got-want) <= tolerance*math.Max(1, math.Abs(want))
}

// inPoints turns the graph's ticks into the points of the vectors.
func inPoints(bars *market.Bars, rule string, v []float64) []float64 {
	out := make([]float64, len(v))
	for i, x := range v {
		switch typeOf(rule) {
		case PriceType:
			out[i] = (x + float64(bars.Close[0])) / 4
		case DistanceType:
			out[i] = x / 4
		default:
			out[i] = x
		}
	}
	return out
}

func typeOf(rule string) Type {
	return parseRule(rule, nil, false, func(int, string, string) {}).typ
}

// goldenBars reads a bars file. Its own sessions stand, each from 17:00 on, so
// that they are whatever the file says.
func goldenBars(t *testing.T, name string) *market.Bars {
	t.Helper()
	b := &market.Bars{Root: "ES", Interval: 5 * time.Minute, Segments: []market.Segment{{}}}
	column := func(name, c string, scale float64) (out []int32) {
		for _, x := range readColumn(t, name, c) {
			out = append(out, int32(x*scale))
		}
		return out
	}
	b.Open, b.High = column(name, "open", 4), column(name, "high", 4)
	b.Low, b.Close = column(name, "low", 4), column(name, "close", 4)
	b.Volume, b.Session = column(name, "volume", 1), column(name, "session", 1)
	minute := int16(0)
	for i, s := range b.Session {
		if minute += 5; i == 0 || s != b.Session[i-1] {
			minute = market.SessionOpen
			b.Dates = append(b.Dates, market.Date(i))
		}
		b.Minute = append(b.Minute, minute)
		b.Time = append(b.Time, int64(i)*300)
	}
	return b
}

// readColumn reads a column of a vector; an empty cell is undefined.
func readColumn(t *testing.T, name, column string) []float64 {
	t.Helper()
	f, err := os.Open("testdata/golden/" + name + ".csv")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	at := -1
	for i, c := range rows[0] {
		if c == column {
			at = i
		}
	}
	if at < 0 {
		t.Fatalf("%s.csv has no column %s", name, column)
	}
	out := make([]float64, 0, len(rows))
	for _, r := range rows[1:] {
		v, err := strconv.ParseFloat(r[at], 64)
		if r[at] != "" && err != nil {
			t.Fatal(err)
		}
		if r[at] == "" {
			v = undefined
		}
		out = append(out, v)
	}
	return out
}
