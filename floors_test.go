package assay_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// floors lists the packages from the ground up, by their first folder. A
// package imports only packages of a lower floor; the map in assay.go and
// docs/architecture.md draw the same house.
var floors = []string{
	"assay", "internal",
	"market", "bot", "job",
	"strategy", "engine", "measure", "report",
	"plan", "badge", "health",
	"history", "provider", "store", "worker",
	"task", "control",
	"client", "api", "web", "proof",
	"app", "cmd",
}

// pure packages decide and compute; they cannot touch the world.
var pure = []string{"market", "bot", "job", "strategy", "engine", "measure", "report", "plan", "badge", "health"}

// worldly imports let a package reach the clock's alarms, files, the network,
// the log, or chance that no seed controls.
var worldly = []string{
	"context", "os", "os/exec", "os/signal", "io/fs", "io/ioutil", "net", "net/http", "log",
	"log/slog", "database/sql", "math/rand", "math/rand/v2", "crypto/rand", "path/filepath", "syscall",
}

// clockWords are the functions of package time that read or wait for a clock.
var clockWords = []string{"Now", "Since", "Until", "Sleep", "After", "AfterFunc", "Tick", "NewTimer", "NewTicker"}

func TestPackagesImportOnlyLowerFloors(t *testing.T) {
	for _, f := range sources(t) {
		for _, path := range imports(f.tree) {
			target, ours := strings.CutPrefix(path, "assay/")
			if path == "assay" {
				target, ours = "assay", true
			}
			if !ours {
				continue
			}
			from, to := slices.Index(floors, f.house), slices.Index(floors, first(target))
			switch {
			case from < 0:
				t.Errorf("%s: package %s has no floor; give it one in floors_test.go and docs/architecture.md", f.name, f.house)
			case to < 0:
				t.Errorf("%s imports %s, which has no floor", f.name, path)
			case to >= from && first(target) != f.house:
				t.Errorf("%s imports %s, which stands above it", f.name, path)
			}
		}
	}
}

func TestPureFloorsCannotTouchTheWorld(t *testing.T) {
	for _, f := range sources(t) {
		if !slices.Contains(pure, f.house) {
			continue
		}
		for _, path := range imports(f.tree) {
			if slices.Contains(worldly, path) {
				t.Errorf("%s imports %s: a pure package is given what it needs", f.name, path)
			}
		}
		ast.Inspect(f.tree, func(n ast.Node) bool {
			call, ok := n.(*ast.SelectorExpr)
			if !ok {
				return true
			}
			if x, ok := call.X.(*ast.Ident); ok && x.Name == "time" && slices.Contains(clockWords, call.Sel.Name) {
				t.Errorf("%s uses time.%s: time is passed in", f.name, call.Sel.Name)
			}
			return true
		})
	}
}

type source struct {
	name  string // path from the root
	house string // first folder, or "assay"
	tree  *ast.File
}

// sources parses every Go file that is not a test.
func sources(t *testing.T) []source {
	t.Helper()
	var found []source
	err := filepath.WalkDir(".", func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && (d.Name() == "node_modules" || strings.HasPrefix(d.Name(), ".") && path != ".") {
			return filepath.SkipDir
		}
		if d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return nil
		}
		tree, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
		if err != nil {
			return err
		}
		house := "assay"
		if strings.Contains(filepath.ToSlash(path), "/") {
			house = first(filepath.ToSlash(path))
		}
		found = append(found, source{path, house, tree})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(found) < len(floors)/2 {
		t.Fatalf("only %d source files found", len(found))
	}
	return found
}

func imports(tree *ast.File) []string {
	var paths []string
	for _, spec := range tree.Imports {
		if path, err := strconv.Unquote(spec.Path.Value); err == nil {
			paths = append(paths, path)
		}
	}
	return paths
}

func first(path string) string {
	head, _, _ := strings.Cut(path, "/")
	return head
}
