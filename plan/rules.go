package plan

import (
	"time"

	"assay/bot"
	"assay/job"
)

// rule is one line of the contract: how it judges a bot, and the facts it
// looks at, in a sentence.
type rule struct {
	name  string
	judge func(*contract, *Facts) (verdict, Decision)
	facts func(*contract, *Facts) string
}

// verdict is what a rule says about a bot.
type verdict int

const (
	passes  verdict = iota // it does not apply
	decides                // it applies
	wishes                 // it applies, but the laboratory cannot do what it asks for
)

// theRules is the contract in its order. The last one always decides.
func theRules() []rule {
	return []rule{
		{"NOT_IN_LAB", isAboveLab, sawStage},
		{"1 JOB_ACTIVE", hasJob, sawJob},
		{"2 PAUSED", isPaused, sawPause},
		{"3 NO_DATA", lacksData, sawData},
		{"4 COOLING_DOWN", coolsDown, sawFailures},
		{"5 BASELINE_MISSING", needsBaseline, sawBaseline},
		{"6 BASELINE_STALE", needsRefresh, sawAge},
		{"7 TRIAL_BUDGET_EXHAUSTED", isOutOfTrials, sawTrials},
		{"8 EVOLVE_DUE", needsEvolving, sawEvolve},
		{"9 TRADES_BELOW_MINIMUM", tradesTooLittle, sawTrades},
		{"10 IMPROVE_DUE", needsImproving, sawImprove},
		{"11 NOT_DUE", isNotDue, sawNothingDue},
	}
}

// contract is what the rules hold a bot against.
type contract struct {
	fleet  *Fleet
	policy Policy
	now    time.Time
	rules  []rule
	words  words
}

func newContract(fleet *Fleet, policy Policy, now time.Time) *contract {
	return &contract{fleet: fleet, policy: policy, now: now.UTC(), rules: theRules(), words: wordsOf(policy)}
}

// at is the contract at another time.
func (c *contract) at(now time.Time) *contract {
	later := *c
	later.now = now
	return &later
}

// decide is the contract for one bot that meets no cap. A wish that nobody can
// fulfil leaves the later rules their turn, so that it keeps no possible work
// waiting; if they have none, the bot is held for the wish.
func (c *contract) decide(b *Facts) Decision { return c.walk(b, nil) }

// walk is decide with a listener to each rule.
func (c *contract) walk(b *Facts, heard func(*rule, verdict)) Decision {
	var wish Decision
	for i := range c.rules {
		v, d := c.rules[i].judge(c, b)
		if heard != nil {
			heard(&c.rules[i], v)
		}
		switch {
		case v == wishes && wish.Held == nil:
			wish = d
		case v == decides && d.Held != nil && wish.Held != nil:
			return wish
		case v == decides:
			return d
		}
	}
	panic("plan: the last rule always decides")
}

// holds and works are the two decisions of a rule that applies.
func holds(b *Facts, why Reason, detail string, next Next) Decision {
	return Decision{BotID: b.ID, Held: &Held{Reason: why, Detail: detail}, Next: next}
}

func works(b *Facts, t job.Type, iteration int, why Reason) Decision {
	return Decision{
		BotID:   b.ID,
		Enqueue: &Enqueue{Type: t, Iteration: iteration, Reason: why},
		Next:    Next{Action: action(t), Reason: "queued; it starts when a place is free"},
	}
}

func isAboveLab(_ *contract, b *Facts) (verdict, Decision) {
	if b.Stage == bot.Lab {
		return passes, Decision{}
	}
	return decides, notInLab(b)
}

func hasJob(_ *contract, b *Facts) (verdict, Decision) {
	if b.Active == nil {
		return passes, Decision{}
	}
	return decides, jobActive(b)
}

func isPaused(c *contract, b *Facts) (verdict, Decision) {
	switch {
	case c.fleet.Paused:
		return decides, c.paused(b, "the whole fleet", c.fleet.PausedReason)
	case b.Paused:
		return decides, c.paused(b, "this bot", b.PausedReason)
	default:
		return passes, Decision{}
	}
}

func lacksData(c *contract, b *Facts) (verdict, Decision) {
	if b.Data.Usable {
		return passes, Decision{}
	}
	return decides, c.noData(b)
}

