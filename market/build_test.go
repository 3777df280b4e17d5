package market_test

import (
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"assay/market"
	"assay/market/simbars"
)

// columns returns three good bars of the evening of 2024-02-04 (Sunday 17:00).
func columns() market.Columns {
	return market.Columns{
		Time: []int64{1707087600, 1707087900, 1707088200},
		Open: []int32{100, 102, 98}, High: []int32{103, 104, 99},
		Low: []int32{99, 97, 95}, Close: []int32{102, 98, 96}, Volume: []int32{10, 20, 0},
	}
}

func TestNewBars(t *testing.T) {
	c := columns()
	c.Time[1] = 1707167700 // Monday 15:15
	c.Time[2] = 1707170100 // Monday 15:55, the session's last bar
	for _, column := range []*[]int32{&c.Open, &c.High, &c.Low, &c.Close, &c.Volume} {
		*column = append(*column, (*column)[0])
	}
	c.Time = append(c.Time, 1707174000) // Monday 17:00
	got, err := market.NewBars("ES", 5*time.Minute, c, []market.Segment{
		{First: 0, Contract: "ESH4"}, {First: 3, Contract: "ESM4"},
	})
	if err != nil {
		t.Fatal(err)
	}
	want := &market.Bars{
		Root: "ES", Interval: 5 * time.Minute,
		Time: c.Time, Open: c.Open, High: c.High, Low: c.Low, Close: c.Close, Volume: c.Volume,
		Segments: []market.Segment{{Contract: "ESH4"}, {First: 3, Contract: "ESM4", Gap: 4, Offset: 4}},
		Minute:   []int16{1020, 915, 955, 1020},
		Session:  []int32{0, 0, 0, 1},
		Dates:    []market.Date{19758, 19759},
		Last:     []bool{false, false, true, false},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestNewBarsRefuses(t *testing.T) {
	const fix = "; correct the source of the bars"
	for name, c := range map[string]struct {
		spoil    func(*market.Columns)
		segments []market.Segment
		want     string
	}{
		"length": {
			func(c *market.Columns) { c.High = c.High[:2] }, nil,
			"a column has 2 values and the times are 3; give columns of equal length",
		},
		"none": {
			func(c *market.Columns) { *c = market.Columns{} }, nil,
			"there are no bars; give at least one bar",
		},
		"twice": {
			func(c *market.Columns) { c.Time[2] = c.Time[1] }, nil,
			"the bar of 2024-02-04T23:05:00Z is there twice" + fix,
		},
		"order": {
			func(c *market.Columns) { c.Time[2] = c.Time[0] }, nil,
			"the bar of 2024-02-04T23:00:00Z comes after a later one" + fix,
		},
		"milliseconds": {
			func(c *market.Columns) { c.Time[2] *= 1000 }, nil,
			"the bar of 56065-06-21T06:40:00Z is not between 1970 and 2100; are the times seconds?" + fix,
		},
		"high": {
			func(c *market.Columns) { c.High[1] = 101 }, nil,
			"the bar of 2024-02-04T23:05:00Z has a high below its open, low or close" + fix,
		},
		"low": {
			func(c *market.Columns) { c.Low[1] = 99 }, nil,
			"the bar of 2024-02-04T23:05:00Z has a low above its open or close" + fix,
		},
		"volume": {
			func(c *market.Columns) { c.Volume[0] = -5 }, nil,
			"the bar of 2024-02-04T23:00:00Z has the negative volume -5" + fix,
		},
		"segments": {
			func(*market.Columns) {},
			[]market.Segment{{}, {First: 3, Contract: "ESM4"}},
			"segment 1 (ESM4) begins at bar 3 of 3; let the first begin at bar 0 and each later one after it",
		},
	} {
		cols := columns()
		c.spoil(&cols)
		if _, err := market.NewBars("ES", 5*time.Minute, cols, c.segments); err == nil || err.Error() != c.want {
			t.Errorf("%s: %v\nwant %s", name, err, c.want)
		}
	}
	if _, err := market.NewBars("ES", 90*time.Second, columns(), nil); err == nil {
		t.Error("bars of 90 s are accepted")
	}
}

func TestBarsOutsideTheHoursKeepTheirTradeDate(t *testing.T) {
	c := columns()
	c.Time = []int64{ // 2024-03-28 15:55, Good Friday 08:00, Saturday noon (Chicago)
		1711659300, 1711717200, 1711818000,
	}
	b, err := market.NewBars("ES", 5*time.Minute, c, nil)
	if err != nil {
		t.Fatal(err)
	}
	got := []string{b.Date(0).String(), b.Date(1).String(), b.Date(2).String()}
	if diff := cmp.Diff([]string{"2024-03-28", "2024-04-01", "2024-04-01"}, got); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]bool{true, false, false}, b.Last); diff != "" {
		t.Error(diff)
	}
}

