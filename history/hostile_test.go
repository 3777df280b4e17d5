package history_test

import (
	"bytes"
	"compress/gzip"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode"

	"github.com/google/go-cmp/cmp"

	"assay"
	"assay/history"
	"assay/market"
)

func TestContractCells(t *testing.T) {
	cell := func(line int, text string) string {
		lines := strings.Split(good, "\n")
		lines[line] = lines[line][:len(lines[line])-4] + text
		return strings.Join(lines, "\n")
	}
	const fix = "write it like ESH4 in each row, or ES in each row if nobody knows it"
	root := strings.NewReplacer("ESH4", "ES", "ESM4", "ES").Replace(good)
	for _, c := range []struct {
		text    string
		options history.Options
		want    string
	}{
		{cell(2, "XXX"), history.Options{}, `f.csv:3: contract "XXX" is none of ES; ` + fix},
		{cell(1, "XXX"), history.Options{}, `f.csv:2: contract "XXX" is none of ES; ` + fix},
		{cell(2, ""), history.Options{}, `f.csv:3: contract "" is none of ES; ` + fix},
		{cell(2, "ESA4"), history.Options{}, `f.csv:3: contract "ESA4" is none of ES; ` + fix},
		{cell(2, "\u202e[31m"), history.Options{}, `f.csv:3: contract "\u202e[31m" is none of ES; ` + fix},
		{cell(2, "NQH4"), history.Options{}, "f.csv:3: NQH4 is a contract of NQ, not of ES; import it with its own --symbol"},
		{cell(2, "ES"), history.Options{}, `f.csv:3: contract "ES" names no month, and the rows before do; ` + fix},
		{strings.Replace(root, ",ES\n", ",ESH4\n", 1), history.Options{}, `f.csv:3: contract "ES" names no month, and the rows before do; ` + fix},
		{strings.Replace(good, "ESH4", "ES", 1), history.Options{}, `f.csv:3: contract "ESH4" names a month, and the rows before do not; ` + fix},
		{good, history.Options{Contract: "NQH4"}, "NQH4 is a contract of NQ, not of ES; write --contract like ESH4"},
		{good, history.Options{Contract: "banana"}, `"banana" is no contract of ES; write --contract like ESH4`},
		{good, history.Options{Contract: "ES.c.0"}, `"ES.c.0" is no contract of ES; write --contract like ESH4`},
		{good, history.Options{Contract: "ESU4"}, "f.csv has no bars of ESU4; it has ESH4, ESM4"},
	} {
		b, err := read(c.text, c.options)
		if err == nil || err.Error() != c.want || assay.KindOf(err) != assay.Invalid || b != nil {
			t.Errorf("error %v\nwant  %s", err, c.want)
		}
	}
}

func TestContractTakesItsRowsAlone(t *testing.T) {
	// The next contract's bars stand beside those of the first, at the same times.
	both := good + "1707088200,4978,4978,4978,4978,5,ESH4\n" + "1707088200,5040,5040,5040,5040,7,ESM4\n"
	both = strings.Replace(both, "1707088200,5040,5040.25,5037.25,5037.25,947,ESM4\n", "1707087900,5040,5040,5040,5040,7,ESM4\n", 1)
	path := write(t, t.TempDir(), "f.csv", []byte(both))
	b, about, err := readAll(t, history.Options{Symbol: "ES", Contract: "ESH4"}, path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]market.Segment{{Contract: "ESH4"}}, b.Segments); diff != "" || b.Len() != 3 {
		t.Errorf("%d bars: %s", b.Len(), diff)
	}
	if diff := cmp.Diff([]string{"left out: bars of other contracts (2)"}, about.Notes); diff != "" {
		t.Error(diff)
	}
	for text, want := range map[string]string{
		strings.NewReplacer("ESH4", "ES", "ESM4", "ES").Replace(good):         "",
		strings.NewReplacer("ESH4", "ES.c.0", "ESM4", "ES.c.0").Replace(good): "",
	} {
		for _, flag := range []string{"", "ESH4"} {
			b, err := read(text, history.Options{Contract: flag})
			if err != nil {
				t.Error(err)
				continue
			}
			if diff := cmp.Diff([]market.Segment{{Contract: want + flag}}, b.Segments); diff != "" {
				t.Error(diff)
			}
		}
	}
}

func gzipped(t *testing.T, content string) string {
	t.Helper()
	var buf bytes.Buffer
	z := gzip.NewWriter(&buf)
	if _, err := z.Write([]byte(content)); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return buf.String()
}

func wide(s string) string {
	out := ""
	for _, c := range s {
		out += string(c) + "\x00"
	}
	return out
}

// Files that are no CSV are called what they are, and none of their bytes reach
// the terminal as they are.
func TestFilesThatAreNoText(t *testing.T) {
	const utf8 = "; save it as UTF-8"
	const text = "f.csv is not a text file; import a CSV file of bars"
	junk := strings.Repeat("\x1b[2J\x00\xff\x9b31m\u202e", 50)
	packed := gzipped(t, good)
	for name, c := range map[string]struct{ text, want string }{
		"twice":       {gzipped(t, packed), "f.csv is compressed twice; unpack it once, as gunzip does"},
		"UTF-16":      {"\xff\xfe" + wide(good), "f.csv is text in UTF-16" + utf8},
		"big end":     {"\xfe\xff\x00" + wide(good), "f.csv is text in UTF-16" + utf8},
		"no mark":     {wide(good), "f.csv is text in UTF-16" + utf8},
		"packed 16":   {gzipped(t, "\xff\xfe"+wide(good)), "f.csv is text in UTF-16" + utf8},
		"junk":        {junk, text},
		"packed junk": {gzipped(t, junk), text},
		"picture":     {"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", text},
		"garbage behind": {
			packed + "garbage",
			"f.csv has something else behind its compressed part; fetch it again, or import what gunzip makes of it",
		},
		"a byte behind": {
			packed + "\x1f",
			"f.csv has something else behind its compressed part; fetch it again, or import what gunzip makes of it",
		},
		"cut in the second part": {packed + packed[:20], "f.csv:5: the compressed file is cut in the middle; fetch it again"},
	} {
		b, err := read(c.text, history.Options{})
		if err == nil || err.Error() != c.want || b != nil {
			t.Errorf("%s: error %v\nwant  %s", name, err, c.want)
		}
	}
	later := strings.NewReplacer("1707087600", "1707088500", "1707087900", "1707088800", "1707088200", "1707089100").Replace(good[39:])
	if b, err := read(packed+gzipped(t, later), history.Options{}); err != nil || b.Len() != 6 {
		t.Errorf("two parts: %v, %v", b, err)
	}
}

