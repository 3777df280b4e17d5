package dbn

import (
	"math"
	"strconv"
	"time"

	"assay/market"
)

// symbols names instruments. Their numbers are the exchange's, who may give
// one to another instrument the next day.
type symbols struct {
	spans map[uint32][]span // from the metadata
	live  map[uint32]string // from the stream, for what follows in it
}

type span struct {
	from, to int64 // ns, to exclusive
	name     string
}

// symbolsOf reads the mappings of the metadata, in whichever direction.
func symbolsOf(m Metadata) symbols {
	s := symbols{spans: map[uint32][]span{}, live: map[uint32]string{}}
	for _, mapping := range m.Mappings {
		for _, i := range mapping.Intervals {
			id, name := i.Symbol, mapping.Symbol
			if m.STypeOut != InstrumentID {
				id, name = name, id
			}
			number, err := strconv.ParseUint(id, 10, 32)
			if err != nil || name == "" {
				continue // the symbol was no instrument on these days
			}
			s.spans[uint32(number)] = append(s.spans[uint32(number)], span{midnight(i.From), midnight(i.To), name})
		}
	}
	return s
}

// midnight returns when a UTC day begins, in ns; days after 2262 have no such
// number and begin at its largest.
func midnight(d market.Date) int64 {
	const last = market.Date(math.MaxInt64 / int64(24*time.Hour))
	if d > last {
		return Undefined
	}
	return d.Time().UnixNano()
}

// learn takes a name from a SymbolMapping record. In streams that map to
// instrument ids both names may be there; the one that is no number is meant.
func (s *symbols) learn(version uint8, r Record) {
	in, out := r.Raw[16:38], r.Raw[38:60]
	if version > 1 {
		in, out = r.Raw[17:88], r.Raw[89:160]
	}
	name := text(out)
	if _, err := strconv.ParseUint(name, 10, 32); err == nil || name == "" {
		name = text(in)
	}
	s.live[r.Instrument] = name
}

// Symbol returns the name of an instrument at a time in ns, and until when it
// holds; ok is false when the stream does not name it.
func (r *Reader) Symbol(instrument uint32, at int64) (name string, until int64, ok bool) {
	if name, ok := r.symbols.live[instrument]; ok {
		return name, Undefined, true
	}
	until = Undefined
	for _, s := range r.symbols.spans[instrument] {
		if at >= s.from && at < s.to {
			return s.name, s.to, true
		}
		if at < s.from {
			until = min(until, s.from)
		}
	}
	return "", until, false
}
