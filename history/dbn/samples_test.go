package dbn_test

import (
	"errors"
	"io"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"assay/history/dbn"
	"assay/history/historytest"
)

// all reads every record of a file, first as blocks, then one by one, and
// returns what the first found. Both must count the same.
func all(t *testing.T, path string) (blocks dbn.Block, records []dbn.Header, r *dbn.Reader) {
	t.Helper()
	open := func() *dbn.Reader {
		f, err := os.Open(path)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { f.Close() })
		r, err := dbn.NewReader(f, filepath.Base(path), dbn.Limits{})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(r.Close)
		return r
	}
	r = open()
	blocks = gather(t, r)
	single := open()
	for {
		record, err := single.Record()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		records = append(records, record.Header)
	}
	if r.Records() != single.Records() {
		t.Errorf("%s: %d records in blocks, %d one by one", path, r.Records(), single.Records())
	}
	return blocks, records, r
}

// gather joins the blocks of a reader.
func gather(t testing.TB, r *dbn.Reader) (out dbn.Block) {
	t.Helper()
	var b dbn.Block
	for {
		err := r.Next(&b)
		if errors.Is(err, io.EOF) {
			return out
		}
		if err != nil {
			t.Fatal(err)
		}
		out.Bars.Type = append(out.Bars.Type, b.Bars.Type...)
		out.Bars.Instrument = append(out.Bars.Instrument, b.Bars.Instrument...)
		out.Bars.Time = append(out.Bars.Time, b.Bars.Time...)
		out.Bars.Open = append(out.Bars.Open, b.Bars.Open...)
		out.Bars.High = append(out.Bars.High, b.Bars.High...)
		out.Bars.Low = append(out.Bars.Low, b.Bars.Low...)
		out.Bars.Close = append(out.Bars.Close, b.Bars.Close...)
		out.Bars.Volume = append(out.Bars.Volume, b.Bars.Volume...)
		out.Trades.Instrument = append(out.Trades.Instrument, b.Trades.Instrument...)
		out.Trades.Time = append(out.Trades.Time, b.Trades.Time...)
		out.Trades.Received = append(out.Trades.Received, b.Trades.Received...)
		out.Trades.Price = append(out.Trades.Price, b.Trades.Price...)
		out.Trades.Size = append(out.Trades.Size, b.Trades.Size...)
		out.Trades.Action = append(out.Trades.Action, b.Trades.Action...)
		out.Trades.Side = append(out.Trades.Side, b.Trades.Side...)
		out.Trades.Flags = append(out.Trades.Flags, b.Trades.Flags...)
		out.Trades.Sequence = append(out.Trades.Sequence, b.Trades.Sequence...)
		out.Definitions = append(out.Definitions, b.Definitions...)
	}
}

// sample is a line of the descriptions that come with the files.
type sample struct {
	schema      dbn.Type
	versions    string
	records     int
	first, last string // RFC 3339, "" where the description does not say
	sizes       [3]int // of a record in bytes, by version
}

var samples = []sample{
	{dbn.OHLCV1s, "123", 2, "2020-12-28T13:00:00Z", "2020-12-28T13:00:01Z", [3]int{56, 56, 56}},
	{dbn.OHLCV1m, "123", 2, "2020-12-28T13:00:00Z", "2020-12-28T13:01:00Z", [3]int{56, 56, 56}},
	{dbn.OHLCV1h, "123", 2, "2020-12-28T13:00:00Z", "2020-12-28T14:00:00Z", [3]int{56, 56, 56}},
	{dbn.OHLCV1d, "123", 0, "", "", [3]int{}},
	{dbn.Trade, "123", 2, "2020-12-28T13:00:00.098821953Z", "2020-12-28T13:00:00.107665963Z", [3]int{48, 48, 48}},
	{dbn.MBP1, "123", 2, "2020-12-28T13:00:00.006001487Z", "2020-12-28T13:00:00.006146661Z", [3]int{80, 80, 80}},
	{dbn.MBP10, "123", 2, "2020-12-28T13:00:00.000429831Z", "2020-12-28T13:00:00.000435673Z", [3]int{368, 368, 368}},
	{dbn.MBO, "123", 2, "2020-12-28T13:00:00.000429831Z", "2020-12-28T13:00:00.000431665Z", [3]int{56, 56, 56}},
	{dbn.BBO1s, "23", 4, "2020-12-27T23:59:59.045849637Z", "", [3]int{0, 80, 80}},
	{dbn.BBO1m, "23", 4, "2020-12-27T23:59:59.045849637Z", "", [3]int{0, 80, 80}},
	{dbn.CMBP1, "23", 2, "2020-12-28T13:00:00.006001487Z", "2020-12-28T13:00:00.006146661Z", [3]int{0, 80, 80}},
	{dbn.CBBO1s, "23", 2, "2020-12-28T13:00:00.006001487Z", "2020-12-28T13:00:00.006146661Z", [3]int{0, 80, 80}},
	{dbn.Status, "23", 4, "2020-12-27T23:00:00Z", "2020-12-28T21:30:00Z", [3]int{0, 40, 40}},
	{dbn.Statistics, "123", 2, "2023-04-23T17:05:36.030443135Z", "2023-04-23T17:05:36.071497081Z", [3]int{64, 64, 80}},
	{dbn.Instrument, "123", 2, "2021-10-04T07:07:21.6Z", "2021-10-05T07:07:01.7Z", [3]int{360, 400, 520}},
	{dbn.Imbalance, "123", 2, "2021-10-04T13:25:00.6Z", "2021-10-04T13:25:10.2Z", [3]int{112, 112, 112}},
}

