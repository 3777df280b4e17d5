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
	Chain      Chain
	Checked    int // invariants
	Failed     int // … that do not hold
	Findings   []BrokenRule
}

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
		if run.Chain, err = tx.VerifyChain(ctx); err != nil {
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

func (r *AuditRun) judge(findings []Finding) {
	r.Checked = len(findings)
	for _, f := range findings {
		if !f.Holds() {
			r.Failed++
			r.Findings = append(r.Findings, BrokenRule{f.ID, f.Sentence, f.Offending, f.Samples})
		}
	}
	if r.Chain.Broken != "" {
		r.Findings = append(r.Findings, BrokenRule{
			"AUDIT_LOG_HASHES", "Every hash of the audit log is that of its row: " + r.Chain.Broken + ".", 1, []string{fmt.Sprint(r.Chain.Rows + 1)},
		})
	}
	r.Passed = len(r.Findings) == 0
}

func (db *DB) saveAudit(ctx context.Context, r *AuditRun, actor string) error {
	verdict := "PASS"
	if !r.Passed {
		verdict = "FAIL"
	}
	err := db.returning(ctx, `insert into audits (started_at, finished_at, verdict, chain_rows, chain_head, checked, failed, findings)
		values ($1, {now}, $2, $3, $4, $5, $6, $7) returning id, finished_at`, Time{r.StartedAt}, verdict, r.Chain.Rows, r.Chain.Head,
		r.Checked, r.Failed, jsonText{r.Findings}).Scan(&r.ID, timeInto(&r.FinishedAt))
	if err != nil {
		return fmt.Errorf("store the audit: %w", err)
	}
	_, err = db.Audit(ctx, Act{
		Actor: actor, Action: "audit", Scope: "ALL",
		Detail: map[string]any{"verdict": verdict, "chain_rows": r.Chain.Rows, "checked": r.Checked, "failed": r.Failed},
	})
	return err
}

// LastAudit returns the newest audit; found is false before the first.
func (db *DB) LastAudit(ctx context.Context) (r AuditRun, found bool, err error) {
	var verdict string
	var findings json.RawMessage
	err = db.row(ctx, `select id, started_at, finished_at, verdict, chain_rows, chain_head, checked, failed, findings
		from audits order by id desc limit 1`).Scan(&r.ID, timeInto(&r.StartedAt), timeInto(&r.FinishedAt), &verdict,
		&r.Chain.Rows, &r.Chain.Head, &r.Checked, &r.Failed, jsonInto(&findings))
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
