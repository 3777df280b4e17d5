package dbn_test

import (
	"bytes"
	"errors"
	"io"
	"testing"

	"github.com/klauspost/compress/zstd"

	"assay/history/dbn"
)

// walked is a stream of n one-minute bars of a price that wanders, which packs
// about as well as a real one.
func walked(n int) []byte {
	f := &file{version: 3, schema: 6, in: dbn.RawSymbol, symbols: []string{"ESU4"}, maps: july(3).maps}
	last, seed := int64(esJuly), uint64(42)
	chance := func(n int64) int64 { // SplitMix64
		seed += 0x9E3779B97F4A7C15
		z := (seed ^ seed>>30) * 0xBF58476D1CE4E5B9
		z = (z ^ z>>27) * 0x94D049BB133111EB
		return int64((z ^ z>>31) % uint64(n))
	}
	for i := range n {
		open := last + (chance(3)-1)*tickES
		last = open + (chance(9)-4)*tickES
		high, low := max(open, last)+chance(4)*tickES, min(open, last)-chance(4)*tickES
		f.bar(dbn.OHLCV1m, es, uint64(at+int64(i)*minute), open, high, low, last, uint64(chance(900)))
	}
	return f.bytes()
}

const benchBars = 500_000

func benchmark(b *testing.B, data []byte) {
	b.SetBytes(int64(benchBars * 56))
	b.ReportAllocs()
	var block dbn.Block
	for b.Loop() {
		r, err := dbn.NewReader(bytes.NewReader(data), "f", dbn.Limits{})
		if err != nil {
			b.Fatal(err)
		}
		for err == nil {
			err = r.Next(&block)
		}
		if !errors.Is(err, io.EOF) || r.Records() != benchBars {
			b.Fatalf("%d records, %v", r.Records(), err)
		}
		r.Close()
	}
	b.ReportMetric(float64(b.N*benchBars)/b.Elapsed().Seconds()/1e6, "Mrecords/s")
}

func BenchmarkPlain(b *testing.B) { benchmark(b, walked(benchBars)) }

func BenchmarkZstd(b *testing.B) {
	data := walked(benchBars)
	benchmark(b, packed(b, data, len(data)))
}

// BenchmarkUnpack is the part of BenchmarkZstd that no decoder can save.
func BenchmarkUnpack(b *testing.B) {
	data := walked(benchBars)
	data = packed(b, data, len(data))
	buffer := make([]byte, 1<<18)
	for b.Loop() {
		z, err := zstd.NewReader(bytes.NewReader(data))
		if err != nil {
			b.Fatal(err)
		}
		if _, err := io.CopyBuffer(struct{ io.Writer }{io.Discard}, struct{ io.Reader }{z}, buffer); err != nil {
			b.Fatal(err)
		}
		z.Close()
	}
	b.ReportMetric(float64(len(data))/benchBars, "B/record")
	b.ReportMetric(float64(b.N*benchBars)/b.Elapsed().Seconds()/1e6, "Mrecords/s")
}
