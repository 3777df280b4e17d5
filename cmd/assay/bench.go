package main

import (
	"context"
	"fmt"
	"text/tabwriter"
	"time"

	"assay/app"
)

type benchCmd struct {
	Bars int           `help:"Bars of the workloads; fewer than a million have no published answers." default:"1000000" placeholder:"N"`
	For  time.Duration `help:"Time to repeat each workload for." default:"2s" placeholder:"TIME"`
	JSON bool          `name:"json" help:"Print the figures as JSON."`
}

func (c benchCmd) Run(ctx context.Context, io console) error {
	b, err := app.RunBench(ctx, app.Trial{Bars: c.Bars, For: c.For})
	if err != nil {
		return err
	}
	if c.JSON {
		return printJSON(io, b)
	}
	return printBench(io, b)
}

func printBench(io console, b app.Bench) error {
	answers := "are those published"
	if !b.Published {
		answers = "agree with the loops by hand; only a million bars have published ones"
	}
	fmt.Fprintf(io.out, "%s\n%d bars on one core; the answers %s\n\n", b.Machine, b.Bars, answers)
	w := tabwriter.NewWriter(io.out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "WORKLOAD\tWHAT\tM/S\tTARGET\tBY HAND\tX HAND\tTARGET\tREACHED")
	for _, m := range b.Results {
		reached := "—"
		switch {
		case m.Reached != nil && *m.Reached:
			reached = "yes"
		case m.Reached != nil:
			reached = "no"
		}
		fmt.Fprintf(w, "%s\t%s\t%.0f\t%.0f\t%.0f\t%.2f\t%.3g\t%s\n",
			m.Workload, m.What, m.Rate, m.RateTarget, m.HandRate, m.Ratio, m.RatioTarget, reached)
	}
	return w.Flush()
}
