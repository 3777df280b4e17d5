package control

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"assay"
	"assay/history"
	"assay/market"
	"assay/market/simbars"
	"assay/store"
	"assay/store/storetest"
)

// short is simbars.Generate with few sessions, to save time.
func short(c market.Contract, through market.Date) *market.Bars {
	b := simbars.Generate(c, max(simbars.First, min(through, simbars.First+60)))
	return b
}

func simSet(t *testing.T, s SimData, now time.Time) store.DataSet {
	t.Helper()
	if err := s.Update(t.Context(), now); err != nil {
		t.Fatal(err)
	}
	set, err := s.DB.DataSet(t.Context(), "SIM-ES")
	if err != nil {
		t.Fatal(err)
	}
	return set
}

func TestSimulatedSetsFollowTheExchange(t *testing.T) {
	db := storetest.Open(t, storetest.NewClock().Now)
	storetest.AddBots(t, db, 2)
	generated := 0
	s := SimData{DB: db, Disk: history.OpenStore(t.TempDir()), Generate: func(c market.Contract, d market.Date) *market.Bars {
		generated++
		return short(c, d)
	}}
	at := func(day, hour int) time.Time { return time.Date(2024, 2, day, hour, 0, 0, 0, time.UTC) }
	var closed []time.Time
	var prints []bool
	last := ""
	// The session of Thursday, February 8th, closes at 16:00 Chicago, 22:00 UTC.
	for _, now := range []time.Time{at(8, 12), at(8, 13), at(8, 22), at(9, 12)} {
		set := simSet(t, s, now)
		closed, prints = append(closed, set.SessionClosed), append(prints, set.Fingerprint != last)
		last = set.Fingerprint
		if !set.Sim || set.Root != "ES" || set.Provider != "simulated" || !set.Usable() {
			t.Errorf("%+v", set)
		}
	}
	want := []any{[]time.Time{at(7, 22), at(7, 22), at(8, 22), at(8, 22)}, []bool{true, false, true, false}, 2}
	if diff := cmp.Diff(want, []any{closed, prints, generated}); diff != "" {
		t.Errorf("session held, new bars, times generated (-want +got):\n%s", diff)
	}
}

func TestNoSimulatedSetWhereARealOneServes(t *testing.T) {
	db := storetest.Open(t, storetest.NewClock().Now)
	storetest.AddBot(t, db, "a")
	real := storetest.DataSet("ES-5m", "f1")
	real.Sim, real.Provider = false, "csv"
	storetest.AddDataSet(t, db, real)
	s := SimData{DB: db} // generating anything would panic
	if err := s.Update(t.Context(), storetest.Start); err != nil {
		t.Error(err)
	}
}

func TestNamesKeepSimulatedAndRealApart(t *testing.T) {
	db := storetest.Open(t, storetest.NewClock().Now)
	disk := history.OpenStore(t.TempDir())
	contract, err := market.ContractOf("ES")
	if err != nil {
		t.Fatal(err)
	}
	bars := short(contract, simbars.First)
	if got := SetName(bars); got != "ES-5m" {
		t.Errorf("SetName = %q", got)
	}
	for _, about := range []history.About{{Name: "SIM-ES", Sim: false}, {Name: "ES-5m", Sim: true}} {
		if _, _, err := SaveSet(t.Context(), db, disk, bars, about, false); assay.KindOf(err) != assay.Invalid {
			t.Errorf("%+v: %v, want a refusal", about, err)
		}
	}
	sets, err := db.DataSets(t.Context())
	if err != nil || len(sets) > 0 {
		t.Errorf("something was kept: %v, %v", sets, err)
	}
}

// What takes the place of a set under its name without being told to.
func TestSetsGiveWayOnlyToBetterOnes(t *testing.T) {
	contract, err := market.ContractOf("ES")
	if err != nil {
		t.Fatal(err)
	}
	whole := short(contract, 1<<30)
	few, longer := whole.Truncate(500), whole.Truncate(600)
	var c market.Columns // the first ten bars, the last, and nothing between
	for _, k := range [][2]int{{0, 10}, {499, 500}} {
		c.Time = append(c.Time, few.Time[k[0]:k[1]]...)
		c.Open, c.High = append(c.Open, few.Open[k[0]:k[1]]...), append(c.High, few.High[k[0]:k[1]]...)
		c.Low, c.Close = append(c.Low, few.Low[k[0]:k[1]]...), append(c.Close, few.Close[k[0]:k[1]]...)
		c.Volume = append(c.Volume, few.Volume[k[0]:k[1]]...)
	}
	sparse, err := market.NewBars("ES", few.Interval, c, []market.Segment{{Contract: "ESH4"}})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name     string
		old, new *market.Bars
		replaced bool
	}{
		{"usable for refused, longer", few, whole, true},
		{"refused for usable", whole, few, false},
		{"refused for refused, shorter", longer, few, false},
		{"refused for refused, longer", few, longer, true},
		{"refused for refused, as long with fewer bars", few, sparse, false},
		{"refused for refused, as long with more bars", sparse, few, true},
		{"the same", few, few, true},
	} {
		db, disk := storetest.Open(t, storetest.NewClock().Now), history.OpenStore(t.TempDir())
		keep := func(b *market.Bars, replace bool) error {
			_, _, err := SaveSet(t.Context(), db, disk, b, history.About{Name: "ES-5m", Provider: history.CSV}, replace)
			return err
		}
		if err := keep(c.old, false); err != nil {
			t.Fatal(err)
		}
		if err := keep(c.new, false); (err == nil) != c.replaced || err != nil && assay.KindOf(err) != assay.Conflict {
			t.Errorf("%s: %v", c.name, err)
		}
		if err := keep(c.new, true); err != nil {
			t.Errorf("%s, told to: %v", c.name, err)
		}
	}
}

func TestSetNames(t *testing.T) {
	for interval, want := range map[time.Duration]string{
		5 * time.Minute: "ES-5m", time.Minute: "ES-1m", time.Hour: "ES-1h", 90 * time.Minute: "ES-1h30m", 30 * time.Second: "ES-30s",
	} {
		if got := SetName(&market.Bars{Root: "ES", Interval: interval}); got != want {
			t.Errorf("SetName(%s) = %q, want %q", interval, got, want)
		}
	}
}
