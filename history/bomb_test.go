package history

import (
	"bytes"
	"compress/gzip"
	"io"
	"strings"
	"testing"
)

// A file of a few kilobytes that unpacks to text without end is left where its
// bound is, not read to its end.
func TestABombOfText(t *testing.T) {
	const lines = 2_000
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	line := strings.Repeat(" ", 4_000) + "\n" // as good as empty
	if _, err := io.WriteString(z, "ts,open,high,low,close,volume\n"+strings.Repeat(line, lines)); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	if packed.Len() > 64<<10 {
		t.Fatalf("the bomb has %d bytes", packed.Len())
	}
	r := &reader{name: "f.csv.gz", most: 1 << 20}
	_, err := r.read(t.Context(), &packed, Options{Symbol: "ES"})
	want := "f.csv.gz has more than 1048576 bytes of text; split it by years"
	if err == nil || err.Error() != want || r.line > 300 {
		t.Errorf("error %v after line %d\nwant  %s", err, r.line, want)
	}
}
