package simbars

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"math"
	"reflect"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"assay/market"
)

func contract(t testing.TB, root string) market.Contract {
	t.Helper()
	c, err := market.ContractOf(root)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// The digest is that of the files which the published generator writes for a
// million bars and seed 42, one after the other.
func TestWorkloadIsThePublishedSeries(t *testing.T) {
	b := Workload(1_000_000, 42)
	h := sha256.New()
	for _, column := range []any{b.Time, widen(b.Minute), b.Session, b.Open, b.High, b.Low, b.Close, b.Volume} {
		if err := binary.Write(h, binary.LittleEndian, column); err != nil {
			t.Fatal(err)
		}
	}
	const want = "1c3ccdb9387b7b158b6ccb075cb1fbf0f5cc058951e5ab6b1e296d41d767592c"
	if got := hex.EncodeToString(h.Sum(nil)); got != want {
		t.Errorf("digest %s\n  want %s", got, want)
	}
	if n := len(b.Dates); n != 725 {
		t.Errorf("%d sessions, want 725", n)
	}
}

func widen(minutes []int16) []int32 {
	out := make([]int32, len(minutes))
	for i, m := range minutes {
		out[i] = int32(m)
	}
	return out
}

func TestLaterSessionsOnlyAppend(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := rapid.SampledFrom(market.Contracts()).Draw(t, "contract")
		early := First + market.Date(rapid.IntRange(0, 100).Draw(t, "days"))
		late := early + market.Date(rapid.IntRange(0, 20).Draw(t, "more"))
		a, b := Generate(c, early), Generate(c, late)
		if !reflect.DeepEqual(a, b.Truncate(a.Len())) {
			t.Fatalf("%s: bars through %s are no prefix of those through %s", c.Root, early, late)
		}
	})
}

func TestEverySessionIsFull(t *testing.T) {
	for _, root := range []string{"ES", "CL", "6E", "ZN"} {
		c := contract(t, root)
		b := Generate(c, First+800)
		want := 0
		for d := First; d <= First+800; d = c.Calendar().Next(d) {
			s, _ := c.Calendar().Session(d)
			want += int(s.Close.Sub(s.Open) / Interval)
		}
		if b.Len() != want || b.Dates[0] != First || b.Date(b.Len()-1) > First+800 {
			t.Errorf("%s: %d bars from %s to %s, want %d", root, b.Len(), b.Dates[0], b.Date(b.Len()-1), want)
		}
	}
}

func TestMicroHasItsSistersBars(t *testing.T) {
	es, mes := Generate(contract(t, "ES"), First+30), Generate(contract(t, "MES"), First+30)
	if diff := cmp.Diff(es, mes); diff != "" {
		t.Errorf("MES differs from ES: %s", diff)
	}
}

func TestContractsRollInExpiryWeek(t *testing.T) {
	b := Generate(contract(t, "ES"), First+380)
	var got []string
	for _, s := range b.Segments {
		got = append(got, s.Contract+" "+b.Date(s.First).String())
	}
	want := []string{
		"ESH4 2024-01-02", "ESM4 2024-03-11", "ESU4 2024-06-17", "ESZ4 2024-09-16",
		"ESH5 2024-12-16",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	for _, s := range b.Segments[1:] {
		if points := float64(s.Gap) / 4; points < 15 || points > 120 {
			t.Errorf("%s: a gap of %.2f points", s.Contract, points)
		}
	}
}

// TestTheMarketIsPlausible holds the series against loose bounds taken from
// real ES bars: daily movement, its clustering, the share of the night, and
// the volume's shape.
func TestTheMarketIsPlausible(t *testing.T) {
	b := Generate(contract(t, "ES"), First+1000)
	var returns, absolute, night, day []float64
	previous, opened := 0.0, 0.0
	var dayVolume, nightVolume float64
	for i := range b.Len() {
		adjusted := float64(b.Close[i])
		if m := b.Minute[i]; m >= 510 && m < 900 {
			dayVolume += float64(b.Volume[i]) / 78
		} else {
			nightVolume += float64(b.Volume[i]) / 198
		}
		switch b.Minute[i] {
		case 510:
			opened = float64(b.Open[i])
		case 895:
			if previous > 0 && opened > 0 {
				returns = append(returns, adjusted/previous-1)
				absolute = append(absolute, math.Abs(adjusted/previous-1))
				night = append(night, opened/previous-1)
				day = append(day, adjusted/opened-1)
			}
			previous = adjusted
		}
	}
	within := func(name string, got, low, high float64) {
		t.Logf("%s %.4f", name, got)
		if got < low || got > high {
			t.Errorf("%s is %.4f, want %.4f to %.4f", name, got, low, high)
		}
	}
	within("daily standard deviation", deviation(returns), 0.006, 0.015)
	within("night", deviation(night), 0.002, 0.008)
	within("day", deviation(day), 0.004, 0.013)
	within("clustering", autocorrelation(absolute), 0.02, 0.5)
	within("day volume to night volume", dayVolume/nightVolume, 4, 20)
	within("lowest price", float64(slices.Min(b.Low))/4, 2500, 4770)
	within("highest price", float64(slices.Max(b.High))/4, 4770, 12000)
}

func mean(x []float64) float64 {
	sum := 0.0
	for _, v := range x {
		sum += v
	}
	return sum / float64(len(x))
}

func deviation(x []float64) float64 {
	m, sum := mean(x), 0.0
	for _, v := range x {
		sum += (v - m) * (v - m)
	}
	return math.Sqrt(sum / float64(len(x)))
}

func autocorrelation(x []float64) float64 {
	m, above, below := mean(x), 0.0, 0.0
	for i, v := range x {
		below += (v - m) * (v - m)
		if i > 0 {
			above += (v - m) * (x[i-1] - m)
		}
	}
	return above / below
}

func BenchmarkGenerate(b *testing.B) {
	c := contract(b, "ES")
	for b.Loop() {
		Generate(c, First+3*365)
	}
}

func BenchmarkWorkload(b *testing.B) {
	for b.Loop() {
		Workload(1_000_000, 42)
	}
}
