package health

import (
	"slices"
	"strconv"
)

// bars is how it stands with the historical data of the bots in LAB.
type bars struct {
	status      Status
	detail, fix string
	real, sim   []string
	none        []Symbol
	coming      []string
}

// missing says whether some symbol waits for bars that nobody makes.
func (b bars) missing() bool { return len(b.none) > 0 }

// judgeBars passes when every symbol has usable bars on disk, synthetic ones
// included, or the provider of history verifies.
func (a assessment) judgeBars() (b bars) {
	for _, s := range a.Symbols {
		switch {
		case s.Usable && s.Sim:
			b.sim = with(b.sim, s.Name)
		case s.Usable:
			b.real = with(b.real, s.Name)
		case s.Coming:
			b.coming = with(b.coming, s.Name)
		default:
			b.none = append(b.none, s)
		}
	}
	b.status, b.detail, b.fix = a.sayBars(b)
	return b
}

func (a assessment) sayBars(b bars) (Status, string, string) {
	fills := []string{"real", short(b.real), "sim", short(b.sim), "coming", short(b.coming)}
	switch {
	case len(a.Symbols) == 0:
		return StatusPass, string(barsNotNeeded), ""
	case b.missing():
		return a.sayMissing(b)
	case len(b.coming) > 0:
		return StatusInfo, barsComing.with(fills...), ""
	case len(b.sim) == 0:
		return StatusPass, barsReal.with(fills...), ""
	case len(b.real) == 0:
		return StatusPass, barsSim.with(fills...), ""
	default:
		return StatusPass, barsMixed.with(fills...), ""
	}
}

func (a assessment) sayMissing(b bars) (Status, string, string) {
	var names []string
	for _, s := range b.none {
		names = with(names, s.Name)
	}
	first := b.none[0]
	fills := []string{"missing", short(names), "why", first.Why, "fix", first.Fix}
	if id, s := a.best(HistoricalData, a.now, Databento, Polygon); s.status == StatusPass {
		fills = append(fills, "provider", string(abouts[id].name))
		return StatusPass, barsFetchable.with(fills...), string(fixFetch)
	}
	if len(b.none) < len(a.Symbols) {
		return StatusDegraded, barsPartly.with(fills...), fixBars.with(fills...)
	}
	return StatusFail, barsNone.with(fills...), fixBars.with(fills...)
}

// with adds a name that is not there yet: a symbol may trade on several
// intervals.
func with(names []string, name string) []string {
	if slices.Contains(names, name) {
		return names
	}
	return append(names, name)
}

// mostNames bounds how many names a sentence lists.
const mostNames = 6

func short(names []string) string {
	if len(names) <= mostNames {
		return list(names)
	}
	text := names[0]
	for _, name := range names[1:mostNames] {
		text = listComma.with("a", text, "b", name)
	}
	return listMore.with("a", text, "n", strconv.Itoa(len(names)-mostNames))
}
