package historytest

import (
	"bytes"
	"encoding/binary"
	"strconv"
)

// DBN writes a small stream of version 3 for tests, a record at a time.
type DBN struct {
	// Symbols names instruments from the first of January 2020 to 2030.
	Symbols map[uint32]string
	records bytes.Buffer
}

// Bar appends a record of ohlcv (rtype 0x20 to 0x24). Times are in ns, prices
// in 1e-9 of a point.
func (d *DBN) Bar(rtype byte, instrument uint32, at uint64, open, high, low, last int64, volume uint64) {
	d.record(rtype, instrument, at, uint64(open), uint64(high), uint64(low), uint64(last), volume)
}

// Trade appends a record of a trade.
func (d *DBN) Trade(instrument uint32, at uint64, price int64, size uint32) {
	d.record(0x00, instrument, at, uint64(price), uint64(size)|'T'<<32|'B'<<40, at, 0)
}

// Definition appends the definition of a future with its tick and what a tick
// is worth in the units of the display factor, all in 1e-9.
func (d *DBN) Definition(instrument uint32, symbol string, tick, amount, factor int64) {
	body := make([]byte, 520-16)
	put := func(at int, v int64) { binary.LittleEndian.PutUint64(body[at-16:], uint64(v)) }
	put(24, tick)
	put(32, factor)
	put(88, amount)
	copy(body[238-16:], symbol)
	body[487-16] = 'F'
	d.header(0x13, instrument, 0, len(body))
	d.records.Write(body)
}

// Pass appends a record of a type and a body of any size in words of 4 bytes.
func (d *DBN) Pass(rtype byte, instrument uint32, words int) {
	d.header(rtype, instrument, 0, 4*words)
	d.records.Write(make([]byte, 4*words))
}

func (d *DBN) record(rtype byte, instrument uint32, at uint64, values ...uint64) {
	d.header(rtype, instrument, at, 8*len(values))
	for _, v := range values {
		d.records.Write(binary.LittleEndian.AppendUint64(nil, v))
	}
}

func (d *DBN) header(rtype byte, instrument uint32, at uint64, body int) {
	head := []byte{byte((16 + body) / 4), rtype, 1, 0}
	head = binary.LittleEndian.AppendUint32(head, instrument)
	d.records.Write(binary.LittleEndian.AppendUint64(head, at))
}

// Bytes returns the stream.
func (d *DBN) Bytes() []byte {
	const width = 71
	name := func(s string) []byte { return append([]byte(s), make([]byte, width-len(s))...) }
	number := func(out []byte, n int) []byte { return binary.LittleEndian.AppendUint32(out, uint32(n)) }
	body := append([]byte("GLBX.MDP3"), make([]byte, 91)...)
	body[42], body[45] = 1, width // raw symbols to instrument ids
	body = append(body, make([]byte, 16)...)
	body = number(body, len(d.Symbols))
	for id, symbol := range d.Symbols {
		body = number(append(body, name(symbol)...), 1)
		body = number(number(body, 2020_01_01), 2030_01_01)
		body = append(body, name(strconv.FormatUint(uint64(id), 10))...)
	}
	for len(body)%8 != 0 {
		body = append(body, 0)
	}
	head := number([]byte{'D', 'B', 'N', 3}, len(body))
	return append(append(head, body...), d.records.Bytes()...)
}
