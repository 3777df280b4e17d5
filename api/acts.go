package api

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"assay/bot"
	"assay/store"
)

// ProofAuditLog is the answer of GET /api/_proof/audit-log.
type ProofAuditLog struct {
	GeneratedAt time.Time      `json:"generated_at"`
	Rows        List[ProofAct] `json:"rows"` // newest first
	Meta        Page           `json:"meta"`
}

// ProofAct is one row of audit_log: one act of an operator. Its hash covers
// the other columns and the hash of the row before it.
type ProofAct struct {
	ID           int64          `json:"id"`
	At           time.Time      `json:"at"`
	Actor        string         `json:"actor"`
	Action       string         `json:"action"`
	Scope        string         `json:"scope"`
	Reason       string         `json:"reason"`
	Detail       map[string]any `json:"detail"`        // what it was before and after
	PreviousHash string         `json:"previous_hash"` // "" in the first row
	Hash         string         `json:"hash"`
}

type auditLogInput struct {
	Limit  int    `query:"limit" default:"100" minimum:"1" maximum:"1000" doc:"acts on the page"`
	Offset int    `query:"offset" default:"0" minimum:"0" maximum:"1000000" doc:"newer acts to leave out"`
	Action string `query:"action" maxLength:"100" doc:"only acts of this kind, e.g. revert-to-lab"`
}

func (s *Server) proveAuditLog(ctx context.Context, in *auditLogInput) (*answer[ProofAuditLog], error) {
	var out ProofAuditLog
	err := s.db.View(ctx, func(tx *store.DB) error {
		out = ProofAuditLog{GeneratedAt: tx.Now(), Meta: Page{Limit: in.Limit, Offset: in.Offset}}
		rows, err := tx.AuditPage(ctx, in.Action, in.Limit, in.Offset)
		if err != nil {
			return err
		}
		for _, r := range rows {
			act, err := proofAct(r)
			if err != nil {
				return err
			}
			out.Rows = append(out.Rows, act)
		}
		out.Meta.Total, err = tx.CountAudit(ctx, in.Action)
		return err
	})
	if err != nil {
		return nil, err
	}
	return &answer[ProofAuditLog]{out}, nil
}

func proofAct(r store.AuditRow) (a ProofAct, err error) {
	a = ProofAct{
		ID: r.ID, Actor: r.Actor, Action: r.Action, Scope: r.Scope, Reason: r.Reason, PreviousHash: r.PreviousHash, Hash: r.Hash,
	}
	if a.At, err = time.Parse(time.RFC3339, r.At); err != nil {
		return a, fmt.Errorf("read the time of row %d of the audit log: %w", r.ID, err)
	}
	if err = json.Unmarshal(r.Detail, &a.Detail); err != nil {
		return a, fmt.Errorf("read the detail of row %d of the audit log: %w", r.ID, err)
	}
	return a, nil
}

// ProofStageEvents is the answer of GET /api/_proof/stage-events.
type ProofStageEvents struct {
	GeneratedAt time.Time             `json:"generated_at"`
	Events      List[ProofStageEvent] `json:"events"` // newest first
	Meta        Page                  `json:"meta"`
}

// ProofStageEvent is one row of bot_stage_events.
type ProofStageEvent struct {
	ID         int64     `json:"id"`
	BotID      bot.ID    `json:"bot_id"`
	FromStage  string    `json:"from_stage"` // "" for the bot's creation
	ToStage    bot.Stage `json:"to_stage"`
	ReasonCode string    `json:"reason_code"`
	CreatedAt  time.Time `json:"created_at"`
	Sentence   string    `json:"sentence"` // what happened, e.g. "stayed in LAB, reverted"
}

type stageEventsInput struct {
	BotID  bot.ID `query:"bot_id" maxLength:"100" doc:"only events of this bot"`
	Limit  int    `query:"limit" default:"100" minimum:"1" maximum:"1000" doc:"events on the page"`
	Offset int    `query:"offset" default:"0" minimum:"0" maximum:"1000000" doc:"newer events to leave out"`
}

func (s *Server) proveStageEvents(ctx context.Context, in *stageEventsInput) (*answer[ProofStageEvents], error) {
	var out ProofStageEvents
	err := s.db.View(ctx, func(tx *store.DB) error {
		out = ProofStageEvents{GeneratedAt: tx.Now(), Meta: Page{Limit: in.Limit, Offset: in.Offset}}
		if in.BotID != "" {
			if _, err := tx.Bot(ctx, in.BotID); err != nil {
				return named("bot_id", err)
			}
		}
		events, err := tx.StageEventPage(ctx, in.BotID, in.Limit, in.Offset)
		if err != nil {
			return err
		}
		for _, e := range events {
			out.Events = append(out.Events, proofStageEvent(e))
		}
		out.Meta.Total, err = tx.CountStageEvents(ctx, in.BotID)
		return err
	})
	if err != nil {
		return nil, err
	}
	return &answer[ProofStageEvents]{out}, nil
}

func proofStageEvent(e bot.Event) ProofStageEvent {
	return ProofStageEvent{
		ID: e.ID, BotID: e.BotID, FromStage: string(e.From), ToStage: e.To, ReasonCode: e.Reason, CreatedAt: e.At, Sentence: e.Sentence(),
	}
}