func simulated(t testing.TB, root string, days int) *market.Bars {
	t.Helper()
	c, err := market.ContractOf(root)
	if err != nil {
		t.Fatal(err)
	}
	return simbars.Generate(c, simbars.First+market.Date(days))
}

// A slice is what NewBars makes of the same rows.
func TestSlicesAreWholeBars(t *testing.T) {
	all := simulated(t, "ES", 80)
	rapid.Check(t, func(t *rapid.T) {
		from := rapid.IntRange(0, all.Len()-1).Draw(t, "from")
		to := rapid.IntRange(from+1, all.Len()).Draw(t, "to")
		var segments []market.Segment
		for i, s := range all.Segments {
			s.First = max(s.First-from, 0)
			if i+1 < len(all.Segments) && all.Segments[i+1].First <= from || s.First >= to-from {
				continue
			}
			segments = append(segments, s)
		}
		want, err := market.NewBars("ES", all.Interval, market.Columns{
			Time: all.Time[from:to], Open: all.Open[from:to], High: all.High[from:to],
			Low: all.Low[from:to], Close: all.Close[from:to], Volume: all.Volume[from:to],
		}, segments)
		if err != nil {
			t.Fatal(err)
		}
		if got := all.Slice(from, to); !reflect.DeepEqual(got, want) {
			t.Fatalf("bars %d to %d: sessions %v, segments %v, want %v, %v",
				from, to, got.Dates, got.Segments, want.Dates, want.Segments)
		}
	})
}

func TestAggregate(t *testing.T) {
	all := simulated(t, "ES", 80)
	rapid.Check(t, func(t *rapid.T) {
		from := rapid.IntRange(0, all.Len()-2).Draw(t, "from")
		b := all.Slice(from, rapid.IntRange(from+1, all.Len()).Draw(t, "to"))
		interval := rapid.SampledFrom([]time.Duration{10, 15, 30, 60, 240}).Draw(t, "minutes") * time.Minute
		got, err := b.Aggregate(interval)
		if err != nil {
			t.Fatal(err)
		}
		if total(got.Volume) != total(b.Volume) || slices.Max(got.High) != slices.Max(b.High) ||
			slices.Min(got.Low) != slices.Min(b.Low) || !slices.Equal(got.Dates, b.Dates) {
			t.Fatal("aggregation lost or invented something")
		}
		for i, at := range got.Time {
			open := time.Date(2024, 1, 1, 17, 0, 0, 0, market.Zone()) // a full hour in any season
			if (at-open.Unix())%int64(min(interval, time.Hour)/time.Second) != 0 {
				t.Fatalf("bar %d starts off the grid at %s", i, got.Start(i))
			}
		}
		if len(got.Segments) != len(b.Segments) {
			t.Fatalf("%d segments became %d", len(b.Segments), len(got.Segments))
		}
		for k, s := range got.Segments {
			if s.Gap != b.Segments[k].Gap || s.Offset != b.Segments[k].Offset {
				t.Fatalf("segment %d: %+v became %+v", k, b.Segments[k], s)
			}
		}
	})
}

func total(volumes []int32) (sum int64) {
	for _, v := range volumes {
		sum += int64(v)
	}
	return sum
}

