package dbn_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"assay/history/dbn"
	"assay/market"
)

const (
	es, nq   = 5482, 4378
	at       = 1_719_878_400_000_000_000 // 2024-07-02T00:00:00Z
	minute   = 60_000_000_000
	day      = 24 * 60 * minute
	esJuly   = 5_500_000_000_000
	nqJuly   = 20_000_000_000_000
	tickES   = 250_000_000
	lastYear = at - 365*day
)

// july is a small file of every kind that we decode, and two that we do not.
func july(version uint8) *file {
	f := &file{
		version: version, schema: dbn.Mixed, in: dbn.RawSymbol, out: dbn.InstrumentID, symbols: []string{"ESU4", "NQU4"},
		maps: []mapping{
			{"ESU4", []interval{{20240701, 20240702, "5482"}, {20240702, 20240704, "5482"}, {20240704, 20240705, ""}}},
			{"NQU4", []interval{{20240701, 20240705, "4378"}}},
		},
	}
	f.bar(dbn.OHLCV1m, es, at, esJuly, esJuly+4*tickES, esJuly-tickES, esJuly, 100)
	f.bar(dbn.OHLCV1m, nq, at, nqJuly, nqJuly, nqJuly, nqJuly, 7)
	f.record(dbn.Status, es, at+1, make([]byte, 24))
	f.record(0x77, es, at+2, make([]byte, 1004)) // a type of tomorrow
	f.trade(es, at+minute, esJuly+tickES, 3, 17)
	f.bar(dbn.OHLCV1m, es, at+minute, dbn.Undefined, dbn.Undefined, dbn.Undefined, dbn.Undefined, 0)
	return f
}

