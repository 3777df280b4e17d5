package fetch

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"syscall"
	"time"

	"assay"
	"assay/history/dbn"
)

// partRecords is after how many records a new file is begun: what a killed
// process loses.
const partRecords = 1 << 19

// writer puts the records of one delivery into parts. Records of one moment
// stay together: it holds them back until a later one comes, because a stream
// that breaks off may break off between them.
type writer struct {
	shelf     *shelf
	head      dbn.Metadata
	simulated bool

	held     []byte // records of the moment at
	moment   int64
	from     time.Time // of the part
	records  int64     // in the part
	accepted int64     // in all parts, without those held back
	file     *os.File
	pack     io.WriteCloser
	out      *dbn.Writer
}

// add takes one record.
func (w *writer) add(r dbn.Record) error {
	if len(w.held) > 0 && r.Time != w.moment {
		if err := w.flush(); err != nil {
			return err
		}
		if w.records >= partRecords {
			if err := w.finish(time.Unix(0, r.Time)); err != nil {
				return err
			}
		}
	}
	w.moment = r.Time
	w.held = append(w.held, r.Raw...)
	return nil
}

// flush writes the records that were held back.
func (w *writer) flush() error {
	if w.file == nil {
		if err := w.begin(); err != nil {
			return w.unwritten(err)
		}
	}
	for rest := w.held; len(rest) > 0; {
		n := int(rest[0]) * 4
		if err := w.out.Record(rest[:n]); err != nil {
			return w.unwritten(err)
		}
		rest = rest[n:]
		w.records++
		w.accepted++
	}
	w.held = w.held[:0]
	return nil
}

// begin opens a part under a name that nobody reads.
func (w *writer) begin() (err error) {
	if w.file, err = os.CreateTemp(w.shelf.dir, unfinished+"*"); err != nil {
		return err
	}
	if w.pack, err = dbn.Pack(w.file); err != nil {
		return err
	}
	w.out, err = dbn.NewWriter(w.pack, w.head)
	return err
}

// finish ends the part, which covers all until to, and gives it its name.
func (w *writer) finish(to time.Time) error {
	if w.file == nil {
		return nil
	}
	p := part{from: w.from, to: to.UTC(), records: w.records, simulated: w.simulated}
	p.name = p.fileName(len(w.shelf.parts) + 1)
	err := errors.Join(w.pack.Close(), w.file.Sync(), w.file.Close())
	if err == nil {
		err = os.Rename(w.file.Name(), filepath.Join(w.shelf.dir, p.name))
	}
	if err != nil {
		return w.unwritten(err)
	}
	w.shelf.parts = append(w.shelf.parts, p)
	w.from, w.records, w.file = p.to, 0, nil
	return nil
}

// drop removes a part that is not finished.
func (w *writer) drop() {
	if w.file != nil {
		_ = w.file.Close()
		_ = os.Remove(w.file.Name()) // or the next fetch does
	}
}

// unwritten is the error of a part that could not be written.
func (w *writer) unwritten(err error) error {
	if errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) {
		return assay.Errorf(assay.Conflict, "free some and fetch again; what came before is kept",
			"the disk of %s is full", w.shelf.dir)
	}
	return fmt.Errorf("keep what was fetched: %w", err)
}
