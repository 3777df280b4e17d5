package api

import (
	"time"

	"assay/bot"
	"assay/job"
)

// Session is one backtest's record with what it needs to be run again.
type Session struct {
	ID          int64       `json:"id"`
	BotID       bot.ID      `json:"botId"`
	JobID       int64       `json:"jobId"`
	Status      string      `json:"status"`
	CreatedAt   time.Time   `json:"createdAt"`
	CompletedAt *time.Time  `json:"completedAt"`
	TotalTrades int         `json:"totalTrades"`
	NetPnl      *float64    `json:"netPnl"`      // dollars
	MaxDrawdown *float64    `json:"maxDrawdown"` // dollars, >= 0
	Sharpe      *float64    `json:"sharpe"`      // annual
	WinRate     *float64    `json:"winRate"`     // 0..1
	Provenance  Provenance  `json:"provenance"`
	Trades      List[Trade] `json:"trades"` // one page, in order of exit
	Meta        Meta        `json:"meta"`   // of the trades
}

// Provenance is what a session was made from. The same provenance gives the
// same result hash on any machine.
type Provenance struct {
	DataSet          string    `json:"dataSet"`
	Fingerprint      string    `json:"fingerprint"`
	Provider         string    `json:"provider"`
	Symbol           string    `json:"symbol"`
	TickSize         string    `json:"tickSize"`
	Multiplier       string    `json:"multiplier"`
	FirstBar         time.Time `json:"firstBar"`
	LastBar          time.Time `json:"lastBar"`
	BarCount         int       `json:"barCount"`
	StrategyHash     string    `json:"strategyHash"`
	ExecutedRuleHash string    `json:"executedRuleHash"`
	CostModel        string    `json:"costModel"`
	EngineVersion    string    `json:"engineVersion"`
	ResultHash       string    `json:"resultHash"`
	SimData          bool      `json:"simData"`
	JobType          job.Type  `json:"jobType"`
}

// Trade is one round turn of a session.
type Trade struct {
	Number      int       `json:"number"` // from 1
	Side        string    `json:"side" enum:"LONG,SHORT"`
	Contracts   int       `json:"contracts"`
	EntryAt     time.Time `json:"entryAt"`
	EntryPrice  float64   `json:"entryPrice"`
	EntryReason string    `json:"entryReason"`
	ExitAt      time.Time `json:"exitAt"`
	ExitPrice   float64   `json:"exitPrice"`
	ExitReason  string    `json:"exitReason"`
	Fees        float64   `json:"fees"`   // dollars, both sides
	NetPnl      float64   `json:"netPnl"` // dollars, after fees
}
