package history

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"

	"assay"
	"assay/market"
)

// Bounds against hostile files: the longest line, the most lines, and what all
// of them may have together, unpacked: 20 million lines of 200 bytes.
const (
	maxLine = 4096
	maxBars = 20_000_000
	maxText = maxBars * 200
)

// ReadCSV reads a .csv or .csv.gz file of bars. Every error names the file,
// the line and the remedy; nothing is repaired in silence.
func ReadCSV(ctx context.Context, path string, o Options) (*market.Bars, error) {
	b, _, err := readCSV(ctx, path, o)
	return b, err
}

// readCSV returns notes on what reading left out as well.
func readCSV(ctx context.Context, path string, o Options) (*market.Bars, []string, error) {
	f, err := openFile(path)
	if err != nil {
		return nil, nil, err
	}
	defer func() { _ = f.Close() }() // nothing was written
	r := &reader{name: baseName(path)}
	b, err := r.read(ctx, f, o)
	if err == nil && r.left > 0 {
		return b, []string{fmt.Sprintf("left out: bars of other contracts (%d)", r.left)}, nil
	}
	return b, nil, err
}

// Read reads bars as ReadCSV does; name stands for the file in errors. Gzip is
// known by its first bytes.
func Read(ctx context.Context, in io.Reader, name string, o Options) (*market.Bars, error) {
	r := &reader{name: name}
	return r.read(ctx, in, o)
}

func (r *reader) read(ctx context.Context, in io.Reader, o Options) (*market.Bars, error) {
	if err := r.choose(o); err != nil {
		return nil, err
	}
	if err := askedFor(o, false); err != nil {
		return nil, err
	}
	if err := fixedRolls(r.name, o, "is one series already, which rolls where its contracts change"); err != nil {
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
	line   int   // number of the line last read
	bytes  int64 // read until its end
	most   int64 // bytes that may be read; 0: maxText
	layout layout

	contract market.Contract
	clock    clock
	columns  market.Columns
	cells
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
	r.wanted, r.segments = o.Contract, []market.Segment{{Contract: o.Contract}}
	return err
}

// bars turns what was read into Bars.
func (r *reader) bars(o Options) (*market.Bars, error) {
	c := &r.columns
	if len(c.Time) == 0 && r.left > 0 {
		return nil, r.whole("it has "+listed(r.names), "has no bars of %s", r.wanted)
	}
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
	return b, believable(r.name, r.contract, b)
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
