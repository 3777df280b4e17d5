package history

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"assay"
	"assay/history/dbn"
	"assay/market"
)

// maxFiles bounds what one import reads: a year of days and much more.
const maxFiles = 20_000

// ReadFiles reads bars from files of one format, which is found from their
// content: one CSV file, or any number of DBN files or of LEAN zips, oldest
// first by name. A folder stands for the files in it. What it returns about
// the bars lacks the name of the set. Every error names the file, the place in
// it and the remedy.
func ReadFiles(ctx context.Context, paths []string, o Options) (*market.Bars, About, error) {
	paths, err := expand(paths)
	if err != nil {
		return nil, About{}, err
	}
	kind, err := formatOf(paths)
	if err != nil {
		return nil, About{}, err
	}
	about := About{Provider: kind, Source: baseName(paths[0])}
	if n := len(paths) - 1; n > 0 {
		about.Source += fmt.Sprintf(" and %d more", n)
	}
	if kind == CSV {
		b, notes, err := readCSV(ctx, paths[0], o)
		about.Notes = notes
		return b, about, err
	}
	in, err := newIntake(about.Source, o)
	if err != nil {
		return nil, About{}, err
	}
	for _, path := range paths {
		read := in.readDBN
		if kind == LEAN {
			read = in.readLEAN
		}
		if err := read(ctx, path); err != nil {
			return nil, About{}, err
		}
	}
	in.source = about.Source
	b, notes, err := in.bars()
	about.Notes = notes
	if err == nil && in.joined {
		about.Rolls = in.options.Rolls.String()
	}
	return b, about, err
}

// expand turns folders into their files, in the order of their names.
func expand(paths []string) ([]string, error) {
	var out []string
	for _, path := range paths {
		info, err := os.Stat(path)
		if err != nil {
			return nil, unopened(path, err)
		}
		if !info.IsDir() {
			out = append(out, path)
			continue
		}
		inside, err := filesIn(path)
		if err != nil {
			return nil, err
		}
		out = append(out, inside...)
	}
	if len(out) == 0 || len(out) > maxFiles {
		return nil, assay.Errorf(assay.Invalid, fmt.Sprintf("name between 1 and %d files", maxFiles),
			"there are %d files to import", len(out))
	}
	slices.SortStableFunc(out, func(a, b string) int { return strings.Compare(filepath.Base(a), filepath.Base(b)) })
	return out, nil
}

// filesIn lists the DBN files and the LEAN zips of trades in a folder; what
// providers put beside them, such as manifests and quotes, is left alone.
func filesIn(dir string) (paths []string, err error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, unopened(dir, err)
	}
	for _, e := range entries {
		name := e.Name()
		if strings.HasSuffix(name, ".dbn") || strings.HasSuffix(name, ".dbn.zst") || strings.HasSuffix(name, "_trade.zip") {
			paths = append(paths, filepath.Join(dir, name))
		}
	}
	if len(paths) == 0 {
		return nil, assay.Errorf(assay.Invalid, "name the files themselves",
			"the folder %s holds no .dbn, .dbn.zst or _trade.zip file", pathName(dir))
	}
	return paths, nil
}

// formatOf returns the format that all files share.
func formatOf(paths []string) (format Provider, err error) {
	for i, path := range paths {
		one, err := sniff(path)
		if err != nil {
			return "", err
		}
		if i == 0 {
			format = one
		}
		if one != format {
			return "", assay.Errorf(assay.Invalid, "import them one after the other",
				"%s and %s are files of two formats", baseName(paths[0]), baseName(path))
		}
	}
	if format == CSV && len(paths) > 1 {
		return "", assay.Errorf(assay.Invalid, "join them into one, oldest first",
			"%d CSV files are one set only as one file", len(paths))
	}
	return format, nil
}

// sniff tells the format of a file from its first bytes. Fragments of DBN have
// none of their own, so that their names must tell.
func sniff(path string) (Provider, error) {
	f, err := openFile(path)
	if err != nil {
		return "", err
	}
	defer func() { _ = f.Close() }() // nothing was written
	head := make([]byte, 4)
	n, err := io.ReadFull(f, head)
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		return "", unopened(path, err)
	}
	named := slices.Contains([]string{".dbn", ".dbz", ".frag"}, filepath.Ext(strings.TrimSuffix(path, ".zst")))
	switch {
	case dbn.IsPacked(head[:n]) || named:
		return Databento, nil
	case bytes.HasPrefix(head[:n], []byte("PK")) || filepath.Ext(path) == ".zip":
		return LEAN, nil
	default:
		return CSV, nil
	}
}
