package api

import (
	"context"
	"slices"
	"time"

	"assay/bot"
	"assay/job"
	"assay/plan"
	"assay/store"
)

// starvedAfter is how long a bot may wait beyond its time: four ticks.
const starvedAfter = time.Minute

// ProofStarvation is the answer of GET /api/_proof/lab-starvation: every bot in
// LAB, the neglected ones first.
type ProofStarvation struct {
	Verdict     Judgement         `json:"verdict"`
	GeneratedAt time.Time         `json:"generated_at"`
	BotsInLab   int               `json:"bots_in_lab"`
	Breached    int               `json:"breached"`      // of them
	GraceSecs   int               `json:"grace_seconds"` // a wait that long beyond its time is a breach
	Bots        List[ProofLabBot] `json:"bots"`          // neglected first, then by id
	Meta        Page              `json:"meta"`
}

// Page says which part of a list an answer holds.
type Page struct {
	Total  int `json:"total"`
	Limit  int `json:"limit"`
	Offset int `json:"offset"`
}

// ProofLabBot is one bot in LAB: what was done with it, what comes next, why.
type ProofLabBot struct {
	BotID          bot.ID     `json:"bot_id"`
	Breached       bool       `json:"breached"`
	Why            string     `json:"why"` // of the breach, or why it is held, or what is done with it
	ActiveJobID    *int64     `json:"active_job_id"`
	ActiveJobType  job.Type   `json:"active_job_type,omitempty"`
	ActiveStatus   job.Status `json:"active_status,omitempty"`
	ReasonCode     string     `json:"reason_code"` // of its plan
	NextAction     string     `json:"next_action"`
	NextDueAt      *time.Time `json:"next_due_at"` // null: it waits for what next_reason says
	NextReason     string     `json:"next_reason"`
	PlannedAt      *time.Time `json:"planned_at"`
	LastBacktestAt *time.Time `json:"last_backtest_at"`
	CountedAt      *time.Time `json:"last_backtest_that_counts_at"` // since the bot's boundary, of its current version
	LastImproveAt  *time.Time `json:"last_improve_at"`
	LastEvolveAt   *time.Time `json:"last_evolve_at"`
	MetricsResetAt *time.Time `json:"metrics_reset_at"`
}

type pageInput struct {
	Limit  int `query:"limit" default:"100" minimum:"1" maximum:"1000"`
	Offset int `query:"offset" default:"0" minimum:"0" maximum:"1000000"`
}

func (s *Server) proveStarvation(ctx context.Context, in *pageInput) (*answer[ProofStarvation], error) {
	var out ProofStarvation
	err := s.db.View(ctx, func(tx *store.DB) error {
		bots, err := tx.LabBots(ctx)
		if err != nil {
			return err
		}
		out = ProofStarvation{GeneratedAt: tx.Now(), BotsInLab: len(bots), GraceSecs: int(starvedAfter / time.Second)}
		out.Meta = Page{len(bots), in.Limit, in.Offset}
		slices.SortStableFunc(bots, func(a, b store.LabBot) int { return order(starved(a, tx.Now()), starved(b, tx.Now())) })
		for _, b := range bots {
			if starved(b, tx.Now()) != "" {
				out.Breached++
			}
		}
		out.Verdict = judged(out.Breached == 0)
		shown := page(bots, in.Limit, in.Offset)
		if err := tx.AddLabHistory(ctx, shown); err != nil {
			return err
		}
		for _, b := range shown {
			out.Bots = append(out.Bots, labBot(b, tx.Now()))
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return &answer[ProofStarvation]{out}, nil
}

func starved(b store.LabBot, now time.Time) string { return plan.Starved(b.Watched, now, starvedAfter) }

// order puts those with a breach first.
func order(a, b string) int {
	switch {
	case (a == "") == (b == ""):
		return 0
	case a != "":
		return -1
	}
	return 1
}

func labBot(b store.LabBot, now time.Time) ProofLabBot {
	row := ProofLabBot{
		BotID: b.ID, Why: b.Plan.Detail, ReasonCode: b.Plan.Reason, NextAction: b.Plan.Next.Action,
		NextDueAt: moment(b.Plan.Next.DueAt), NextReason: b.Plan.Next.Reason, PlannedAt: moment(b.Plan.UpdatedAt),
		LastBacktestAt: moment(b.Backtest), CountedAt: moment(b.Counted), LastImproveAt: moment(b.Improve),
		LastEvolveAt: moment(b.Evolve), MetricsResetAt: moment(b.ResetAt),
	}
	if b.Active.JobID != 0 {
		row.ActiveJobID, row.ActiveJobType, row.ActiveStatus = &b.Active.JobID, b.Active.Type, b.Active.Status
	}
	if row.Why == "" {
		row.Why = b.Plan.Next.Reason
	}
	if why := starved(b, now); why != "" {
		row.Breached, row.Why = true, why
	}
	return row
}
