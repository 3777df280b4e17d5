package engine

import (
	"math"
	"sync"
	"testing"

	"assay/market"
	"assay/strategy"
	"assay/strategy/workload"

	"github.com/google/go-cmp/cmp"
)

// million returns the bars of the workloads.
var million = sync.OnceValue(func() *market.Bars { return workload.Series(workload.Bars) })

// ema is the exponential average seeded with the first close, in points.
func ema(b *market.Bars, n int) []float64 {
	out, a := make([]float64, b.Len()), 2/float64(n+1)
	out[0] = float64(b.Close[0]) * 0.25
	for i := 1; i < len(out); i++ {
		out[i] = float64(a*(float64(b.Close[i])*0.25)) + float64((1-a)*out[i-1])
	}
	return out
}

// crosses are the bars from slow on at which the fast average changes sides.
func crosses(b *market.Bars, fast, slow int) strategy.Signals {
	f, s := ema(b, fast), ema(b, slow)
	out := strategy.Signals{Reasons: []string{"average crosses"}}
	for i := slow; i < b.Len(); i++ {
		if above := f[i] > s[i]; above != (f[i-1] > s[i-1]) {
			side := market.Short
			if above {
				side = market.Long
			}
			out.Enter = append(out.Enter, strategy.Entry{Bar: int32(i), Side: side})
		}
	}
	return out
}

// withBrackets gives every entry a stop at 2 and a target at 3 times Wilder's
// ATR(14), in whole ticks.
func withBrackets(b *market.Bars, s strategy.Signals) strategy.Signals {
	atr := wilder(b, 14)
	distance := func(x float64) strategy.Bracket {
		return strategy.Bracket{Kind: strategy.Distance, Ticks: int32(math.Round(x))}
	}
	out := strategy.Signals{Reasons: s.Reasons}
	for _, e := range s.Enter {
		e.Stop, e.Target = distance(2*atr[e.Bar]), distance(3*atr[e.Bar])
		out.Enter = append(out.Enter, e)
	}
	return out
}

// wilder is the average true range in ticks, seeded with the mean of the
// first n; the first bar's range is high less low.
func wilder(b *market.Bars, n int) []float64 {
	out, sum := make([]float64, b.Len()), 0.0
	for i := range out {
		high, low := b.High[i], b.Low[i]
		if i > 0 {
			high, low = max(high, b.Close[i-1]), min(low, b.Close[i-1])
		}
		switch r := float64(high - low); {
		case i < n:
			sum += r
			out[i] = sum / float64(n)
		default:
			out[i] = (float64(out[i-1]*float64(n-1)) + r) / float64(n)
		}
	}
	return out
}

func answerOf(l Ledger) workload.Answer {
	a := TallyOf(l)
	return workload.Answer{Trades: a.Trades, Net: a.Net, Stops: a.Stops, Targets: a.Targets, LossDays: a.LossDays}
}

func TestWorkloads(t *testing.T) {
	b := million()
	s := crosses(b, 12, 48)
	for _, w := range []struct {
		name    string
		signals strategy.Signals
		limits  strategy.Limits
		want    workload.Answer
	}{
		{"W1", s, workload.W1().Limits, workload.AnswerW1()},
		{"W3", withBrackets(b, s), workload.W3().Limits, workload.AnswerW3()},
	} {
		if d := cmp.Diff(w.want, answerOf(Run(b, w.signals, w.limits, Simple()))); d != "" {
			t.Errorf("%s (-want +got)\n%s", w.name, d)
		}
	}
}
