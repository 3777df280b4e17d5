package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"assay"
	"assay/bot"
	"assay/engine"
	"assay/job"
	"assay/market"
	"assay/measure"
)

// Session is one backtest's record with everything needed to run it again to
// the same result hash.
type Session struct {
	ID           int64
	BotID        bot.ID
	JobID        int64
	JobCreatedAt time.Time
	Kind         job.Type
	Status       job.Status
	VersionID    int64
	Generation   int
	CreatedAt    time.Time
	CompletedAt  time.Time
	Metrics      measure.Metrics
	Provenance
	OpenPnL      market.Money // of NetPnL: the mark of the position still open at the last bar; 0 when flat
	ResultHash   string
	EquityPoints []float64 // PnL since the start in dollars, at most 32 points, oldest first
}

// Provenance is where a result comes from.
type Provenance struct {
	DataSetID     int64
	DataSet       string
	Fingerprint   string
	Provider      string
	Sim           bool
	Symbol        string // contract traded
	DataRoot      string // root whose bars it traded on
	Interval      time.Duration
	TickSize      string // points, exact decimal
	Multiplier    string // dollars a point, exact decimal
	FirstBar      time.Time
	LastBar       time.Time
	Bars          int
	StrategyHash  string // of the canonical text
	RuleHash      string // of the rules as executed, parameters put in
	Costs         engine.Costs
	EngineVersion string
	Seed          uint64
}

// CheckOutcome is what a check of a session found.
type CheckOutcome string

// Not enough evidence is neither a pass nor a failure.
const (
	CheckPass         CheckOutcome = "PASS"
	CheckFail         CheckOutcome = "FAIL"
	CheckInconclusive CheckOutcome = "INCONCLUSIVE"
)

// Check is one look at how far a result can be trusted.
type Check struct {
	Name    string // COST_STRESS, PARAMETER_NEIGHBOURS, LOOK_AHEAD
	Outcome CheckOutcome
	Detail  json.RawMessage
}

// Trade is one row of backtest_trades.
type Trade struct {
	N         int // from 1
	Side      market.Side
	Qty       int32
	Contract  string
	EntryAt   time.Time // start of the bar it filled in
	ExitAt    time.Time
	Entry     int32 // ticks
	Exit      int32 // ticks
	EntryWhy  string
	ExitWhy   engine.FillReason
	FromRoll  bool
	Risk      market.Money
	Gross     market.Money
	Fees      market.Money
	Net       market.Money
	Ambiguous bool
}

// EquityDay is one row of backtest_equity.
type EquityDay struct {
	Date   market.Date
	PnL    market.Money // the day's change
	Equity market.Money // capital plus everything up to the day's close
}

// Result is a session with all its parts, as a job hands it over.
type Result struct {
	Session Session
	Trades  []Trade
	Equity  []EquityDay
	Checks  []Check
}

// SaveResult stores a session and its parts. It belongs into the transaction
// of the job's end (Finish).
func (db *DB) SaveResult(ctx context.Context, r Result) (id int64, err error) {
	err = db.InTx(ctx, func(tx *DB) error {
		if id, err = tx.insertSession(ctx, r.Session, points(r.Equity, r.Session.Metrics.Capital)); err != nil {
			return fmt.Errorf("save the session of job %d: %w", r.Session.JobID, err)
		}
		return errors.Join(tx.insertTrades(ctx, id, r.Trades), tx.insertEquity(ctx, id, r.Equity),
			tx.insertChecks(ctx, id, r.Checks), tx.touch(ctx, r.Session.BotID))
	})
	return id, err
}

