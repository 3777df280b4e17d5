package badge

import (
	"fmt"
	"strings"
	"time"

	"assay/bot"
	"assay/job"
)

// badges returns at most two: what the lab does or did with the bot, and how
// its runner, or the bot itself, stands.
func badges(f Facts, now time.Time) []Badge {
	all := []Badge{}
	for _, b := range []*Badge{work(f, now), standing(f, now)} {
		if b == nil {
			continue
		}
		b.Display = b.Text
		if b.Since != nil {
			b.Display += " • " + Age(b.Age, *b.Since, now)
		}
		all = append(all, *b)
	}
	return all
}

// work is the badge of the active job, or else of the last one.
func work(f Facts, now time.Time) *Badge {
	switch last := f.Last; {
	case f.Active != nil && f.Active.Status == job.Running:
		b := activity(*f.Active, f.Bot.Generation+1)
		b.Since, b.Age = at(f.Active.StartedAt), Elapsed
		return b
	case f.Active != nil:
		text := "Queued • " + waiting(*f.Active, f.Bot.Generation+1)
		return &Badge{Kind: KindQueued, Tone: Slate, Text: text, Age: NoAge}
	case failed(f):
		return &Badge{
			Kind: KindFailed, Tone: Critical, Text: "Failed • " + failure(last.Error),
			Since: at(last.CompletedAt), Age: Ago,
		}
	case last != nil && last.Status == job.Completed && now.Sub(last.CompletedAt) < Recent:
		b := activity(*last, evolvedTo(f))
		b.Since, b.Age, b.Muted = at(last.CompletedAt), Ago, true
		return b
	default:
		return nil
	}
}

func activity(j job.Job, target int) *Badge {
	switch j.Type {
	case job.Evolve:
		return &Badge{Kind: KindEvolve, Tone: Teal, Text: fmt.Sprintf("Evolving → Gen %d", target)}
	case job.Improve:
		return &Badge{Kind: KindImprove, Tone: Blue, Text: fmt.Sprintf("Improving #%d", j.Iteration)}
	default:
		return &Badge{Kind: KindBacktest, Tone: Violet, Text: fmt.Sprintf("Backtesting ×%d", j.Attempt)}
	}
}

// waiting names the try that comes: a queued job's attempt counts those made.
func waiting(j job.Job, target int) string {
	switch j.Type {
	case job.Evolve:
		return fmt.Sprintf("Evolve → Gen %d", target)
	case job.Improve:
		return fmt.Sprintf("Improve #%d", j.Iteration)
	default:
		return fmt.Sprintf("Backtest ×%d", j.Attempt+1)
	}
}

// evolvedTo is the generation the last evolution was for. An accepted one has
// raised the bot's generation since, so the bot alone cannot say.
func evolvedTo(f Facts) int {
	if f.EvolvedTo > 0 {
		return f.EvolvedTo
	}
	return f.Bot.Generation + 1
}

// failure is the first clause of an error, short enough for a badge; the whole
// sentence is in the alert.
func failure(text string) string {
	const most = 60
	text, _, _ = strings.Cut(text, ";")
	text = strings.TrimSpace(text)
	if text == "" {
		return "all attempts used"
	}
	if r := []rune(text); len(r) > most {
		return strings.TrimSpace(string(r[:most-1])) + "…"
	}
	return text
}

func standing(f Facts, now time.Time) *Badge {
	if f.Bot.Stage != bot.Lab {
		return runnerBadge(f, now)
	}
	switch {
	case fresh(f, now):
		return &Badge{Kind: KindFresh, Tone: Slate, Text: "Fresh", Age: NoAge}
	case f.Active == nil && f.Last == nil:
		return &Badge{Kind: KindNeeds, Tone: Slate, Text: "Needs Backtest", Age: NoAge}
	default:
		return nil
	}
}

func runnerBadge(f Facts, now time.Time) *Badge {
	b := &Badge{Kind: KindRunner, Tone: Slate, Age: NoAge}
	switch s, _, since := runnerState(f, now); s {
	case RunnerRequired:
		b.Kind, b.Tone, b.Text = KindNeeds, Warn, "Needs Runner"
	case RunnerStale:
		b.Tone, b.Text, b.Since, b.Age = Warn, "Runner Stale", since, Elapsed
	case RunnerStarting:
		b.Text = "Runner Starting"
	case RunnerPaused:
		b.Text = "Runner Paused"
	default:
		b.Text = "Runner Running"
	}
	return b
}
