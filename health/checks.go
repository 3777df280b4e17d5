package health

import (
	"strconv"

	"assay/badge"
	"assay/plan"
)

// checks are the eight, in their order.
func (a assessment) checks() []Check {
	judges := map[CheckID]func() Check{
		CheckDatabase: a.database, CheckAutonomy: a.autonomy, CheckHistorical: a.historical, CheckLive: a.liveData,
		CheckBroker: a.brokers, CheckRedis: a.redis, CheckAudit: a.audit, CheckFleet: a.fleet,
	}
	all := make([]Check, 0, len(CheckIDs))
	for _, id := range CheckIDs {
		c := Check{Status: StatusNotVerified, Detail: string(behindDatabase), Fix: string(fixDatabase)}
		if !a.Database.Down || id == CheckDatabase {
			c = judges[id]()
		}
		c.ID, c.Label, c.Age = id, string(labels[id]), badge.NoAge
		if c.Since != nil {
			c.Age = badge.Ago
		}
		all = append(all, c)
	}
	return all
}

func (a assessment) database() Check {
	fills := []string{"kind", a.Database.Kind, "ms", countMs(milliseconds(a.Database.Latency))}
	if a.Database.Down {
		return Check{Status: StatusFail, Detail: databaseDown.with(fills...), Fix: string(fixDatabase)}
	}
	return Check{Status: StatusPass, Detail: databaseAnswers.with(fills...)}
}

// autonomy tells the worst about the loops that work by themselves.
func (a assessment) autonomy() Check {
	p := a.Planner
	silent := a.silent()
	switch {
	case a.stalled() && p.FinishedAt.IsZero():
		return Check{Status: StatusFail, Detail: string(plannerNever), Fix: string(fixPlanner)}
	case a.stalled():
		return Check{Status: StatusFail, Detail: string(plannerStalled), Since: a.moment(p.FinishedAt), Fix: string(fixPlanner)}
	case len(silent) > 0:
		said := blockeds[silent[0]]
		return Check{Status: StatusFail, Detail: string(said.message), Fix: string(said.fix)}
	case p.FinishedAt.IsZero():
		return Check{Status: StatusInfo, Detail: string(plannerStarting)}
	case p.Error != "":
		return Check{Status: StatusDegraded, Detail: plannerFailed.with("error", p.Error), Since: a.moment(p.FinishedAt), Fix: string(fixTick)}
	case !p.PausedAt.IsZero() && p.PausedReason == "":
		return Check{Status: StatusDegraded, Detail: string(plannerPausedNow), Since: a.moment(p.PausedAt), Fix: string(fixPaused)}
	case !p.PausedAt.IsZero():
		return Check{Status: StatusDegraded, Detail: plannerPaused.with("why", p.PausedReason), Since: a.moment(p.PausedAt), Fix: string(fixPaused)}
	case p.Enqueued == 1:
		return Check{Status: StatusPass, Detail: string(plannerEnqueued1), Since: a.moment(p.FinishedAt)}
	}
	return Check{Status: StatusPass, Detail: plannerTicks.with("enqueued", strconv.Itoa(p.Enqueued)), Since: a.moment(p.FinishedAt)}
}

// stalled says whether the planner has finished no tick for too long. One that
// never finished any is given that time from the start.
func (a assessment) stalled() bool { return a.signs().Stalled() }

// signs are those by which every surface judges whether the planner lives.
func (a assessment) signs() plan.Signs {
	return plan.Signs{Now: a.now, Beginning: a.StartedAt, TickedAt: a.Planner.FinishedAt, WatchedAt: a.Planner.WatchedAt}
}

// silent lists the detectors that have stopped beating: what they watch may
// have changed unseen.
func (a assessment) silent() (codes []BlockerCode) {
	beat := a.VerifierAt
	if beat.IsZero() {
		beat = a.StartedAt
	}
	if a.now.Sub(beat) >= SilentAfter {
		codes = append(codes, VerifierSilent)
	}
	if a.signs().Unwatched() {
		codes = append(codes, WatchdogSilent)
	}
	return codes
}

