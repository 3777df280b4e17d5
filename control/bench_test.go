package control

import (
	"fmt"
	"syscall"
	"testing"
	"time"

	"assay/plan"
	"assay/store"
	"assay/store/storetest"
	"assay/worker"
)

// quiet returns a planner on a fleet in which nothing is due for an hour, after
// its first tick.
func quiet(b *testing.B, bots int) (*Planner, *storetest.Clock) {
	b.Helper()
	clock := storetest.NewClock()
	db := storetest.Open(b, clock.Now)
	storetest.AddBigFleet(b, db, bots, 2*time.Hour)
	return planner(b, db), clock
}

func planner(b *testing.B, db *store.DB) *Planner {
	b.Helper()
	p := &Planner{DB: db, Policy: plan.DefaultPolicy(), AllowSim: true, Reaper: worker.Reaper{DB: db, Config: worker.DefaultConfig(2)}}
	tick(b, p)
	tick(b, p) // reads what the first one wrote
	return p
}

func tick(b *testing.B, p *Planner) {
	b.Helper()
	if t := p.Tick(b.Context()); t.Error != "" || t.Missed != 0 || t.JobsEnqueued != 0 {
		b.Fatalf("%+v", t)
	}
}

// BenchmarkTick is a tick in which nothing is due. cpu-ms is processor time,
// the collector's included, so that other programs count little.
func BenchmarkTick(b *testing.B) {
	for _, bots := range []int{50, 10_000, 100_000} {
		b.Run(fmt.Sprintf("quiet, %d bots", bots), func(b *testing.B) {
			p, clock := quiet(b, bots)
			start := processorTime()
			for b.Loop() {
				clock.Add(time.Millisecond)
				tick(b, p)
			}
			b.ReportMetric(float64((processorTime()-start).Microseconds())/1000/float64(b.N), "cpu-ms/op")
			reportMemory(b)
		})
	}
}

// BenchmarkTickPostgres is the same on PostgreSQL, where every statement is a
// journey.
func BenchmarkTickPostgres(b *testing.B) {
	clock := storetest.NewClock()
	db := storetest.OpenPostgres(b, clock.Now)
	storetest.AddBots(b, db, 50)
	p := planner(b, db) // without data all of them are held
	start := processorTime()
	for b.Loop() {
		clock.Add(time.Millisecond)
		tick(b, p)
	}
	b.ReportMetric(float64((processorTime()-start).Microseconds())/1000/float64(b.N), "cpu-ms/op")
}

// BenchmarkStart is the first tick of a planner that knows nothing.
func BenchmarkStart(b *testing.B) {
	for _, bots := range []int{10_000, 100_000} {
		b.Run(fmt.Sprintf("%d bots", bots), func(b *testing.B) {
			p, clock := quiet(b, bots)
			start := processorTime()
			for b.Loop() {
				clock.Add(time.Millisecond)
				p.sight = nil
				tick(b, p)
			}
			b.ReportMetric(float64((processorTime()-start).Microseconds())/1000/float64(b.N), "cpu-ms/op")
		})
	}
}

func processorTime() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		panic(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// reportMemory reports the most that the process ever had, the making of the
// fleet included.
func reportMemory(b *testing.B) {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	b.ReportMetric(float64(u.Maxrss)/1024, "peak-MB")
}