func open(t testing.TB, data []byte) *dbn.Reader {
	t.Helper()
	r, err := dbn.NewReader(bytes.NewReader(data), "f.dbn", dbn.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(r.Close)
	return r
}

func TestVersionsAndPackagesOfTheSameStream(t *testing.T) {
	want := dbn.Block{
		Bars: dbn.Bars{
			Type: []dbn.Type{dbn.OHLCV1m, dbn.OHLCV1m, dbn.OHLCV1m}, Instrument: []uint32{es, nq, es},
			Time: []int64{at, at, at + minute}, Open: []int64{esJuly, nqJuly, dbn.Undefined},
			High: []int64{esJuly + 4*tickES, nqJuly, dbn.Undefined}, Low: []int64{esJuly - tickES, nqJuly, dbn.Undefined},
			Close: []int64{esJuly, nqJuly, dbn.Undefined}, Volume: []uint64{100, 7, 0},
		},
		Trades: dbn.Trades{
			Instrument: []uint32{es}, Time: []int64{at + minute}, Received: []int64{at + minute + 5},
			Price: []int64{esJuly + tickES}, Size: []uint32{3}, Action: []byte("T"), Side: []byte("A"),
			Flags: []uint8{129}, Sequence: []uint32{17},
		},
	}
	for _, version := range []uint8{1, 2, 3} {
		for _, tsOut := range []bool{false, true} {
			f := july(version)
			if tsOut {
				f = &file{version: version, schema: dbn.Mixed, tsOut: true, maps: f.maps, in: f.in}
				f.bar(dbn.OHLCV1m, es, at, esJuly, esJuly+4*tickES, esJuly-tickES, esJuly, 100)
				f.bar(dbn.OHLCV1m, nq, at, nqJuly, nqJuly, nqJuly, nqJuly, 7)
				f.trade(es, at+minute, esJuly+tickES, 3, 17)
				f.bar(dbn.OHLCV1m, es, at+minute, dbn.Undefined, dbn.Undefined, dbn.Undefined, dbn.Undefined, 0)
			}
			plain := f.bytes()
			for name, data := range map[string][]byte{
				"plain": plain, "one frame": packed(t, plain, len(plain)), "many frames": packed(t, plain, 50),
			} {
				if diff := cmp.Diff(want, gather(t, open(t, data))); diff != "" {
					t.Errorf("version %d, %s, ts_out %v: %s", version, name, tsOut, diff)
				}
			}
		}
	}
}

func TestSmallReadsGiveTheSame(t *testing.T) {
	f := july(3)
	for i := range int64(3 * dbn.BlockSize) {
		f.bar(dbn.OHLCV1s, es, uint64(at+2*minute+i*1_000_000_000), esJuly, esJuly, esJuly, esJuly, uint64(i))
	}
	want := gather(t, open(t, f.bytes()))
	r, err := dbn.NewReader(iotest.HalfReader(bytes.NewReader(f.bytes())), "f.dbn", dbn.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	if diff := cmp.Diff(want, gather(t, r)); diff != "" {
		t.Error(diff)
	}
	if r.Records() != 6+3*dbn.BlockSize || r.Count(dbn.OHLCV1s) != 3*dbn.BlockSize || r.Count(0x77) != 1 {
		t.Errorf("%d records, %d bars of a second, %d unknown", r.Records(), r.Count(dbn.OHLCV1s), r.Count(0x77))
	}
}

func TestMetadata(t *testing.T) {
	d := func(s string) market.Date {
		date, err := market.ParseDate(s)
		if err != nil {
			t.Fatal(err)
		}
		return date
	}
	for _, version := range []uint8{1, 2, 3} {
		want := dbn.Metadata{
			Version: version, Dataset: "GLBX.MDP3", Schema: dbn.Mixed, Start: 1, End: dbn.Undefined,
			STypeIn: dbn.RawSymbol, STypeOut: dbn.InstrumentID,
			Symbols: []string{"ESU4", "NQU4"}, NotFound: []string{"ABSENT"},
			Mappings: []dbn.Mapping{
				{Symbol: "ESU4", Intervals: []dbn.Interval{
					{From: d("2024-07-01"), To: d("2024-07-02"), Symbol: "5482"},
					{From: d("2024-07-02"), To: d("2024-07-04"), Symbol: "5482"},
					{From: d("2024-07-04"), To: d("2024-07-05")},
				}},
				{Symbol: "NQU4", Intervals: []dbn.Interval{{From: d("2024-07-01"), To: d("2024-07-05"), Symbol: "4378"}}},
			},
		}
		if diff := cmp.Diff(want, open(t, july(version).bytes()).Metadata()); diff != "" {
			t.Errorf("version %d: %s", version, diff)
		}
	}
}

func TestSymbolsByDate(t *testing.T) {
	ids := &file{version: 3, in: dbn.InstrumentID, out: dbn.RawSymbol, maps: []mapping{
		{"5482", []interval{{20240701, 20240702, "ESM4"}, {20240703, 20240704, "ESU4"}}},
	}}
	for _, c := range []struct {
		f    *file
		id   uint32
		at   int64
		want string
	}{
		{july(3), es, at - 1, "ESU4 until 1719878400000000000"}, // to the second of its intervals
		{july(3), es, at, "ESU4 until 1720051200000000000"},
		{july(3), es, at + 2*day, " until 9223372036854775807"}, // its third interval names nothing
		{july(3), nq, at, "NQU4 until 1720137600000000000"},
		{july(3), 1, at, " until 9223372036854775807"},
		{ids, es, lastYear, " until 1719792000000000000"},
		{ids, es, at - 1, "ESM4 until 1719878400000000000"},
		{ids, es, at, " until 1719964800000000000"},
		{ids, es, at + day, "ESU4 until 1720051200000000000"},
	} {
		name, until, ok := open(t, c.f.bytes()).Symbol(c.id, c.at)
		if got := fmt.Sprintf("%s until %d", name, until); got != c.want || ok != (name != "") {
			t.Errorf("%d at %d is %s, want %s", c.id, c.at, got, c.want)
		}
	}
}

func TestLiveNamesHoldForWhatFollows(t *testing.T) {
	for _, version := range []uint8{1, 2, 3} {
		f := &file{version: version, schema: dbn.Mixed, in: 255}
		f.learn(es, at, "ES.c.0", "ESM4")
		f.learn(nq, at, "NQU4", "4378")
		f.bar(dbn.OHLCV1m, es, at, esJuly, esJuly, esJuly, esJuly, 1)
		f.bar(dbn.OHLCV1m, nq, at, nqJuly, nqJuly, nqJuly, nqJuly, 1)
		f.learn(es, at, "ES.c.0", "ESU4")
		f.bar(dbn.OHLCV1m, es, at+minute, esJuly, esJuly, esJuly, esJuly, 1)
		r := open(t, f.bytes())
		var b dbn.Block
		var got []string
		for r.Next(&b) == nil {
			for i, id := range b.Bars.Instrument {
				name, _, _ := r.Symbol(id, b.Bars.Time[i])
				got = append(got, name)
			}
		}
		if diff := cmp.Diff([]string{"ESM4", "NQU4", "ESU4"}, got); diff != "" {
			t.Errorf("version %d: %s", version, diff)
		}
	}
}

func TestBadStreamsAreRefusedInOneSentence(t *testing.T) {
	good := july(3).bytes()
	start := len(july(3).metadata())
	with := func(place int, b ...byte) []byte {
		out := bytes.Clone(good)
		copy(out[place:], b)
		return out
	}
	short := july(3)
	short.record(dbn.Trade, es, at, make([]byte, 8))
	old := july(2)
	old.record(dbn.Instrument, es, at, make([]byte, 344)) // of version 1
	zipped := packed(t, good, len(good))
	for name, c := range map[string]struct {
		data []byte
		want string
	}{
		"empty":       {nil, "f.dbn is empty; fetch it again"},
		"other":       {[]byte("ts,open,high\n"), "f.dbn does not begin as DBN does; import DBN, or unpack it first when it is something else"},
		"fragment":    {good[start:], "f.dbn is a fragment: it holds records without the metadata that says what they are; download the data again as a whole file"},
		"dbz":         {[]byte{0x50, 0x2A, 0x4D, 0x18, 9}, "f.dbn is in the old DBZ container, which is no longer read; download the data again as DBN"},
		"version":     {with(3, 4), "f.dbn is DBN version 4, and versions 1 to 3 are read; download the data again in version 3"},
		"huge":        {with(4, 255, 255, 255, 255), "f.dbn has 4294967295 bytes of metadata, more than the 134217728 allowed; request fewer symbols at once"},
		"cut head":    {good[:6], "f.dbn ends at byte 6, inside its metadata; fetch it again"},
		"cut names":   {good[:150], "f.dbn ends at byte 150, inside its metadata; fetch it again"},
		"count":       {with(112, 255, 255, 255, 255), "f.dbn has metadata that contradicts itself; fetch it again"},
		"width":       {with(53, 1, 0), "f.dbn has metadata that contradicts itself; fetch it again"},
		"zero length": {with(start+56, 0), fmt.Sprintf("f.dbn: record 2 at byte %d: it claims a length of 0 bytes, and a header alone has 16; fetch it again", start+56)},
		"too short":   {with(start, 3), fmt.Sprintf("f.dbn: record 1 at byte %d: it claims a length of 12 bytes, and a header alone has 16; fetch it again", start)},
		"cut record":  {good[:len(good)-1], fmt.Sprintf("f.dbn: record 6 at byte %d: the file is cut: 55 of the record's 56 bytes are there; fetch it again", len(good)-56)},
		"cut header":  {good[:start+57], fmt.Sprintf("f.dbn: record 2 at byte %d: the file is cut: 1 of the record's 56 bytes are there; fetch it again", start+56)},
		"short trade": {short.bytes(), fmt.Sprintf("f.dbn: record 7 at byte %d: a record of trades has 48 bytes, not 24; fetch it again", len(good))},
		"old record":  {old.bytes(), fmt.Sprintf("f.dbn: record 7 at byte %d: a record of definition has 400 bytes, not 360; fetch it again", len(july(2).bytes()))},
		"cut frame":   {zipped[:len(zipped)-9], "the compressed data is cut; fetch it again"},
		"damaged":     {append(zipped[:len(zipped)-2:len(zipped)-2], 1, 2), "the compressed data is damaged"},
		"tail":        {append(bytes.Clone(zipped), "rubbish"...), "the compressed data is damaged"},
	} {
		r, err := dbn.NewReader(bytes.NewReader(c.data), "f.dbn", dbn.Limits{})
		var b dbn.Block
		for err == nil {
			err = r.Next(&b)
		}
		if !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: error %v\nwant %s", name, err, c.want)
		}
		if r == nil {
			continue
		}
		if again := r.Next(&b); again == nil || again.Error() != err.Error() {
			t.Errorf("%s: after the error comes %v", name, again)
		}
		r.Close()
	}
}

func TestLimits(t *testing.T) {
	f := july(3)
	for i := range uint64(100_000) {
		f.bar(dbn.OHLCV1s, es, at+2*minute+i, esJuly, esJuly, esJuly, esJuly, 1)
	}
	data := f.bytes()
	for limit, want := range map[int64]string{
		int64(len(data)): "EOF", 300_000: "the stream is longer than 300000 bytes; split it by days or months",
	} {
		r, err := dbn.NewReader(bytes.NewReader(packed(t, data, len(data))), "bomb.dbn", dbn.Limits{Bytes: limit})
		var b dbn.Block
		for err == nil {
			err = r.Next(&b)
		}
		if !strings.HasSuffix(err.Error(), want) {
			t.Errorf("limit %d: %v", limit, err)
		}
	}
	// A frame that asks for a window of 64 MiB: no descriptor flags, one raw block of nothing.
	window := []byte{0x28, 0xB5, 0x2F, 0xFD, 0x00, 16 << 3, 1, 0, 0}
	want := "pack it again with a window of at most 32 MiB"
	if _, err := dbn.NewReader(bytes.NewReader(window), "w", dbn.Limits{}); err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("a large window: %v", err)
	}
}

