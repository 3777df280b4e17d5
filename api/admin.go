package api

import (
	"context"
	"time"

	"assay/bot"
	"assay/job"
	"assay/store"
)

// RevertOrder asks to put bots back to LAB. Executing takes the hash of a dry
// run with the same scope, reason and lock.
type RevertOrder struct {
	DryRun      *bool    `json:"dryRun,omitempty" default:"true" doc:"true changes nothing and says what would be done"`
	Scope       Scope    `json:"scope"`
	ReasonCode  *string  `json:"reasonCode,omitempty" default:"BULK_REVERT_SEV1_RESET" doc:"e.g. SEV1_RESET"`
	LockHours   *float64 `json:"lockHours,omitempty" default:"24" doc:"how long the stage stays locked"`
	PreviewHash string   `json:"previewHash,omitempty" doc:"of the dry run; without it nothing is executed"`
}

// Reversal is what a revert did, or would do.
type Reversal struct {
	DryRun           bool              `json:"dryRun"`
	Scope            string            `json:"scope"`
	ReasonCode       string            `json:"reasonCode"`
	PreviewHash      string            `json:"previewHash"`
	At               time.Time         `json:"at"`
	StageLockedUntil time.Time         `json:"stageLockedUntil"`
	Counts           ReversalCounts    `json:"counts"`
	Bots             List[RevertedBot] `json:"bots"`              // by id
	AuditID          *int64            `json:"auditId,omitempty"` // the row of audit_log; absent in a dry run
}

// ReversalCounts are the sums over the bots.
type ReversalCounts struct {
	Bots           int         `json:"bots"` // as many stage events are written
	From           StageCounts `json:"from"`
	JobsCancelled  int         `json:"jobsCancelled"`
	RunnersStopped int         `json:"runnersStopped"`
}

// RevertedBot is what happens to one bot. In LAB afterwards, MANUAL and locked,
// whatever it was.
type RevertedBot struct {
	ID             bot.ID            `json:"id"`
	Name           string            `json:"name"`
	FromStage      bot.Stage         `json:"fromStage"`
	ToStage        bot.Stage         `json:"toStage"`
	FromMode       bot.PromotionMode `json:"fromMode"`
	ToMode         bot.PromotionMode `json:"toMode"`
	LockedUntil    *time.Time        `json:"lockedUntil"`       // before
	Cancels        *CancelledJob     `json:"cancels,omitempty"` // its active job
	RunnersStopped int               `json:"runnersStopped"`
}

// CancelledJob is a job that ends by an operator's act.
type CancelledJob struct {
	ID      int64      `json:"id"`
	JobType job.Type   `json:"jobType"`
	Status  job.Status `json:"status"` // before
}

// ResetOrder asks to count results anew.
type ResetOrder struct {
	DryRun      *bool  `json:"dryRun,omitempty" default:"true" doc:"true changes nothing and says what would be done"`
	Scope       Scope  `json:"scope"`
	ReasonCode  string `json:"reasonCode" doc:"e.g. SEV1_RESET"`
	PreviewHash string `json:"previewHash,omitempty" doc:"of the dry run; when given, a fleet that changed is refused"`
}

// Resetting is what a reset did, or would do.
type Resetting struct {
	DryRun         bool           `json:"dryRun"`
	Scope          string         `json:"scope"`
	ReasonCode     string         `json:"reasonCode"`
	PreviewHash    string         `json:"previewHash"`
	MetricsResetAt time.Time      `json:"metricsResetAt"` // results of jobs created at or after it count
	Counts         ResetCounts    `json:"counts"`
	Bots           List[ResetBot] `json:"bots"` // by id
	AuditID        *int64         `json:"auditId,omitempty"`
}

// ResetCounts are the sums over the bots.
type ResetCounts struct {
	Bots          int `json:"bots"`
	JobsCancelled int `json:"jobsCancelled"`
	Sessions      int `json:"sessions"` // that count no more; they stay readable
}

