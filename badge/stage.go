package badge

import (
	"fmt"
	"time"

	"assay/bot"
	"assay/job"
)

// stageGate names everything between the bot and its promotion. No gate can
// open before there are gates to judge the evidence, and it says so.
func stageGate(b bot.Bot, now time.Time) StageGate {
	meanwhile := ""
	if b.Stage == bot.Lab {
		meanwhile = "; the lab goes on testing the bot"
	}
	g := StageGate{Blockers: []Blocker{{
		Code: "PROMOTION_NOT_AVAILABLE", Severity: SeverityBlocked,
		Message: "this version of Assay has no stage gates, so no bot can be promoted",
		Fix:     "install a version that judges stage gates" + meanwhile,
	}}}
	if b.StageLockedUntil.After(now) {
		g.Blockers = append(g.Blockers, Blocker{
			Code: "STAGE_LOCKED", Severity: SeverityBlocked,
			Message: "the stage is locked until " + b.StageLockedUntil.UTC().Format("Jan 2, 2006, 15:04 UTC"),
			Fix:     "wait until the lock ends" + meanwhile,
		})
	}
	return g
}

func stageInfo(b bot.Bot, now time.Time) StageInfo {
	info := StageInfo{
		Stage: b.Stage, Since: b.StageSince, ReasonCode: b.StageReason, PromotionMode: b.PromotionMode,
	}
	if b.StageLockedUntil.After(now) {
		info.LockedUntil = at(b.StageLockedUntil)
	}
	return info
}

func generation(f Facts) Generation {
	g := Generation{Current: f.Bot.Generation}
	if f.Active != nil && f.Active.Type == job.Evolve {
		from, to := g.Current, g.Current+1
		g.From, g.To = &from, &to
	}
	return g
}

func runner(f Facts, now time.Time) *Runner {
	if f.Bot.Stage == bot.Lab || f.Instance == nil {
		return nil
	}
	return &Runner{
		Status:          f.Instance.Status,
		LastHeartbeatAt: at(f.Instance.LastHeartbeatAt),
		Stale:           hasRunner(f) && staleRunner(f, now),
	}
}

// AlertOf is the worst thing a person should know of; nil when there is none.
func AlertOf(f Facts, now time.Time) *Alert {
	switch above := f.Bot.Stage != bot.Lab; {
	case above && hasRunner(f) && staleRunner(f, now):
		return &Alert{SeverityDegraded, fmt.Sprintf("the runner has sent no heartbeat for more than %s",
			elapsed(int64(f.StaleBeat/time.Second)))}
	case failed(f):
		return &Alert{SeverityWarn, outcome(f.Last)}
	case above && !hasRunner(f):
		return &Alert{SeverityWarn, fmt.Sprintf("a bot in %s needs a runner, and none works for it", f.Bot.Stage)}
	case f.Active == nil && f.Held == "NO_DATA":
		return &Alert{SeverityWarn, f.HeldFor}
	default:
		return nil
	}
}
