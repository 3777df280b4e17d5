package fetch

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gofrs/flock"

	"assay"
)

// shelf is the folder of what was bought of one symbol from one moment on. Its
// files follow each other without a gap; the name of each says what it covers.
type shelf struct {
	dir   string
	lot   Lot
	parts []part
}

// part is one file of DBN.
type part struct {
	name      string
	from, to  time.Time
	records   int64
	simulated bool
}

const (
	suffix     = ".dbn.zst"
	madeUp     = "_simulated"
	unfinished = ".new-"
)

// name of the n-th part, e.g. "0001_1719792000000000000_1720137600000000000_3960.dbn.zst".
func (p part) fileName(n int) string {
	mark := ""
	if p.simulated {
		mark = madeUp
	}
	return fmt.Sprintf("%04d_%d_%d_%d%s%s", n, p.from.UnixNano(), p.to.UnixNano(), p.records, mark, suffix)
}

// parsePart reads the name of a part.
func parsePart(name string) (p part, ok bool) {
	text, ok := strings.CutSuffix(name, suffix)
	if !ok {
		return p, false
	}
	text, p.simulated = strings.CutSuffix(text, madeUp)
	var n [4]int64
	words := strings.Split(text, "_")
	if len(words) != len(n) {
		return p, false
	}
	for i, word := range words {
		v, err := strconv.ParseInt(word, 10, 64)
		if err != nil || v < 0 {
			return p, false
		}
		n[i] = v
	}
	p.name, p.records = name, n[3]
	p.from, p.to = time.Unix(0, n[1]).UTC(), time.Unix(0, n[2]).UTC()
	return p, p.from.Before(p.to)
}

// plain are the characters of a shelf's name.
const plain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-"

// shelfOf returns the shelf of a lot, which need not exist yet.
func shelfOf(dir string, lot Lot) (*shelf, error) {
	name := fmt.Sprintf("%s_%s_%s_%s", lot.Dataset, lot.Symbol, short(lot.Bar), lot.From.UTC().Format(moment))
	if strings.Trim(name, plain) != "" {
		return nil, assay.Errorf(assay.Invalid, "use letters, digits and dots, as in ES.v.0", "%q is no symbol", lot.Symbol)
	}
	s := &shelf{dir: filepath.Join(dir, name), lot: lot}
	return s, s.look()
}

// short prints a bar's length like 1m.
func short(d time.Duration) string {
	switch {
	case d%time.Hour == 0:
		return fmt.Sprintf("%dh", d/time.Hour)
	case d%time.Minute == 0:
		return fmt.Sprintf("%dm", d/time.Minute)
	default:
		return d.String()
	}
}

// look reads what is there. A gap is damage: what follows it is not trusted.
func (s *shelf) look() error {
	entries, err := os.ReadDir(s.dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("look at what was fetched: %w", err)
	}
	s.parts = nil
	for _, e := range entries {
		if p, ok := parsePart(e.Name()); ok {
			s.parts = append(s.parts, p)
		}
	}
	slices.SortFunc(s.parts, func(a, b part) int { return a.from.Compare(b.from) })
	at := s.lot.From
	for _, p := range s.parts {
		if !p.from.Equal(at) || p.simulated != s.parts[0].simulated {
			return assay.Errorf(assay.Conflict, "remove the folder and fetch it again",
				"%s holds parts that do not fit together, at %s", s.dir, p.from.Format(time.RFC3339))
		}
		at = p.to
	}
	return nil
}

// covered is until when everything is there.
func (s *shelf) covered() time.Time {
	if n := len(s.parts); n > 0 {
		return s.parts[n-1].to
	}
	return s.lot.From
}

// rest is what is still to be bought; its From is its To when nothing is.
func (s *shelf) rest() Lot {
	rest := s.lot
	if rest.From = s.covered(); rest.From.After(rest.To) {
		rest.From = rest.To
	}
	return rest
}

// paths are the files, oldest first.
func (s *shelf) paths() (paths []string) {
	for _, p := range s.parts {
		paths = append(paths, filepath.Join(s.dir, p.name))
	}
	return paths
}

// lock keeps other processes from buying the same.
func (s *shelf) lock() (unlock func(), err error) {
	if err := os.MkdirAll(s.dir, 0o750); err != nil {
		return nil, fmt.Errorf("make a folder for what is fetched: %w", err)
	}
	l := flock.New(filepath.Join(s.dir, "fetch.lock"))
	got, err := l.TryLock()
	if err != nil {
		return nil, fmt.Errorf("lock %s: %w", s.dir, err)
	}
	if !got {
		return nil, assay.Errorf(assay.Conflict, "wait for it, or stop it", "another process fetches %s", s.lot.Symbol)
	}
	s.sweep()
	return func() { _ = l.Unlock() }, nil // the process ends, and the lock with it
}

// sweep removes what a process left that was killed while it wrote.
func (s *shelf) sweep() {
	left, _ := filepath.Glob(filepath.Join(s.dir, unfinished+"*")) // the pattern is right
	for _, path := range left {
		_ = os.Remove(path) // tried again next time
	}
}

// Since returns since when bars of a series were bought, of all that were the
// longest; ok is false when none were.
func Since(dir string, lot Lot) (from time.Time, ok bool) {
	all := starts(dir, lot)
	if len(all) == 0 {
		return from, false
	}
	return all[0], true
}

// moment is how the name of a shelf ends.
const moment = "20060102T150405"

// starts lists since when there are shelves of a series, oldest first.
func starts(dir string, lot Lot) (all []time.Time) {
	begin := fmt.Sprintf("%s_%s_%s_", lot.Dataset, lot.Symbol, short(lot.Bar))
	entries, _ := os.ReadDir(dir) // what is not there holds nothing
	for _, e := range entries {
		text, ours := strings.CutPrefix(e.Name(), begin)
		if at, err := time.Parse(moment, text); ours && err == nil {
			all = append(all, at)
		}
	}
	return all // a folder's entries come in the order of their names
}

// find returns the shelf that holds the beginning of a lot, or a new one.
func find(dir string, lot Lot) (*shelf, error) {
	for _, from := range starts(dir, lot) {
		if from.After(lot.From) {
			break
		}
		older := lot
		older.From = from
		s, err := shelfOf(dir, older)
		if err != nil || !s.covered().Before(lot.From) {
			return s, err
		}
	}
	return shelfOf(dir, lot)
}
