package dbn_test

import (
	"bytes"
	"encoding/binary"
	"testing"

	"github.com/klauspost/compress/zstd"

	"assay/history/dbn"
)

// file writes a stream for the tests: metadata first, then records.
type file struct {
	version uint8
	schema  uint16
	in, out uint8 // how symbols are mapped
	tsOut   bool
	symbols []string
	maps    []mapping
	records bytes.Buffer
}

type mapping struct {
	symbol    string
	intervals []interval
}

type interval struct {
	from, to uint32 // 20240701
	symbol   string
}

func u16(v uint16) []byte { return binary.LittleEndian.AppendUint16(nil, v) }
func u32(v uint32) []byte { return binary.LittleEndian.AppendUint32(nil, v) }
func u64(v uint64) []byte { return binary.LittleEndian.AppendUint64(nil, v) }

// padded fills a name up with zeros.
func padded(s string, size int) []byte { return append([]byte(s), make([]byte, size-len(s))...) }

func (f *file) metadata() []byte {
	width := 71
	if f.version == 1 {
		width = 22
	}
	body := concat(padded("GLBX.MDP3", 16), u16(f.schema), u64(1), u64(1<<64-1), u64(0))
	if f.version == 1 {
		body = append(body, u64(1<<64-1)...)
	}
	tsOut := byte(0)
	if f.tsOut {
		tsOut = 1
	}
	body = append(body, f.in, f.out, tsOut)
	if f.version > 1 {
		body = append(body, u16(uint16(width))...)
	}
	body = append(body, make([]byte, 100-len(body))...)
	body = append(body, u32(0)...)
	names := func(list []string) {
		body = append(body, u32(uint32(len(list)))...)
		for _, s := range list {
			body = append(body, padded(s, width)...)
		}
	}
	names(f.symbols)
	names(nil)
	names([]string{"ABSENT"})
	body = append(body, u32(uint32(len(f.maps)))...)
	for _, m := range f.maps {
		body = append(append(body, padded(m.symbol, width)...), u32(uint32(len(m.intervals)))...)
		for _, i := range m.intervals {
			body = append(append(append(body, u32(i.from)...), u32(i.to)...), padded(i.symbol, width)...)
		}
	}
	for f.version == 3 && len(body)%8 != 0 {
		body = append(body, 0)
	}
	return concat([]byte("DBN"), []byte{f.version}, u32(uint32(len(body))), body)
}

func concat(parts ...[]byte) []byte { return bytes.Join(parts, nil) }

// record appends a record; parts follow the header.
func (f *file) record(t dbn.Type, id uint32, at uint64, parts ...[]byte) {
	body := concat(parts...)
	if f.tsOut {
		body = append(body, u64(at+1)...)
	}
	if (len(body)+16)%4 != 0 {
		panic("a record is a multiple of four bytes")
	}
	f.records.Write(concat([]byte{byte((len(body) + 16) / 4), byte(t)}, u16(1), u32(id), u64(at), body))
}

func (f *file) bar(t dbn.Type, id uint32, at uint64, open, high, low, last int64, volume uint64) {
	f.record(t, id, at, u64(uint64(open)), u64(uint64(high)), u64(uint64(low)), u64(uint64(last)), u64(volume))
}

func (f *file) trade(id uint32, at uint64, price int64, size, sequence uint32) {
	f.record(dbn.Trade, id, at, u64(uint64(price)), u32(size), []byte{'T', 'A', 129, 0}, u64(at+5), u32(7), u32(sequence))
}

// learn appends a SymbolMapping record.
func (f *file) learn(id uint32, at uint64, in, out string) {
	if f.version == 1 {
		f.record(dbn.SymbolMapping, id, at, padded(in, 22), padded(out, 22), make([]byte, 4), u64(0), u64(0))
		return
	}
	f.record(dbn.SymbolMapping, id, at,
		[]byte{4}, padded(in, 71), []byte{1}, padded(out, 71), u64(1<<64-1), u64(1<<64-1))
}

func (f *file) bytes() []byte { return append(f.metadata(), f.records.Bytes()...) }

// packed compresses data in frames of n bytes.
func packed(t testing.TB, data []byte, n int) []byte {
	t.Helper()
	z, err := zstd.NewWriter(nil)
	if err != nil {
		t.Fatal(err)
	}
	var out []byte
	for len(data) > 0 {
		size := min(n, len(data))
		out = z.EncodeAll(data[:size], out)
		data = data[size:]
	}
	return out
}
