package plan

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"assay/bot"
)

// Explanation is a decision and how the rules came to it.
type Explanation struct {
	Facts    Facts     `json:"facts"`
	Decision Decision  `json:"decision"`
	Rules    []Finding `json:"rules"` // those looked at, in their order
}

// Finding is what one rule found.
type Finding struct {
	Rule   string `json:"rule"`
	Answer string `json:"answer"` // "passes", "decides" or "cannot"
	Saw    string `json:"saw"`    // the facts it looked at
}

// The answers of a rule.
const (
	Passes  = "passes"  // it does not apply
	Decides = "decides" // it applies
	Cannot  = "cannot"  // it applies, but nobody can do what it asks for: later rules may still find work
)

// Explain returns how Decide comes to its decision about one bot: it walks the
// same rules. found is false when the fleet has no such bot.
func Explain(fleet Fleet, policy Policy, now time.Time, id bot.ID) (e Explanation, found bool) {
	bots := byID(fleet.Bots)
	at, found := slices.BinarySearchFunc(bots, id, func(f Facts, id bot.ID) int { return cmp.Compare(f.ID, id) })
	if !found {
		return e, false
	}
	c := newContract(&fleet, policy, now)
	e.Facts = bots[at]
	c.walk(&e.Facts, func(r *rule, v verdict) {
		answer := [...]string{passes: Passes, decides: Decides, wishes: Cannot}[v]
		e.Rules = append(e.Rules, Finding{r.name, answer, r.facts(c, &e.Facts)})
	})
	for _, d := range Decide(fleet, policy, now).Decisions {
		if d.BotID == id {
			e.Decision = d
		}
	}
	if d := e.Decision; d.Held != nil && d.Held.Reason == CapTotal {
		e.Rules = append(e.Rules, Finding{string(CapTotal), Decides, d.Held.Detail})
	}
	return e, true
}

func sawStage(_ *contract, b *Facts) string { return fmt.Sprintf("it is in %s", b.Stage) }

func sawJob(_ *contract, b *Facts) string {
	if b.Active == nil {
		return "no job of it is queued or running"
	}
	return fmt.Sprintf("job %d (%s) is %s", b.Active.JobID, b.Active.Type, strings.ToLower(string(b.Active.Status)))
}

func sawPause(c *contract, b *Facts) string {
	switch {
	case c.fleet.Paused:
		return "the whole fleet is paused"
	case b.Paused:
		return "this bot is paused"
	default:
		return "neither the fleet nor this bot is paused"
	}
}

func sawData(_ *contract, b *Facts) string {
	if !b.Data.Usable {
		return "no data set is usable for it"
	}
	return fmt.Sprintf("it is tested on %s (%.8s…), which ends with the session closed %s",
		b.Data.Set, b.Data.Fingerprint, moment(b.Data.SessionClosed))
}

func sawFailures(c *contract, b *Facts) string {
	if b.LastJob == nil {
		return "no job of it has ended yet"
	}
	saw := fmt.Sprintf("its last job (%s) ended %s at %s", b.LastJob.Type, b.LastJob.Status, moment(b.LastJob.EndedAt))
	if rest := coolDown(b, c.policy); rest > 0 {
		saw += fmt.Sprintf("; %d failed in a row rest for %s, until %s",
			b.LastJob.FailuresInARow, short(rest), moment(b.LastJob.EndedAt.Add(rest)))
	}
	return saw
}

func sawBaseline(_ *contract, b *Facts) string {
	since := ""
	if !b.Boundary.IsZero() {
		since = " since its boundary " + moment(b.Boundary)
	}
	if b.Baseline == nil {
		return "the current version of its strategy has no baseline" + since
	}
	bars := "the bars it would be tested on now"
	switch {
	case b.Baseline.Set != b.Data.Set:
		bars = "another data set than " + b.Data.Set
	case newBars(b) && newSession(b):
		bars = "the same data set before a session was added"
	case newBars(b):
		bars = "the same data set before its bars were corrected"
	}
	return fmt.Sprintf("the current version of its strategy has a baseline%s on %s, %s", since, b.Baseline.Set, bars)
}

func sawAge(c *contract, b *Facts) string {
	return fmt.Sprintf("the baseline was completed at %s, and is refreshed after %s, at %s", moment(b.Baseline.CompletedAt),
		short(c.policy.RefreshAfter), moment(b.Baseline.CompletedAt.Add(c.policy.RefreshAfter)))
}

func sawTrials(c *contract, b *Facts) string {
	return fmt.Sprintf("%d of %d variants of its lineage were tried", b.Trials, c.policy.TrialBudget)
}

func sawEvolve(c *contract, b *Facts) string {
	last := "it was never evolved"
	if b.Evolve != nil {
		last = "its last evolution ended at " + moment(b.Evolve.EndedAt)
	}
	return fmt.Sprintf("%s, and the time for one is %s; %d of %d improvements since, %d trades with %d wanted", last,
		moment(evolvedAt(b).Add(c.policy.EvolveInterval)), b.Improvements, c.policy.ImprovesPerEvolve,
		b.Baseline.Trades, c.policy.MinTrades)
}

func sawTrades(c *contract, b *Facts) string {
	return fmt.Sprintf("the baseline has %d trades, and %d are wanted", b.Baseline.Trades, c.policy.MinTrades)
}

func sawImprove(c *contract, b *Facts) string {
	if b.Improve == nil {
		return "it was never improved"
	}
	return fmt.Sprintf("improvement #%d ended at %s, and the time for the next is %s", b.Improve.Iteration,
		moment(b.Improve.EndedAt), moment(b.Improve.EndedAt.Add(c.policy.ImproveInterval)))
}

func sawNothingDue(*contract, *Facts) string { return "nothing else is due" }

func moment(t time.Time) string {
	if t.IsZero() {
		return "never"
	}
	return t.UTC().Format("2006-01-02 15:04:05Z")
}
