package measure

import (
	"math"

	"assay/engine"
	"assay/market"
)

// The least numbers of trade dates. Below them a ratio would look like a
// finding and be noise. The formulas themselves evaluate on any length.
const (
	minDays     = 20 // ratios and what is annualised
	minTailDays = 60 // VaR and CVaR
)

// Measure returns the metrics of a ledger over its bars, for an account of
// constant capital > 0. Every formula stands in docs/statistics.md.
func Measure(l engine.Ledger, b *market.Bars, capital market.Money) Metrics {
	m := Metrics{Capital: capital, Days: len(l.Days)}
	for _, t := range l.Trades {
		m.Gross, m.Fees = m.Gross+t.Gross, m.Fees+t.Fees
	}
	if l.Open != nil {
		m.Gross, m.Fees = m.Gross+l.Open.Gross, m.Fees+l.Open.Fees
	}
	m.NetPnL = m.Gross - m.Fees
	count(l.Trades).tell(&m)
	m.Exposure = defined(Exposure(l.Fills, b.Len()))
	if capital > 0 && m.Days > 0 {
		measureDays(&m, l.Days)
	}
	return m
}

func measureDays(m *Metrics, days []engine.Day) {
	daily := make([]float64, len(days)) // of the constant capital
	for i, d := range days {
		daily[i] = float64(d.PnL) / float64(m.Capital)
	}
	equity := Equity(m.Capital, days)
	depth, pct, longest := MaxDrawdown(equity)
	m.MaxDrawdown, m.LongestDrawdown = depth, longest
	m.MaxDrawdownPct = defined(pct, true)
	m.Ulcer = defined(Ulcer(equity))
	if len(days) < minDays {
		return
	}
	growth, alive := CAGR(equity)
	m.CAGR = defined(growth, alive)
	m.Calmar = defined(growth/pct, alive && pct > 0)
	m.Recovery = defined(float64(m.NetPnL)/float64(depth), depth > 0)
	m.AnnualReturn = defined(AnnualReturn(daily))
	m.Volatility = defined(Volatility(daily))
	m.TailRatio = defined(TailRatio(daily))
	if _, _, varies := Deviation(daily); varies {
		m.Sharpe = defined(Sharpe(daily))
		m.Sortino = defined(Sortino(daily))
		m.TStat = defined(TStat(daily))
		m.NeweyWestT = defined(NeweyWestT(daily))
	}
	if len(days) >= minTailDays {
		m.VaR95 = defined(VaR95(daily))
		m.CVaR95 = defined(CVaR95(daily))
	}
}

// defined returns v, or nil for what is undefined; a number that JSON could
// not hold never leaves the package.
func defined(v float64, ok bool) *float64 {
	if !ok || math.IsNaN(v) || math.IsInf(v, 0) {
		return nil
	}
	return &v
}
