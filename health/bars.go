package health

import (
	"cmp"
	"slices"
	"strconv"
	"time"
)

// bars is how it stands with the historical data of the bots in LAB.
type bars struct {
	status      Status
	detail, fix string
	real, sim   []string
	none        []Symbol
	coming      []string
}

// all says whether no symbol has any, and none is on the way.
func (b bars) all() bool { return b.missing() && len(b.real)+len(b.sim)+len(b.coming) == 0 }

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
	fills := []string{"missing", short(b.names()), "why", b.whys(), "fix", b.fixes()}
	if id, s := a.best(HistoricalData, a.now, Databento, Polygon); s.status == StatusPass {
		fix := fixBars.with(fills...)
		if id == Databento {
			fix = fixFetch.with("fix", b.fetches(a.now))
		}
		return StatusPass, barsFetchable.with(append(fills, "provider", string(abouts[id].name))...), fix
	}
	if !b.all() {
		return StatusDegraded, barsPartly.with(fills...), fixBars.with(fills...)
	}
	return StatusFail, barsNone.with(fills...), fixBars.with(fills...)
}

// names are the symbols without bars.
func (b bars) names() []string { return b.each(func(s Symbol) string { return s.Name }) }

// whys says of each what is wrong, and fixes what would mend it: the command
// last and nothing behind it, so that it can be copied.
func (b bars) whys() string {
	return bounded(b.each(func(s Symbol) string { return s.Why }), oneByOne, moreToTell)
}

func (b bars) fixes() string {
	return bounded(b.each(func(s Symbol) string { return s.Fix }), sideBySide, moreAside)
}

// fetches are the commands that buy a year of bars.
func (b bars) fetches(now time.Time) string {
	day := now.UTC().AddDate(-1, 0, 0).Format(time.DateOnly)
	commands := b.each(func(s Symbol) string { return fetchCommand.with("root", cmp.Or(s.Root, s.Name), "day", day) })
	return bounded(commands, sideBySide, moreAside)
}

// each lists a text of each symbol without bars, none twice: several trade on
// the bars of one root.
func (b bars) each(text func(Symbol) string) (all []string) {
	for _, s := range b.none {
		all = with(all, text(s))
	}
	return all
}

// mostTexts bounds how many texts stand in one.
const mostTexts = 3

func bounded(all []string, two, more sentence) string {
	text := all[0]
	for i, next := range all[1:] {
		if i+1 == mostTexts {
			return more.with("a", text, "n", strconv.Itoa(len(all)-mostTexts))
		}
		text = two.with("a", text, "b", next)
	}
	return text
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
