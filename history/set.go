package history

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"assay"
	"assay/market"
)

// About is what a set's bars cannot say of themselves.
type About struct {
	Name     string   `json:"name"`            // e.g. "ES-5m"
	Provider Provider `json:"provider"`        // where the bars come from
	Sim      bool     `json:"simData"`         // synthetic
	Source   string   `json:"source"`          // e.g. the file's name
	Rolls    string   `json:"rolls,omitempty"` // how contracts side by side were joined, e.g. "calendar:4"
	Notes    []string `json:"notes,omitempty"` // what reading it left out
}

// Set describes one stored set of bars. It is the content of meta.json.
type Set struct {
	Format      int    `json:"format"`
	Fingerprint string `json:"fingerprint"`
	About
	Root            string     `json:"root"`
	IntervalSeconds int64      `json:"intervalSeconds"`
	Bars            int        `json:"bars"`
	FirstBar        time.Time  `json:"firstBar"` // start of the first bar
	LastBar         time.Time  `json:"lastBar"`  // start of the last bar
	Contracts       []Contract `json:"contracts"`
}

// Contract is one segment of a set.
type Contract struct {
	First int    `json:"first"` // index of its first bar
	Name  string `json:"name"`
}

// format is the version of the folder's layout.
const format = 1

// describe returns the meta of bars.
func describe(b *market.Bars, fingerprint string, about About) Set {
	set := Set{
		Format: format, Fingerprint: fingerprint, About: about,
		Root: b.Root, IntervalSeconds: int64(b.Interval / time.Second), Bars: b.Len(),
		FirstBar: b.Start(0), LastBar: b.Start(b.Len() - 1),
	}
	for _, s := range b.Segments {
		set.Contracts = append(set.Contracts, Contract{s.First, s.Contract})
	}
	return set
}

// write makes the folder of a set in one step.
func (s *Store) write(folder string, set Set, b *market.Bars) error {
	if err := os.MkdirAll(s.dir, 0o750); err != nil {
		return err
	}
	s.sweep()
	temp, err := os.MkdirTemp(s.dir, unfinished+"*")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(temp) }() // gone already when all went well
	meta, err := json.MarshalIndent(set, "", "  ")
	if err != nil {
		return err
	}
	err = s.writeFile(filepath.Join(temp, "columns.bin"), func(w io.Writer) error { return encode(w, b) })
	if err != nil {
		return err
	}
	err = s.writeFile(filepath.Join(temp, "meta.json"), func(w io.Writer) error {
		_, err := w.Write(append(meta, '\n'))
		return err
	})
	if err != nil {
		return err
	}
	if err := syncFolder(temp); err != nil {
		return err
	}
	err = os.Rename(temp, folder)
	if errors.Is(err, fs.ErrExist) {
		return nil // another process saved the same content first
	}
	if err != nil {
		return err
	}
	return syncFolder(s.dir)
}

// unfinished begins the names of folders that are being written.
const unfinished = ".new-"

// sweep removes what a process left that was killed while it wrote. No set
// takes a day to write. What cannot be removed now is tried again next time.
func (s *Store) sweep() {
	entries, err := os.ReadDir(s.dir)
	if err != nil {
		return
	}
	for _, e := range entries {
		info, err := e.Info()
		if err == nil && strings.HasPrefix(e.Name(), unfinished) && time.Since(info.ModTime()) > 24*time.Hour {
			_ = os.RemoveAll(filepath.Join(s.dir, e.Name()))
		}
	}
}

// loaded is a set from disk that proved to be what its name says. Its bars hold
// the file's memory until release is called; after that nothing may touch them.
type loaded struct {
	set     Set
	bars    *market.Bars
	release func()
}

// read brings a set from disk and proves it.
func (s *Store) read(fingerprint string) (l loaded, err error) {
	if l.set, err = s.describe(fingerprint); err != nil {
		return l, err
	}
	if l.set.Bars < 1 || l.set.Bars > maxBars {
		return l, s.damaged(fingerprint, fmt.Sprintf("it says that it has %d bars", l.set.Bars))
	}
	var data []byte
	data, l.release, err = mapFile(filepath.Join(s.dir, fingerprint, "columns.bin"), int64(l.set.Bars)*barBytes)
	if errors.Is(err, errSize) {
		return l, s.damaged(fingerprint, "its columns have the wrong size")
	}
	if err != nil {
		return l, fmt.Errorf("read data set %s: %w", l.set.Name, err)
	}
	l.bars, err = l.set.bars(decode(data, l.set.Bars))
	if err != nil {
		err = s.damaged(fingerprint, err.Error())
	} else if got := market.Fingerprint(l.bars); got != fingerprint {
		err = s.damaged(fingerprint, "its content has the fingerprint "+got)
	}
	if err != nil {
		l.release()
	}
	return l, err
}

// bars makes bars of a set's columns.
func (set Set) bars(columns market.Columns) (*market.Bars, error) {
	segments := make([]market.Segment, len(set.Contracts))
	for i, c := range set.Contracts {
		segments[i] = market.Segment{First: c.First, Contract: c.Name}
	}
	return market.NewBars(set.Root, time.Duration(set.IntervalSeconds)*time.Second, columns, segments)
}

// describe reads the meta.json of a set.
func (s *Store) describe(fingerprint string) (set Set, err error) {
	if len(fingerprint) != 64 || strings.Trim(fingerprint, "0123456789abcdef") != "" {
		return set, assay.Errorf(assay.Invalid, "see assay data ls",
			"%q is not the fingerprint of a data set", fingerprint)
	}
	text, err := os.ReadFile(filepath.Join(s.dir, fingerprint, "meta.json"))
	if errors.Is(err, fs.ErrNotExist) {
		return set, assay.Errorf(assay.NotFound, "import its file again",
			"there is no data set %s in %s", fingerprint, s.dir)
	}
	if err != nil {
		return set, fmt.Errorf("read data set: %w", err)
	}
	if err := json.Unmarshal(text, &set); err != nil {
		return set, s.damaged(fingerprint, "its meta.json does not read: "+err.Error())
	}
	if set.Format != format {
		return set, assay.Errorf(assay.Invalid, "use the Assay that wrote it, or import its file again",
			"the data set %s has format %d, and this Assay reads %d", fingerprint, set.Format, format)
	}
	return set, nil
}

func (s *Store) damaged(fingerprint, how string) error {
	return assay.Errorf(assay.Invalid, "import its file again",
		"the data set %s is damaged: %s", filepath.Join(s.dir, fingerprint), how)
}
