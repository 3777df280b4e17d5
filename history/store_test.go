package history_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"assay"
	"assay/history"
	"assay/history/historytest"
	"assay/market"
)

var about = history.About{Name: "ES-5m", Provider: history.CSV, Source: "ES_5m.csv.gz"}

func save(t *testing.T, s *history.Store, b *market.Bars) string {
	t.Helper()
	fingerprint, err := s.Save(t.Context(), b, about)
	if err != nil {
		t.Fatal(err)
	}
	return fingerprint
}

func TestSavedBarsLoad(t *testing.T) {
	dir, want := t.TempDir(), historytest.Bars(t, "ES")
	fingerprint := save(t, history.OpenStore(dir), want)
	if fingerprint != market.Fingerprint(want) {
		t.Errorf("saved as %s", fingerprint)
	}
	s := history.OpenStore(dir)
	got, err := s.Load(t.Context(), fingerprint)
	if err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(got, want) {
		t.Error("the loaded bars are not those that were saved")
	}
	if again, err := s.Load(t.Context(), fingerprint); err != nil || again != got {
		t.Errorf("a second load is not shared: %v", err)
	}
}

func TestManyLoadsShareOneSet(t *testing.T) {
	dir := t.TempDir()
	fingerprint := save(t, history.OpenStore(dir), goodBars())
	s := history.OpenStore(dir)
	var loaded [8]*market.Bars
	var group sync.WaitGroup
	for i := range loaded {
		group.Go(func() { loaded[i], _ = s.Load(t.Context(), fingerprint) })
	}
	group.Wait()
	last, err := s.Load(t.Context(), fingerprint)
	for i, b := range loaded {
		if b == nil || !reflect.DeepEqual(b, last) || err != nil {
			t.Errorf("load %d gave %v, %v", i, b, err)
		}
	}
}

func TestListDescribesTheSets(t *testing.T) {
	dir := t.TempDir()
	s := history.OpenStore(dir)
	if sets, err := s.List(t.Context()); len(sets) != 0 || err != nil {
		t.Errorf("an empty store lists %v, %v", sets, err)
	}
	fingerprint := save(t, s, goodBars())
	save(t, s, goodBars()) // the same again changes nothing
	got, err := s.List(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	want := []history.Set{{
		Format: 1, Fingerprint: fingerprint, About: about, Root: "ES", IntervalSeconds: 300, Bars: 3,
		FirstBar:  time.Date(2024, 2, 4, 23, 0, 0, 0, time.UTC),
		LastBar:   time.Date(2024, 2, 4, 23, 10, 0, 0, time.UTC),
		Contracts: []history.Contract{{First: 0, Name: "ESH4"}, {First: 2, Name: "ESM4"}},
	}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	entries, err := os.ReadDir(filepath.Join(dir, "sets"))
	if err != nil || len(entries) != 1 {
		t.Errorf("the folder holds %v, %v", entries, err)
	}
}

func TestDamagedSetsAreNamedAndHealed(t *testing.T) {
	for name, c := range map[string]struct {
		file  string
		spoil func([]byte) []byte
		want  string
	}{
		"bit":      {"columns.bin", func(b []byte) []byte { b[40] ^= 4; return b }, "is damaged: "},
		"cut":      {"columns.bin", func(b []byte) []byte { return b[:len(b)-1] }, "is damaged: its columns have the wrong size"},
		"meta":     {"meta.json", func(b []byte) []byte { return b[:20] }, "is damaged: its meta.json does not read"},
		"contract": {"meta.json", func(b []byte) []byte { return []byte(strings.Replace(string(b), "ESM4", "ESU4", 1)) }, "is damaged: its content has the fingerprint"},
		"format":   {"meta.json", func(b []byte) []byte { return []byte(strings.Replace(string(b), `"format": 1`, `"format": 9`, 1)) }, "has format 9, and this Assay reads 1"},
	} {
		dir := t.TempDir()
		fingerprint := save(t, history.OpenStore(dir), goodBars())
		path := filepath.Join(dir, "sets", fingerprint, c.file)
		content, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, c.spoil(content), 0o600); err != nil {
			t.Fatal(err)
		}
		s := history.OpenStore(dir)
		if _, err := s.Load(t.Context(), fingerprint); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: error %v, want %s", name, err, c.want)
		}
		save(t, s, goodBars())
		if _, err := s.Load(t.Context(), fingerprint); err != nil {
			t.Errorf("%s: importing again does not heal: %v", name, err)
		}
	}
}

func TestLoadRefusesWhatIsNoFingerprint(t *testing.T) {
	s := history.OpenStore(t.TempDir())
	for fingerprint, kind := range map[string]assay.Kind{
		"": assay.Invalid, "../../etc": assay.Invalid, strings.Repeat("A", 64): assay.Invalid,
		strings.Repeat("a", 64): assay.NotFound,
	} {
		if _, err := s.Load(t.Context(), fingerprint); err == nil || assay.KindOf(err) != kind {
			t.Errorf("Load(%q): %v, want %s", fingerprint, err, kind)
		}
	}
}

func TestMetaIsReadableByOthers(t *testing.T) {
	dir := t.TempDir()
	fingerprint := save(t, history.OpenStore(dir), goodBars())
	text, err := os.ReadFile(filepath.Join(dir, "sets", fingerprint, "meta.json"))
	if err != nil {
		t.Fatal(err)
	}
	var meta map[string]any
	if err := json.Unmarshal(text, &meta); err != nil {
		t.Fatal(err)
	}
	for key, want := range map[string]any{"name": "ES-5m", "provider": "csv", "simData": false, "bars": 3.0} {
		if meta[key] != want {
			t.Errorf("%s is %v, want %v", key, meta[key], want)
		}
	}
}

func BenchmarkLoad(b *testing.B) {
	dir, bars := b.TempDir(), historytest.Bars(b, "ES")
	fingerprint, err := history.OpenStore(dir).Save(b.Context(), bars, about)
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if _, err := history.OpenStore(dir).Load(b.Context(), fingerprint); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.N*bars.Len())/b.Elapsed().Seconds(), "bars/s")
}
