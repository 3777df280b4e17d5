package api

import (
	"context"
	"time"

	"assay/store"
)

// PauseOrder asks to hold bots back from new jobs, or to let them go on.
type PauseOrder struct {
	Scope  Scope  `json:"scope"`
	Reason string `json:"reason" doc:"one sentence, which is shown as the reason why a bot is held"`
}

// PauseState is what is paused after an act.
type PauseState struct {
	Scope       string     `json:"scope"`
	Changed     int64      `json:"changed"`           // bots; 1 for the switch of the whole fleet; 0: all is so already
	FleetPaused bool       `json:"fleetPaused"`       // the switch of the whole fleet
	PausedAt    *time.Time `json:"pausedAt"`          // … since when
	Reason      string     `json:"reason"`            // … and why
	BotsPaused  int        `json:"botsPaused"`        // one by one
	AuditID     *int64     `json:"auditId,omitempty"` // the row of audit_log; absent when nothing changed
}

func (s *Server) pause(ctx context.Context, in *body[PauseOrder]) (*answer[PauseState], error) {
	return s.setPaused(ctx, in.Body, (*store.DB).Pause)
}

func (s *Server) resume(ctx context.Context, in *body[PauseOrder]) (*answer[PauseState], error) {
	return s.setPaused(ctx, in.Body, (*store.DB).Resume)
}

// setPaused answers from the transaction of the act, so that the state is the
// one the act left.
func (s *Server) setPaused(
	ctx context.Context, order PauseOrder, act func(*store.DB, context.Context, store.Pause) (int64, int64, error),
) (*answer[PauseState], error) {
	scope, err := order.Scope.parse()
	if err != nil {
		return nil, err
	}
	out := PauseState{Scope: scope.String()}
	err = s.db.InTx(ctx, func(tx *store.DB) (err error) {
		var row int64
		out.Changed, row, err = act(tx, ctx, store.Pause{Actor: store.Operator, Scope: scope, Reason: order.Reason})
		if err != nil {
			return err
		}
		out.AuditID = audited(row)
		if out.BotsPaused, err = tx.PausedBots(ctx); err != nil {
			return err
		}
		a, err := tx.Autonomy(ctx)
		out.FleetPaused, out.PausedAt, out.Reason = !a.PausedAt.IsZero(), moment(a.PausedAt), a.Reason
		return err
	})
	if err != nil {
		return nil, err
	}
	return &answer[PauseState]{out}, nil
}
