package measure

import (
	"fmt"
	"time"

	"assay/engine"
	"assay/market"
)

// Summary returns the block of text that users of backtesting.py know, with
// money in dollars, fees and slippage, one aligned line a figure. What is
// undefined shows as a dash. The metrics are Measure's of the same ledger and
// bars, the costs those of the run.
func Summary(l engine.Ledger, b *market.Bars, c engine.Costs, m Metrics) string {
	var s block
	s.window(l, b)
	s.account(l, c, m)
	s.ratios(m)
	s.drawdowns(l, m)
	s.trades(l, b, m)
	return s.text
}

// block is a list of lines, name to the left and figure to the right.
type block struct{ text string }

func (s *block) line(name, figure string) { s.text += fmt.Sprintf("%-27s%19s\n", name, figure) }

func (s *block) dollars(name string, v market.Money) { s.line(name, fixed(v.Dollars())) }

func (s *block) ratio(name string, v *float64) {
	if v == nil {
		s.line(name, "—")
		return
	}
	s.line(name, fixed(*v))
}

func (s *block) percent(name string, v *float64) {
	if v != nil {
		hundredfold := 100 * *v
		v = &hundredfold
	}
	s.ratio(name, v)
}

// fixed prints two decimals and no "-0.00".
func fixed(v float64) string {
	if text := fmt.Sprintf("%.2f", v); text != "-0.00" {
		return text
	}
	return "0.00"
}

func (s *block) window(l engine.Ledger, b *market.Bars) {
	start, end, duration := "—", "—", "—"
	if n := b.Len(); n > 0 {
		last := b.Start(n - 1).Add(b.Interval)
		start, end = b.Start(0).Format(time.DateTime), last.Format(time.DateTime)
		duration = span(last.Sub(b.Start(0)))
	}
	s.line("Start (UTC)", start)
	s.line("End (UTC)", end)
	s.line("Duration", duration)
	s.line("Trade Days", fmt.Sprint(len(l.Days)))
}

func (s *block) account(l engine.Ledger, c engine.Costs, m Metrics) {
	peak := m.Capital
	for _, e := range Equity(m.Capital, l.Days) {
		peak = max(peak, e)
	}
	s.percent("Exposure Time [%]", m.Exposure)
	s.dollars("Capital [$]", m.Capital)
	s.dollars("Equity Final [$]", m.Capital+m.NetPnL)
	s.dollars("Equity Peak [$]", peak)
	s.dollars("Net Profit [$]", m.NetPnL)
	s.dollars("Fees [$]", m.Fees)
	s.dollars("Slippage [$]", Slippage(l.Fills, c))
	s.percent("Return [%]", defined(float64(m.NetPnL)/float64(m.Capital), m.Capital > 0))
}

func (s *block) ratios(m Metrics) {
	s.percent("Return (Ann.) [%]", m.AnnualReturn)
	s.percent("Volatility (Ann.) [%]", m.Volatility)
	s.percent("CAGR [%]", m.CAGR)
	s.ratio("Sharpe Ratio", m.Sharpe)
	s.ratio("Sortino Ratio", m.Sortino)
	s.ratio("Calmar Ratio", m.Calmar)
}

func (s *block) drawdowns(l engine.Ledger, m Metrics) {
	var deep *float64
	if m.MaxDrawdownPct != nil {
		negative := -*m.MaxDrawdownPct
		deep = &negative
	}
	pct, days := 0.0, 0.0
	var all []Drawdown
	if m.Capital > 0 {
		all = Drawdowns(Equity(m.Capital, l.Days))
	}
	for _, d := range all {
		pct, days = pct-d.Pct, days+float64(d.Days)
	}
	n := float64(len(all))
	s.percent("Max. Drawdown [%]", deep)
	s.percent("Avg. Drawdown [%]", defined(pct/n, n > 0))
	s.dollars("Max. Drawdown [$]", -m.MaxDrawdown)
	s.line("Max. Drawdown Duration", fmt.Sprintf("%d trade days", m.LongestDrawdown))
	if n == 0 {
		s.line("Avg. Drawdown Duration", "—")
		return
	}
	s.line("Avg. Drawdown Duration", fmt.Sprintf("%.1f trade days", days/n))
}

func (s *block) trades(l engine.Ledger, b *market.Bars, m Metrics) {
	longest, mean := "—", "—"
	if len(l.Trades) > 0 {
		most, sum := time.Duration(0), time.Duration(0)
		for _, t := range l.Trades {
			d := b.Start(int(t.ExitBar)).Sub(b.Start(int(t.EntryBar)))
			most, sum = max(most, d), sum+d
		}
		longest, mean = span(most), span(sum/time.Duration(len(l.Trades)))
	}
	s.line("# Trades", fmt.Sprint(m.Trades))
	s.percent("Win Rate [%]", m.WinRate)
	s.ratio("Best Trade [$]", defined(m.Best.Dollars(), m.Trades > 0))
	s.ratio("Worst Trade [$]", defined(m.Worst.Dollars(), m.Trades > 0))
	s.ratio("Avg. Trade [$]", m.Expectancy)
	s.line("Max. Trade Duration", longest)
	s.line("Avg. Trade Duration", mean)
	s.ratio("Profit Factor", m.ProfitFactor)
	s.ratio("Expectancy [R]", m.ExpectancyR)
}

// Slippage returns what the fills lost by the costs of the run, by the kind of
// order that each reason names.
func Slippage(fills []engine.Fill, c engine.Costs) market.Money {
	lost := market.Money(0)
	for _, f := range fills {
		ticks := c.SlipMarket
		switch f.Reason {
		case engine.Stopped, engine.StoppedGap:
			ticks = c.SlipStop
		case engine.Targeted:
			ticks = c.SlipLimit
		}
		lost += market.Money(ticks) * market.Money(f.Qty) * c.TickValue
	}
	return lost
}

// span prints a duration as pandas does: "3 days 04:05:00".
func span(d time.Duration) string {
	day := 24 * time.Hour
	minutes := int(d%day) / int(time.Minute)
	seconds := int(d%time.Minute) / int(time.Second)
	return fmt.Sprintf("%d days %02d:%02d:%02d", d/day, minutes/60, minutes%60, seconds)
}
