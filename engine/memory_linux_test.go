package engine

import (
	"os"
	"os/exec"
	"regexp"
	"strconv"
	"testing"
)

// w1MemoryEnv makes the test binary run W1 once and say how much it took.
const w1MemoryEnv = "ASSAY_W1_MEMORY"

// TestW1Memory holds W1 to 120 MB: a process of its own makes the million bars,
// evaluates the rules, keeps the whole ledger, and reads the peak of its
// resident memory from the kernel.
func TestW1Memory(t *testing.T) {
	if os.Getenv(w1MemoryEnv) != "" {
		l := w1().alone(t, million(), nil)
		status, err := os.ReadFile("/proc/self/status")
		if err != nil {
			t.Fatal(err)
		}
		t.Logf("%d trades, %s", len(l.Trades), regexp.MustCompile(`VmHWM:\s+\d+ kB`).Find(status))
		return
	}
	peak := w1Memory(t)
	t.Logf("peak resident memory of W1: %.1f MB", peak)
	if peak >= 120 {
		t.Errorf("W1 took %.1f MB, want less than 120", peak)
	}
}

// BenchmarkW1Memory reports the same figure.
func BenchmarkW1Memory(b *testing.B) {
	for b.Loop() {
		b.ReportMetric(w1Memory(b), "peak-MB")
	}
}

// w1Memory is in MB. The peak that the parent could ask for would be no less
// than its own, since a child begins as its copy.
func w1Memory(t testing.TB) float64 {
	t.Helper()
	child := exec.Command(os.Args[0], "-test.run=^TestW1Memory$", "-test.v")
	child.Env = append(os.Environ(), w1MemoryEnv+"=1")
	out, err := child.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	found := regexp.MustCompile(`26220 trades, VmHWM:\s+(\d+) kB`).FindSubmatch(out)
	if found == nil {
		t.Fatalf("no peak in\n%s", out)
	}
	kilobytes, err := strconv.ParseFloat(string(found[1]), 64)
	if err != nil {
		t.Fatal(err)
	}
	return kilobytes * 1024 / 1e6
}
