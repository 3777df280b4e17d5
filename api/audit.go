package api

import (
	"context"
	"time"

	"assay/store"
)

// Judgement is whether something that must be true is.
type Judgement string

// The two judgements. What could not be looked at is a failed call.
const (
	Pass Judgement = "PASS"
	Fail Judgement = "FAIL"
)

func judged(passed bool) Judgement {
	if passed {
		return Pass
	}
	return Fail
}

// Audit is what one verification of the audit log and the invariants found.
type Audit struct {
	ID         int64              `json:"id"` // row of audits
	Verdict    Judgement          `json:"verdict"`
	StartedAt  time.Time          `json:"startedAt"`
	FinishedAt time.Time          `json:"finishedAt"`
	Chain      AuditChain         `json:"chain"`       // audit_log
	Events     AuditChain         `json:"stageEvents"` // bot_stage_events
	Ticks      AuditChain         `json:"ticks"`       // planner_ticks, and the snapshots they name
	Checked    int                `json:"checked"`     // invariants and chains
	Failed     int                `json:"failed"`      // of them
	Findings   List[AuditFinding] `json:"findings"`    // what does not hold
}

// AuditChain is the walk along one chain of rows.
type AuditChain struct {
	Rows   int64  `json:"rows"` // place of the last that is intact, from the first
	Head   string `json:"head"` // hash of that row
	Broken string `json:"broken,omitempty"`
}

func auditChain(c store.Chain) AuditChain { return AuditChain{c.Rows, c.Head, c.Broken} }

// AuditFinding is an invariant that does not hold.
type AuditFinding struct {
	ID        string       `json:"id"`
	Sentence  string       `json:"sentence"`
	Offending int          `json:"offending"` // rows
	Samples   List[string] `json:"samples"`
}

func (s *Server) audit(ctx context.Context, _ *struct{}) (*answer[Audit], error) {
	run, err := s.db.RunAudit(ctx, store.Operator)
	if err != nil {
		return nil, err
	}
	out := Audit{
		ID: run.ID, Verdict: judged(run.Passed), StartedAt: run.StartedAt, FinishedAt: run.FinishedAt,
		Chain: auditChain(run.Chain), Events: auditChain(run.StageEvents), Ticks: auditChain(run.Ticks),
		Checked: run.Checked, Failed: run.Failed,
	}
	for _, f := range run.Findings {
		out.Findings = append(out.Findings, AuditFinding{f.ID, f.Sentence, f.Offending, f.Samples})
	}
	return &answer[Audit]{out}, nil
}

// ProofInvariants is the answer of GET /api/_proof/invariants.
type ProofInvariants struct {
	Verdict     Judgement            `json:"verdict"`
	GeneratedAt time.Time            `json:"generated_at"`
	Checked     int                  `json:"checked"` // invariants and chains
	Failed      int                  `json:"failed"`  // of them
	Chain       ProofChain           `json:"audit_chain"`
	StageEvents ProofChain           `json:"stage_events_chain"`
	Ticks       ProofChain           `json:"ticks_chain"`          // and the snapshots they name
	LastAudit   *ProofAudit          `json:"last_audit,omitempty"` // absent: no audit yet
	Invariants  List[ProofInvariant] `json:"invariants"`
}

// ProofChain is the walk along one chain of rows, every hash computed again,
// which no portable SQL can do.
type ProofChain struct {
	Verdict Judgement `json:"verdict"`
	Rows    int64     `json:"rows"`
	Head    string    `json:"head"`
	Broken  string    `json:"broken,omitempty"`
}

// ProofAudit is the newest row of audits.
type ProofAudit struct {
	ID         int64     `json:"id"`
	FinishedAt time.Time `json:"finished_at"`
	Verdict    Judgement `json:"verdict"`
}

// ProofInvariant is one sentence that must be true, and the query that looks
// for rows that break it. It runs unchanged in sqlite3 and in psql.
type ProofInvariant struct {
	ID        string       `json:"id"`
	Sentence  string       `json:"sentence"`
	Verdict   Judgement    `json:"verdict"`
	Offending int          `json:"offending_rows"`
	Samples   List[string] `json:"sample_ids"`
	SQL       string       `json:"sql"`
}

func (s *Server) proveInvariants(ctx context.Context, _ *struct{}) (*answer[ProofInvariants], error) {
	var out ProofInvariants
	err := s.db.View(ctx, func(tx *store.DB) error {
		findings, err := tx.CheckInvariants(ctx)
		if err != nil {
			return err
		}
		out = proofOf(findings)
		out.GeneratedAt = tx.Now()
		chains, err := tx.VerifyChains(ctx)
		if err != nil {
			return err
		}
		out.addChains(chains)
		last, found, err := tx.LastAudit(ctx)
		if found {
			out.LastAudit = &ProofAudit{last.ID, last.FinishedAt, judged(last.Passed)}
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	return &answer[ProofInvariants]{out}, nil
}

func (p *ProofInvariants) addChains(c store.Chains) {
	p.Chain, p.StageEvents, p.Ticks = proofChain(c.Chain), proofChain(c.StageEvents), proofChain(c.Ticks)
	p.Checked = c.Checks(p.Checked)
	p.Failed += len(c.BrokenOnes())
	p.Verdict = judged(p.Failed == 0)
}

func proofChain(c store.Chain) ProofChain {
	return ProofChain{judged(c.Broken == ""), c.Rows, c.Head, c.Broken}
}

func proofOf(findings []store.Finding) (out ProofInvariants) {
	out.Checked = len(findings)
	for _, f := range findings {
		if !f.Holds() {
			out.Failed++
		}
		out.Invariants = append(out.Invariants, ProofInvariant{
			f.ID, f.Sentence, judged(f.Holds()), f.Offending, f.Samples, f.SQL,
		})
	}
	return out
}
