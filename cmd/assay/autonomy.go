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
	"assay/plan"
	"assay/proof"
	"assay/store"
)

// autonomyCmd looks at the planner through the database, so that it answers
// also when no server runs; only pausing and resuming go through one.
type autonomyCmd struct {
	Status   autonomyStatusCmd   `cmd:"" default:"withargs" help:"Say whether the planner lives, and what its last ticks did. The default."`
	Why      autonomyWhyCmd      `cmd:"" help:"Say, rule by rule, why a bot is worked on or held."`
	Forecast autonomyForecastCmd `cmd:"" help:"List what the planner will do next, and when."`
	Replay   autonomyReplayCmd   `cmd:"" help:"Decide again what a tick decided, and compare every byte."`
	Pause    pauseCmd            `cmd:"" help:"Hold bots back from new jobs."`
	Resume   resumeCmd           `cmd:"" help:"Let paused bots go on."`
}

type autonomyStatusCmd struct {
	Ticks int `help:"How many of the last ticks." default:"10" placeholder:"N"`
}

func (c autonomyStatusCmd) Run(ctx context.Context, to console, all *cli) error {
	if c.Ticks < 1 || c.Ticks > 1000 {
		return assay.Errorf(assay.Invalid, "give a number from 1 to 1000", "%d ticks cannot be listed", c.Ticks)
	}
	return app.WithExisting(ctx, all.Home, func(h *app.Home) error {
		facts, err := h.DB.AutonomyFacts(ctx)
		if err != nil {
			return err
		}
		ticks, err := h.DB.Ticks(ctx, c.Ticks)
		if err != nil {
			return err
		}
		served, err := h.Served(ctx)
		if err != nil {
			return err
		}
		if err := printStatus(to.out, facts, served, ticks); err != nil {
			return err
		}
		return atWork(facts, served)
	})
}

// atWork is the verdict as an exit code. A tick that ended a minute ago is no
// sign of life when nobody is there to make the next.
func atWork(f store.AutonomyFacts, served bool) error {
	last := "it has not ticked yet"
	if f.LastTick.ID != 0 {
		last = "the last tick finished " + since(f.LastTick.FinishedAt, f.Now)
	}
	switch {
	case !served:
		return assay.Errorf(assay.Unavailable, "start assay serve", "no server is running; %s", last)
	case f.LastTick.ID != 0 && f.Signs().Stalled():
		return assay.Errorf(assay.Unavailable, "read the log of the server, and start it again", "the planner is stalled; %s", last)
	}
	return nil
}

func printStatus(out io.Writer, f store.AutonomyFacts, served bool, ticks []store.Tick) error {
	fmt.Fprintf(out, "planner   %s\n", plannerSentence(f, served))
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

func plannerSentence(f store.AutonomyFacts, served bool) string {
	if f.LastTick.ID == 0 {
		return "it has not ticked yet; start assay serve"
	}
	said := fmt.Sprintf("tick %d finished %s", f.LastTick.ID, since(f.LastTick.FinishedAt, f.Now))
	switch f.FailedInARow {
	case 0:
	case 1:
		said += "; it failed or had trouble"
	default:
		said += fmt.Sprintf("; the last %d failed or had trouble", f.FailedInARow)
	}
	switch {
	case !served:
		return "NOT RUNNING: no server is running; " + said
	case f.Signs().Stalled():
		return "STALLED: " + said + "; see the server's log"
	default:
		return "alive: " + said
	}
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

type autonomyReplayCmd struct {
	Tick int64 `arg:"" help:"Number of a tick; see assay autonomy."`
}

func (c autonomyReplayCmd) Run(ctx context.Context, to console, all *cli) error {
	return app.WithExisting(ctx, all.Home, func(h *app.Home) error {
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
