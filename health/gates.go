package health

import (
	"slices"

	"assay/bot"
)

// blockers lists what closes gates, what is nearest to LAB first.
func (a assessment) blockers() []Blocker {
	all := []Blocker{}
	add := func(code BlockerCode, stages []bot.Stage, fills ...string) *Blocker {
		said := blockeds[code]
		all = append(all, Blocker{
			Code: code, Blocks: stages, Scope: scope(stages),
			Message: said.message.with(fills...), Fix: said.fix.with(fills...),
		})
		return &all[len(all)-1]
	}
	if a.Database.Down {
		add(DatabaseDown, everyStage)
		return all
	}
	if a.stalled() {
		add(PlannerStalled, labOnly)
	}
	if a.data.status == StatusFail {
		add(NoHistoricalData, labOnly, "missing", short(a.data.names()), "fix", a.data.fixes())
	}
	for _, served := range []struct {
		id       ProviderID
		standing standing
		codes    map[Status]BlockerCode
		foreign  BlockerCode
	}{{a.live, a.liveStands, liveBlockers, LiveForeign}, {a.broker, a.brokerStands, brokerBlockers, BrokerForeign}} {
		code, blocks := served.codes[served.standing.status]
		if served.standing.status == StatusPass {
			code, blocks = pretence(a.Providers[served.id], served.foreign)
		}
		if !blocks {
			continue
		}
		said := troubles[served.standing.cause]
		b := add(code, realMoney, "missing", list(a.Providers[served.id].Missing),
			"reason", a.say(said.reason, served.id), "fix", a.say(said.fix, served.id),
			"address", a.Providers[served.id].Address, "provider", string(abouts[served.id].name), "moved", list(a.Providers[served.id].Moved))
		b.Provider = served.id
		if served.standing.status != StatusPass && a.Providers[served.id].Configured {
			b.Action = a.verifyAction(served.id)
		}
	}
	for _, code := range a.silent() {
		add(code, realMoney)
	}
	if a.Audit != nil && a.Audit.Findings > 0 {
		add(AuditFailed, realMoney)
	}
	return all
}

// pretence closes the stages of real money where what answers well is not the
// thing itself: a server elsewhere, or an account of play money.
func pretence(p ProviderFacts, foreign BlockerCode) (code BlockerCode, blocks bool) {
	switch {
	case p.Foreign:
		return foreign, true
	case p.Demo:
		return BrokerDemo, true
	}
	return "", false
}

var liveBlockers = map[Status]BlockerCode{
	StatusNotConfigured: LiveNotConfigured, StatusNotVerified: LiveNotVerified, StatusDegraded: LiveDegraded, StatusFail: LiveFailed,
}

var brokerBlockers = map[Status]BlockerCode{
	StatusNotConfigured: BrokerUnset, StatusNotVerified: BrokerNotVerified, StatusDegraded: BrokerDegraded, StatusFail: BrokerFailed,
}

func gates(blockers []Blocker) (g Gates) {
	for _, stage := range bot.Stages {
		gate := g.Of(stage)
		gate.BlockedBy = []BlockerCode{}
		for _, b := range blockers {
			if slices.Contains(b.Blocks, stage) {
				gate.BlockedBy = append(gate.BlockedBy, b.Code)
			}
		}
		gate.Allowed = len(gate.BlockedBy) == 0
		gate.Text = string(gateBlocked)
		if gate.Allowed {
			gate.Text = string(gateOpen)
		}
	}
	return g
}

func names(stages []bot.Stage) (names []string) {
	for _, s := range stages {
		names = append(names, string(s))
	}
	return names
}

func scope(stages []bot.Stage) string {
	if len(stages) == len(everyStage) {
		return string(scopeAll)
	}
	return scopeSome.with("stages", list(names(stages)))
}
