package main

import (
	"context"
	"fmt"
	"io"
	"text/tabwriter"
	"time"

	"assay"
	"assay/app"
	"assay/bot"
	"assay/plan"
	"assay/proof"
)

type autonomyWhyCmd struct {
	Bot  string `arg:"" help:"Id of a bot; see assay bots."`
	Tick int64  `help:"Number of a tick; the last one that made a plan when absent." placeholder:"N"`
	JSON bool   `name:"json" help:"Print it as JSON, with every fact."`
}

func (c autonomyWhyCmd) Run(ctx context.Context, to console, all *cli) error {
	return app.WithExisting(ctx, all.Home, func(h *app.Home) error {
		w, err := proof.Explain(ctx, h.DB, c.Tick, bot.ID(c.Bot))
		if err != nil {
			return err
		}
		if c.JSON {
			return printJSON(to, struct {
				Tick         int64     `json:"tick"`
				At           time.Time `json:"at"`
				StrategyHash string    `json:"strategyHash"`
				Generation   int       `json:"generation"`
				plan.Explanation
			}{w.Tick.ID, w.Tick.DecidedAt, w.Strategy.Hash, w.Strategy.Generation, w.Explanation})
		}
		return printWhy(to.out, w, h.DB.Now())
	})
}

func printWhy(out io.Writer, why proof.Why, now time.Time) error {
	fmt.Fprintf(out, "%s (Gen %d, strategy %.12s) at tick %d, %s\n\n", why.Decision.BotID, why.Strategy.Generation,
		why.Strategy.Hash, why.Tick.ID, since(why.Tick.DecidedAt, now))
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	for _, r := range why.Rules {
		fmt.Fprintf(w, "%s\t%s\t%s\n", r.Rule, r.Answer, r.Saw)
	}
	if err := w.Flush(); err != nil {
		return err
	}
	d := why.Decision
	if d.Held != nil {
		fmt.Fprintf(out, "\nheld  %s: %s\n", d.Held.Reason, d.Held.Detail)
	} else {
		fmt.Fprintf(out, "\nwork  %s: %s is enqueued\n", d.Enqueue.Reason, d.Enqueue.Type)
	}
	_, err := fmt.Fprintf(out, "next  %s%s: %s\n", d.Next.Action, when(d.Next.DueAt), d.Next.Reason)
	return err
}

func when(at time.Time) string {
	if at.IsZero() {
		return ""
	}
	return " at " + stamp(at)
}

type autonomyForecastCmd struct {
	Bot   string `arg:"" optional:"" help:"Id of a bot; the whole fleet when absent."`
	Hours int    `help:"How far ahead." default:"24" placeholder:"N"`
	JSON  bool   `name:"json" help:"Print it as JSON."`
}

func (c autonomyForecastCmd) Run(ctx context.Context, to console, all *cli) error {
	if c.Hours < 1 || c.Hours > 24*31 {
		return assay.Errorf(assay.Invalid, "give a number from 1 to 744", "a forecast cannot reach %d hours ahead", c.Hours)
	}
	return app.WithExisting(ctx, all.Home, func(h *app.Home) error {
		a, err := proof.Forecast(ctx, h.DB, bot.ID(c.Bot), time.Duration(c.Hours)*time.Hour)
		if err != nil {
			return err
		}
		if c.JSON {
			return printJSON(to, a.Steps)
		}
		return printForecast(to.out, a, h.DB.Now())
	})
}

func printForecast(out io.Writer, a proof.Ahead, now time.Time) error {
	fmt.Fprintf(out, "from tick %d, %s; if every job ends well at once, and neither data nor a person comes in between\n\n",
		a.Tick.ID, since(a.Tick.DecidedAt, now))
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "WHEN\tBOT\tACTION\tWHY")
	for _, s := range a.Steps {
		at := "no time"
		if !s.At.IsZero() {
			at = stamp(s.At)
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\n", at, s.BotID, s.Action, s.Reason)
	}
	return w.Flush()
}