func TestEverySampleReadsAsDescribed(t *testing.T) {
	dir, ok := historytest.Path(t, "dbn-samples")
	if !ok {
		t.Logf("%s is not set: the streams that the tests write are read alone", historytest.RealData)
		return
	}
	read := map[string]bool{}
	for _, s := range samples {
		for _, v := range s.versions {
			s.read(t, filepath.Join(dir, "dbn", "test_data."+s.schema.String()+".v"+string(v)+".dbn.zst"), int(v-'0'), read)
		}
		plain := filepath.Join(dir, "dbn", "test_data."+s.schema.String()+".dbn")
		s.read(t, plain, 2, read)
	}
	tbbo := samples[4] // the same two trades, with the book
	tbbo.sizes = [3]int{80, 80, 80}
	tbbo.schema = dbn.MBP1
	for _, name := range []string{"v1.dbn.zst", "v2.dbn.zst", "v3.dbn.zst", "dbn"} {
		version := 2
		if name[0] == 'v' {
			version = int(name[1] - '0')
		}
		tbbo.read(t, filepath.Join(dir, "dbn", "test_data.tbbo."+name), version, read)
	}
	samples[7].read(t, filepath.Join(dir, "dbn", "test_data.mbo.v3.dbn"), 3, read)
	refusals(t, filepath.Join(dir, "dbn"), read)
	for name := range found(t, filepath.Join(dir, "dbn")) {
		if !read[name] {
			t.Errorf("no test reads %s", name)
		}
	}
}

func (s sample) read(t *testing.T, path string, version int, read map[string]bool) {
	t.Helper()
	_, records, r := all(t, path)
	read[filepath.Base(path)] = true
	if len(records) != s.records || int(r.Metadata().Version) != version {
		t.Errorf("%s: %d records of version %d", path, len(records), r.Metadata().Version)
		return
	}
	if s.records == 0 {
		return
	}
	if r.Count(s.schema) != int64(s.records) {
		t.Errorf("%s: %d records of %s", path, r.Count(s.schema), s.schema)
	}
	for _, end := range []struct {
		want string
		got  int64
	}{{s.first, records[0].Time}, {s.last, records[s.records-1].Time}} {
		got := time.Unix(0, end.got).UTC().Format(time.RFC3339Nano)
		// Some are described to a tenth of a second.
		if end.want != "" && !strings.HasPrefix(got, strings.TrimSuffix(end.want, "Z")) {
			t.Errorf("%s: a time is %s, want %s", path, got, end.want)
		}
	}
	size := size(t, path)
	if want := s.sizes[version-1]; size != want {
		t.Errorf("%s: a record has %d bytes, want %d", path, size, want)
	}
}

