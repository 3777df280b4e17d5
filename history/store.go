package history

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/sync/singleflight"

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
