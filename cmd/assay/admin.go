package main

import (
	"context"
	"fmt"
	"strings"
	"text/tabwriter"
	"time"

	"assay"
	"assay/bot"
	"assay/client"
)

type adminCmd struct {
	Revert revertCmd `cmd:"" name:"revert-to-lab" help:"Put bots back to LAB: MANUAL, locked, runners stopped, jobs cancelled."`
	Reset  resetCmd  `cmd:"" name:"reset-metrics" help:"Count results anew from now; older ones stay readable."`
}

// bulk is what both acts take. An empty --execute is a slip and no dry run.
type bulk struct {
	Scope   []string `arg:"" name:"scope" help:"ALL, or a stage, or the ids of bots."`
	Execute *string  `help:"Do it: the hash that the dry run printed. Without it nothing is changed." placeholder:"HASH"`
	JSON    bool     `name:"json" help:"Print the answer as JSON."`
	serverFlag
}

func (b bulk) hash() (string, error) {
	if b.Execute == nil {
		return "", nil
	}
	if strings.TrimSpace(*b.Execute) == "" {
		return "", assay.Errorf(assay.Invalid, "make a dry run without --execute, and give the hash it prints", "--execute: the hash is missing")
	}
	return *b.Execute, nil
}

type revertCmd struct {
	bulk
	Reason string  `help:"Reason code that the stage events and the audit log keep." default:"${reasonRevert}" placeholder:"CODE"`
	Lock   float64 `help:"Hours for which the stage stays locked." default:"24" placeholder:"HOURS"`
}

func (c revertCmd) Run(ctx context.Context, io console, all *cli) error {
	hash, err := c.hash()
	if err != nil {
		return err
	}
	if _, err := bot.LockOf(c.Lock); err != nil { // JSON has no infinity
		return err
	}
	server, err := c.client(all)
	if err != nil {
		return err
	}
	done, err := server.Revert(ctx, client.RevertOrder{Scope: c.Scope, ReasonCode: c.Reason, LockHours: c.Lock, Execute: hash})
	if err != nil {
		return err
	}
	if c.JSON {
		return printJSON(io, done)
	}
	return c.print(io, done)
}

// shown is how many bots an answer lists; --json has them all.
const shown = 20

func (c revertCmd) print(io console, r client.Reversal) error {
	w := tabwriter.NewWriter(io.out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "BOT\tFROM\tTO\tMODE\tCANCELS\tRUNNERS STOPPED")
	for _, b := range r.Bots[:min(shown, len(r.Bots))] {
		fmt.Fprintf(w, "%s\t%s\t%s\t%s to %s\t%s\t%d\n", b.ID, b.FromStage, b.ToStage, b.FromMode, b.ToMode, cancels(b.Cancels), b.RunnersStopped)
	}
	if err := w.Flush(); err != nil {
		return err
	}
	more(io, len(r.Bots))
	fmt.Fprintf(io.out, "\n%d bots (%s) to LAB for %s, locked until %s; %d jobs cancelled, %d runners stopped\n", r.Counts.Bots,
		stages(r.Counts.From), r.ReasonCode, r.StageLockedUntil.Format(time.RFC3339), r.Counts.JobsCancelled, r.Counts.RunnersStopped)
	again := fmt.Sprintf("assay admin revert-to-lab %s --reason %s --lock %g", strings.Join(c.Scope, " "), r.ReasonCode, c.Lock)
	return conclude(io, r.DryRun, again, r.PreviewHash, r.AuditID)
}

type resetCmd struct {
	bulk
	Reason string `required:"" help:"Reason code that the audit log keeps." placeholder:"CODE"`
}

func (c resetCmd) Run(ctx context.Context, io console, all *cli) error {
	hash, err := c.hash()
	if err != nil {
		return err
	}
	server, err := c.client(all)
	if err != nil {
		return err
	}
	done, err := server.ResetMetrics(ctx, client.ResetOrder{Scope: c.Scope, ReasonCode: c.Reason, Execute: hash})
	if err != nil {
		return err
	}
	if c.JSON {
		return printJSON(io, done)
	}
	return c.print(io, done)
}

func (c resetCmd) print(io console, r client.Resetting) error {
	w := tabwriter.NewWriter(io.out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "BOT\tRESET BEFORE\tSESSIONS\tCANCELS")
	for _, b := range r.Bots[:min(shown, len(r.Bots))] {
		before := "never"
		if b.MetricsResetAt != nil {
			before = b.MetricsResetAt.Format(time.RFC3339)
		}
		fmt.Fprintf(w, "%s\t%s\t%d\t%s\n", b.ID, before, b.Sessions, cancels(b.Cancels))
	}
	if err := w.Flush(); err != nil {
		return err
	}
	more(io, len(r.Bots))
	fmt.Fprintf(io.out, "\n%d bots count anew from %s for %s; %d sessions count no more and stay readable, %d jobs cancelled\n",
		r.Counts.Bots, r.MetricsResetAt.Format(time.RFC3339Nano), r.ReasonCode, r.Counts.Sessions, r.Counts.JobsCancelled)
	again := fmt.Sprintf("assay admin reset-metrics %s --reason %s", strings.Join(c.Scope, " "), r.ReasonCode)
	return conclude(io, r.DryRun, again, r.PreviewHash, r.AuditID)
}

func cancels(j *client.CancelledJob) string {
	if j == nil {
		return "—"
	}
	return fmt.Sprintf("job %d (%s, %s)", j.ID, j.JobType, strings.ToLower(string(j.Status)))
}

func more(io console, bots int) {
	if bots > shown {
		fmt.Fprintf(io.out, "… and %d more\n", bots-shown)
	}
}

func stages(counts map[bot.Stage]int) string {
	var parts []string
	for _, s := range bot.Stages {
		if counts[s] > 0 {
			parts = append(parts, fmt.Sprintf("%s %d", s, counts[s]))
		}
	}
	return strings.Join(parts, ", ")
}

// conclude says that nothing was done and how to do it, or that it was.
func conclude(io console, dry bool, again, hash string, auditID int64) error {
	if dry {
		_, err := fmt.Fprintf(io.out, "dry run, nothing was changed; to do it:\n%s --execute %s\n", again, hash)
		return err
	}
	_, err := fmt.Fprintf(io.out, "done; row %d of the audit log\n", auditID)
	return err
}
