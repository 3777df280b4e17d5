package api

import (
	"context"
	"strconv"
	"time"

	"assay"
	"assay/bot"
	"assay/engine"
	"assay/job"
	"assay/market"
	"assay/measure"
	"assay/store"
)

// Session is one backtest's record with what it needs to be run again.
type Session struct {
	ID          int64           `json:"id"`
	BotID       bot.ID          `json:"botId"`
	JobID       int64           `json:"jobId"`
	JobType     job.Type        `json:"jobType"`
	Status      job.Status      `json:"status"`
	Generation  int             `json:"generation"`
	CreatedAt   time.Time       `json:"createdAt"`
	CompletedAt time.Time       `json:"completedAt"`
	BeforeReset bool            `json:"beforeReset"`    // its job was created before the bot's reset: it counts for nothing
	ResetAt     *time.Time      `json:"metricsResetAt"` // of the bot; null: never reset
	Standing    Standing        `json:"standing"`
	CountingID  *int64          `json:"countingSessionId"` // the bot's session that counts; null: none does
	Metrics     measure.Metrics `json:"metrics"`
	Provenance  Provenance      `json:"provenance"`
	Equity      List[EquityDay] `json:"equity"` // one point a trade date, oldest first
	Trades      List[Trade]     `json:"trades"` // one page, in order of exit
	Meta        Meta            `json:"meta"`   // of the trades
}

// Provenance is what a session was made from. The same provenance gives the
// same result hash on any machine.
type Provenance struct {
	DataSet          string       `json:"dataSet"`
	Fingerprint      string       `json:"fingerprint"`
	Provider         string       `json:"provider"`
	SimData          bool         `json:"simData"`
	Symbol           string       `json:"symbol"`
	DataRoot         string       `json:"dataRoot"` // whose bars it traded on: MES trades on those of ES
	IntervalSeconds  int          `json:"intervalSeconds"`
	TickSize         string       `json:"tickSize"`   // points, exact
	Multiplier       string       `json:"multiplier"` // dollars a point, exact
	FirstBar         time.Time    `json:"firstBar"`
	LastBar          time.Time    `json:"lastBar"`
	BarCount         int          `json:"barCount"`
	StrategyHash     string       `json:"strategyHash"`
	ExecutedRuleHash string       `json:"executedRuleHash"`
	CostModel        engine.Costs `json:"costModel"`
	Fees             string       `json:"fees"` // of which day the fees are, and how old they were when the session ran
	EngineVersion    string       `json:"engineVersion"`
	Seed             string       `json:"seed"` // a whole number, larger than JavaScript can hold
	ResultHash       string       `json:"resultHash"`
}

// EquityDay is where a session stood at the end of a trade date.
type EquityDay struct {
	Date string       `json:"date"` // 2026-11-20, the exchange's trade date
	Pnl  market.Money `json:"pnl"`  // dollars since the start
}

// Trade is one round turn of a session.
type Trade struct {
	Number      int          `json:"number"` // from 1
	Side        string       `json:"side" enum:"LONG,SHORT"`
	Contracts   int          `json:"contracts"`
	Contract    string       `json:"contract"`
	EntryAt     time.Time    `json:"entryAt"` // start of the bar it filled in
	EntryPrice  float64      `json:"entryPrice"`
	EntryReason string       `json:"entryReason"`
	ExitAt      time.Time    `json:"exitAt"`
	ExitPrice   float64      `json:"exitPrice"`
	ExitReason  string       `json:"exitReason"`
	Fees        market.Money `json:"fees"`   // dollars, both sides
	NetPnl      market.Money `json:"netPnl"` // dollars, after fees
}

type sessionInput struct {
	ID     int64 `path:"id" minimum:"1"`
	Limit  int   `query:"limit" default:"100" minimum:"1" maximum:"1000" doc:"trades on the page"`
	Offset int   `query:"offset" default:"0" minimum:"0" maximum:"10000000"`
}

