package dbn_test

import (
	"bytes"
	"errors"
	"io"
	"testing"

	"assay/history/dbn"
)

// drain reads a stream in both ways. They must agree, and end.
func drain(t *testing.T, data []byte) {
	limits := dbn.Limits{Bytes: 1 << 22, Metadata: 1 << 20}
	blocks, err := dbn.NewReader(bytes.NewReader(data), "f", limits)
	if err != nil {
		return
	}
	defer blocks.Close()
	var b dbn.Block
	for err == nil {
		before := blocks.Records()
		if err = blocks.Next(&b); err == nil && blocks.Records() == before {
			t.Fatal("a block took no record")
		}
		for i, id := range b.Bars.Instrument {
			blocks.Symbol(id, b.Bars.Time[i])
		}
	}
	if !errors.Is(err, io.EOF) {
		return
	}
	single, err := dbn.NewReader(bytes.NewReader(data), "f", limits)
	if err != nil {
		t.Fatal(err)
	}
	defer single.Close()
	for err == nil {
		_, err = single.Record()
	}
	if !errors.Is(err, io.EOF) || single.Records() != blocks.Records() {
		t.Fatalf("%d records in blocks, %d one by one, %v", blocks.Records(), single.Records(), err)
	}
}

func seeds(version uint8) *file {
	f := july(version)
	f.learn(es, at, "ES.c.0", "ESU4")
	f.record(dbn.Instrument, es, at, make([]byte, map[uint8]int{1: 344, 2: 384, 3: 504}[version]))
	return f
}

func FuzzStream(f *testing.F) {
	for _, version := range []uint8{1, 2, 3} {
		data := seeds(version).bytes()
		f.Add(data)
		f.Add(packed(f, data, 200))
	}
	f.Fuzz(drain)
}

func FuzzMetadata(f *testing.F) {
	for _, version := range []uint8{1, 2, 3} {
		f.Add(version, seeds(version).metadata()[8:])
	}
	f.Fuzz(func(t *testing.T, version uint8, body []byte) {
		drain(t, concat([]byte("DBN"), []byte{version}, u32(uint32(len(body))), body))
	})
}

func FuzzRecords(f *testing.F) {
	for _, version := range []uint8{1, 2, 3} {
		f.Add(version, false, seeds(version).records.Bytes())
	}
	f.Fuzz(func(t *testing.T, version uint8, tsOut bool, records []byte) {
		head := &file{version: version%3 + 1, tsOut: tsOut, in: dbn.RawSymbol, maps: july(3).maps}
		drain(t, append(head.metadata(), records...))
	})
}
