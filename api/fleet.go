package api

import (
	"context"
	"time"

	"assay/badge"
	"assay/bot"
	"assay/job"
	"assay/market"
	"assay/store"
)

type listInput struct {
	Limit  int       `query:"limit" default:"100" minimum:"1" maximum:"10000"`
	Offset int       `query:"offset" default:"0" minimum:"0" maximum:"1000000"`
	Stage  bot.Stage `query:"stage" doc:"only bots in this stage"`
	Q      string    `query:"q" maxLength:"100" doc:"only bots with this in their name, whatever its case"`
}

type botInput struct {
	ID bot.ID `path:"id" maxLength:"100"`
}

func (s *Server) listBots(ctx context.Context, in *listInput) (*answer[Bots], error) {
	filter := store.FleetFilter{Stage: in.Stage, Search: in.Q, Limit: in.Limit, Offset: in.Offset}
	var out Bots
	err := s.db.View(ctx, func(tx *store.DB) error {
		total, err := tx.CountBots(ctx, filter)
		if err != nil {
			return err
		}
		rows, err := tx.Fleet(ctx, filter)
		out.Data = s.bots(tx, rows)
		out.Meta = Meta{Total: total, Limit: in.Limit, Offset: in.Offset, GeneratedAt: tx.Now()}
		return err
	})
	if err != nil {
		return nil, err
	}
	return &answer[Bots]{out}, nil
}

func (s *Server) getBot(ctx context.Context, in *botInput) (*answer[Bot], error) {
	var out Bot
	err := s.db.View(ctx, func(tx *store.DB) error {
		if _, err := tx.Bot(ctx, in.ID); err != nil {
			return err
		}
		rows, err := tx.Fleet(ctx, store.FleetFilter{ID: in.ID})
		if err == nil {
			out = s.bots(tx, rows)[0]
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	return &answer[Bot]{out}, nil
}

// bots says what each bot does as of the transaction's time.
func (s *Server) bots(tx *store.DB, rows []store.FleetRow) List[Bot] {
	list := make(List[Bot], len(rows))
	for i, row := range rows {
		list[i] = botOf(row, badge.Now(s.facts(row), tx.Now()))
	}
	return list
}

func botOf(row store.FleetRow, now badge.BotNow) Bot {
	b := row.Facts.Bot
	return Bot{
		ID: b.ID, Name: b.Name, Symbol: b.Symbol, Stage: b.Stage, Generation: b.Generation,
		Revision: b.Revision, BotNow: now, Metrics: metrics(row),
	}
}

func (s *Server) facts(row store.FleetRow) badge.Facts {
	row.Facts.StaleBeat = s.stuckAfter
	return row.Facts
}

func metrics(row store.FleetRow) Metrics {
	var m Metrics
	if at := row.Facts.Bot.MetricsResetAt; !at.IsZero() {
		m.Since = &at
	}
	r := row.Result
	if r == nil {
		return m
	}
	pnl, drawdown := r.NetPnL.Dollars(), r.MaxDrawdown.Dollars()
	m.NetPnl, m.MaxDrawdown, m.Sharpe, m.WinRate = &pnl, &drawdown, r.Sharpe, r.WinRate
	m.Trades, m.Equity, m.SimData, m.DataSet = &r.Trades, r.Equity, r.Sim, r.DataSet
	m.SessionID = &r.SessionID
	return m
}

// tally adds up the fleet for the strip.
type tally struct {
	bots, working, queued, attention int
	stages                           StageCounts
	results, trades                  int
	pnl                              market.Money
	sim                              bool
}

// tally counts the whole fleet as of now.
func (s *Server) tally(rows []*row, now time.Time) (t tally) {
	for _, r := range rows {
		t.add(s.facts(r.FleetRow), r.Result, now)
	}
	return t
}

func (t *tally) add(f badge.Facts, r *store.FleetResult, now time.Time) {
	t.bots++
	if a := f.Active; a != nil && a.Status == job.Running {
		t.working++
	} else if a != nil {
		t.queued++
	}
	if badge.AlertOf(f, now) != nil {
		t.attention++
	}
	if r != nil {
		t.results++
		t.trades += r.Trades
		t.pnl += r.NetPnL
		t.sim = t.sim || r.Sim
	}
	t.stages.add(f.Bot.Stage)
}

func (c *StageCounts) add(stage bot.Stage) {
	switch stage {
	case bot.Lab:
		c.Lab++
	case bot.Paper:
		c.Paper++
	case bot.Shadow:
		c.Shadow++
	case bot.Canary:
		c.Canary++
	case bot.Live:
		c.Live++
	}
}

// strip puts the fleet's sums beside the caps, the last tick and the exchange.
func strip(ctx context.Context, tx *store.DB, t tally) (Strip, error) {
	s := Strip{
		Working: t.working, Queued: t.queued, Idle: t.bots - t.working - t.queued,
		Attention: t.attention, Stages: t.stages, SimData: t.sim,
	}
	if t.results > 0 {
		pnl := t.pnl.Dollars()
		s.NetPnl, s.Trades = &pnl, &t.trades
	}
	limits, err := tx.Caps(ctx)
	if err != nil {
		return s, err
	}
	used, err := tx.CapsUsed(ctx)
	if err != nil {
		return s, err
	}
	s.Caps = List[Cap]{
		{ID: "backtests", Label: "Backtests", Used: used.Backtests, Max: limits.Backtests},
		{ID: "improve", Label: "Improvements", Used: used.Improve, Max: limits.Improve},
		{ID: "total", Label: "Jobs", Used: used.Total, Max: limits.Total},
	}
	ticks, err := tx.Ticks(ctx, 1)
	if err != nil {
		return s, err
	}
	if len(ticks) > 0 {
		s.LastTick = tickSummary(ticks[0])
	}
	s.Exchange, err = exchange(tx)
	return s, err
}

func tickSummary(t store.Tick) *TickSummary {
	return &TickSummary{
		ID: t.ID, FinishedAt: t.FinishedAt, BotsEvaluated: t.BotsEvaluated,
		JobsEnqueued: t.JobsEnqueued, BotsHeld: t.BotsHeld, Error: t.Error,
	}
}

// exchange is the state of the equity-index session, whose hours the header
// shows whatever the fleet trades.
func exchange(tx *store.DB) (ExchangeState, error) {
	calendar, err := market.CalendarOf("ES")
	if err != nil {
		return ExchangeState{}, err
	}
	phase := calendar.At(tx.Now())
	labels := map[market.Phase]string{
		market.InRTH: "RTH open", market.InETH: "ETH open", market.Shut: "Closed",
		market.Unjudged: "Holidays of this year are not known",
	}
	return ExchangeState{State: string(phase), Label: labels[phase]}, nil
}
