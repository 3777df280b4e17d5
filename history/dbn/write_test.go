package dbn_test

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"assay/history/dbn"
	"assay/history/historytest"
)

// again writes what a reader reads.
func again(t *testing.T, r *dbn.Reader) []byte {
	t.Helper()
	var out bytes.Buffer
	w, err := dbn.NewWriter(&out, r.Metadata())
	if err != nil {
		t.Fatal(err)
	}
	for {
		record, err := r.Record()
		if errors.Is(err, io.EOF) {
			return out.Bytes()
		}
		if err == nil {
			err = w.Record(record.Raw)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
}

func TestWhatIsWrittenReadsTheSame(t *testing.T) {
	for _, version := range []uint8{1, 2, 3} {
		f := july(version)
		first := open(t, f.bytes())
		copied := again(t, first)
		second := open(t, copied)
		if diff := cmp.Diff(first.Metadata(), second.Metadata()); diff != "" {
			t.Errorf("version %d: %s", version, diff)
		}
		if diff := cmp.Diff(gather(t, open(t, f.bytes())), gather(t, second)); diff != "" {
			t.Errorf("version %d: %s", version, diff)
		}
	}
}

func TestRealFilesAreWrittenAgain(t *testing.T) {
	pattern, ok := historytest.Path(t, "dbn-nautilus")
	if !ok {
		t.Skipf("%s is not set", historytest.RealData)
	}
	files, err := filepath.Glob(filepath.Join(pattern, "*.dbn.zst"))
	if err != nil || len(files) == 0 {
		t.Fatalf("%d files, %v", len(files), err)
	}
	for _, path := range files {
		blocks, records, r := all(t, path)
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		copied := open(t, again(t, open(t, data)))
		if diff := cmp.Diff(blocks, gather(t, copied)); diff != "" {
			t.Errorf("%s: %s", path, diff)
		}
		if diff := cmp.Diff(r.Metadata(), copied.Metadata()); diff != "" || copied.Records() != int64(len(records)) {
			t.Errorf("%s: %d records of %d, %s", path, copied.Records(), len(records), diff)
		}
	}
}

func TestBarsAndPacking(t *testing.T) {
	bar := dbn.Bar{
		Type: dbn.OHLCV1m, Publisher: 1, Instrument: es, Time: at,
		Open: esJuly, High: esJuly + tickES, Low: esJuly - tickES, Close: esJuly, Volume: 9,
	}
	var out bytes.Buffer
	z, err := dbn.Pack(&out)
	if err != nil {
		t.Fatal(err)
	}
	w, err := dbn.NewWriter(z, dbn.Metadata{Version: 3, Dataset: "GLBX.MDP3", Schema: 6, End: dbn.Undefined})
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(w.Bar(bar), z.Close()); err != nil {
		t.Fatal(err)
	}
	f := july(3)
	f.records.Reset()
	f.bar(dbn.OHLCV1m, es, at, esJuly, esJuly+tickES, esJuly-tickES, esJuly, 9)
	if diff := cmp.Diff(gather(t, open(t, f.bytes())), gather(t, open(t, out.Bytes()))); diff != "" {
		t.Error(diff)
	}
}

func TestWhatCannotBeWritten(t *testing.T) {
	if _, err := dbn.NewWriter(io.Discard, dbn.Metadata{Version: 4}); err == nil {
		t.Error("version 4 was written")
	}
	_, err := dbn.NewWriter(io.Discard, dbn.Metadata{Version: 1, Symbols: []string{strings.Repeat("E", 23)}})
	if err == nil || !strings.Contains(err.Error(), "is longer than the 22 bytes of DBN version 1") {
		t.Errorf("a long name: %v", err)
	}
	w, err := dbn.NewWriter(io.Discard, dbn.Metadata{Version: 1})
	if err != nil {
		t.Fatal(err)
	}
	if w.Record(make([]byte, 16)) == nil || w.Record(nil) == nil {
		t.Error("a record without its length was written")
	}
}
