package health

import (
	"slices"
	"strconv"

	"assay/bot"
)

// openStages is the first sentence of the summary: what is open.
func openStages(g Gates) string {
	var open []bot.Stage
	for _, s := range bot.Stages {
		if g.Of(s).Allowed {
			open = append(open, s)
		}
	}
	switch len(open) {
	case len(everyStage):
		return string(openAll)
	case 0:
		return string(openNone)
	case 1:
		return openOne.with("stages", string(open[0]))
	}
	return openSome.with("stages", list(names(open)))
}

// rest says what is blocked until when, one sentence for stages that the same
// things block, and what is amiss when nothing is blocked.
func rest(r Readiness) (text string) {
	for i := 0; i < len(bot.Stages); {
		by, from := r.Gates.Of(bot.Stages[i]).BlockedBy, i
		for i < len(bot.Stages) && slices.Equal(r.Gates.Of(bot.Stages[i]).BlockedBy, by) {
			i++
		}
		if len(by) > 0 {
			text = joined(text, sayBlocked(bot.Stages[from:i], by))
		}
	}
	if things := amiss(r); text == "" && len(things) > 0 {
		text = amissOne.with("things", list(things))
	}
	return text
}

func sayBlocked(stages []bot.Stage, by []BlockerCode) string {
	var until []string
	for _, code := range by {
		until = append(until, string(blockeds[code].until))
	}
	s := blockedSome
	if len(stages) == 1 {
		s = blockedOne
	}
	return s.with("stages", list(names(stages)), "until", list(until))
}

func button(g Gates) string {
	var blocked string
	for _, s := range bot.Stages {
		switch {
		case g.Of(s).Allowed:
		case blocked == "":
			blocked = string(s)
		default:
			blocked = listComma.with("a", blocked, "b", string(s))
		}
	}
	if blocked == "" {
		return string(buttonWell)
	}
	return buttonBlocked.with("stages", blocked)
}

func joined(a, b string) string {
	if a == "" || b == "" {
		return a + b
	}
	return a + " " + b
}

// Held says why providers were not asked, where no call was let out.
type Held map[ProviderID]string

// Tell says what came of asking some providers, as r has it.
func Tell(r Readiness, held Held, asked ...ProviderID) Notice {
	var good int
	var trouble string
	for _, p := range r.Providers {
		if !slices.Contains(asked, p.ID) {
			continue
		}
		if p.Status == StatusPass && held[p.ID] == "" {
			good++
		} else if trouble == "" {
			trouble = sayTrouble(p, held[p.ID])
		}
	}
	switch n := len(asked); {
	case n == 0:
		return Notice{Good: false, Text: string(noticeNone)}
	case n == 1 && good == 1:
		return Notice{Good: true, Text: sayVerified(r, asked[0])}
	case n == 1:
		return Notice{Text: trouble}
	case good == n:
		return Notice{Good: true, Text: noticeAll.with("n", strconv.Itoa(n))}
	default:
		return Notice{Text: noticeSome.with("good", strconv.Itoa(good), "n", strconv.Itoa(n), "first", trouble)}
	}
}

// sayTrouble says why a provider was not asked, or what it said.
func sayTrouble(p Provider, why string) string {
	said := p.Said
	switch {
	case why != "":
		return noticeHeld.with("provider", p.Name, "why", why)
	case said == "":
		said = p.Reason
	}
	return noticeSaid.with("provider", p.Name, "said", said)
}

func sayVerified(r Readiness, id ProviderID) string {
	p := r.Providers[slices.IndexFunc(r.Providers, func(p Provider) bool { return p.ID == id })]
	return noticeVerified.with("provider", p.Name, "ms", countMs(*p.LatencyMs))
}