func (db *DB) insertSession(ctx context.Context, s Session, equity []float64) (id int64, err error) {
	m := s.Metrics
	err = db.returning(ctx, `insert into backtest_sessions (bot_id, status, completed_at, total_trades, net_pnl, created_at,
			job_id, job_created_at, kind, version_id, generation, max_drawdown, sharpe, win_rate, sim_data, data_set_id,
			data_set, fingerprint, provider, symbol, data_root, interval_seconds, tick_size, multiplier, first_bar, last_bar,
			bar_count, strategy_hash, rule_hash, cost_model, engine_version, seed, result_hash, open_pnl, metrics, equity_points,
			trace_id)
		values ($1, 'COMPLETED', {now}, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20,
			$21, $22, $23, $24, $25, $26, $27, $28, $29, $30, $31, $32, $33, $34,
			(select trace_id from bot_jobs where id = $5)) returning id`,
		s.BotID, m.Trades, Money(m.NetPnL), Time{s.CreatedAt}, s.JobID, Time{s.JobCreatedAt}, s.Kind, s.VersionID,
		s.Generation, Money(m.MaxDrawdown), m.Sharpe, m.WinRate, s.Sim, s.DataSetID, s.DataSet, s.Fingerprint, s.Provider,
		s.Symbol, s.DataRoot, int64(s.Interval/time.Second), s.TickSize, s.Multiplier, Time{s.FirstBar}, Time{s.LastBar},
		s.Bars, s.StrategyHash, s.RuleHash, jsonText{s.Costs}, s.EngineVersion, int64(s.Seed), s.ResultHash, Money(s.OpenPnL), jsonText{m},
		jsonText{equity}).Scan(&id)
	return id, err
}

func (db *DB) insertTrades(ctx context.Context, session int64, trades []Trade) error {
	return insertAll(ctx, db, "trades", `insert into backtest_trades (session_id, n, side, qty, contract, entry_at, exit_at,
			entry_ticks, exit_ticks, entry_why, exit_why, from_roll, risk, gross, fees, net, ambiguous)
		values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)`, trades, func(t Trade) []any {
		return []any{
			session, t.N, t.Side.String(), t.Qty, t.Contract,
			Time{t.EntryAt},
			Time{t.ExitAt},
			t.Entry, t.Exit,
			t.EntryWhy, t.ExitWhy.String(), t.FromRoll, Money(t.Risk), Money(t.Gross), Money(t.Fees), Money(t.Net), t.Ambiguous,
		}
	})
}

func (db *DB) insertEquity(ctx context.Context, session int64, days []EquityDay) error {
	return insertAll(ctx, db, "equity", `insert into backtest_equity (session_id, trade_date, pnl, equity)
		values ($1, $2, $3, $4)`, days, func(d EquityDay) []any {
		return []any{session, d.Date.String(), Money(d.PnL), Money(d.Equity)}
	})
}

func (db *DB) insertChecks(ctx context.Context, session int64, checks []Check) error {
	return insertAll(ctx, db, "checks", `insert into session_checks (session_id, name, outcome, detail)
		values ($1, $2, $3, $4)`, checks, func(c Check) []any {
		return []any{session, c.Name, c.Outcome, jsonText{c.Detail}}
	})
}

// insertAll runs a statement for every row.
func insertAll[T any](ctx context.Context, db *DB, what, query string, all []T, args func(T) []any) error {
	for _, v := range all {
		if _, err := db.exec(ctx, query, args(v)...); err != nil {
			return fmt.Errorf("save %s: %w", what, err)
		}
	}
	return nil
}

// maxPoints is the length of a row's sparkline.
const maxPoints = 32

// points thins an equity curve to its sparkline: the PnL since the start in
// dollars at evenly spaced closes, the last one always among them.
func points(days []EquityDay, capital market.Money) []float64 {
	n := min(len(days), maxPoints)
	thin := make([]float64, n)
	for i := range thin {
		thin[i] = (days[(i+1)*len(days)/n-1].Equity - capital).Dollars()
	}
	return thin
}

const sessionColumns = `s.id, s.bot_id, s.status, s.completed_at, s.created_at, s.job_id, s.job_created_at, s.kind,
	s.version_id, s.generation, s.sim_data, s.data_set_id, s.data_set, s.fingerprint, s.provider, s.symbol, s.data_root,
	s.interval_seconds, s.tick_size, s.multiplier, s.first_bar, s.last_bar, s.bar_count, s.strategy_hash, s.rule_hash,
	s.cost_model, s.engine_version, s.seed, s.result_hash, s.open_pnl, s.metrics, s.equity_points`

