package history

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	"golang.org/x/sync/singleflight"

	"assay"
	"assay/market"
)

// Store keeps sets of bars under <dir>/sets/<fingerprint>/, one folder each:
// columns.bin holds the columns, meta.json says what they are. A folder is
// written elsewhere and renamed, so it is whole or absent, and its name proves
// its content. A Store may be used by many goroutines.
type Store struct {
	dir    string
	cache  cache
	loads  singleflight.Group
	proven proven
	create func(path string) (file, error) // createFile, unless a test wants a full disk
}

// OpenStore returns the store under a folder, which need not exist yet.
func OpenStore(dir string) *Store {
	return &Store{
		dir: filepath.Join(dir, "sets"), cache: cache{limit: cachedBars},
		proven: proven{sets: map[string]held{}}, create: createFile,
	}
}

// Save writes a set and returns its fingerprint. A set that is there already
// is left as it is, unless it is damaged; then it is written anew.
func (s *Store) Save(ctx context.Context, b *market.Bars, about About) (fingerprint string, err error) {
	fingerprint = market.Fingerprint(b)
	folder := filepath.Join(s.dir, fingerprint)
	if _, err := os.Stat(folder); err == nil {
		if l, err := s.read(fingerprint); err == nil {
			l.release()
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
		return "", s.unsaved(about.Name, b.Len(), err)
	}
	return fingerprint, nil
}

// unsaved is the error of a set that could not be written.
func (s *Store) unsaved(name string, bars int, err error) error {
	if errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) {
		return assay.Errorf(assay.Unavailable, fmt.Sprintf("free %d MB and import it again", bars*barBytes>>20+1),
			"%s is not kept: the disk of %s is full", name, s.dir)
	}
	return fmt.Errorf("save data set %s: %w", name, err)
}

// Load returns the bars of a fingerprint, from memory when they were used
// lately. Their columns are the file's own, mapped into memory and never
// unmapped: slices of bars outlive the bars they are of. The first load of a
// set proves that its content gives the fingerprint.
func (s *Store) Load(ctx context.Context, fingerprint string) (*market.Bars, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if b := s.cache.get(fingerprint); b != nil {
		return b, nil
	}
	v, err, _ := s.loads.Do(fingerprint, func() (any, error) {
		b, err := s.bring(fingerprint)
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

// bring makes bars of what was proven before, or else proves what is on disk.
func (s *Store) bring(fingerprint string) (*market.Bars, error) {
	if h, ok := s.proven.get(fingerprint); ok {
		return h.set.bars(h.columns)
	}
	l, err := s.read(fingerprint)
	if err != nil {
		return nil, err
	}
	if b := l.bars; mapsFiles {
		s.proven.put(fingerprint, held{l.set, market.Columns{
			Time: b.Time, Open: b.Open, High: b.High, Low: b.Low, Close: b.Close, Volume: b.Volume,
		}})
	}
	return l.bars, nil
}

// Describe returns what is kept of a set beside its bars.
func (s *Store) Describe(fingerprint string) (Set, error) { return s.describe(fingerprint) }

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
