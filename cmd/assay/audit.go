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
	return app.WithHome(ctx, all.Home, func(h *app.Home) error {
		run, err := h.DB.RunAudit(ctx, store.Operator)
		if err != nil {
			return err
		}
		fmt.Fprintf(io.out, "audit %d of %s at %s\n", run.ID, h.DB.Path(), run.FinishedAt.Format(time.RFC3339))
		fmt.Fprintf(io.out, "audit log: %s intact, head %s\n", rows(run.Chain.Rows), head(run.Chain.Head))
		fmt.Fprintf(io.out, "invariants: %d of %d hold\n", run.Checked-run.Failed, run.Checked)
		for _, f := range run.Findings {
			fmt.Fprintf(io.out, "FAIL %s: %s Rows that break it: %d, e.g. %s\n", f.ID, f.Sentence, f.Offending, strings.Join(f.Samples, ", "))
		}
		if !run.Passed {
			return assay.Errorf(assay.Internal, "GET /api/_proof/invariants has the query behind each", "the audit failed: %d findings", len(run.Findings))
		}
		_, err = fmt.Fprintln(io.out, "PASS")
		return err
	})
}

func rows(n int64) string {
	if n == 1 {
		return "1 row is"
	}
	return fmt.Sprint(n, " rows are")
}

func head(hash string) string {
	if hash == "" {
		return "—"
	}
	return hash
}
