package history

import (
	"bufio"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"assay"
	"assay/market"
)

// Bounds against hostile files: the longest line, and the most lines.
const (
	maxLine = 4096
	maxBars = 20_000_000
)

// ReadCSV reads a .csv or .csv.gz file of bars. Every error names the file,
// the line and the remedy; nothing is repaired in silence.
func ReadCSV(ctx context.Context, path string, o Options) (*market.Bars, error) {
	f, err := os.Open(path)
	if errors.Is(err, os.ErrNotExist) {
		return nil, assay.Errorf(assay.NotFound, "check the path", "there is no file %s", path)
	}
	if err != nil {
		return nil, fmt.Errorf("open bars: %w", err)
	}
	defer f.Close()
	return Read(ctx, f, filepath.Base(path), o)
}

// Read reads bars as ReadCSV does; name stands for the file in errors. Gzip is
// known by its first bytes.
func Read(ctx context.Context, in io.Reader, name string, o Options) (*market.Bars, error) {
	r := &reader{name: name}
	if err := r.choose(o); err != nil {
		return nil, err
	}
	if err := r.open(in); err != nil {
		return nil, err
	}
	line, err := r.next()
	if errors.Is(err, io.EOF) {
		return nil, r.whole("import a file with a header and bars", "is empty")
	}
	if err != nil {
		return nil, err
	}
	if r.layout, err = r.readHeader(line, o.Columns); err != nil {
		return nil, err
	}
	for {
		line, err := r.next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err == nil {
			err = r.row(line)
		}
		if err == nil && r.line%4096 == 0 {
			err = ctx.Err()
		}
		if err != nil {
			return nil, err
		}
	}
	return r.bars(o)
}

// reader holds one file on its way to bars.
type reader struct {
	name   string
	in     *bufio.Reader
	line   int // number of the line last read
	layout layout

	contract market.Contract
	clock    clock
	columns  market.Columns
	segments []market.Segment
	offTick  int   // prices between two ticks
	firstOff error // and the first of them
}

// choose checks what the options say before the file is touched.
func (r *reader) choose(o Options) (err error) {
	if r.contract, err = market.ContractOf(o.Symbol); err != nil {
		return err
	}
	root, err := market.DataRoot(o.Symbol)
	if err == nil && root != o.Symbol {
		err = assay.Errorf(assay.Invalid, fmt.Sprintf("import %s bars with --symbol %s", root, root),
			"%s trades the bars of %s and has none of its own", o.Symbol, root)
	}
	if o.Stamp != StampUnsaid && o.Stamp != StampStart && o.Stamp != StampEnd {
		err = assay.Errorf(assay.Invalid, "use --stamp start or --stamp end", "%q is no end of a bar", o.Stamp)
	}
	r.segments = []market.Segment{{Contract: o.Contract}}
	return err
}

func (r *reader) open(in io.Reader) error {
	r.in = bufio.NewReaderSize(in, 1<<18)
	head, _ := r.in.Peek(2)
	if len(head) < 2 || head[0] != 0x1f || head[1] != 0x8b {
		return nil
	}
	z, err := gzip.NewReader(r.in)
	if err != nil {
		return r.broken(err)
	}
	r.in = bufio.NewReaderSize(z, 1<<18)
	return nil
}

// next returns the next line without its end, valid until the next call.
func (r *reader) next() ([]byte, error) {
	line, err := r.in.ReadSlice('\n')
	r.line++
	switch {
	case errors.Is(err, bufio.ErrBufferFull) || len(line) > maxLine:
		return nil, r.wrong("import a CSV file of bars", "the line is longer than %d bytes", maxLine)
	case errors.Is(err, io.EOF) && len(line) == 0:
		return nil, io.EOF
	case errors.Is(err, io.EOF):
		return nil, r.wrong("fetch it again, or end the last line if the file is whole",
			"the file ends in the middle of a line")
	case err != nil:
		return nil, r.broken(err)
	case r.line > maxBars:
		return nil, r.whole("split it by years", "has more than %d lines", maxBars)
	}
	line = line[:len(line)-1]
	if n := len(line); n > 0 && line[n-1] == '\r' {
		line = line[:n-1]
	}
	return line, nil
}

// broken is the error of a file that cannot be read to its end.
func (r *reader) broken(err error) error {
	if errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF) {
		return r.wrong("fetch it again", "the compressed file is cut in the middle")
	}
	if errors.Is(err, gzip.ErrChecksum) || errors.Is(err, gzip.ErrHeader) || isCorrupt(err) {
		return r.wrong("fetch it again", "the compressed file is damaged")
	}
	return fmt.Errorf("read %s: %w", r.name, err)
}

// wrong is the error of the current line.
func (r *reader) wrong(fix, format string, args ...any) error {
	return assay.Errorf(assay.Invalid, fix, "%s:%d: %s", r.name, r.line, fmt.Sprintf(format, args...))
}

// whole is an error of the file as such.
func (r *reader) whole(fix, format string, args ...any) error {
	return assay.Errorf(assay.Invalid, fix, "%s %s", r.name, fmt.Sprintf(format, args...))
}

// bars turns what was read into Bars.
func (r *reader) bars(o Options) (*market.Bars, error) {
	c := &r.columns
	if len(c.Time) == 0 {
		return nil, r.whole("import a file with bars", "has a header and no bars")
	}
	if r.offTick > 0 {
		return nil, r.tickError()
	}
	interval, err := r.interval(o.Interval)
	if err != nil {
		return nil, err
	}
	if err := r.stamp(o.Stamp, interval); err != nil {
		return nil, err
	}
	b, err := market.NewBars(r.contract.Root, interval, *c, r.segments)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", r.name, err)
	}
	return b, nil
}

// tickError says how many prices lie between two ticks, and which came first.
func (r *reader) tickError() error {
	if r.offTick == 1 {
		return r.firstOff
	}
	var first *assay.Error
	if !errors.As(r.firstOff, &first) {
		return r.firstOff
	}
	return assay.Errorf(assay.Invalid, first.Fix, "%s, the first of %d such prices", first.Message, r.offTick)
}

// interval returns the length of a bar, and sees that every time is on its grid.
func (r *reader) interval(want time.Duration) (time.Duration, error) {
	times := r.columns.Time
	seconds := int64(want / time.Second)
	if want == 0 {
		seconds = commonStep(times)
	}
	interval := time.Duration(seconds) * time.Second
	if seconds == 0 {
		return 0, r.whole("say it with --interval 5m", "has too few bars to tell their length")
	}
	if seconds < 60 || seconds > 3600 || 3600%seconds != 0 || seconds%60 != 0 {
		return 0, r.whole("import bars of 1m, 2m, 3m, 5m, 10m, 15m, 30m or 1h",
			"seems to hold bars of %s", interval)
	}
	for i, at := range times {
		if at%seconds != 0 {
			return 0, r.whole("say the length with --interval, or remove the bar",
				"has a bar at %s, which is not on the grid of %s bars (bar %d)",
				time.Unix(at, 0).UTC().Format(time.RFC3339), short(interval), i+1)
		}
	}
	return interval, nil
}

// commonStep returns the most frequent distance of two neighbours, 0 without any.
func commonStep(times []int64) (step int64) {
	count := map[int64]int{}
	for i := 1; i < len(times); i++ {
		d := times[i] - times[i-1]
		if count[d]++; count[d] > count[step] || count[d] == count[step] && d < step {
			step = d
		}
	}
	return step
}