func (s *Server) session(ctx context.Context, in *sessionInput) (*answer[Session], error) {
	var out Session
	err := s.db.View(ctx, func(tx *store.DB) error {
		session, err := tx.Session(ctx, in.ID)
		if err != nil {
			return err
		}
		all, err := tx.Trades(ctx, in.ID)
		if err != nil {
			return err
		}
		counting, err := counting(ctx, tx, session.BotID)
		if err != nil {
			return err
		}
		days, err := tx.Equity(ctx, in.ID)
		if err != nil {
			return err
		}
		out = sessionOf(store.SessionRow{Session: session, ResetAt: counting.resetAt})
		out.Standing, out.CountingID = counting.standing(out.ID, out.BeforeReset), counting.id
		out.Equity = equityOf(days, session.Metrics.Capital)
		out.Meta = Meta{Total: len(all), Limit: in.Limit, Offset: in.Offset, GeneratedAt: tx.Now()}
		out.Trades, err = tradesOf(page(all, in.Limit, in.Offset), session.Symbol)
		return err
	})
	if err != nil {
		return nil, err
	}
	return &answer[Session]{out}, nil
}

func sessionOf(s store.SessionRow) Session {
	return Session{
		ID: s.ID, BotID: s.BotID, JobID: s.JobID, JobType: s.Kind, Status: s.Status,
		Generation: s.Generation, CreatedAt: s.CreatedAt, CompletedAt: s.CompletedAt, Metrics: s.Metrics,
		BeforeReset: s.BeforeReset(), ResetAt: moment(s.ResetAt),
		Provenance: Provenance{
			DataSet: s.DataSet, Fingerprint: s.Fingerprint, Provider: s.Provider, SimData: s.Sim,
			Symbol: s.Symbol, DataRoot: s.DataRoot, IntervalSeconds: int(s.Interval / time.Second),
			TickSize: s.TickSize, Multiplier: s.Multiplier,
			FirstBar: s.FirstBar, LastBar: s.LastBar, BarCount: s.Bars,
			StrategyHash: s.StrategyHash, ExecutedRuleHash: s.RuleHash, CostModel: s.Costs,
			Fees:          market.FeesAge(s.Costs.FeesAsOf, s.CompletedAt).String(),
			EngineVersion: s.EngineVersion, Seed: strconv.FormatUint(s.Seed, 10), ResultHash: s.ResultHash,
		},
	}
}

// equityOf writes a curve of capital as what was gained or lost since the start.
func equityOf(days []store.EquityDay, capital market.Money) List[EquityDay] {
	curve := make(List[EquityDay], len(days))
	for i, d := range days {
		curve[i] = EquityDay{d.Date.String(), d.Equity - capital}
	}
	return curve
}

func tradesOf(all []store.Trade, symbol string) (List[Trade], error) {
	contract, err := market.ContractOf(symbol)
	if err != nil {
		return nil, err
	}
	trades := make(List[Trade], 0, len(all))
	for _, t := range all {
		entry, exit, err := prices(contract, t)
		if err != nil {
			return nil, err
		}
		side := "LONG"
		if t.Side == market.Short {
			side = "SHORT"
		}
		trades = append(trades, Trade{
			Number: t.N, Side: side, Contracts: int(t.Qty), Contract: t.Contract,
			EntryAt: t.EntryAt, EntryPrice: entry, EntryReason: t.EntryWhy,
			ExitAt: t.ExitAt, ExitPrice: exit, ExitReason: t.ExitWhy.String(),
			Fees: t.Fees, NetPnl: t.Net,
		})
	}
	return trades, nil
}

// prices goes through the decimal text, so that the number on the wire is the
// one that a person would write.
func prices(c market.Contract, t store.Trade) (entry, exit float64, err error) {
	if entry, err = strconv.ParseFloat(c.FormatPrice(market.Price(t.Entry)), 64); err != nil {
		return 0, 0, assay.Errorf(assay.Internal, "", "trade %d: its entry is no price", t.N)
	}
	if exit, err = strconv.ParseFloat(c.FormatPrice(market.Price(t.Exit)), 64); err != nil {
		return 0, 0, assay.Errorf(assay.Internal, "", "trade %d: its exit is no price", t.N)
	}
	return entry, exit, nil
}

// page is the part of a list that was asked for.
func page[T any](all []T, limit, offset int) []T {
	from := min(offset, len(all))
	return all[from:min(from+limit, len(all))]
}
