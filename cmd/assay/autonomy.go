package main

import (
	"context"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"assay"
	"assay/app"
	"assay/bot"
	"assay/plan"
	"assay/proof"
	"assay/store"
)

// autonomyCmd looks at the planner through the database, so that it answers
// also when no server runs.
type autonomyCmd struct {
	Status   autonomyStatusCmd   `cmd:"" default:"withargs" help:"Say whether the planner lives, and what its last ticks did. The default."`
	Why      autonomyWhyCmd      `cmd:"" help:"Say, rule by rule, why a bot is worked on or held."`
	Forecast autonomyForecastCmd `cmd:"" help:"List what the planner will do next, and when."`
	Replay   autonomyReplayCmd   `cmd:"" help:"Decide again what a tick decided, and compare every byte."`
}

type autonomyStatusCmd struct {
	Ticks int `help:"How many of the last ticks." default:"10" placeholder:"N"`
}

func (c autonomyStatusCmd) Run(ctx context.Context, to console, all *cli) error {
	if c.Ticks < 1 || c.Ticks > 1000 {
		return assay.Errorf(assay.Invalid, "give a number from 1 to 1000", "%d ticks cannot be listed", c.Ticks)
	}
	return app.WithHome(ctx, all.Home, func(h *app.Home) error {
		facts, err := h.DB.AutonomyFacts(ctx)
		if err != nil {
			return err
		}
		ticks, err := h.DB.Ticks(ctx, c.Ticks)
		if err != nil {
			return err
		}
		return printStatus(to.out, facts, ticks)
	})
}

func printStatus(out io.Writer, f store.AutonomyFacts, ticks []store.Tick) error {
	fmt.Fprintf(out, "planner   %s\n", plannerSentence(f))
	fmt.Fprintf(out, "watchdog  %s\n", watchdogSentence(f))
	fmt.Fprintf(out, "fleet     %s\n", pauseSentence(f))
	if f.ChangesMissed > 0 {
		fmt.Fprintf(out, "mistakes  %d changes of bots were found that nobody had announced; please report it with the server's log\n", f.ChangesMissed)
	}
	if len(ticks) == 0 {
		return nil
	}
	fmt.Fprintln(out)
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "TICK\tFINISHED\tBOTS\tENQUEUED\tHELD\tBY REASON")
	for _, t := range ticks {
		fmt.Fprintf(w, "%d\t%s\t%d\t%d\t%d\t%s\n", t.ID, stamp(t.FinishedAt), t.BotsEvaluated, t.JobsEnqueued, t.BotsHeld, reasons(t))
	}
	return w.Flush()
}

func plannerSentence(f store.AutonomyFacts) string {
	if f.LastTick.ID == 0 {
		return "it has not ticked yet; start assay serve"
	}
	said := fmt.Sprintf("tick %d finished %s", f.LastTick.ID, since(f.LastTick.FinishedAt, f.Now))
	if f.FailedInARow > 0 {
		said += fmt.Sprintf("; the last %d failed or had trouble", f.FailedInARow)
	}
	if f.Signs().Stalled() {
		return "STALLED: " + said + "; see whether assay serve runs, and its log"
	}
	return "alive: " + said
}

func watchdogSentence(f store.AutonomyFacts) string {
	switch {
	case f.WatchedAt.IsZero():
		return "it has not looked yet; assay serve runs it"
	case f.Signs().Unwatched():
		return "SILENT: it looked " + since(f.WatchedAt, f.Now) + "; see whether assay serve runs"
	default:
		return "it looked " + since(f.WatchedAt, f.Now)
	}
}

func pauseSentence(f store.AutonomyFacts) string {
	if f.Paused.PausedAt.IsZero() {
		return "not paused"
	}
	said := "PAUSED since " + stamp(f.Paused.PausedAt)
	if f.Paused.Reason != "" {
		said += ": " + f.Paused.Reason
	}
	return said
}

// reasons prints the held by reason, the most frequent first, or what went
// wrong.
func reasons(t store.Tick) string {
	if t.Error != "" {
		return "ERROR: " + strings.ReplaceAll(t.Error, "\n", "; ")
	}
	var parts []string
	byCount := func(a, b plan.Reason) int {
		if d := t.HeldBy[b] - t.HeldBy[a]; d != 0 {
			return d
		}
		return strings.Compare(string(a), string(b))
	}
	for _, why := range slices.SortedFunc(maps.Keys(t.HeldBy), byCount) {
		parts = append(parts, fmt.Sprintf("%s %d", why, t.HeldBy[why]))
	}
	return strings.Join(parts, ", ")
}

type autonomyWhyCmd struct {
	Bot  string `arg:"" help:"Id of a bot; see assay bots."`
	Tick int64  `help:"Number of a tick; the last one that made a plan when absent." placeholder:"N"`
	JSON bool   `name:"json" help:"Print it as JSON, with every fact."`
}

func (c autonomyWhyCmd) Run(ctx context.Context, to console, all *cli) error {
	return app.WithHome(ctx, all.Home, func(h *app.Home) error {
		w, err := proof.Explain(ctx, h.DB, c.Tick, bot.ID(c.Bot))
		if err != nil {
			return err
		}
		if c.JSON {
			return printJSON(to, struct {
				Tick int64     `json:"tick"`
				At   time.Time `json:"at"`
				plan.Explanation
			}{w.Tick.ID, w.Tick.DecidedAt, w.Explanation})
		}
		return printWhy(to.out, w, h.DB.Now())
	})
}

func printWhy(out io.Writer, why proof.Why, now time.Time) error {
	fmt.Fprintf(out, "%s at tick %d, %s\n\n", why.Decision.BotID, why.Tick.ID, since(why.Tick.DecidedAt, now))
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
	return app.WithHome(ctx, all.Home, func(h *app.Home) error {
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

type autonomyReplayCmd struct {
	Tick int64 `arg:"" help:"Number of a tick; see assay autonomy."`
}

func (c autonomyReplayCmd) Run(ctx context.Context, to console, all *cli) error {
	return app.WithHome(ctx, all.Home, func(h *app.Home) error {
		r, err := proof.Replan(ctx, h.DB, c.Tick)
		if err != nil {
			return err
		}
		if r.Difference != "" {
			return assay.Errorf(assay.Internal, "trust neither until you know which of them changed: the rows or the program",
				"tick %d does not replay: %s", c.Tick, r.Difference)
		}
		_, err = fmt.Fprintf(to.out, "tick %d of %s: the same %d decisions, %d of them to enqueue\ninput %s\nplan  %s\n", c.Tick,
			stamp(r.Tick.DecidedAt), len(r.Plan.Decisions), r.Plan.Enqueued, r.Tick.InputHash, r.Tick.PlanHash)
		return err
	})
}

func stamp(t time.Time) string { return t.UTC().Format("2006-01-02 15:04:05Z") }

// since prints a moment and how long ago it was, never less than nothing.
func since(t, now time.Time) string {
	return fmt.Sprintf("%s, %s ago", stamp(t), max(0, now.Sub(t)).Truncate(time.Second))
}