// size returns the size of the first record of a file.
func size(t *testing.T, path string) int {
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	r, err := dbn.NewReader(f, path, dbn.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	record, err := r.Record()
	if err != nil {
		t.Fatal(err)
	}
	return len(record.Raw)
}

func found(t *testing.T, dir string) map[string]bool {
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	names := map[string]bool{}
	for _, e := range entries {
		names[e.Name()] = true
	}
	return names
}

// refusals tries the files that are no streams with metadata.
func refusals(t *testing.T, dir string, read map[string]bool) {
	for name := range found(t, dir) {
		want := "is a fragment: it holds records without the metadata that says what they are; " +
			"download the data again as a whole file"
		switch {
		case strings.HasSuffix(name, ".dbz"):
			want = "is in the old DBZ container, which is no longer read; download the data again as DBN"
		case !strings.Contains(name, ".frag"):
			continue
		}
		read[name] = true
		f, err := os.Open(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		if _, err = dbn.NewReader(f, name, dbn.Limits{}); err == nil || err.Error() != name+" "+want {
			t.Errorf("%s: error %v", name, err)
		}
		f.Close()
	}
}

// price turns points into what a stream holds.
func price(points float64) int64 { return int64(math.Round(points * 1e9)) }

func TestGoldenValues(t *testing.T) {
	dir, ok := historytest.Path(t, "dbn-samples")
	if !ok {
		t.Logf("%s is not set: the streams that the tests write are read alone", historytest.RealData)
		return
	}
	glbx := filepath.Join(dir, "python-glbx")
	minute, _, r := all(t, filepath.Join(glbx, "test_data.ohlcv-1m.dbn.zst"))
	at := time.Date(2020, 12, 28, 0, 0, 0, 0, time.UTC).UnixNano()
	m, id := int64(time.Minute), uint32(5482)
	want := dbn.Bars{
		Type:       []dbn.Type{dbn.OHLCV1m, dbn.OHLCV1m, dbn.OHLCV1m, dbn.OHLCV1m},
		Instrument: []uint32{id, id, id, id}, Time: []int64{at, at + m, at + 2*m, at + 3*m},
		Open:   []int64{price(3702.75), price(3704.75), price(3704.25), price(3704.5)},
		High:   []int64{price(3704.75), price(3705), price(3704.75), price(3704.5)},
		Low:    []int64{price(3702.5), price(3704), price(3704), price(3703)},
		Close:  []int64{price(3704.75), price(3704), price(3704.5), price(3703)},
		Volume: []uint64{306, 214, 192, 158},
	}
	if diff := cmp.Diff(want, minute.Bars); diff != "" {
		t.Error(diff)
	}
	if name, _, ok := r.Symbol(id, at); name != "ESH1" || !ok {
		t.Errorf("instrument %d is %q", id, name)
	}
	day, _, _ := all(t, filepath.Join(glbx, "test_data.ohlcv-1d.dbn.zst"))
	if b := day.Bars; b.Len() != 1 || b.Open[0] != price(3702.75) || b.High[0] != price(3735) ||
		b.Low[0] != price(3697.25) || b.Close[0] != price(3735) || b.Volume[0] != 718174 {
		t.Errorf("the day is %v", b)
	}
	trades, _, _ := all(t, filepath.Join(dir, "dbn", "test_data.trades.v3.dbn.zst"))
	wantTrades := dbn.Trades{
		Instrument: []uint32{id, id}, Time: []int64{1609160400098821953, 1609160400107665963},
		Received: []int64{1609160400099150057, trades.Trades.Received[1]},
		Price:    []int64{price(3720.25), price(3720.25)}, Size: []uint32{5, 21}, Action: []byte("TT"),
		Side: []byte("AA"), Flags: []uint8{129, 129}, Sequence: []uint32{1170380, 1170414},
	}
	if diff := cmp.Diff(wantTrades, trades.Trades); diff != "" {
		t.Error(diff)
	}
	for name, c := range map[string]struct {
		records     int
		first, last string
	}{
		"ohlcv-1s":   {4, "2020-12-28T00:00:00Z", "2020-12-28T00:00:07Z"},
		"ohlcv-1m":   {4, "2020-12-28T00:00:00Z", "2020-12-28T00:03:00Z"},
		"ohlcv-1h":   {4, "2020-12-28T00:00:00Z", "2020-12-28T03:00:00Z"},
		"ohlcv-1d":   {1, "2020-12-28T00:00:00Z", "2020-12-28T00:00:00Z"},
		"definition": {1, "2020-12-27T17:05:15.926494829Z", "2020-12-27T17:05:15.926494829Z"},
		"live":       {46, "2023-11-19T12:03:56.412260067Z", "2023-11-21T23:46:09.411101215Z"},
		"trades":     {4, "2020-12-2", "2020-12-2"}, "tbbo": {4, "2020-12-2", "2020-12-2"},
		"mbp-1": {4, "2020-12-2", "2020-12-2"}, "mbp-10": {4, "2020-12-2", "2020-12-2"},
		"mbo": {4, "2020-12-2", "2020-12-2"}, "bbo-1s": {4, "2020-12-2", "2020-12-2"},
		"bbo-1m": {4, "2020-12-2", "2020-12-2"}, "statistics": {4, "2020-12-2", "2020-12-2"},
		"status": {4, "2020-12-2", "2020-12-2"},
	} {
		_, got, _ := all(t, filepath.Join(glbx, "test_data."+name+".dbn.zst"))
		if len(got) != c.records {
			t.Errorf("%s has %d records, want %d", name, len(got), c.records)
			continue
		}
		if first, last := span(got); !strings.HasPrefix(first, c.first) || !strings.HasPrefix(last, c.last) {
			t.Errorf("%s: from %s to %s", name, first, last)
		}
	}
}

// span returns the earliest and the latest time; records of several contracts
// or schemas are not in order.
func span(records []dbn.Header) (first, last string) {
	from, to := records[0].Time, records[0].Time
	for _, h := range records {
		from, to = min(from, h.Time), max(to, h.Time)
	}
	text := func(ns int64) string { return time.Unix(0, ns).UTC().Format(time.RFC3339Nano) }
	return text(from), text(to)
}

func TestLiveStream(t *testing.T) {
	path, ok := historytest.Path(t, "dbn-samples", "python-glbx", "test_data.live.dbn.zst")
	if !ok {
		t.Logf("%s is not set: the streams that the tests write are read alone", historytest.RealData)
		return
	}
	b, records, r := all(t, path)
	want := map[dbn.Type]int64{
		dbn.Trade: 2, dbn.MBP1: 2, dbn.MBP10: 2, dbn.Instrument: 2, dbn.SymbolMapping: 20, dbn.Statistics: 9,
		dbn.OHLCV1s: 2, dbn.OHLCV1m: 2, dbn.MBO: 5,
	}
	got := map[dbn.Type]int64{}
	for _, h := range records {
		got[h.Type]++
		if got[h.Type] > r.Count(h.Type) {
			t.Errorf("%d records of %s in blocks", r.Count(h.Type), h.Type)
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	m := dbn.Metadata{
		Version: 3, Dataset: "GLBX.MDP3", Schema: dbn.Mixed, End: dbn.Undefined, STypeIn: 255, Mappings: []dbn.Mapping{},
	}
	if diff := cmp.Diff(m, r.Metadata()); diff != "" {
		t.Error(diff)
	}
	for i, id := range b.Bars.Instrument {
		if name, _, ok := r.Symbol(id, b.Bars.Time[i]); name != "ESZ4" || !ok {
			t.Errorf("bar %d is of %q", i, name)
		}
	}
}

func TestGoldenDefinitions(t *testing.T) {
	dir, ok := historytest.Path(t, "dbn-samples", "python-glbx")
	if !ok {
		t.Logf("%s is not set: the streams that the tests write are read alone", historytest.RealData)
		return
	}
	b, _, _ := all(t, filepath.Join(dir, "test_data.definition.dbn.zst"))
	got := b.Definitions[0]
	want := dbn.Definition{
		Header:   dbn.Header{Type: dbn.Instrument, Publisher: 1, Instrument: 5482, Time: 1609088715926494829},
		Received: got.Received, Activation: got.Activation, MaxVariation: got.MaxVariation,
		MaxTradeSize: got.MaxTradeSize, Underlying: got.Underlying, StrikePrice: dbn.Undefined,
		Symbol: "ESH1", Asset: "ES", Group: "ES", Exchange: "XCME", Currency: "USD", Class: 'F', Action: 'A',
		Type: "FUT", CFI: "FFIXSX", Unit: "IPNT", Tick: price(0.25), DisplayFactor: price(0.01),
		UnitQuantity: price(50), TickAmount: price(0.125), HighLimit: price(3953.5), LowLimit: price(3435.5),
		Multiplier: math.MaxInt32, MaturityYear: 2021, MaturityMonth: 3,
		Expiration: time.Date(2021, 3, 19, 13, 30, 0, 0, time.UTC).UnixNano(),
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if value, ok := got.TickValue(); value != price(12.5) || !ok {
		t.Errorf("a tick is worth %d, %v", value, ok)
	}
	type terms struct {
		Expiration                        string
		Tick, Quantity, Amount, TickValue int64
	}
	es := terms{"", price(0.25), price(50), price(0.125), price(12.5)}
	nq := terms{"2024-09-20T13:30:00Z", price(0.25), price(20), price(0.05), price(5)}
	with := func(expiration string) terms { es := es; es.Expiration = expiration; return es }
	wants := map[string]terms{
		"ESZ5": with("2025-12-19T14:30:00Z"), "ESH6": with("2026-03-20T13:30:00Z"),
		"ESU4": with("2024-09-20T13:30:00Z"), "NQU4": nq, "ESM3": with("2023-06-16T13:30:00Z"),
	}
	gots := map[string]terms{}
	for _, name := range []string{"futures_settlement_definition", "futures_definition", "definition-glbx-es-fut"} {
		path, _ := historytest.Path(t, "dbn-nautilus", name+".dbn.zst")
		b, _, _ := all(t, path)
		for _, d := range b.Definitions {
			value, _ := d.TickValue()
			at := time.Unix(0, d.Expiration).UTC().Format(time.RFC3339)
			if d.Class != 'F' {
				continue // the third file has a spread too
			}
			gots[d.Symbol] = terms{at, d.Tick, d.UnitQuantity, d.TickAmount, value}
		}
	}
	if diff := cmp.Diff(wants, gots); diff != "" {
		t.Error(diff)
	}
}

// TestLongerFiles reads the windows of dbn-nautilus.
func TestLongerFiles(t *testing.T) {
	for _, c := range []struct {
		file        string
		schema      dbn.Type
		records     int
		first, last string
	}{
		{"futures_ohlcv-1m_2024-05-09T09-55_2024-05-09T10-05", dbn.OHLCV1m, 20, "2024-05-09T09:55:00Z", "2024-05-09T10:04:00Z"},
		{"futures_ohlcv-1m_2024-07-01T23-40_2024-07-02T00-10", dbn.OHLCV1m, 60, "2024-07-01T23:40:00Z", "2024-07-02T00:09:00Z"},
		{"futures_ohlcv-1m_2026-01-09T20-55_2026-01-09T21-05", dbn.OHLCV1m, 10, "2026-01-09T20:55:00Z", "2026-01-09T21:04:00Z"},
		{"futures_trades_2024-07-01T23-58_2024-07-02T00-02", dbn.Trade, 120, "2024-07-01T23:58:01.218218853Z", "2024-07-02T00:01:52.813445903Z"},
		{"futures_mbp-1_2024-07-01T23-58_2024-07-02T00-02", dbn.MBP1, 2288, "2024-07-01T23:58:01.218218853Z", "2024-07-02T00:01:59.824330531Z"},
		{"futures_settlement_bbo-1m_2025-12-19T14-25-00_2025-12-19T14-35-00", dbn.BBO1m, 20, "2025-12-19T14:24:57", "2025-12-19T14:33:59"},
		{"futures_settlement_definition", dbn.Instrument, 2, "2025-12-14T13:58:11", "2025-12-14T13:58:11"},
		{"futures_definition", dbn.Instrument, 2, "2024-06-30T11:03:55", "2024-06-30T11:04:09"},
		{"definition-glbx-es-fut", dbn.Instrument, 2, "2023-04-02T16:03:56", "2023-04-02T16:03:56"},
		{"esh4-glbx-mdp3-20231224.mbo", dbn.MBO, 8725, "2023-12-24T13:00:05.243925307Z", "2023-12-24T13:00:05.243925307Z"},
	} {
		path, ok := historytest.Path(t, "dbn-nautilus", c.file+".dbn.zst")
		if !ok {
			t.Logf("%s is not set: the streams that the tests write are read alone", historytest.RealData)
			return
		}
		_, records, r := all(t, path)
		if len(records) != c.records || r.Count(c.schema) != int64(c.records) {
			t.Errorf("%s: %d records, %d of %s", c.file, len(records), r.Count(c.schema), c.schema)
			continue
		}
		first, last := span(records)
		if !strings.HasPrefix(first, c.first) || !strings.HasPrefix(last, c.last) {
			t.Errorf("%s: from %s to %s", c.file, first, last)
		}
	}
}
