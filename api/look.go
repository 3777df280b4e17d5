package api

import (
	"bytes"
	"encoding/json"
	"sync/atomic"
	"time"

	"assay/badge"
	"assay/store"
)

// row is a bot as it was last read, and as it was last shown.
type row struct {
	store.FleetRow
	last atomic.Pointer[look]
}

// look is a bot's JSON from one moment until another. A fleet is a megabyte of
// text of which little changes in a second: the part that grows older is kept
// apart from the rest, which stands longer.
type look struct {
	from, until, stands  time.Time
	before, aging, after []byte
}

// within says whether now lies between two moments; a zero end is no end.
func within(now, from, until time.Time) bool {
	return !now.Before(from) && (until.IsZero() || now.Before(until))
}

// look returns what a row looks like as of now: to the byte what encoding the
// bot would write. Two readers at once may make it twice.
func (s *Server) look(r *row, now time.Time) *look {
	old := r.last.Load()
	if old != nil && within(now, old.from, old.until) {
		return old
	}
	facts := s.facts(r.FleetRow)
	n := badge.Now(facts, now)
	l := &look{from: now, until: badge.UntilAge(facts, n, now), aging: compact(aging(n))}
	if old != nil && within(now, old.from, old.stands) {
		l.stands, l.before, l.after = old.stands, old.before, old.after
	} else {
		l.stands = badge.Until(facts, now)
		l.before, l.after = around(compact(botOf(r.FleetRow, n)), l.aging)
	}
	r.last.Store(l)
	return l
}

// aging is the part of a status that changes while the rest stands.
func aging(n badge.BotNow) any {
	if n.ActiveJob != nil {
		return n
	}
	return n.Badges
}

func (l *look) size() int { return len(l.before) + len(l.aging) + len(l.after) }

func (l *look) appendTo(b []byte) []byte {
	return append(append(append(b, l.before...), l.aging...), l.after...)
}

// around cuts a part out of what contains it.
func around(whole, part []byte) (before, after []byte) {
	before, after, found := bytes.Cut(whole, part)
	if !found {
		panic("api: a value's JSON contains that of its fields")
	}
	return before, after
}

// compact is the JSON of a value as every answer has it.
func compact(v any) []byte {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		panic("api: an answer cannot be written as JSON: " + err.Error())
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n"))
}
