package history_test

import (
	"os"
	"path/filepath"
	"testing"

	"assay"
	"assay/history"
)

func FuzzImportDBN(f *testing.F) {
	f.Add(quarter().Bytes())
	dir := f.TempDir()
	f.Fuzz(func(t *testing.T, data []byte) {
		file, err := os.CreateTemp(dir, "*.dbn")
		if err != nil {
			t.Fatal(err)
		}
		path := file.Name()
		defer os.Remove(path)
		if err := file.Close(); err != nil {
			t.Fatal(err)
		}
		writeFile(t, path, data)
		b, _, err := history.ReadFiles(t.Context(), []string{path}, history.Options{Symbol: "ES"})
		if err == nil {
			check(t, b)
		} else if kind := assay.KindOf(err); kind != assay.Invalid {
			t.Fatalf("%s: an error of the kind %s: %v", filepath.Base(path), kind, err)
		}
	})
}
