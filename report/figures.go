package report

import (
	"cmp"
	"slices"
	"time"

	"assay/engine"
	"assay/market"
	"assay/measure"
)

// headline is every figure of the metrics, in four tables.
func headline(in Input) []group {
	m := in.Metrics
	slippage := measure.Slippage(in.Ledger.Fills, in.Costs)
	return []group{
		{"Account", []fact{
			{"Net profit", dollars(m.NetPnL)},
			{"Profit before fees", dollars(m.Gross)},
			{"Fees", dollars(m.Fees)},
			{"Slippage (in the prices)", dollars(slippage)},
			{"Capital", dollars(m.Capital)},
			{"Return", percent(share(float64(m.NetPnL), float64(m.Capital)))},
			{"Return a year", percent(m.AnnualReturn)},
			{"CAGR", percent(m.CAGR)},
			{"Time in the market", percent(m.Exposure)},
		}},
		{"Ratios", []fact{
			{"Sharpe", number(m.Sharpe)},
			{"Sortino", number(m.Sortino)},
			{"Calmar", number(m.Calmar)},
			{"Recovery", number(m.Recovery)},
			{"Profit factor", number(m.ProfitFactor)},
			{"Payoff", number(m.Payoff)},
			{"Tail ratio", number(m.TailRatio)},
			{"t of the mean day", number(m.TStat)},
			{"t, Newey-West", number(m.NeweyWestT)},
		}},
		{"Risk", []fact{
			{"Largest drawdown", dollars(-m.MaxDrawdown)},
			{"Largest in percent", percent(negative(m.MaxDrawdownPct))},
			{"Longest in trade days", grouped(int64(m.LongestDrawdown))},
			{"Volatility a year", percent(m.Volatility)},
			{"Ulcer index", number(m.Ulcer)},
			{"Value at risk, 95 %", percent(m.VaR95)},
			{"Mean loss beyond it", percent(m.CVaR95)},
			{"Longest losing run", grouped(int64(m.LongestLossRun))},
			{"Longest winning run", grouped(int64(m.LongestWinRun))},
		}},
		{"Trades", []fact{
			{"Trades", grouped(int64(m.Trades))},
			{"Trade days", grouped(int64(m.Days))},
			{"Win rate", percent(m.WinRate)},
			{"Mean trade", amount(m.Expectancy)},
			{"Mean trade in R", number(m.ExpectancyR)},
			{"Mean win", amount(m.AverageWin)},
			{"Mean loss", amount(negative(m.AverageLoss))},
			{"Best trade", extreme(m.Best, m.Trades)},
			{"Worst trade", extreme(m.Worst, m.Trades)},
		}},
	}
}

func negative(v *float64) *float64 {
	if v == nil {
		return nil
	}
	n := -*v
	return &n
}

func extreme(m market.Money, trades int) string {
	if trades == 0 {
		return undefined
	}
	return dollars(m)
}

// drawdown is one row of the worst drawdowns.
type drawdown struct{ From, Trough, Until, Depth, Share, Days string }

// worst is how many drawdowns are listed.
const worst = 10

// drawdowns lists the deepest ones. The equity has one point before the first
// trade date, so that a drawdown may begin at the start.
func drawdowns(in Input, dates []market.Date) (list []drawdown) {
	equity := measure.Equity(in.Metrics.Capital, in.Ledger.Days)
	all := measure.Drawdowns(equity)
	slices.SortStableFunc(all, func(a, b measure.Drawdown) int { return cmp.Compare(b.Depth, a.Depth) })
	at := func(i int) string {
		if i == 0 {
			return "the start"
		}
		return dates[i-1].String()
	}
	for _, d := range all[:min(len(all), worst)] {
		until := "not yet"
		if end := d.Peak + d.Days + 1; end < len(equity) {
			until = at(end)
		}
		list = append(list, drawdown{
			From: at(d.Peak), Trough: at(d.Trough), Until: until, Depth: dollars(-d.Depth),
			Share: percent(share(-float64(d.Depth), float64(equity[d.Peak]))), Days: grouped(int64(d.Days)),
		})
	}
	return list
}

// year is one row of the monthly table.
type year struct {
	Year   int
	Months [12]cell
	Total  cell
}

// cell is a figure on a ground whose strength says how large it is.
type cell struct {
	Text, Tone string
	Heat       int // percent
}

// heat bounds how strong a ground may be, so that the figure stays readable.
const heat = 45

// months sums the days by month of their trade date. A month without a trade
// date stays empty.
func months(days []engine.Day) []year {
	var years []year
	sums := map[[2]int]market.Money{}
	most := market.Money(0)
	for _, d := range days {
		at := d.Date.Time()
		key := [2]int{at.Year(), int(at.Month())}
		sums[key] += d.PnL
		if len(years) == 0 || years[len(years)-1].Year != at.Year() {
			years = append(years, year{Year: at.Year()})
		}
	}
	for _, sum := range sums {
		most = max(most, sum, -sum)
	}
	for i := range years {
		y, total := &years[i], market.Money(0)
		for month := time.January; month <= time.December; month++ {
			sum, traded := sums[[2]int{y.Year, int(month)}]
			if !traded {
				continue
			}
			total += sum
			y.Months[month-1] = cell{whole(sum.Dollars()), tone(float64(sum)), strength(sum, most)}
		}
		y.Total = cell{whole(total.Dollars()), tone(float64(total)), 0}
	}
	return years
}

func strength(v, most market.Money) int {
	if most == 0 {
		return 0
	}
	return int(heat * max(v, -v) / most)
}
