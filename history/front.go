package history

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"assay"
	"assay/market"
)

// deliveryOf reads the month from a name like ESH4, ESH24 or ESH2024. A year
// of one or two digits is the first that a trade at a time (Unix s) can be
// for: nothing trades more than a month after its delivery month began.
func deliveryOf(name string, at int64) market.Delivery {
	letters := strings.TrimRight(name, "0123456789")
	year, size := 0, 1
	for _, c := range name[len(letters):] {
		year, size = year*10+int(c-'0'), size*10
	}
	now := time.Unix(at, 0).UTC()
	earliest := market.DeliveryIn(market.DateOf(now)) - 1
	due := market.Delivery(12*year + strings.IndexByte(market.MonthCodes, letters[len(letters)-1]))
	if size == 10_000 {
		return due
	}
	period := market.Delivery(12 * size)
	if due < earliest {
		due += (earliest - due + period - 1) / period * period
	}
	return due
}

// month is the bars of one contract, oldest first.
type month struct {
	name    string
	due     market.Delivery // 0 for a series that changes its contracts by itself
	columns market.Columns
	// segments are the contracts of a series that changes them by itself.
	segments []market.Segment
}

// months are contracts side by side.
type months struct{ list []*month }

func (all *months) at(name string, due market.Delivery) *month {
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
func (all *months) join(source, root string, interval time.Duration, rolls Rolls) (b *market.Bars, unused int, err error) {
	slices.SortStableFunc(all.list, func(x, y *month) int { return int(x.due - y.due) })
	first := all.list[0]
	switch {
	case first.due == 0 && len(all.list) > 1:
		return nil, 0, assay.Errorf(assay.Invalid, "choose one with --contract "+first.name,
			"%s holds %s beside %s", source, first.name, all.list[1].name)
	case first.due == 0 && rolls.Calendar:
		return nil, 0, assay.Errorf(assay.Invalid, "leave --roll out",
			"%s holds %s, which changes its contracts by itself", source, first.name)
	}
	sides, err := all.sides(source, root, interval)
	if err != nil {
		return nil, 0, err
	}
	if len(sides) == 1 && !rolls.Calendar {
		return sides[0].bars, 0, nil
	}
	choose := front
	if rolls.Calendar {
		if choose, err = byCalendar(source, root, rolls.Days); err != nil {
			return nil, 0, err
		}
	}
	c, segments, err := splice(sides, choose)
	if err != nil {
		return nil, 0, err
	}
	b, err = market.NewBars(root, interval, c, segments)
	if err != nil {
		return nil, 0, fmt.Errorf("%s: %w", source, err)
	}
	return b, all.bars() - b.Len(), nil
}

// sides makes bars of each contract.
func (all *months) sides(source, root string, interval time.Duration) (sides []side, err error) {
	for i, m := range all.list {
		if i > 0 && m.due == all.list[i-1].due {
			return nil, assay.Errorf(assay.Invalid, "choose one with --contract "+m.name,
				"%s calls one contract %s and %s", source, all.list[i-1].name, m.name)
		}
		segments := m.segments
		if segments == nil {
			segments = []market.Segment{{Contract: m.name}}
		}
		bars, err := market.NewBars(root, interval, m.columns, segments)
		if err != nil {
			return nil, fmt.Errorf("%s: %s: %w", source, m.name, err)
		}
		sides = append(sides, sideOf(m.due, bars))
	}
	return sides, nil
}

// side is one contract with its sessions.
type side struct {
	due  market.Delivery
	bars *market.Bars
	days map[market.Date]stretch
}

// stretch is a session's bars from ≤ i < to and their volume.
type stretch struct {
	from, to int
	volume   int64
}

func sideOf(due market.Delivery, b *market.Bars) side {
	s := side{due, b, map[market.Date]stretch{}}
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

// chooser picks the contract of a session d among those not left yet; before
// is the session before it in the files, 0 for the first. ok is false when
// only contracts that were left already trade in the session.
type chooser func(sides []side, d, before market.Date) (best int, ok bool, err error)

// splice takes each session whole from one contract. sides stand in the order
// of their delivery.
func splice(sides []side, choose chooser) (c market.Columns, segments []market.Segment, err error) {
	held := 0
	var before market.Date
	for _, d := range dates(sides) {
		next, ok, err := choose(sides[held:], d, before)
		if err != nil {
			return c, nil, err
		}
		if before = d; !ok {
			continue
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
	return c, segments, nil
}

// front chooses by volume: among the contracts that trade in a session, the
// one with the most in the session before, which was known when this one
// opened; the nearer one where they are equal. The first session has none
// before and is judged by itself.
func front(sides []side, d, before market.Date) (best int, ok bool, err error) {
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
	return best, ok, nil
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