// ResetBot is what happens to one bot.
type ResetBot struct {
	ID             bot.ID        `json:"id"`
	Name           string        `json:"name"`
	MetricsResetAt *time.Time    `json:"metricsResetAt"` // before
	Sessions       int           `json:"sessions"`
	Cancels        *CancelledJob `json:"cancels,omitempty"`
}

type body[T any] struct{ Body T }

func (s *Server) revertToLab(ctx context.Context, in *body[RevertOrder]) (*answer[Reversal], error) {
	scope, err := in.Body.Scope.parse()
	if err != nil {
		return nil, err
	}
	order := store.Revert{Actor: store.Operator, Scope: scope, Reason: bot.ReasonRevert, Lock: bot.DefaultLock, Preview: in.Body.PreviewHash}
	if in.Body.ReasonCode != nil {
		order.Reason = *in.Body.ReasonCode
	}
	if hours := in.Body.LockHours; hours != nil {
		if order.Lock, err = bot.LockOf(*hours); err != nil {
			return nil, err
		}
	}
	dry, act := in.Body.DryRun == nil || *in.Body.DryRun, s.db.Revert
	if dry {
		act = s.db.PreviewRevert
	}
	done, err := act(ctx, order)
	if err != nil {
		return nil, err
	}
	out := reversal(done)
	out.DryRun, out.Scope, out.ReasonCode = dry, scope.String(), order.Reason
	return &answer[Reversal]{out}, nil
}

func reversal(r store.Reversal) Reversal {
	out := Reversal{PreviewHash: r.Hash, At: r.At, StageLockedUntil: r.Bots[0].After.StageLockedUntil, AuditID: audited(r.AuditID)}
	out.Counts.Bots = len(r.Bots)
	for _, b := range r.Bots {
		out.Counts.From.add(b.Before.Stage)
		out.Counts.RunnersStopped += len(b.Stops)
		row := RevertedBot{
			ID: b.Before.ID, Name: b.Before.Name, FromStage: b.Before.Stage, ToStage: b.After.Stage,
			FromMode: b.Before.PromotionMode, ToMode: b.After.PromotionMode, LockedUntil: moment(b.Before.StageLockedUntil),
			Cancels: cancelled(b.Cancels), RunnersStopped: len(b.Stops),
		}
		if row.Cancels != nil {
			out.Counts.JobsCancelled++
		}
		out.Bots = append(out.Bots, row)
	}
	return out
}

func (s *Server) resetMetrics(ctx context.Context, in *body[ResetOrder]) (*answer[Resetting], error) {
	scope, err := in.Body.Scope.parse()
	if err != nil {
		return nil, err
	}
	order := store.Reset{Actor: store.Operator, Scope: scope, Reason: in.Body.ReasonCode, Preview: in.Body.PreviewHash}
	dry, act := in.Body.DryRun == nil || *in.Body.DryRun, s.db.ResetMetrics
	if dry {
		act = s.db.PreviewReset
	}
	done, err := act(ctx, order)
	if err != nil {
		return nil, err
	}
	out := resetting(done)
	out.DryRun, out.Scope, out.ReasonCode = dry, scope.String(), order.Reason
	return &answer[Resetting]{out}, nil
}

func resetting(r store.Resetting) Resetting {
	out := Resetting{PreviewHash: r.Hash, MetricsResetAt: r.At, AuditID: audited(r.AuditID)}
	out.Counts.Bots = len(r.Bots)
	for _, b := range r.Bots {
		row := ResetBot{
			ID: b.Bot.ID, Name: b.Bot.Name, MetricsResetAt: moment(b.Bot.MetricsResetAt), Sessions: b.Sessions,
			Cancels: cancelled(b.Cancels),
		}
		out.Counts.Sessions += b.Sessions
		if row.Cancels != nil {
			out.Counts.JobsCancelled++
		}
		out.Bots = append(out.Bots, row)
	}
	return out
}

func cancelled(j *job.Job) *CancelledJob {
	if j == nil {
		return nil
	}
	return &CancelledJob{ID: j.ID, JobType: j.Type, Status: j.Status}
}

// audited is nil when nothing was done.
func audited(id int64) *int64 {
	if id == 0 {
		return nil
	}
	return &id
}
