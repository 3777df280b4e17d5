package history

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"golang.org/x/sync/singleflight"

	"assay"
	"assay/market"
)

// Store keeps sets of bars under <dir>/sets/<fingerprint>/, one folder each:
// columns.bin holds the columns, meta.json says what they are. A folder is
// written elsewhere and renamed, so it is whole or absent, and its name proves
// its content. A Store may be used by many goroutines.
type Store struct {
	dir   string
	cache cache
	loads singleflight.Group
}

// About is what a set's bars cannot say of themselves.
type About struct {
	Name     string   `json:"name"`     // e.g. "ES-5m"
	Provider Provider `json:"provider"` // where the bars come from
	Sim      bool     `json:"simData"`  // synthetic
	Source   string   `json:"source"`   // e.g. the file's name
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

// OpenStore returns the store under a folder, which need not exist yet.
func OpenStore(dir string) *Store {
	return &Store{dir: filepath.Join(dir, "sets"), cache: cache{limit: cachedBars}}
}

// Save writes a set and returns its fingerprint. A set that is there already
// is left as it is, unless it is damaged; then it is written anew.
func (s *Store) Save(ctx context.Context, b *market.Bars, about About) (fingerprint string, err error) {
	fingerprint = market.Fingerprint(b)
	folder := filepath.Join(s.dir, fingerprint)
	if _, err := os.Stat(folder); err == nil {
		if _, err := s.read(fingerprint); err == nil {
			return fingerprint, nil
		}
		if err := os.RemoveAll(folder); err != nil {
			return "", fmt.Errorf("remove damaged data set: %w", err)
		}
	}
	if err := ctx.Err(); err != nil {
		return "", err
	}
	if err := s.write(folder, describe(b, fingerprint, about), b); err != nil {
		return "", fmt.Errorf("save data set %s: %w", about.Name, err)
	}
	return fingerprint, nil
}

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
	temp, err := os.MkdirTemp(s.dir, ".new-*")
	if err != nil {
		return err
	}
	defer os.RemoveAll(temp)
	meta, err := json.MarshalIndent(set, "", "  ")
	if err != nil {
		return err
	}
	if err := writeFile(filepath.Join(temp, "columns.bin"), encode(b)); err != nil {
		return err
	}
	if err := writeFile(filepath.Join(temp, "meta.json"), append(meta, '\n')); err != nil {
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

// Load returns the bars of a fingerprint, from memory when they were used
// lately. Bars whose content does not give the fingerprint are refused.
func (s *Store) Load(ctx context.Context, fingerprint string) (*market.Bars, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if b := s.cache.get(fingerprint); b != nil {
		return b, nil
	}
	v, err, _ := s.loads.Do(fingerprint, func() (any, error) {
		b, err := s.read(fingerprint)
		if err == nil {
			s.cache.put(fingerprint, b)
		}
		return b, err
	})
	if err != nil {
		return nil, err
	}
	return v.(*market.Bars), nil
}

// read brings a set from disk and proves it.
func (s *Store) read(fingerprint string) (*market.Bars, error) {
	set, err := s.describe(fingerprint)
	if err != nil {
		return nil, err
	}
	data, err := os.ReadFile(filepath.Join(s.dir, fingerprint, "columns.bin"))
	if err != nil {
		return nil, fmt.Errorf("read data set %s: %w", set.Name, err)
	}
	columns, ok := decode(data, set.Bars)
	if !ok {
		return nil, s.damaged(fingerprint, "its columns have the wrong size")
	}
	segments := make([]market.Segment, len(set.Contracts))
	for i, c := range set.Contracts {
		segments[i] = market.Segment{First: c.First, Contract: c.Name}
	}
	b, err := market.NewBars(set.Root, time.Duration(set.IntervalSeconds)*time.Second, columns, segments)
	if err != nil {
		return nil, s.damaged(fingerprint, err.Error())
	}
	if got := market.Fingerprint(b); got != fingerprint {
		return nil, s.damaged(fingerprint, "its content has the fingerprint "+got)
	}
	return b, nil
}

// describe reads the meta.json of a set.
func (s *Store) describe(fingerprint string) (set Set, err error) {
	if len(fingerprint) != 64 || strings.Trim(fingerprint, "0123456789abcdef") != "" {
		return set, assay.Errorf(assay.Invalid, "see assay data ls", "%q is not the fingerprint of a data set", fingerprint)
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

// List describes the sets on disk by fingerprint. Sets that do not read are
// left out and named in the error.
func (s *Store) List(ctx context.Context) ([]Set, error) {
	entries, err := os.ReadDir(s.dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("list data sets: %w", err)
	}
	var sets []Set
	var broken []error
	for _, e := range entries {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		if !e.IsDir() || strings.HasPrefix(e.Name(), ".") {
			continue
		}
		set, err := s.describe(e.Name())
		if err != nil {
			broken = append(broken, err)
			continue
		}
		sets = append(sets, set)
	}
	return sets, errors.Join(broken...)
}
