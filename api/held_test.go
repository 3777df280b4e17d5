package api

import (
	"strings"
	"testing"
	"time"

	"assay/bot"
	"assay/job"
	"assay/plan"
	"assay/store"
)

// Every held bot has a reason, a next action, and a time or what it waits for
// and when it is looked at again, whatever holds it.
func TestEveryHeldBotSaysWhyAndWhatNext(t *testing.T) {
	day := noon.AddDate(0, 0, -1)
	whole := plan.Facts{
		Stage: bot.Lab, CreatedAt: day, WaitingSince: day, Data: plan.Data{Usable: true, Set: "es", Fingerprint: "f1", SessionClosed: day},
		Baseline: &plan.Baseline{Set: "es", Fingerprint: "f1", SessionClosed: day, CompletedAt: noon.Add(-time.Hour), Trades: 100},
		Improve:  &plan.Search{EndedAt: noon.Add(-time.Minute), Iteration: 1},
	}
	all := func(p plan.Policy) plan.Policy {
		p.Can = []job.Type{job.Baseline, job.Refresh, job.Improve, job.Evolve}
		return p
	}
	some := all(plan.DefaultPolicy())
	some.Can = some.Can[:2]
	full := all(plan.DefaultPolicy())
	full.MaxTotalJobs = 1
	const again = "the planner looks again every 15s"
	for why, c := range map[plan.Reason]struct {
		policy plan.Policy
		change func(*plan.Facts)
		waits  string // "" for a time
	}{
		plan.Paused: {all(plan.DefaultPolicy()), func(f *plan.Facts) { f.Paused = true }, again},
		plan.NoData: {all(plan.DefaultPolicy()), func(f *plan.Facts) { f.Data = plan.Data{Why: "no bars", Fix: "import some"} }, again},
		plan.CoolingDown: {all(plan.DefaultPolicy()), func(f *plan.Facts) {
			f.Baseline, f.LastJob = nil, &plan.LastJob{Type: job.Baseline, Status: job.Failed, EndedAt: noon.Add(-time.Minute), FailuresInARow: 1}
		}, ""},
		plan.TrialBudgetExhausted: {all(plan.DefaultPolicy()), func(f *plan.Facts) { f.Trials = 1 << 30 }, ""},
		plan.TradesBelowMinimum: {all(plan.DefaultPolicy()), func(f *plan.Facts) {
			f.Baseline.Trades, f.Evolve = 1, &plan.Search{EndedAt: noon.Add(-time.Minute)}
		}, ""},
		plan.CapTotal:           {full, func(f *plan.Facts) { f.Baseline = nil }, again},
		plan.NotDue:             {all(plan.DefaultPolicy()), func(*plan.Facts) {}, ""},
		plan.ImproveUnavailable: {some, func(f *plan.Facts) { f.Improve = nil }, ""},
		plan.EvolveUnavailable:  {some, func(f *plan.Facts) { f.Improvements = 9 }, ""},
		plan.NotInLab:           {all(plan.DefaultPolicy()), func(f *plan.Facts) { f.Stage = bot.Paper }, "is worked by its runner"},
		plan.JobActive: {all(plan.DefaultPolicy()), func(f *plan.Facts) {
			f.Active = &plan.Active{JobID: 1, Type: job.Baseline, Status: job.Queued}
		}, "job 1 is queued; what follows is decided when it ends"},
	} {
		t.Run(string(why), func(t *testing.T) {
			l := newLab(t)
			l.addBot("a", "A")
			if why == plan.JobActive {
				l.enqueue("a")
			}
			if why == plan.NotInLab {
				l.must(l.db.MoveBot(l.ctx, "a", bot.Paper, bot.ByOperator, "TEST"))
			}
			f, baseline := whole, *whole.Baseline
			f.ID, f.Baseline = "a", &baseline
			c.change(&f)
			d := plan.Decide(plan.Fleet{Bots: []plan.Facts{f}, ActiveJobs: 1}, c.policy, noon).Decisions[0]
			if d.Held == nil || d.Held.Reason != why {
				t.Fatalf("decided %+v", d)
			}
			l.must(l.db.SavePlans(l.ctx, []store.BotPlan{{BotID: "a", Reason: string(why), Detail: d.Held.Detail, Next: d.Next}}))
			says, of := map[plan.Reason]string{plan.JobActive: string(plan.BaselineMissing), plan.NotInLab: "NO_RUNNER"}[why]
			if !of {
				says = string(why)
			}
			now := read[Bots](l, "/api/bots").Data[0].BotNow
			n := now.Next
			switch {
			case n == nil || n.Action == "" || n.Reason == "" || now.ReasonCode == "":
				t.Errorf("it shows %q and %+v", now.ReasonCode, n)
			case now.ReasonCode != says:
				t.Errorf("the reason is %s", now.ReasonCode)
			case c.waits == "" && (n.DueAt == nil || !n.DueAt.After(noon)):
				t.Errorf("no time: %+v", n)
			case c.waits != "" && (n.DueAt != nil || !strings.Contains(n.Reason, c.waits)):
				t.Errorf("it waits without saying when it is looked at again: %+v", n)
			}
		})
	}
}
