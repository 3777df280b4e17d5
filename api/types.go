package api

import (
	"time"

	"assay/badge"
	"assay/bot"
)

// Bot is one bot as every list of the API shows it.
type Bot struct {
	ID         bot.ID       `json:"id"`
	Name       string       `json:"name"`
	Symbol     string       `json:"symbol"`
	Stage      bot.Stage    `json:"stage"`
	Generation int          `json:"generation"`
	Revision   int64        `json:"revision"` // rises with any change of this bot
	BotNow     badge.BotNow `json:"botNow"`
	Metrics    Metrics      `json:"metrics"`
}

// Metrics is the newest completed backtest of the bot's current strategy
// version since its reset. Without one, numbers are null.
type Metrics struct {
	NetPnl      *float64      `json:"netPnl"`      // dollars
	MaxDrawdown *float64      `json:"maxDrawdown"` // dollars, >= 0
	Sharpe      *float64      `json:"sharpe"`      // annual
	WinRate     *float64      `json:"winRate"`     // 0..1
	Trades      *int          `json:"trades"`
	Equity      List[float64] `json:"equity"`    // PnL since the start in dollars, at most 32 points, oldest first
	SimData     bool          `json:"simData"`   // the result comes from synthetic data
	DataSet     string        `json:"dataSet"`   // name of the data set; "" without a result
	SessionID   *int64        `json:"sessionId"` // backtest_sessions.id
	Since       *time.Time    `json:"since"`     // the reset the metrics count from; null: never reset
}

// Bots is the answer of GET /api/bots.
type Bots struct {
	// Data is no List: a type that marshals itself is encoded twice, which
	// doubles the cost of the largest answers. It is never nil.
	Data []Bot `json:"data"`
	Meta Meta  `json:"meta"`
}

// Overview is the answer of GET /api/bots-overview: the rows of the bots page
// and the strip above them.
type Overview struct {
	Data  []Bot `json:"data"`
	Strip Strip `json:"strip"`
	Meta  Meta  `json:"meta"`
}

// Meta says what part of the fleet an answer holds and when it was made.
type Meta struct {
	Total       int       `json:"total"` // bots that match, whatever the limit
	Limit       int       `json:"limit"`
	Offset      int       `json:"offset"`
	GeneratedAt time.Time `json:"generatedAt"`
}

// Strip is the row of facts above the fleet. The page adds nothing up.
type Strip struct {
	Working   int           `json:"working"` // bots with a running job
	Queued    int           `json:"queued"`  // bots with a queued job
	Idle      int           `json:"idle"`
	Attention int           `json:"attention"` // bots with an alert
	Stages    StageCounts   `json:"stages"`
	Caps      List[Cap]     `json:"caps"`
	LastTick  *TickSummary  `json:"lastTick,omitempty"`
	NetPnl    *float64      `json:"netPnl"` // dollars, sum over bots with a result; null when none has one
	Trades    *int          `json:"trades"`
	SimData   bool          `json:"simData"` // the sums include synthetic results
	Exchange  ExchangeState `json:"exchange"`
}

// StageCounts is how many bots stand in each stage.
type StageCounts struct {
	Lab    int `json:"LAB"`
	Paper  int `json:"PAPER"`
	Shadow int `json:"SHADOW"`
	Canary int `json:"CANARY"`
	Live   int `json:"LIVE"`
}

// Cap is a bound on concurrent work and how much of it is used.
type Cap struct {
	ID    string `json:"id"`    // backtests, improve, total
	Label string `json:"label"` // "Backtests"
	Used  int    `json:"used"`
	Max   int    `json:"max"`
}

// TickSummary is the last finished planner tick.
type TickSummary struct {
	ID            int64     `json:"id"`
	FinishedAt    time.Time `json:"finishedAt"`
	BotsEvaluated int       `json:"botsEvaluated"`
	JobsEnqueued  int       `json:"jobsEnqueued"`
	BotsHeld      int       `json:"botsHeld"`
	Error         string    `json:"error,omitempty"`
}

// ExchangeState is the state of the equity-index session.
type ExchangeState struct {
	State string `json:"state" enum:"RTH,ETH,CLOSED,UNJUDGED"` // RTH, ETH, CLOSED, UNJUDGED (outside the calendar's years)
	Label string `json:"label"`                                // "RTH open"
}