func scanSession(sc scanner) (s Session, err error) {
	var seed int64
	err = sc.Scan(&s.ID, &s.BotID, &s.Status, timeInto(&s.CompletedAt), timeInto(&s.CreatedAt), &s.JobID,
		timeInto(&s.JobCreatedAt), &s.Kind, &s.VersionID, &s.Generation, &s.Sim, &s.DataSetID, &s.DataSet, &s.Fingerprint,
		&s.Provider, &s.Symbol, &s.DataRoot, secondsInto(&s.Interval), &s.TickSize, &s.Multiplier, timeInto(&s.FirstBar),
		timeInto(&s.LastBar), &s.Bars, &s.StrategyHash, &s.RuleHash, jsonInto(&s.Costs), &s.EngineVersion, &seed,
		&s.ResultHash, moneyInto(&s.OpenPnL), jsonInto(&s.Metrics), jsonInto(&s.EquityPoints))
	s.Seed = uint64(seed)
	return s, err
}

// Session returns one session; an unknown id is NotFound.
func (db *DB) Session(ctx context.Context, id int64) (Session, error) {
	s, err := scanSession(db.row(ctx, `select `+sessionColumns+` from backtest_sessions s where s.id = $1`, id))
	if errors.Is(err, sql.ErrNoRows) {
		return s, assay.Errorf(assay.NotFound, "see the ids at GET /api/bots/ID/sessions, or select id from backtest_sessions", "there is no session %d", id)
	}
	if err != nil {
		return s, fmt.Errorf("read session %d: %w", id, err)
	}
	return s, nil
}

// Sessions returns a bot's newest sessions, newest first; with an empty id
// those of the whole fleet.
func (db *DB) Sessions(ctx context.Context, id bot.ID, limit int) ([]Session, error) {
	return collect(ctx, db, "sessions", scanSession, `select `+sessionColumns+` from backtest_sessions s
		where $1 = '' or s.bot_id = $1 order by s.id desc limit $2`, id, limit)
}

// Trades returns the trades of a session in their order.
func (db *DB) Trades(ctx context.Context, session int64) ([]Trade, error) {
	return collect(ctx, db, "trades", scanTrade, `select n, side, qty, contract, entry_at, exit_at, entry_ticks, exit_ticks,
		entry_why, exit_why, from_roll, risk, gross, fees, net, ambiguous
		from backtest_trades where session_id = $1 order by n`, session)
}

func scanTrade(s scanner) (t Trade, err error) {
	var side, exit string
	err = s.Scan(&t.N, &side, &t.Qty, &t.Contract, timeInto(&t.EntryAt), timeInto(&t.ExitAt), &t.Entry, &t.Exit,
		&t.EntryWhy, &exit, &t.FromRoll, moneyInto(&t.Risk), moneyInto(&t.Gross), moneyInto(&t.Fees),
		moneyInto(&t.Net), &t.Ambiguous)
	if err == nil {
		err = t.ExitWhy.UnmarshalText([]byte(exit))
	}
	t.Side = market.Short
	if side == market.Long.String() {
		t.Side = market.Long
	}
	return t, err
}

// Equity returns the equity curve of a session, one row a trade date.
func (db *DB) Equity(ctx context.Context, session int64) ([]EquityDay, error) {
	scan := func(s scanner) (d EquityDay, err error) {
		var date string
		if err := s.Scan(&date, moneyInto(&d.PnL), moneyInto(&d.Equity)); err != nil {
			return d, err
		}
		d.Date, err = market.ParseDate(date)
		return d, err
	}
	return collect(ctx, db, "equity", scan, `select trade_date, pnl, equity from backtest_equity
		where session_id = $1 order by trade_date`, session)
}

// Checks returns the checks of a session by name.
func (db *DB) Checks(ctx context.Context, session int64) ([]Check, error) {
	scan := func(s scanner) (c Check, err error) { return c, s.Scan(&c.Name, &c.Outcome, jsonInto(&c.Detail)) }
	return collect(ctx, db, "checks", scan, `select name, outcome, detail from session_checks
		where session_id = $1 order by name`, session)
}