func TestLongStretchesOfOtherRecordsComeInParts(t *testing.T) {
	f := july(3)
	for range 200_000 {
		f.record(dbn.Status, es, at, make([]byte, 24))
	}
	f.trade(es, at, esJuly, 1, 1)
	r := open(t, f.bytes())
	var b dbn.Block
	var parts []int
	for r.Next(&b) == nil {
		parts = append(parts, b.Bars.Len()+b.Trades.Len())
	}
	if diff := cmp.Diff([]int{4, 0, 0, 1}, parts); diff != "" || r.Records() != 200_007 {
		t.Errorf("%d records, %s", r.Records(), diff)
	}
}

func TestAFailingSourceIsNamedAsSuch(t *testing.T) {
	broken := errors.New("the cable is out")
	data := july(3).bytes()
	for _, n := range []int{0, 100, len(data) - 10} {
		in := io.MultiReader(bytes.NewReader(data[:n]), iotest.ErrReader(broken))
		r, err := dbn.NewReader(in, "f.dbn", dbn.Limits{})
		var b dbn.Block
		for err == nil {
			err = r.Next(&b)
		}
		if !errors.Is(err, broken) {
			t.Errorf("after %d bytes: %v", n, err)
		}
	}
}

// Whatever is cut off the end, the records before it are read and no others.
func TestEveryCut(t *testing.T) {
	f := july(3)
	data, start := f.bytes(), len(f.metadata())
	borders := map[int]int64{}
	r := open(t, data)
	for at := start; ; {
		borders[at] = r.Records()
		record, err := r.Record()
		if err != nil {
			break
		}
		at += len(record.Raw)
	}
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(start, len(data)).Draw(t, "bytes")
		r, err := dbn.NewReader(bytes.NewReader(data[:n]), "f.dbn", dbn.Limits{})
		if err != nil {
			t.Fatal(err)
		}
		for err == nil {
			_, err = r.Record()
		}
		records, whole := borders[n]
		if whole != errors.Is(err, io.EOF) || whole && r.Records() != records {
			t.Errorf("%d bytes: %d records, %v", n, r.Records(), err)
		}
	})
}