func TestWhatIsCitedIsQuotedAndShort(t *testing.T) {
	evil := "\x1b[2J\x9b\u202e" + strings.Repeat("\x00", 3000)
	lead := good + strings.Repeat("\n", 9000) // beyond the bytes that are looked at first
	for name, text := range map[string]string{
		"header":   strings.Replace(good, "volume", evil, 1),
		"column":   strings.Replace(good, "ts,open", "ts,open,"+strings.Repeat("name with \u202e,", 100), 1),
		"two":      strings.Replace(good, "ts,open", "ts,Date"+evil, 1),
		"long":     strings.Replace(good, "4980.75", "-"+strings.Repeat("0", 3000)+"1", 1),
		"time":     lead + evil + ",1,1,1,1,1,ESH4\n",
		"price":    lead + "1707089900," + evil + ",1,1,1,1,ESH4\n",
		"volume":   lead + "1707089900,5000,5000,5000,5000," + evil + ",ESM4\n",
		"contract": lead + "1707089900,5000,5000,5000,5000,1," + evil + "\n",
	} {
		_, err := read(text, history.Options{})
		if err == nil {
			t.Errorf("%s is read", name)
			continue
		}
		said := err.Error()
		if len(said) > 400 || strings.ContainsFunc(said, func(c rune) bool { return !unicode.IsPrint(c) }) {
			t.Errorf("%s: %q", name, said)
		}
	}
}

// Whatever cannot be opened is one sentence with a remedy.
func TestPathsThatAreNoFile(t *testing.T) {
	dir := t.TempDir()
	file := write(t, dir, "f.csv", []byte(good))
	closed := write(t, dir, "closed.csv", []byte(good))
	if err := os.Chmod(closed, 0); err != nil {
		t.Fatal(err)
	}
	wants := map[string]string{
		dir:                             " is a folder; name the file in it",
		filepath.Join(file, "x"):        " cannot be opened (not a directory); check the path",
		"/dev/null":                     " is a device or a pipe; write the bars to a file and name that",
		strings.Repeat("long", 100):     " cannot be opened (file name too long); check the path",
		filepath.Join(dir, "none"):      "; check the path",
		filepath.Join(dir, "no\x1bone"): `no\x1bone"; check the path`,
	}
	if os.Geteuid() != 0 { // root may read everything
		wants[closed] = " may not be read; give yourself the right to, as with chmod u+r"
	}
	for path, want := range wants {
		_, err := history.ReadCSV(t.Context(), path, history.Options{Symbol: "ES"})
		if err == nil || !strings.HasSuffix(err.Error(), want) || assay.KindOf(err) == assay.Internal {
			t.Errorf("ReadCSV %q: error %v\nwant %s", path, err, want)
		}
		if path == dir {
			continue // stands for the files in it
		}
		_, _, err = history.ReadFiles(t.Context(), []string{path}, history.Options{Symbol: "ES"})
		if err == nil || !strings.HasSuffix(err.Error(), want) || assay.KindOf(err) == assay.Internal {
			t.Errorf("ReadFiles %q: error %v\nwant %s", path, err, want)
		}
	}
}

func TestShortLengths(t *testing.T) {
	for _, c := range []struct{ interval, want string }{
		{"7m", "f.csv: bars of 7m are none that are read; use --interval 1m, 2m, 3m, 5m, 10m, 15m, 30m or 1h"},
		{"30s", "f.csv: bars of 30s are none that are read; use --interval 1m, 2m, 3m, 5m, 10m, 15m, 30m or 1h"},
		{"70m", "f.csv: bars of 1h10m are none that are read; use --interval 1m, 2m, 3m, 5m, 10m, 15m, 30m or 1h"},
		{"24h", "f.csv: bars of 24h are none that are read; use --interval 1m, 2m, 3m, 5m, 10m, 15m, 30m or 1h"},
		{"1500ms", "f.csv: bars of 1.5s are none that are read; use --interval 1m, 2m, 3m, 5m, 10m, 15m, 30m or 1h"},
		{"-5m", "f.csv: bars of -5m are none that are read; use --interval 1m, 2m, 3m, 5m, 10m, 15m, 30m or 1h"},
	} {
		interval, err := time.ParseDuration(c.interval)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := read(good, history.Options{Interval: interval}); err == nil || err.Error() != c.want {
			t.Errorf("error %v\nwant  %s", err, c.want)
		}
	}
	days := strings.NewReplacer("1707087900", "1707174000", "1707088200", "1707260400").Replace(good)
	want := "f.csv seems to hold bars of 24h; import bars of 1m, 2m, 3m, 5m, 10m, 15m, 30m or 1h"
	if _, err := read(days, history.Options{Stamp: history.StampStart}); err == nil || err.Error() != want {
		t.Errorf("error %v\nwant  %s", err, want)
	}
}
