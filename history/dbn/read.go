package dbn

import (
	"encoding/binary"
	"errors"
	"io"
)

// maxPassed is after how many records Next returns whatever it has.
const maxPassed = 1 << 16

// Next decodes the next records into b and ends with io.EOF. A block ends
// before an instrument gets another name, so that Symbol answers for all of it.
// It may be empty where a stream has much to pass over, so that the caller can
// give up.
func (r *Reader) Next(b *Block) error {
	b.clear()
	for first := r.records; !b.full() && r.records-first < maxPassed; {
		if n, err := r.bars(b); n > 0 {
			continue
		} else if err != nil {
			return r.finish(b, err)
		}
		next, err := r.peek()
		if err != nil {
			return r.finish(b, err)
		}
		if next.Type == SymbolMapping && !b.empty() {
			return nil
		}
		if err := r.decode(b, next); err != nil {
			return r.fail(err)
		}
		r.pass(next)
	}
	return nil
}

// finish hands out what was decoded before the end of the stream; an error
// takes precedence over it.
func (r *Reader) finish(b *Block, err error) error {
	if errors.Is(err, io.EOF) && !b.empty() {
		return nil
	}
	return err
}

// bars decodes the run of bars that the buffer begins with.
func (r *Reader) bars(b *Block) (int, error) {
	if r.failed != nil {
		return 0, r.failed
	}
	size := barSize
	if r.metadata.TSOut {
		size += 8
	}
	if err := r.need(size); err != nil {
		return 0, r.fail(err)
	}
	n := b.Bars.fill(r.buffer[r.from:r.to], size)
	for _, t := range b.Bars.Type[b.Bars.Len()-n:] {
		r.counts[t]++
	}
	r.records += int64(n)
	r.advance(n * size)
	return n, nil
}

// Record returns the next record as it stands, io.EOF at the end. It is for
// those who want what Next passes over.
func (r *Reader) Record() (Record, error) {
	next, err := r.peek()
	if err != nil {
		return Record{}, err
	}
	if next.Type == SymbolMapping {
		if err := r.decode(nil, next); err != nil {
			return Record{}, r.fail(err)
		}
	}
	r.pass(next)
	return next, nil
}

// peek finds the next record without consuming it.
func (r *Reader) peek() (Record, error) {
	if r.failed != nil {
		return Record{}, r.failed
	}
	if err := r.need(headerSize); err != nil {
		return Record{}, r.fail(err)
	}
	rest := r.to - r.from
	if rest == 0 {
		return Record{}, r.fail(io.EOF)
	}
	size := int(r.buffer[r.from]) * 4
	if size < headerSize {
		return Record{}, r.fail(r.wrong("fetch it again",
			"it claims a length of %d bytes, and a header alone has %d", size, headerSize))
	}
	if err := r.need(size); err != nil {
		return Record{}, r.fail(err)
	}
	if rest = r.to - r.from; rest < size {
		return Record{}, r.fail(r.wrong("fetch it again",
			"the file is cut: %d of the record's %d bytes are there", rest, size))
	}
	raw := r.buffer[r.from : r.from+size : r.from+size]
	return Record{Raw: raw, Header: Header{
		Type: Type(raw[1]), Publisher: binary.LittleEndian.Uint16(raw[2:]),
		Instrument: binary.LittleEndian.Uint32(raw[4:]), Time: stamp(raw[8:]),
	}}, nil
}

func (r *Reader) pass(next Record) {
	r.counts[next.Type]++
	r.records++
	r.advance(len(next.Raw))
}

func (r *Reader) fail(err error) error {
	r.failed = err
	return err
}

// decode adds a record to the block, or to the names when it maps a symbol.
func (r *Reader) decode(b *Block, next Record) error {
	size := r.sizeOf(next.Type)
	if len(next.Raw) < size {
		return r.wrong("fetch it again", "a record of %s has %d bytes, not %d", next.Type, size, len(next.Raw))
	}
	switch next.Type {
	case OHLCV1s, OHLCV1m, OHLCV1h, OHLCV1d, OHLCVEod: // of an odd length, or Next would have taken it
		b.Bars.fill(sized(next.Raw), barSize)
	case Trade:
		b.Trades.add(next.Header, next.Raw)
	case Instrument:
		b.Definitions = append(b.Definitions, definition(r.metadata.Version, next))
	case SymbolMapping:
		r.symbols.learn(r.metadata.Version, next)
	}
	return nil
}

// sized returns a bar longer than it need be as one of the usual length.
func sized(raw []byte) []byte {
	out := append([]byte(nil), raw[:barSize]...)
	out[0] = barSize / 4
	return out
}

// sizeOf returns how long a record must be at least for us to decode it.
func (r *Reader) sizeOf(t Type) int {
	first := r.metadata.Version == 1
	switch {
	case isBar(t):
		return barSize
	case t == Trade:
		return tradeSize
	case t == Instrument:
		return definitionOf(r.metadata.Version).size
	case t == SymbolMapping && first:
		return 80
	case t == SymbolMapping:
		return 176
	default:
		return headerSize
	}
}
