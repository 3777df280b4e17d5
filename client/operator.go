package client

import (
	"context"
	"time"

	"assay/bot"
	"assay/job"
)

// RevertOrder asks to put bots back to LAB. Without Execute it is a dry run;
// with it, the order must be that of the dry run with this hash.
type RevertOrder struct {
	Scope      []string // ALL, or a stage, or the ids of bots
	ReasonCode string
	LockHours  float64
	Execute    string
}

// Reversal is what a revert did, or would do.
type Reversal struct {
	DryRun           bool      `json:"dryRun"`
	Scope            string    `json:"scope"`
	ReasonCode       string    `json:"reasonCode"`
	PreviewHash      string    `json:"previewHash"`
	At               time.Time `json:"at"`
	StageLockedUntil time.Time `json:"stageLockedUntil"`
	Counts           struct {
		Bots           int               `json:"bots"`
		From           map[bot.Stage]int `json:"from"`
		JobsCancelled  int               `json:"jobsCancelled"`
		RunnersStopped int               `json:"runnersStopped"`
	} `json:"counts"`
	Bots    []RevertedBot `json:"bots"`
	AuditID int64         `json:"auditId,omitempty"`
}

// RevertedBot is what happens to one bot.
type RevertedBot struct {
	ID             bot.ID            `json:"id"`
	Name           string            `json:"name"`
	FromStage      bot.Stage         `json:"fromStage"`
	ToStage        bot.Stage         `json:"toStage"`
	FromMode       bot.PromotionMode `json:"fromMode"`
	ToMode         bot.PromotionMode `json:"toMode"`
	LockedUntil    *time.Time        `json:"lockedUntil"` // before
	Cancels        *CancelledJob     `json:"cancels,omitempty"`
	RunnersStopped int               `json:"runnersStopped"`
}

// CancelledJob is a job that ends by an operator's act.
type CancelledJob struct {
	ID      int64      `json:"id"`
	JobType job.Type   `json:"jobType"`
	Status  job.Status `json:"status"` // before
}

// Revert puts bots back to LAB, or says what that would do.
func (c *Client) Revert(ctx context.Context, o RevertOrder) (r Reversal, err error) {
	err = c.post(ctx, "/api/admin/revert-to-lab", map[string]any{
		"scope": scope(o.Scope), "dryRun": o.Execute == "", "previewHash": o.Execute,
		"reasonCode": o.ReasonCode, "lockHours": o.LockHours,
	}, &r)
	return r, err
}

// scope is a word for all or a stage, and a list for bots.
func scope(words []string) any {
	if len(words) == 1 {
		return words[0]
	}
	return words
}

// ResetOrder asks to count results anew. Without Execute it is a dry run.
type ResetOrder struct {
	Scope      []string
	ReasonCode string
	Execute    string
}

// Resetting is what a reset did, or would do.
type Resetting struct {
	DryRun         bool      `json:"dryRun"`
	Scope          string    `json:"scope"`
	ReasonCode     string    `json:"reasonCode"`
	PreviewHash    string    `json:"previewHash"`
	MetricsResetAt time.Time `json:"metricsResetAt"`
	Counts         struct {
		Bots          int `json:"bots"`
		JobsCancelled int `json:"jobsCancelled"`
		Sessions      int `json:"sessions"`
	} `json:"counts"`
	Bots    []ResetBot `json:"bots"`
	AuditID int64      `json:"auditId,omitempty"`
}

// ResetBot is what happens to one bot.
type ResetBot struct {
	ID             bot.ID        `json:"id"`
	Name           string        `json:"name"`
	MetricsResetAt *time.Time    `json:"metricsResetAt"` // before
	Sessions       int           `json:"sessions"`
	Cancels        *CancelledJob `json:"cancels,omitempty"`
}

// ResetMetrics makes results count anew, or says what that would do.
func (c *Client) ResetMetrics(ctx context.Context, o ResetOrder) (r Resetting, err error) {
	err = c.post(ctx, "/api/admin/reset-metrics", map[string]any{
		"scope": scope(o.Scope), "dryRun": o.Execute == "", "previewHash": o.Execute, "reasonCode": o.ReasonCode,
	}, &r)
	return r, err
}

// PauseState is what is paused after an act.
type PauseState struct {
	Scope       string     `json:"scope"`
	Changed     int64      `json:"changed"` // 0: all was so already
	FleetPaused bool       `json:"fleetPaused"`
	PausedAt    *time.Time `json:"pausedAt"`
	Reason      string     `json:"reason"`
	BotsPaused  int        `json:"botsPaused"`
	AuditID     int64      `json:"auditId"` // 0: nothing was written
}

// Pause holds bots back from new jobs.
func (c *Client) Pause(ctx context.Context, words []string, reason string) (s PauseState, err error) {
	err = c.post(ctx, "/api/autonomy/pause", map[string]any{"scope": scope(words), "reason": reason}, &s)
	return s, err
}

// Resume lets paused bots go on.
func (c *Client) Resume(ctx context.Context, words []string, reason string) (s PauseState, err error) {
	err = c.post(ctx, "/api/autonomy/resume", map[string]any{"scope": scope(words), "reason": reason}, &s)
	return s, err
}
