package history

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"syscall"
	"testing"
	"time"
	"unsafe"

	"assay"
	"assay/market"
	"assay/market/simbars"
)

// simulated are about two months of five-minute bars.
func simulated(t testing.TB) *market.Bars {
	t.Helper()
	es, err := market.ContractOf("ES")
	if err != nil {
		t.Fatal(err)
	}
	return simbars.Generate(es, simbars.First+60)
}

// small is a file system with room for a number of bytes.
type small struct{ room int }

type smallFile struct {
	*os.File
	disk *small
}

func (s *small) create(path string) (file, error) {
	if s.room == 0 {
		return nil, &os.PathError{Op: "open", Path: path, Err: syscall.ENOSPC}
	}
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	return smallFile{f, s}, err
}

// Write writes what there is room for, as a disk does.
func (f smallFile) Write(p []byte) (int, error) {
	n, err := f.File.Write(p[:min(len(p), f.disk.room)])
	if f.disk.room -= n; err == nil && n < len(p) {
		err = &os.PathError{Op: "write", Path: f.Name(), Err: syscall.ENOSPC}
	}
	return n, err
}

func (f smallFile) Sync() error {
	if f.disk.room == 0 {
		return &os.PathError{Op: "sync", Path: f.Name(), Err: syscall.EDQUOT}
	}
	return f.File.Sync()
}

// Wherever the disk fills up, one sentence says so, nothing is left behind, and
// the same import works once there is room.
func TestAFullDisk(t *testing.T) {
	bars := simulated(t)
	size := bars.Len() * barBytes
	dir := t.TempDir()
	s := OpenStore(dir)
	want := fmt.Sprintf("ES-5m is not kept: the disk of %s is full; free 1 MB and import it again", filepath.Join(dir, "sets"))
	for _, room := range []int{0, 1, 1 << 16, 1<<16 + 1, size - 1, size, size + 1, size + 300} {
		s.create = (&small{room}).create
		_, err := s.Save(t.Context(), bars, About{Name: "ES-5m"})
		if err == nil || err.Error() != want || assay.KindOf(err) != assay.Unavailable {
			t.Errorf("room for %d bytes: %v\nwant %s", room, err, want)
		}
		if entries, err := os.ReadDir(filepath.Join(dir, "sets")); err != nil || len(entries) > 0 {
			t.Errorf("room for %d bytes: %v is left, %v", room, entries, err)
		}
	}
	s.create = (&small{size + 10_000}).create
	fingerprint, err := s.Save(t.Context(), bars, About{Name: "ES-5m"})
	if err != nil {
		t.Fatal(err)
	}
	if got, err := s.Load(t.Context(), fingerprint); err != nil || !reflect.DeepEqual(got, bars) {
		t.Errorf("the bars do not load: %v", err)
	}
}

func TestOtherTroubleIsNamedAsItIs(t *testing.T) {
	s := OpenStore(t.TempDir())
	broken := errors.New("the disk is on fire")
	s.create = func(string) (file, error) { return nil, broken }
	if _, err := s.Save(t.Context(), simulated(t), About{Name: "x"}); !errors.Is(err, broken) {
		t.Errorf("error %v", err)
	}
}

func TestWhatAKilledImportLeftIsRemoved(t *testing.T) {
	dir := t.TempDir()
	sets := filepath.Join(dir, "sets")
	for name, age := range map[string]time.Duration{".new-old": 25 * time.Hour, ".new-young": time.Hour, "other": 25 * time.Hour} {
		folder := filepath.Join(sets, name)
		if err := os.MkdirAll(folder, 0o750); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(folder, "columns.bin"), []byte("half"), 0o600); err != nil {
			t.Fatal(err)
		}
		at := time.Now().Add(-age)
		if err := os.Chtimes(folder, at, at); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := OpenStore(dir).Save(t.Context(), simulated(t), About{Name: "x"}); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]bool{".new-old": false, ".new-young": true, "other": true} {
		if _, err := os.Stat(filepath.Join(sets, name)); (err == nil) != want {
			t.Errorf("%s is there: %v, want %v", name, err == nil, want)
		}
	}
}

