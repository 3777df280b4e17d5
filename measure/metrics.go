// Package measure says what a ledger is worth: metrics and statistics in one
// convention, that of docs/statistics.md, and the summary a person reads.
package measure

import "assay/market"

// Metrics is what is said about a ledger, by the conventions of
// docs/statistics.md. A nil pointer is "undefined": never 0, 999 or Inf.
type Metrics struct {
	Capital market.Money `json:"capital"` // constant allocated capital C
	Days    int          `json:"days"`    // trade dates in the window, idle days included

	NetPnL      market.Money `json:"netPnl"` // closed trades and the open position's mark, after fees
	Gross       market.Money `json:"gross"`
	Fees        market.Money `json:"fees"`
	MaxDrawdown market.Money `json:"maxDrawdown"` // >= 0, of daily closing equity; the peak includes the start

	Trades  int          `json:"trades"`
	Wins    int          `json:"wins"`
	Losses  int          `json:"losses"`
	Scratch int          `json:"scratch"`
	Best    market.Money `json:"best"`  // 0 without trades
	Worst   market.Money `json:"worst"` // 0 without trades

	Sharpe          *float64 `json:"sharpe"` // annual
	Sortino         *float64 `json:"sortino"`
	AnnualReturn    *float64 `json:"annualReturn"`
	Volatility      *float64 `json:"volatility"`
	CAGR            *float64 `json:"cagr"`
	MaxDrawdownPct  *float64 `json:"maxDrawdownPct"`
	Calmar          *float64 `json:"calmar"`
	Recovery        *float64 `json:"recovery"`
	Ulcer           *float64 `json:"ulcer"` // percent
	VaR95           *float64 `json:"var95"`
	CVaR95          *float64 `json:"cvar95"`
	TailRatio       *float64 `json:"tailRatio"`
	TStat           *float64 `json:"tStat"`
	NeweyWestT      *float64 `json:"neweyWestT"`
	WinRate         *float64 `json:"winRate"`
	ProfitFactor    *float64 `json:"profitFactor"`
	Payoff          *float64 `json:"payoff"`
	Expectancy      *float64 `json:"expectancy"`  // dollars a trade
	ExpectancyR     *float64 `json:"expectancyR"` // mean of net over initial risk, over trades that had a stop
	AverageWin      *float64 `json:"averageWin"`  // dollars
	AverageLoss     *float64 `json:"averageLoss"` // dollars, positive
	Exposure        *float64 `json:"exposure"`    // share of bars at whose close a position is held
	LongestWinRun   int      `json:"longestWinRun"`
	LongestLossRun  int      `json:"longestLossRun"`
	LongestDrawdown int      `json:"longestDrawdown"` // trade dates under water
}
