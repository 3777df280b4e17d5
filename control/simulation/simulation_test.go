package simulation

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"fmt"
	"os"
	"path/filepath"
	"runtime/debug"
	"strconv"
	"strings"
	"testing"
	"time"

	"assay/store"
)

// TestSimulation runs many worlds. The environment makes them larger, and
// repeats one: ASSAY_SIM_SEED, ASSAY_SIM_SEEDS, ASSAY_SIM_BOTS, ASSAY_SIM_DAYS.
func TestSimulation(t *testing.T) {
	first, seeds := uint64(1), setting(t, "ASSAY_SIM_SEEDS", 200)
	if one := setting(t, "ASSAY_SIM_SEED", 0); one > 0 {
		first, seeds = uint64(one), 1
	}
	s := size{bots: setting(t, "ASSAY_SIM_BOTS", 50), days: setting(t, "ASSAY_SIM_DAYS", 2)}
	debug.SetGCPercent(2000) // the worlds are small, and make much garbage
	debug.SetMemoryLimit(4 << 30)
	empty := template(t)
	for seed := first; seed < first+uint64(seeds); seed++ {
		t.Run(strconv.FormatUint(seed, 10), func(t *testing.T) {
			t.Parallel()
			simulate(t, empty, seed, s)
		})
	}
}

// What a seed decides it decides again: otherwise a failure could not be looked
// into.
func TestSeedRepeats(t *testing.T) {
	t.Parallel()
	empty := template(t)
	first, second := simulate(t, empty, 7, size{10, 1}), simulate(t, empty, 7, size{10, 1})
	other := simulate(t, empty, 8, size{10, 1})
	if first != second || first == other {
		t.Errorf("the worlds of seeds 7, 7 and 8 are %x, %x and %x", first, second, other)
	}
}

func setting(t *testing.T, name string, otherwise int) int {
	t.Helper()
	text := os.Getenv(name)
	if text == "" {
		return otherwise
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 0 {
		t.Fatalf("%s is %q, want a number", name, text)
	}
	return n
}

// template makes a database with its tables and the diary, to be copied.
func template(t *testing.T) []byte {
	t.Helper()
	dir := t.TempDir()
	db, err := store.Open(t.Context(), dir, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	plain, err := sql.Open("sqlite", "file:"+db.Path())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := plain.ExecContext(t.Context(), diary); err != nil {
		t.Fatal(err)
	}
	if err := plain.Close(); err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	file, err := os.ReadFile(db.Path())
	if err != nil {
		t.Fatal(err)
	}
	return file
}

// simulate runs one world, reports what broke, and returns a fingerprint of
// everything that happened.
func simulate(t *testing.T, empty []byte, seed uint64, s size) uint64 {
	t.Helper()
	w := newWorld(seed, s)
	w.open(t, folder(t, s), empty)
	began := time.Now()
	for _, p := range w.procs {
		p.boot()
	}
	w.after(w.rarely(w.set.trouble), "trouble", w.trouble)
	w.after(w.rarely(w.set.acts), "the operator acts", w.operate)
	w.after(6*time.Hour, "inspection", w.inspect)
	w.after(servedWithin, "is the queue served", w.serve)
	for day := 1; day <= s.days; day++ {
		w.run(time.Duration(day) * 24 * time.Hour)
		if s.days > 2 { // it takes long enough that somebody waits
			t.Logf("day %d after %s: %s", day, time.Since(began).Round(time.Second), w.sum())
		}
	}
	if w.broken == "" {
		w.settle()
	}
	if w.broken != "" {
		t.Errorf("%s\nin the world of seed %d, %+v; what came before:\n%s\nrepeat it: ASSAY_SIM_SEED=%d ASSAY_SIM_BOTS=%d ASSAY_SIM_DAYS=%d "+
			"go test ./control/simulation", w.broken, seed, w.set, strings.Join(w.trail, "\n"), seed, s.bots, s.days)
	}
	t.Logf("%s of %s: %s", time.Since(began).Round(time.Millisecond), w.now.Round(time.Minute), w.sum())
	return w.print.Sum64()
}

// sum says how much has happened.
func (w *world) sum() string {
	return fmt.Sprintf("%d events, %d ticks, %d troubles, jobs ended %v", w.steps, w.oracle.ticks, w.faults, w.oracle.ended)
}

// folder is where a world's database lies: in memory when the world is small and
// the system has such a place, which saves a sixth of the work.
func folder(t *testing.T, s size) string {
	t.Helper()
	if s.bots*s.days > 100 {
		return t.TempDir()
	}
	dir, err := os.MkdirTemp("/dev/shm", "assay-simulation-")
	if err != nil {
		return t.TempDir()
	}
	t.Cleanup(func() {
		if err := os.RemoveAll(dir); err != nil {
			t.Error(err)
		}
	})
	return dir
}

// open lays the world's database out: one connection for each process, one for
// the operator and one for the oracle.
func (w *world) open(t *testing.T, dir string, empty []byte) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(dir, "assay.db"), empty, 0o600); err != nil {
		t.Fatal(err)
	}
	w.byHand = w.connect(t, dir, store.Options{Careless: true})
	var err error
	if w.oracle, err = newOracle(w, w.byHand.Path()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = w.oracle.write.Close() })
	w.fleet = &fleet{}
	w.byOperator(func(ctx context.Context) error { return w.byHand.SetCaps(ctx, w.set.caps) })
	newFleet(w)
	for n := range w.set.procs {
		p := &process{w: w, name: fmt.Sprintf("p%d", n), dead: true}
		p.db = w.connect(t, dir, store.Options{
			Careless: true, Wrap: func(c driver.Connector) driver.Connector { return faulty{c, p} },
		})
		p.changed, _ = p.db.Changed()
		w.procs = append(w.procs, p)
	}
}

func (w *world) connect(t *testing.T, dir string, o store.Options) *store.DB {
	t.Helper()
	db, err := store.OpenWith(t.Context(), dir, w.wall, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	return db
}
