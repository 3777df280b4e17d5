package history

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"assay"
	"assay/market"
)

// delivery is a contract's month as 12 times the year plus the month from 0.
// It is 0 for a series that changes its contracts by itself.
type delivery int

// monthCodes are the letters of the twelve months in the names of contracts.
const monthCodes = "FGHJKMNQUVXZ"

// deliveryOf reads the month from a name like ESH4, ESH24 or ESH2024. A year
// of one or two digits is the first that a trade at a time (Unix s) can be
// for: nothing trades more than a month after its delivery month began.
func deliveryOf(name string, at int64) delivery {
	letters := strings.TrimRight(name, "0123456789")
	year, size := 0, 1
	for _, c := range name[len(letters):] {
		year, size = year*10+int(c-'0'), size*10
	}
	now := time.Unix(at, 0).UTC()
	earliest := delivery(12*now.Year()+int(now.Month())-1) - 1
	due := delivery(12*year + strings.IndexByte(monthCodes, letters[len(letters)-1]))
	if size == 10_000 {
		return due
	}
	period := delivery(12 * size)
	if due < earliest {
		due += (earliest - due + period - 1) / period * period
	}
	return due
}

// contractName spells a contract as the exchange does, e.g. ESZ3.
func contractName(root string, due delivery) string {
	return fmt.Sprintf("%s%c%d", root, monthCodes[due%12], due/12%10)
}

// month is the bars of one contract, oldest first.
type month struct {
	name    string
	due     delivery
	columns market.Columns
	// segments are the contracts of a series that changes them by itself.
	segments []market.Segment
}

// months are contracts side by side.
type months struct{ list []*month }

func (all *months) at(name string, due delivery) *month {
	for _, m := range all.list {
		if m.due == due && m.name == name {
			return m
		}
	}
	m := &month{name: name, due: due}
	all.list = append(all.list, m)
	return m
}

func (all *months) bars() (n int) {
	for _, m := range all.list {
		n += len(m.columns.Time)
	}
	return n
}

// join makes one series of the contracts and counts the bars it did not take.
func (all *months) join(source, root string, interval time.Duration) (b *market.Bars, unused int, err error) {
	slices.SortStableFunc(all.list, func(x, y *month) int { return int(x.due - y.due) })
	first := all.list[0]
	if first.due == 0 && len(all.list) > 1 {
		return nil, 0, assay.Errorf(assay.Invalid, "choose one with --contract "+first.name,
			"%s holds %s beside %s", source, first.name, all.list[1].name)
	}
	var sides []side
	for i, m := range all.list {
		if i > 0 && m.due == all.list[i-1].due {
			return nil, 0, assay.Errorf(assay.Invalid, "choose one with --contract "+m.name,
				"%s calls one contract %s and %s", source, all.list[i-1].name, m.name)
		}
		segments := m.segments
		if segments == nil {
			segments = []market.Segment{{Contract: m.name}}
		}
		bars, err := market.NewBars(root, interval, m.columns, segments)
		if err != nil {
			return nil, 0, fmt.Errorf("%s: %s: %w", source, m.name, err)
		}
		sides = append(sides, sideOf(bars))
	}
	if len(sides) == 1 {
		return sides[0].bars, 0, nil
	}
	c, segments := splice(sides)
	b, err = market.NewBars(root, interval, c, segments)
	if err != nil {
		return nil, 0, fmt.Errorf("%s: %w", source, err)
	}
	return b, all.bars() - b.Len(), nil
}

// side is one contract with its sessions.
type side struct {
	bars *market.Bars
	days map[market.Date]stretch
}

// stretch is a session's bars from ≤ i < to and their volume.
type stretch struct {
	from, to int
	volume   int64
}

func sideOf(b *market.Bars) side {
	s := side{b, map[market.Date]stretch{}}
	for from := 0; from < b.Len(); {
		day := stretch{from: from, to: from}
		for ; day.to < b.Len() && b.Session[day.to] == b.Session[from]; day.to++ {
			day.volume += int64(b.Volume[day.to])
		}
		s.days[b.Date(from)] = day
		from = day.to
	}
	return s
}

// splice takes each session from the contract that is the front of it. sides
// stand in the order of their delivery.
func splice(sides []side) (c market.Columns, segments []market.Segment) {
	held := 0
	var before market.Date
	for _, d := range dates(sides) {
		next, ok := front(sides[held:], d, before)
		before = d
		if !ok {
			continue // only contracts that were left already traded
		}
		held += next
		b, day := sides[held].bars, sides[held].days[d]
		if name := b.Segments[0].Contract; len(segments) == 0 || segments[len(segments)-1].Contract != name {
			segments = append(segments, market.Segment{First: len(c.Time), Contract: name})
		}
		c.Time = append(c.Time, b.Time[day.from:day.to]...)
		c.Open = append(c.Open, b.Open[day.from:day.to]...)
		c.High = append(c.High, b.High[day.from:day.to]...)
		c.Low = append(c.Low, b.Low[day.from:day.to]...)
		c.Close = append(c.Close, b.Close[day.from:day.to]...)
		c.Volume = append(c.Volume, b.Volume[day.from:day.to]...)
	}
	return c, segments
}

// front chooses the contract of a session: among those that trade in it, the
// one with the most volume in the session before, which was known when this
// one opened; the nearer one where they are equal. The first session has none
// before and is judged by itself.
func front(sides []side, d, before market.Date) (best int, ok bool) {
	if before == 0 {
		before = d
	}
	for i, s := range sides {
		if _, here := s.days[d]; !here {
			continue
		}
		if !ok || s.days[before].volume > sides[best].days[before].volume {
			best, ok = i, true
		}
	}
	return best, ok
}

// dates returns the trade dates of all sides.
func dates(sides []side) []market.Date {
	var all []market.Date
	for _, s := range sides {
		all = append(all, s.bars.Dates...)
	}
	slices.Sort(all)
	return slices.Compact(all)
}
