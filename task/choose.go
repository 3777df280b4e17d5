package task

import (
	"cmp"
	"fmt"
	"strings"
	"time"

	"assay/market"
	"assay/store"
)

// Choice is the data set a strategy is tested on, or what is in the way.
type Choice struct {
	Set *store.DataSet // nil: none is usable
	Why string         // without a set: what is wrong …
	Fix string         // … and what would mend it
}

// Choose picks the bars for a strategy on bars of an interval: the usable real
// set of the symbol's data root that covers most time, else the simulated set
// when that is allowed, else none. The interval of a set must divide the
// strategy's. Real and simulated bars are never mixed.
func Choose(sets []store.DataSet, symbol string, interval time.Duration, allowSim bool) Choice {
	root, err := market.DataRoot(symbol)
	if err != nil {
		return Choice{Why: err.Error(), Fix: "trade a symbol that Assay knows"}
	}
	var real, refused, coarse, sim *store.DataSet
	for i := range sets {
		d := &sets[i]
		if d.Root != root {
			continue
		}
		slot := &real
		switch {
		case interval%d.Interval != 0:
			slot = &coarse
		case d.Sim:
			slot = &sim
		case !d.Usable():
			slot = &refused
		}
		if *slot == nil || better(*d, **slot) {
			*slot = d
		}
	}
	switch {
	case real != nil:
		return Choice{Set: real}
	case sim != nil && allowSim:
		return Choice{Set: sim}
	}
	return unusable(root, interval, refused, coarse, sim)
}

// better prefers the set that covers more time, so that a week of bars cannot
// take the place of years; then the one that reaches further, then the one
// stored last.
func better(a, b store.DataSet) bool {
	span := func(d store.DataSet) time.Duration { return d.LastBar.Sub(d.FirstBar) }
	return cmp.Or(cmp.Compare(span(a), span(b)), a.LastBar.Compare(b.LastBar), cmp.Compare(a.ID, b.ID)) > 0
}

func unusable(root string, interval time.Duration, refused, coarse, sim *store.DataSet) Choice {
	load := fmt.Sprintf("import real bars: assay data import FILE --symbol %s", root)
	switch {
	case refused != nil:
		return Choice{
			Why: fmt.Sprintf("the data set %s is refused: %s", refused.Name, refused.Refusal),
			Fix: fmt.Sprintf("mend the file and import it again, or accept it by name: assay data accept %s --because \"…\"", refused.Name),
		}
	case coarse != nil:
		return Choice{
			Why: fmt.Sprintf("bars of %s cannot be made from the bars of %s in %s",
				IntervalName(interval), IntervalName(coarse.Interval), coarse.Name),
			Fix: load,
		}
	case sim != nil:
		return Choice{
			Why: fmt.Sprintf("there are only simulated bars of %s, and they are switched off", root),
			Fix: "allow simulated data, or " + load,
		}
	}
	return Choice{Why: "there are no bars of " + root, Fix: load}
}

// IntervalName prints the length of a bar as people say it: "5m", "1h".
func IntervalName(d time.Duration) string {
	name := d.String() // "1h0m0s"
	for _, zero := range []string{"m0s", "h0m"} {
		if strings.HasSuffix(name, zero) {
			name = name[:len(name)-2]
		}
	}
	return name
}