// Bars that the cache let go come back on the same memory, and those that are
// still in use stay whole, also when the set's files are gone.
func TestColumnsAreTheFile(t *testing.T) {
	bars := simulated(t)
	dir := t.TempDir()
	s := OpenStore(dir)
	s.cache.limit = 0 // nothing is kept
	fingerprint, err := s.Save(t.Context(), bars, About{Name: "x"})
	if err != nil {
		t.Fatal(err)
	}
	first, err := s.Load(t.Context(), fingerprint)
	if err != nil {
		t.Fatal(err)
	}
	tail := first.Slice(bars.Len()-9, bars.Len())
	if err := os.RemoveAll(filepath.Join(dir, "sets")); err != nil {
		t.Fatal(err)
	}
	if !mapsFiles {
		t.Log("files are read here, not mapped")
		return
	}
	second, err := s.Load(t.Context(), fingerprint)
	if err != nil {
		t.Fatal(err)
	}
	if first == second || unsafe.SliceData(first.Close) != unsafe.SliceData(second.Close) {
		t.Error("the second load has other memory")
	}
	if !reflect.DeepEqual(second, bars) || !reflect.DeepEqual(tail, bars.Slice(bars.Len()-9, bars.Len())) {
		t.Error("the bars differ from those that were saved")
	}
}

func TestColumnsCopyWhereTheyCannotShare(t *testing.T) {
	bars := simulated(t)
	var out bytes.Buffer
	if err := encode(&out, bars); err != nil {
		t.Fatal(err)
	}
	odd := append([]byte{0}, out.Bytes()...)[1:] // on no multiple of four or eight
	want := market.Columns{
		Time: bars.Time, Open: bars.Open, High: bars.High, Low: bars.Low, Close: bars.Close, Volume: bars.Volume,
	}
	if got := decode(odd, bars.Len()); !reflect.DeepEqual(got, want) {
		t.Error("the columns differ from those that were encoded")
	}
}

func TestASetWithoutBarsIsDamaged(t *testing.T) {
	dir := t.TempDir()
	fingerprint := strings.Repeat("a", 64)
	folder := filepath.Join(dir, "sets", fingerprint)
	if err := os.MkdirAll(folder, 0o750); err != nil {
		t.Fatal(err)
	}
	for _, bars := range []string{"0", "-1", "9000000000000000000"} {
		meta := `{"format": 1, "bars": ` + bars + `, "root": "ES", "intervalSeconds": 300}`
		for name, text := range map[string]string{"meta.json": meta, "columns.bin": ""} {
			if err := os.WriteFile(filepath.Join(folder, name), []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		_, err := OpenStore(dir).Load(t.Context(), fingerprint)
		if err == nil || !strings.HasSuffix(err.Error(), "is damaged: it says that it has "+bars+" bars; import its file again") {
			t.Errorf("%s bars: %v", bars, err)
		}
	}
}

// BenchmarkLoadAgain loads a proven set that the cache let go; mapping takes
// nothing, deriving the sessions takes all of it.
func BenchmarkLoadAgain(b *testing.B) {
	bars := simulated(b)
	s := OpenStore(b.TempDir())
	s.cache.limit = 0
	fingerprint, err := s.Save(b.Context(), bars, About{Name: "x"})
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if _, err := s.Load(b.Context(), fingerprint); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.N*bars.Len())/b.Elapsed().Seconds()/1e6, "Mbars/s")
}

// BenchmarkMap maps a file of a million bars and reads every close.
func BenchmarkMap(b *testing.B) {
	const bars = 1_000_000
	path := filepath.Join(b.TempDir(), "columns.bin")
	if err := os.WriteFile(path, make([]byte, bars*barBytes), 0o600); err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		data, release, err := mapFile(path, bars*barBytes)
		if err != nil {
			b.Fatal(err)
		}
		var sum int32
		for _, v := range decode(data, bars).Close {
			sum += v
		}
		if release(); sum != 0 {
			b.Fatal(sum)
		}
	}
	b.ReportMetric(float64(b.N*bars)/b.Elapsed().Seconds()/1e6, "Mbars/s")
}
