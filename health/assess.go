package health

import (
	"time"

	"assay/bot"
)

// Assess judges whether the laboratory is ready, stage by stage, from
// configuration and stored evidence alone.
func Assess(f Facts, now time.Time) Readiness {
	a := assessment{Facts: f, now: now}
	a.data = a.judgeBars()
	a.live, a.liveStands = f.best(LiveData, now, Databento, Polygon)
	a.broker, a.brokerStands = f.best(BrokerAccount, now, Ironbeam, Tradovate)

	r := Readiness{GeneratedAt: now, Blockers: a.blockers(), SmokeTest: Action{Act: ActSmokeTest, Label: string(smokeTest), Name: string(smokeTest)}}
	for _, id := range Providers {
		r.Providers = append(r.Providers, a.provider(id))
	}
	r.Checks = a.checks()
	r.Gates = gates(r.Blockers)
	r.Status = overall(r)
	r.Open = openStages(r.Gates)
	r.Rest = rest(r)
	r.Summary = joined(r.Open, r.Rest)
	r.Button = button(r.Gates)
	return r
}

// assessment is the facts with what several parts of the judgement stand on.
type assessment struct {
	Facts
	now          time.Time
	data         bars
	live, broker ProviderID // on which live data and orders stand
	liveStands   standing
	brokerStands standing
}

func overall(r Readiness) Status {
	if !r.Gates.Lab.Allowed {
		return StatusFail
	}
	if len(r.Blockers) > 0 || len(amiss(r)) > 0 {
		return StatusWarn
	}
	return StatusPass
}

// amiss names the checks and the configured providers that are not well; a
// provider whose trouble a check tells already is not named again.
func amiss(r Readiness) (things []string) {
	bad := func(s Status) bool { return s == StatusDegraded || s == StatusFail }
	for _, c := range r.Checks {
		if bad(c.Status) {
			things = append(things, c.Label)
		}
	}
	for _, p := range r.Providers {
		if p.Configured && p.ID != Redis && (bad(p.Status) || p.Status == StatusNotVerified) {
			things = append(things, p.Name)
		}
	}
	return things
}

// moment is a time for the wire: no later than now, for nothing that has
// happened lies in the future.
func (a assessment) moment(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	if t.After(a.now) {
		t = a.now
	}
	return &t
}

var (
	everyStage = bot.Stages[:]
	labOnly    = bot.Stages[:1]
	realMoney  = bot.Stages[3:] // CANARY and LIVE
)
