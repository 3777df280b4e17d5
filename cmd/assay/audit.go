package main

import (
	"context"
	"fmt"
	"strings"
	"time"

	"assay"
	"assay/app"
	"assay/store"
)

type auditCmd struct{}

// Run looks at the database itself and needs no server, so that a restored
// backup can be audited before anything works on it.
func (auditCmd) Run(ctx context.Context, io console, all *cli) error {
	return app.WithExisting(ctx, all.Home, func(h *app.Home) error {
		run, err := h.DB.RunAudit(ctx, store.Operator)
		if err != nil {
			return err
		}
		fmt.Fprintf(io.out, "audit %d of %s at %s\n", run.ID, h.DB.Path(), run.FinishedAt.Format(time.RFC3339))
		for _, c := range []struct {
			what  string
			chain store.Chain
		}{{"audit log", run.Chain}, {"stage events", run.StageEvents}, {"ticks", run.Ticks}} {
			fmt.Fprintf(io.out, "%s: %s\n", c.what, intact(c.chain))
		}
		fmt.Fprintf(io.out, "checks: %d of %d hold\n", run.Checked-run.Failed, run.Checked)
		for _, f := range run.Findings {
			fmt.Fprintf(io.out, "FAIL %s: %s Rows that break it: %d, e.g. %s\n", f.ID, f.Sentence, f.Offending, strings.Join(f.Samples, ", "))
		}
		if !run.Passed {
			return assay.Errorf(assay.Internal, "GET /api/_proof/invariants has the query behind each invariant, and what is wrong with each chain", "the audit failed: %s", findings(run.Failed))
		}
		_, err = fmt.Fprintln(io.out, "PASS")
		return err
	})
}

// intact says how far a chain is intact, and why no further.
func intact(c store.Chain) string {
	said := fmt.Sprintf("%d rows are intact", c.Rows)
	if c.Rows == 1 {
		said = "1 row is intact"
	}
	if c.Rows > 0 {
		said += ", head " + c.Head
	}
	if c.Broken != "" {
		said += "; then " + c.Broken
	}
	return said
}

func findings(n int) string {
	if n == 1 {
		return "1 finding"
	}
	return fmt.Sprint(n, " findings")
}