func TestAggregateKeepsTheGridAcrossAHoleAndStopsAtARoll(t *testing.T) {
	c := market.Columns{ // 17:05, 17:10 | roll | 17:20, 17:25, 17:30
		Time:   []int64{1707087900, 1707088200, 1707088800, 1707089100, 1707089400},
		Open:   []int32{1, 2, 13, 14, 15},
		High:   []int32{2, 4, 14, 15, 16},
		Low:    []int32{0, 2, 12, 13, 14},
		Close:  []int32{2, 3, 14, 15, 16},
		Volume: []int32{1, 1, 1, 1, 1},
	}
	b, err := market.NewBars("ES", 5*time.Minute, c, []market.Segment{{Contract: "ESH4"}, {First: 2, Contract: "ESM4"}})
	if err != nil {
		t.Fatal(err)
	}
	got, err := b.Aggregate(30 * time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	want := market.Columns{
		Time: []int64{1707087600, 1707088800, 1707089400},
		Open: []int32{1, 13, 15}, High: []int32{4, 15, 16}, Low: []int32{0, 12, 14},
		Close: []int32{3, 15, 16}, Volume: []int32{2, 2, 1},
	}
	if diff := cmp.Diff(want, market.Columns{
		Time: got.Time, Open: got.Open, High: got.High,
		Low: got.Low, Close: got.Close, Volume: got.Volume,
	}); diff != "" {
		t.Error(diff)
	}
	if _, err := b.Aggregate(7 * time.Minute); err == nil {
		t.Error("7m bars of 5m bars are accepted")
	}
}

// The last bar of what was known at the cut may still grow; all before it stay.
func TestAggregateDoesNotLookAhead(t *testing.T) {
	all := simulated(t, "ES", 90)
	whole, err := all.Aggregate(15 * time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	rapid.Check(t, func(t *rapid.T) {
		part, err := all.Truncate(rapid.IntRange(4, all.Len()).Draw(t, "n")).Aggregate(15 * time.Minute)
		if err != nil {
			t.Fatal(err)
		}
		n := part.Len() - 1
		if market.Fingerprint(part.Truncate(n)) != market.Fingerprint(whole.Truncate(n)) {
			t.Fatalf("a later bar changed one of the first %d", n)
		}
	})
}

func TestFingerprint(t *testing.T) {
	base := func() *market.Bars {
		b, err := market.NewBars("ES", 5*time.Minute, columns(), []market.Segment{{Contract: "ESH4"}})
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	// computed by hand from the documented layout
	const want = "4dac39edea0be40817083b05a46a45228d3e8438e8c8068077c0195e5d824c60"
	if got := market.Fingerprint(base()); got != want {
		t.Errorf("fingerprint %s, want %s", got, want)
	}
	seen := map[string]string{want: "base"}
	for name, spoil := range map[string]func(*market.Bars){
		"root":     func(b *market.Bars) { b.Root = "NQ" },
		"interval": func(b *market.Bars) { b.Interval *= 2 },
		"time":     func(b *market.Bars) { b.Time[0]-- },
		"open":     func(b *market.Bars) { b.Open[0]++ },
		"close":    func(b *market.Bars) { b.Close[2]++ },
		"volume":   func(b *market.Bars) { b.Volume[2]++ },
		"name":     func(b *market.Bars) { b.Segments[0].Contract = "ESM4" },
		"segment":  func(b *market.Bars) { b.Segments = append(b.Segments, market.Segment{First: 1}) },
		"length":   func(b *market.Bars) { *b = *b.Truncate(2) },
	} {
		b := base()
		spoil(b)
		got := market.Fingerprint(b)
		if other := seen[got]; other != "" {
			t.Errorf("%s has the fingerprint of %s", name, other)
		}
		seen[got] = name
	}
}

func BenchmarkNewBars(b *testing.B) {
	w := simbars.Workload(1_000_000, 42)
	for b.Loop() {
		if _, err := market.NewBars("ES", time.Minute, market.Columns{
			Time: w.Time, Open: w.Open, High: w.High, Low: w.Low, Close: w.Close, Volume: w.Volume,
		}, nil); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkFingerprint(b *testing.B) {
	w := simbars.Workload(1_000_000, 42)
	for b.Loop() {
		market.Fingerprint(w)
	}
}
