package dbn

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"strings"
	"time"

	"assay/market"
)

// Metadata stands at the start of a stream.
type Metadata struct {
	Version  uint8
	Dataset  string // e.g. "GLBX.MDP3"
	Schema   uint16 // Mixed when there are several
	Start    int64  // ns, inclusive
	End      int64  // ns, exclusive; Undefined when open
	Limit    uint64 // of records, 0 without one
	STypeIn  uint8  // how the request named instruments, 255 when mixed
	STypeOut uint8
	TSOut    bool // eight more bytes end each record

	Symbols  []string // as requested
	Partial  []string // those that resolve on some days only
	NotFound []string
	Mappings []Mapping
}

// Mapping says what one requested symbol was, by date.
type Mapping struct {
	Symbol    string
	Intervals []Interval
}

// Interval is a stretch of days on which a symbol was another, "" when it was
// none.
type Interval struct {
	From, To market.Date // UTC days, To exclusive
	Symbol   string
}

// The offsets of the metadata's fields behind the eight bytes that begin it.
const (
	fixedSize = 100
	countSize = 8 // of the record count that version 1 has before stype_in
)

// readMetadata reads what stands before the first record.
func (r *Reader) readMetadata() error {
	if err := r.need(8); err != nil {
		return err
	}
	head := r.buffer[r.from:r.to]
	switch {
	case !bytes.HasPrefix(head, []byte("DBN")) && isFragment(head):
		return r.whole("download the data again as a whole file",
			"is a fragment: it holds records without the metadata that says what they are")
	case !bytes.HasPrefix(head, []byte("DBN")):
		return r.whole("import DBN, or unpack it first when it is something else", "does not begin as DBN does")
	case len(head) < 8:
		return r.whole("fetch it again", "ends at byte %d, inside its metadata", len(head))
	case head[3] < 1 || head[3] > 3:
		return r.whole("download the data again in version 3", "is DBN version %d, and versions 1 to 3 are read", head[3])
	}
	version, size := head[3], int64(binary.LittleEndian.Uint32(head[4:]))
	if size > int64(r.limits.Metadata) {
		return r.whole("request fewer symbols at once", "has %d bytes of metadata, more than the %d allowed",
			size, r.limits.Metadata)
	}
	r.advance(8)
	body, err := r.body(int(size))
	if err != nil {
		return err
	}
	m, ok := parseMetadata(version, body)
	if !ok {
		return r.whole("fetch it again", "has metadata that contradicts itself")
	}
	r.metadata = m
	return nil
}

// isFragment says whether bytes look like the header of a record.
func isFragment(head []byte) bool {
	if len(head) < 2 || int(head[0])*4 < headerSize {
		return false
	}
	_, known := typeNames[Type(head[1])]
	return known
}

// body reads size bytes, growing as they come: a length costs nothing to claim.
func (r *Reader) body(size int) ([]byte, error) {
	var out []byte
	for len(out) < size {
		if err := r.need(1); err != nil {
			return nil, err
		}
		got := r.buffer[r.from:min(r.to, r.from+size-len(out))]
		if len(got) == 0 && errors.Is(r.end, io.EOF) {
			return nil, r.whole("fetch it again", "ends at byte %d, inside its metadata", r.offset)
		}
		out = append(out, got...)
		r.advance(len(got))
	}
	return out, nil
}

// parseMetadata reads the metadata behind its length; ok is false when a
// count, a length or a date cannot be.
func parseMetadata(version uint8, body []byte) (m Metadata, ok bool) {
	if len(body) < fixedSize {
		return m, false
	}
	m = Metadata{
		Version: version, Dataset: text(body[:16]), Schema: binary.LittleEndian.Uint16(body[16:]),
		Start: stamp(body[18:]), End: stamp(body[26:]), Limit: binary.LittleEndian.Uint64(body[34:]),
	}
	width, kinds := 22, body[42+countSize:]
	if version > 1 {
		kinds = body[42:]
		width = int(binary.LittleEndian.Uint16(kinds[3:]))
	}
	m.STypeIn, m.STypeOut, m.TSOut = kinds[0], kinds[1], kinds[2] != 0
	c := cursor{rest: body[fixedSize:], width: width, ok: width >= 22}
	c.take(c.count(1)) // the schema's definition, which is always empty
	m.Symbols, m.Partial, m.NotFound = c.names(), c.names(), c.names()
	m.Mappings = make([]Mapping, c.count(width+4)) // no more than fit, so a count costs nothing to claim
	for i := 0; i < len(m.Mappings) && c.ok; i++ {
		m.Mappings[i] = c.mapping()
	}
	return m, c.ok
}

// cursor walks the variable part of the metadata. Once something does not fit,
// ok is false and all that follows is empty.
type cursor struct {
	rest  []byte
	width int // of a name
	ok    bool
}

func (c *cursor) take(n int) []byte {
	if !c.ok || n > len(c.rest) {
		c.ok, c.rest = false, nil
		return make([]byte, n) // a name or a number
	}
	out := c.rest[:n]
	c.rest = c.rest[n:]
	return out
}

// count reads the number of elements of a size; there cannot be more than fit.
func (c *cursor) count(size int) int {
	n := int64(binary.LittleEndian.Uint32(c.take(4)))
	if n*int64(size) > int64(len(c.rest)) {
		c.ok, n = false, 0
	}
	return int(n)
}

func (c *cursor) name() string { return text(c.take(c.width)) }

func (c *cursor) names() []string {
	n := c.count(c.width)
	var out []string
	for range n {
		out = append(out, c.name())
	}
	return out
}

func (c *cursor) mapping() Mapping {
	m := Mapping{Symbol: c.name()}
	n := c.count(8 + c.width)
	for range n {
		m.Intervals = append(m.Intervals, Interval{From: c.date(), To: c.date(), Symbol: c.name()})
	}
	return m
}

// date reads a day written as the number 20240701.
func (c *cursor) date() market.Date {
	v := int(binary.LittleEndian.Uint32(c.take(4)))
	y, m, d := v/10000, v/100%100, v%100
	t := time.Date(y, time.Month(m), d, 0, 0, 0, 0, time.UTC)
	if y < 1970 || y > 9999 || t.Year() != y || int(t.Month()) != m || t.Day() != d {
		c.ok = false
		return 0
	}
	return market.DateOf(t)
}

// text reads a name that zeros fill up.
func text(b []byte) string {
	if end := bytes.IndexByte(b, 0); end >= 0 {
		b = b[:end]
	}
	return strings.ToValidUTF8(string(b), "?")
}

// stamp reads a time; what lies beyond the year 2262 is Undefined.
func stamp(b []byte) int64 {
	return int64(min(binary.LittleEndian.Uint64(b), Undefined))
}
