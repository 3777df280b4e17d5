package app

import (
	"strings"
	"testing"
	"time"

	"assay"
	"assay/history"
	"assay/job"
	"assay/store/storetest"
)

// A machine that lacks the bars of a job says so; the attempt fails, and is
// not given up for that.
func TestMissingBarsAreAnotherMachinesToo(t *testing.T) {
	db := storetest.OpenPostgres(t, time.Now)
	h := &Home{DB: db, Bars: history.OpenStore(t.TempDir()), dir: "/mnt/assay", shared: true}
	if err := addStarters(t.Context(), db); err != nil {
		t.Fatal(err)
	}
	storetest.AddDataSet(t, db, storetest.DataSet("SIM-ES", strings.Repeat("0123456789abcdef", 4)))
	j := storetest.StartJob(t, db, "mes-orb-breakout", "w")
	_, err := h.jobs(true, 1, Pace{}).Handlers[job.Baseline](t.Context(), j, func(float64) {})
	want := " does not have the bars 0123456789abcdef… under /mnt/assay; " +
		"mount the home of the machine that imported them there, see docs/operations.md"
	if err == nil || !strings.HasSuffix(err.Error(), want) || assay.KindOf(err) != assay.Unavailable {
		t.Errorf("got %v, want …%s", err, want)
	}
}

// Two servers may start on an empty database at once.
func TestStartersAreAddedOnce(t *testing.T) {
	db := storetest.OpenPostgres(t, nil)
	errs := make(chan error)
	for range 3 {
		go func() { errs <- addStarters(t.Context(), db) }()
	}
	for range 3 {
		if err := <-errs; err != nil {
			t.Error(err)
		}
	}
	bots, err := db.Bots(t.Context())
	if err != nil || len(bots) != 20 {
		t.Errorf("%d bots, %v, want the 20 starters", len(bots), err)
	}
}
