package dbn

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	"github.com/klauspost/compress/zstd"

	"assay"
	"assay/market"
)

// Writer writes a stream: its metadata, then records as they stand.
type Writer struct {
	out  io.Writer
	head Metadata
	bar  [barSize]byte
}

// NewWriter writes the metadata of a stream. Its version says how the records
// that follow are laid out.
func NewWriter(out io.Writer, m Metadata) (*Writer, error) {
	head, err := appendMetadata(nil, m)
	if err == nil {
		_, err = out.Write(head)
	}
	if err != nil {
		return nil, err
	}
	return &Writer{out: out, head: m}, nil
}

// Record writes one record as it stands.
func (w *Writer) Record(raw []byte) error {
	if len(raw) < headerSize || len(raw) != int(raw[0])*4 {
		return errors.New("dbn: a record's length is not what it says")
	}
	_, err := w.out.Write(raw)
	return err
}

// Bar is one record of an ohlcv schema. Time is the start of the bar in ns,
// prices are in 1e-9 of a point.
type Bar struct {
	Type                   Type
	Publisher              uint16
	Instrument             uint32
	Time                   int64
	Open, High, Low, Close int64
	Volume                 uint64
}

// Append appends the bar as a record.
func (b Bar) Append(out []byte) []byte {
	out = append(out, barSize/4, byte(b.Type))
	out = binary.LittleEndian.AppendUint16(out, b.Publisher)
	out = binary.LittleEndian.AppendUint32(out, b.Instrument)
	out = binary.LittleEndian.AppendUint64(out, uint64(b.Time))
	for _, price := range [...]int64{b.Open, b.High, b.Low, b.Close} {
		out = binary.LittleEndian.AppendUint64(out, uint64(price))
	}
	return binary.LittleEndian.AppendUint64(out, b.Volume)
}

// Bar writes a bar.
func (w *Writer) Bar(b Bar) error { return w.Record(b.Append(w.bar[:0])) }

// Pack returns a writer that compresses what it is given into one frame of
// zstd. Close it; the writer below stays open.
func Pack(out io.Writer) (io.WriteCloser, error) {
	return zstd.NewWriter(out, zstd.WithEncoderLevel(zstd.SpeedDefault), zstd.WithEncoderConcurrency(1))
}

// widthOf returns the bytes that a name takes.
func widthOf(version uint8) int {
	if version == 1 {
		return 22
	}
	return 71
}

// appendMetadata is the inverse of readMetadata.
func appendMetadata(out []byte, m Metadata) ([]byte, error) {
	if m.Version < 1 || m.Version > 3 {
		return nil, fmt.Errorf("dbn: there is no version %d to write", m.Version)
	}
	e := encoder{width: widthOf(m.Version)}
	e.fixed(m)
	e.number(0) // the schema's definition
	e.names(m.Symbols)
	e.names(m.Partial)
	e.names(m.NotFound)
	e.number(uint32(len(m.Mappings)))
	for _, mapping := range m.Mappings {
		e.mapping(mapping)
	}
	for m.Version == 3 && len(e.out)%8 != 0 {
		e.out = append(e.out, 0)
	}
	if e.long != "" {
		return nil, assay.Errorf(assay.Invalid, "use a shorter name",
			"the symbol %q is longer than the %d bytes of DBN version %d", e.long, e.width, m.Version)
	}
	out = append(out, 'D', 'B', 'N', m.Version)
	out = binary.LittleEndian.AppendUint32(out, uint32(len(e.out)))
	return append(out, e.out...), nil
}

// encoder writes what stands behind the length of the metadata.
type encoder struct {
	out   []byte
	width int    // of a name
	long  string // a name that does not fit
}

func (e *encoder) fixed(m Metadata) {
	e.text(m.Dataset, 16)
	e.out = binary.LittleEndian.AppendUint16(e.out, m.Schema)
	e.time(m.Start)
	e.time(m.End)
	e.out = binary.LittleEndian.AppendUint64(e.out, m.Limit)
	if m.Version == 1 {
		e.time(Undefined) // the count of records, which nobody uses
	}
	tsOut := byte(0)
	if m.TSOut {
		tsOut = 1
	}
	e.out = append(e.out, m.STypeIn, m.STypeOut, tsOut)
	if m.Version > 1 {
		e.out = binary.LittleEndian.AppendUint16(e.out, uint16(e.width))
	}
	e.out = append(e.out, make([]byte, fixedSize-len(e.out))...)
}

// time writes a time; what is undefined has all bits set.
func (e *encoder) time(ns int64) {
	v := uint64(ns)
	if ns == Undefined {
		v = 1<<64 - 1
	}
	e.out = binary.LittleEndian.AppendUint64(e.out, v)
}

func (e *encoder) number(n uint32) { e.out = binary.LittleEndian.AppendUint32(e.out, n) }

func (e *encoder) text(s string, width int) {
	if len(s) > width {
		e.long, s = s, ""
	}
	e.out = append(append(e.out, s...), make([]byte, width-len(s))...)
}

func (e *encoder) names(list []string) {
	e.number(uint32(len(list)))
	for _, name := range list {
		e.text(name, e.width)
	}
}

func (e *encoder) mapping(m Mapping) {
	e.text(m.Symbol, e.width)
	e.number(uint32(len(m.Intervals)))
	for _, i := range m.Intervals {
		e.date(i.From)
		e.date(i.To)
		e.text(i.Symbol, e.width)
	}
}

// date writes a day as the number 20240701.
func (e *encoder) date(d market.Date) {
	y, m, day := d.Time().Date()
	e.number(uint32(y*10000 + int(m)*100 + day))
}