func (a assessment) historical() Check {
	c := Check{Status: a.data.status, Detail: a.data.detail, Fix: a.data.fix}
	if a.data.missing() && c.Status != StatusPass && a.Providers[a.live].Configured {
		c.Action = a.verifyAction(a.live)
	}
	return c
}

func (a assessment) liveData() Check { return a.served(a.live, a.liveStands, LiveNotConfigured) }

func (a assessment) brokers() Check { return a.served(a.broker, a.brokerStands, BrokerUnset) }

// served is the check of something that one of several providers serves.
func (a assessment) served(id ProviderID, s standing, unset BlockerCode) Check {
	switch s.status {
	case StatusPass:
		return Check{Status: s.status, Detail: a.say(verifiedBy, id), Since: a.moment(s.row.At)}
	case StatusNotConfigured:
		said := blockeds[unset]
		return Check{Status: s.status, Detail: string(said.message), Fix: a.say(said.fix, id)}
	default:
		return Check{Status: s.status, Detail: a.say(troubles[s.cause].reason, id), Fix: a.say(troubles[s.cause].fix, id)}
	}
}

func (a assessment) redis() Check {
	s, _ := a.stand(a.Providers[Redis], a.now)
	switch s.status {
	case StatusPass:
		return Check{Status: s.status, Detail: a.say(verifiedBy, Redis), Since: a.moment(s.row.At)}
	case StatusNotConfigured:
		return Check{Status: s.status, Detail: string(redisUnset), Fix: a.say(troubles[s.cause].fix, Redis)}
	}
	return Check{Status: s.status, Detail: a.say(troubles[s.cause].reason, Redis), Fix: a.say(troubles[s.cause].fix, Redis)}
}

func (a assessment) audit() Check {
	var c Check
	switch {
	case a.Audit == nil:
		c = Check{Status: StatusInfo, Detail: string(auditNever)}
	case a.Audit.Findings == 0:
		c = Check{Status: StatusPass, Detail: string(auditClean), Since: a.moment(a.Audit.At)}
	case a.Audit.Findings == 1:
		c = Check{Status: StatusFail, Detail: string(auditFound1), Since: a.moment(a.Audit.At), Fix: string(fixAudit)}
	default:
		c = Check{Status: StatusFail, Detail: auditFound.with("n", strconv.Itoa(a.Audit.Findings)), Since: a.moment(a.Audit.At), Fix: string(fixAudit)}
	}
	c.Action = &Action{Act: ActAudit, Label: string(runAudit), Name: string(runAudit)}
	return c
}

// fleet counts; it never blocks.
func (a assessment) fleet() Check {
	var in []StageCount
	total := 0
	for _, c := range a.Fleet {
		if c.Bots > 0 {
			in = append(in, c)
			total += c.Bots
		}
	}
	if total == 0 {
		return Check{Status: StatusInfo, Detail: string(fleetNone)}
	}
	detail := counted(total, in)
	if a.PausedBots > 0 {
		detail = fleetPaused.with("bots", detail, "n", strconv.Itoa(a.PausedBots))
	}
	return Check{Status: StatusPass, Detail: detail}
}

// counted says how many bots stand in which stages.
func counted(total int, in []StageCount) string {
	switch {
	case total == 1:
		return fleetSingle.with("stage", string(in[0].Stage))
	case len(in) == 1:
		return fleetOne.with("n", strconv.Itoa(total), "stage", string(in[0].Stage))
	}
	var counts []string
	for _, c := range in {
		counts = append(counts, fleetCount.with("n", strconv.Itoa(c.Bots), "stage", string(c.Stage)))
	}
	return fleetMany.with("n", strconv.Itoa(total), "counts", list(counts))
}
