package measure

import (
	"math"

	"assay/engine"
	"assay/market"
)

// Equity returns the account after each day, the start included: one value
// more than there are days.
func Equity(capital market.Money, days []engine.Day) []market.Money {
	equity := make([]market.Money, 1, len(days)+1)
	equity[0] = capital
	for i, d := range days {
		equity = append(equity, equity[i]+d.PnL)
	}
	return equity
}

// Drawdown is one stretch under water: from a peak of the equity until the
// peak is reached again, or until the end.
type Drawdown struct {
	Peak   int          // index of the peak in the equity; the last one when it was touched again
	Trough int          // index of the lowest point
	Depth  market.Money // peak less trough, > 0
	Pct    float64      // depth over the peak, 0.02 is 2 %
	Days   int          // points under water
}

// Drawdowns returns every stretch under water, oldest first. The equity begins
// with the capital, which is > 0.
func Drawdowns(equity []market.Money) []Drawdown {
	var found []Drawdown
	peak, under := 0, false
	for i, e := range equity {
		if e >= equity[peak] {
			peak, under = i, false
			continue
		}
		if !under {
			found, under = append(found, Drawdown{Peak: peak}), true
		}
		d := &found[len(found)-1]
		d.Days++
		if depth := equity[peak] - e; depth > d.Depth {
			d.Trough, d.Depth = i, depth
			d.Pct = float64(depth) / float64(equity[peak])
		}
	}
	return found
}

// MaxDrawdown returns the deepest drawdown in money, the deepest in percent of
// its peak (which may be another one) and the longest in days, each 0 when
// there was none.
func MaxDrawdown(equity []market.Money) (depth market.Money, pct float64, days int) {
	for _, d := range Drawdowns(equity) {
		depth, pct, days = max(depth, d.Depth), max(pct, d.Pct), max(days, d.Days)
	}
	return depth, pct, days
}

// Ulcer returns the Ulcer index in percent: the root mean square of the
// drawdown over all points but the first (Martin and McCann 1989).
func Ulcer(equity []market.Money) (float64, bool) {
	squares, peak := 0.0, market.Money(math.MinInt64)
	for _, e := range equity {
		peak = max(peak, e)
		pct := 100 * float64(peak-e) / float64(peak)
		squares += float64(pct * pct)
	}
	return math.Sqrt(squares / float64(len(equity)-1)), len(equity) > 1
}

// CAGR returns the yearly growth rate of the equity, compounded. Not ok for an
// account that ended with nothing or less.
func CAGR(equity []market.Money) (float64, bool) {
	n := len(equity) - 1
	if n < 1 || equity[0] <= 0 || equity[n] <= 0 {
		return 0, false
	}
	return math.Pow(float64(equity[n])/float64(equity[0]), tradingDays/float64(n)) - 1, true
}
