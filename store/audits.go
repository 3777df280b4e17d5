package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"
)

// AuditRun is one verification of the audit log and of the invariants.
type AuditRun struct {
	ID         int64
	StartedAt  time.Time
	FinishedAt time.Time
	Passed     bool
	Chains
	Checked  int // invariants and chains
	Failed   int // … that do not hold
	Findings []BrokenRule
}

// Chains are the chains of rows that an audit walks along.
type Chains struct {
	Chain       Chain // audit_log
	StageEvents Chain // bot_stage_events
	Ticks       Chain // planner_ticks, and the snapshots they name
}

// chains is how many there are.
const chains = 3

// BrokenRule is what an audit keeps of an invariant that does not hold, or of
// a broken chain.
type BrokenRule struct {
	ID        string   `json:"id"`
	Sentence  string   `json:"sentence"`
	Offending int      `json:"offending"`
	Samples   []string `json:"samples"`
}

// RunAudit verifies the audit log and all invariants over one snapshot, and
// stores when and what it found. That, too, is an act in the log.
func (db *DB) RunAudit(ctx context.Context, actor string) (run AuditRun, err error) {
	err = db.View(ctx, func(tx *DB) error {
		run.StartedAt = tx.Now()
		if run.Chains, err = tx.VerifyChains(ctx); err != nil {
			return err
		}
		findings, err := tx.CheckInvariants(ctx)
		run.judge(findings)
		return err
	})
	if err != nil {
		return run, err
	}
	err = db.InTx(ctx, func(tx *DB) error { return tx.saveAudit(ctx, &run, actor) })
	return run, err
}

// VerifyChains walks along all chains.
func (db *DB) VerifyChains(ctx context.Context) (c Chains, err error) {
	if c.Chain, err = db.VerifyChain(ctx); err != nil {
		return c, err
	}
	if c.StageEvents, err = db.VerifyStageEvents(ctx); err != nil {
		return c, err
	}
	c.Ticks, err = db.VerifyTicks(ctx)
	return c, err
}

// Checks is how many things an audit looks at, given its invariants.
func (Chains) Checks(invariants int) int { return chains + invariants }

// BrokenOnes lists what is wrong with the chains.
func (c Chains) BrokenOnes() (all []BrokenRule) {
	for _, x := range []struct {
		chain        Chain
		id, sentence string
	}{
		{c.Chain, "AUDIT_LOG_HASHES", "Every hash of the audit log is that of its row: "},
		{c.StageEvents, "STAGE_EVENT_HASHES", "Every stage event is the one that was written: "},
		{c.Ticks, "TICK_HASHES", "Every tick, and what it was decided from, is the one that was written: "},
	} {
		if x.chain.Broken != "" {
			all = append(all, BrokenRule{x.id, x.sentence + x.chain.Broken + ".", 1, []string{x.chain.BrokenID}})
		}
	}
	return all
}

func (r *AuditRun) judge(findings []Finding) {
	r.Checked = r.Checks(len(findings))
	for _, f := range findings {
		if !f.Holds() {
			r.Findings = append(r.Findings, BrokenRule{f.ID, f.Sentence, f.Offending, f.Samples})
		}
	}
	r.Findings = append(r.Findings, r.BrokenOnes()...)
	r.Failed = len(r.Findings)
	r.Passed = r.Failed == 0
}

func (db *DB) saveAudit(ctx context.Context, r *AuditRun, actor string) error {
	verdict := "PASS"
	if !r.Passed {
		verdict = "FAIL"
	}
	err := db.returning(ctx, `insert into audits (started_at, finished_at, verdict, chain_rows, chain_head, stage_rows, stage_head,
			tick_rows, tick_head, checked, failed, findings)
		values ($1, {now}, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) returning id, finished_at`, Time{r.StartedAt}, verdict,
		r.Chain.Rows, r.Chain.Head, r.StageEvents.Rows, r.StageEvents.Head, r.Ticks.Rows, r.Ticks.Head,
		r.Checked, r.Failed, jsonText{r.Findings}).Scan(&r.ID, timeInto(&r.FinishedAt))
	if err != nil {
		return fmt.Errorf("store the audit: %w", err)
	}
	_, err = db.Audit(ctx, Act{
		Actor: actor, Action: "audit", Scope: "ALL",
		Detail: map[string]any{
			"verdict": verdict, "chain_rows": r.Chain.Rows, "checked": r.Checked, "failed": r.Failed,
			"stage_events": []any{r.StageEvents.Rows, r.StageEvents.Head}, "ticks": []any{r.Ticks.Rows, r.Ticks.Head},
		},
	})
	return err
}

// LastAudit returns the newest audit; found is false before the first.
func (db *DB) LastAudit(ctx context.Context) (r AuditRun, found bool, err error) {
	var verdict string
	var findings json.RawMessage
	err = db.row(ctx, `select id, started_at, finished_at, verdict, chain_rows, chain_head, stage_rows, stage_head,
			tick_rows, tick_head, checked, failed, findings
		from audits order by id desc limit 1`).Scan(&r.ID, timeInto(&r.StartedAt), timeInto(&r.FinishedAt), &verdict,
		&r.Chain.Rows, &r.Chain.Head, &r.StageEvents.Rows, &r.StageEvents.Head, &r.Ticks.Rows, &r.Ticks.Head, &r.Checked, &r.Failed, jsonInto(&findings))
	if errors.Is(err, sql.ErrNoRows) {
		return r, false, nil
	}
	if err == nil {
		err = json.Unmarshal(findings, &r.Findings)
	}
	if err != nil {
		return r, false, fmt.Errorf("read the last audit: %w", err)
	}
	r.Passed = verdict == "PASS"
	return r, true, nil
}