func coolsDown(c *contract, b *Facts) (verdict, Decision) {
	rest := coolDown(b, c.policy)
	if rest == 0 || passed(b.LastJob.EndedAt, rest, c.now) {
		return passes, Decision{}
	}
	return decides, c.coolingDown(b, b.LastJob.EndedAt.Add(rest))
}

// coolDown is how long a bot whose last job used up its attempts rests: the
// wait doubles with every failed job in a row. A reset clears it.
func coolDown(b *Facts, policy Policy) time.Duration {
	last := b.LastJob
	if last == nil || last.Status != job.Failed || last.EndedAt.Before(b.Boundary) {
		return 0
	}
	return job.CoolDown(last.FailuresInARow, policy.CoolDown, policy.MaxCoolDown)
}

// A baseline of other data counts as missing: a result on SIM data says
// nothing once real bars are there, nor one on bars that were corrected since.
// Bars that only go on for more sessions are the same data, and make it stale.
func needsBaseline(c *contract, b *Facts) (verdict, Decision) {
	switch {
	case b.Baseline != nil && b.Baseline.Set == b.Data.Set && (!newBars(b) || newSession(b)):
		return passes, Decision{}
	case !c.policy.can(job.Baseline):
		return decides, backtestUnavailable(b, job.Baseline)
	default:
		return decides, works(b, job.Baseline, 0, BaselineMissing)
	}
}

func needsRefresh(c *contract, b *Facts) (verdict, Decision) {
	switch {
	case !newBars(b) && !passed(b.Baseline.CompletedAt, c.policy.RefreshAfter, c.now):
		return passes, Decision{}
	case !c.policy.can(job.Refresh):
		return decides, backtestUnavailable(b, job.Refresh)
	default:
		return decides, works(b, job.Refresh, 0, BaselineStale)
	}
}

func newBars(b *Facts) bool { return b.Data.Fingerprint != b.Baseline.Fingerprint }

func newSession(b *Facts) bool { return b.Data.SessionClosed.After(b.Baseline.SessionClosed) }

func isOutOfTrials(c *contract, b *Facts) (verdict, Decision) {
	if b.Trials < c.policy.TrialBudget {
		return passes, Decision{}
	}
	return decides, c.outOfTrials(b)
}

func needsEvolving(c *contract, b *Facts) (verdict, Decision) {
	switch {
	case !ripe(b, c.policy) || !passed(evolvedAt(b), c.policy.EvolveInterval, c.now):
		return passes, Decision{}
	case !c.policy.can(job.Evolve):
		return wishes, c.unavailable(b, EvolveUnavailable, c.words.noEvolve)
	default:
		return decides, works(b, job.Evolve, 0, EvolveDue)
	}
}

// ripe says that tuning has had its turn, or that there is too little trading
// to tune: a strategy that does not trade needs new rules.
func ripe(b *Facts, policy Policy) bool {
	return b.Improvements >= policy.ImprovesPerEvolve || b.Baseline.Trades < policy.MinTrades
}

// evolvedAt is the end of the last evolution; a bot that never had one begins
// to wait when it is created, and again at its boundary.
func evolvedAt(b *Facts) time.Time {
	at := b.CreatedAt
	if b.Evolve != nil {
		at = b.Evolve.EndedAt
	}
	if b.Boundary.After(at) {
		at = b.Boundary
	}
	return at
}

func tradesTooLittle(c *contract, b *Facts) (verdict, Decision) {
	if b.Baseline.Trades >= c.policy.MinTrades {
		return passes, Decision{}
	}
	return decides, c.tradesBelowMinimum(b)
}

func needsImproving(c *contract, b *Facts) (verdict, Decision) {
	iteration := 1
	if b.Improve != nil {
		iteration = b.Improve.Iteration + 1
	}
	switch {
	case b.Improve != nil && !passed(b.Improve.EndedAt, c.policy.ImproveInterval, c.now):
		return passes, Decision{}
	case !c.policy.can(job.Improve):
		return wishes, c.unavailable(b, ImproveUnavailable, c.words.noImprove)
	default:
		return decides, works(b, job.Improve, iteration, ImproveDue)
	}
}

func isNotDue(c *contract, b *Facts) (verdict, Decision) { return decides, c.notDue(b) }

// passed says that a while has passed since a moment. A moment further ahead
// than the while was stamped by a clock that has been set back since: it is
// not waited for, or a clock wrong by a year would stop a bot for a year.
func passed(since time.Time, while time.Duration, now time.Time) bool {
	gone := now.Sub(since)
	return gone >= while || gone < -while
}
