package health

import (
	"cmp"
	"strconv"
	"time"

	"assay/badge"
	"assay/bot"
)

// Name is what people call a provider.
func (id ProviderID) Name() string { return cmp.Or(string(abouts[id].name), string(id)) }

// provider is the row of one provider.
func (a assessment) provider(id ProviderID) Provider {
	facts := a.Providers[id]
	s, probe := a.stand(facts, a.now)
	say := func(text sentence) string { return a.say(text, id) }
	row := Provider{
		ID: id, Name: string(abouts[id].name), Role: string(abouts[id].role), Configured: facts.Configured,
		Status: s.status, Reason: say(troubles[s.cause].reason), Fix: say(troubles[s.cause].fix),
		RequiredFor: a.requiredFor(id), Address: facts.Address, Local: facts.Local,
	}
	if row.Reason != "" && probe != "" && probe != facts.Probes[0] {
		row.Reason = ofProbe[probe].with("reason", row.Reason)
	}
	row.Required = a.required(id, row.RequiredFor)
	if s.row != nil {
		if s.cause != tooOld && s.cause != movedAddress {
			ms := milliseconds(s.row.Latency)
			row.LatencyMs, row.Said = &ms, s.row.Detail
			row.Connected = connects(s, probe == facts.Probes[0])
		}
	}
	if facts.Configured {
		row.LastTriedAt = a.newestAt(facts, func(Record) bool { return true })
		row.LastVerifiedAt = a.newestAt(facts, func(r Record) bool { return r.Verifies() })
		row.Action = a.verifyAction(id)
	}
	row.Lines = a.lines(row)
	return row
}

// connects says whether a provider that stands so let us in. One that is
// degraded by a further probe did so at its first.
func connects(s standing, first bool) bool {
	return s.status == StatusPass || s.status == StatusDegraded && (!first || s.row.Verifies())
}

// newestAt is when the provider was last asked what tells most of it.
func (a assessment) newestAt(facts ProviderFacts, matches func(Record) bool) *time.Time {
	r := newest(facts.Records, func(r Record) bool { return r.Probe == facts.Probes[0] && matches(r) })
	if r == nil {
		return nil
	}
	return a.moment(r.At)
}

// lines are the facts of the row.
func (a assessment) lines(row Provider) []Line {
	if !row.Configured {
		return []Line{{Text: row.Required, Age: badge.NoAge}}
	}
	lines := make([]Line, 0, 6)
	add := func(text string, since *time.Time) {
		l := Line{Text: text, Age: badge.NoAge}
		if since != nil {
			l.Since, l.Age = since, badge.Ago
		}
		lines = append(lines, l)
	}
	if row.Connected {
		add(string(lineConnected), nil)
	} else {
		add(string(lineUnconnected), nil)
	}
	if row.Status == StatusFail && row.LastTriedAt != nil {
		add(string(lineFailed), row.LastTriedAt)
	}
	if row.LastVerifiedAt != nil {
		add(string(lineVerified), row.LastVerifiedAt)
	} else {
		add(string(lineNever), nil)
	}
	if row.Connected {
		add(lineLatency.with("ms", countMs(*row.LatencyMs)), nil)
	}
	add(row.Required, nil)
	switch {
	case row.Address == "": // it could not be read
	case row.Local:
		add(lineLocal.with("address", row.Address), nil)
	default:
		add(lineAddress.with("address", row.Address), nil)
	}
	return lines
}

// requiredFor lists the stages that stand on a provider now: those with real
// money on the sources of live data and orders that serve best, and LAB on
// the source of history as long as it has no bars of its own at all.
func (a assessment) requiredFor(id ProviderID) []bot.Stage {
	switch {
	case id == a.live && a.data.all():
		return everyStage
	case id == a.live || id == a.broker:
		return realMoney
	default:
		return []bot.Stage{}
	}
}

func (a assessment) required(id ProviderID, stages []bot.Stage) string {
	switch {
	case len(stages) == len(everyStage):
		return string(requiredFromLab)
	case len(stages) == 0:
		return string(optional)
	case id == a.live && a.data.missing():
		return requiredForBars.with("missing", short(a.data.names()))
	default:
		return string(requiredForReal)
	}
}

// say fills in what is known of a provider.
func (a assessment) say(text sentence, id ProviderID) string {
	facts := a.Providers[id]
	return text.with("provider", string(abouts[id].name), "address", facts.Address,
		"missing", list(facts.Missing), "variables", list(facts.Variables), "wrong", facts.Wrong, "mend", facts.Mend,
		"place", cmp.Or(facts.Place, list(facts.Variables)))
}

// verifyAction is the button that asks a provider; nil when it cannot be asked.
func (a assessment) verifyAction(id ProviderID) *Action {
	if a.Providers[id].Wrong != "" {
		return nil
	}
	label := string(abouts[id].verify)
	return &Action{
		Act: ActVerify, Label: label, Provider: id,
		Name: actionName.with("label", label, "provider", string(abouts[id].name)),
	}
}

// countMs writes a latency. Below a millisecond it is not nothing.
func countMs(ms int64) string {
	if ms == 0 {
		return "<1"
	}
	return strconv.FormatInt(ms, 10)
}

func milliseconds(d time.Duration) int64 { return max(0, d.Milliseconds()) }

// list writes names as people do: "a, b and c".
func list(names []string) string {
	if len(names) == 0 {
		return ""
	}
	text := names[0]
	for i, name := range names[1:] {
		if i == len(names)-2 {
			text = listAnd.with("a", text, "b", name)
		} else {
			text = listComma.with("a", text, "b", name)
		}
	}
	return text
}
