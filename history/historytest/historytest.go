// Package historytest gives tests real bars when the machine has them, and
// generated ones when it has not.
package historytest

import (
	"os"
	"path/filepath"
	"testing"

	"assay/history"
	"assay/market"
	"assay/market/simbars"
)

// RealData is the environment variable that names the folder with real data.
const RealData = "ASSAY_REAL_DATA"

// Path returns the path of a file of real data; ok is false when the variable
// is not set. A file that should be there and is not fails the test.
func Path(t testing.TB, parts ...string) (path string, ok bool) {
	t.Helper()
	dir := os.Getenv(RealData)
	path = filepath.Join(append([]string{dir}, parts...)...)
	if dir != "" && !exists(path) {
		t.Fatalf("%s is set, but there is no %s", RealData, path)
	}
	return path, dir != ""
}

// Bars returns two years of five-minute bars of a root: the real ones of ES,
// NQ, CL, GC or 6E from ASSAY_REAL_DATA/futures-5m, or generated ones when the
// variable is not set or the folder has no file of that root. It logs which.
func Bars(t testing.TB, root string) *market.Bars {
	t.Helper()
	dir := os.Getenv(RealData)
	path := filepath.Join(dir, "futures-5m", root+"_5m.csv.gz")
	if dir != "" && exists(path) {
		b, err := history.ReadCSV(t.Context(), path, history.Options{Symbol: root})
		if err != nil {
			t.Fatal(err)
		}
		t.Logf("real bars of %s from %s", root, path)
		return b
	}
	c, err := market.ContractOf(root)
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("generated bars of %s; %s has no real ones", root, RealData)
	return simbars.Generate(c, simbars.First+2*365)
}

func exists(path string) bool {
	_, err := os.Stat(path) //nolint:gosec // the tester names the folder
	return err == nil
}
