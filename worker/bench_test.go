package worker_test

import (
	"context"
	"fmt"
	"slices"
	"syscall"
	"testing"
	"time"

	"assay/bot"
	"assay/job"
	"assay/store"
	"assay/store/storetest"
	"assay/worker"
)

// dispatchers are the two real ones, each on its own database.
var dispatchers = []struct {
	name string
	open func(testing.TB) *store.DB
	made func(*store.DB, worker.Config) worker.Dispatcher
}{
	{
		"SQLite", func(t testing.TB) *store.DB { return storetest.Open(t, time.Now) },
		func(db *store.DB, c worker.Config) worker.Dispatcher { return worker.NewLocal(db, c, nil) },
	},
	{
		"PostgreSQL", func(t testing.TB) *store.DB { return storetest.OpenPostgres(t, nil) },
		func(db *store.DB, c worker.Config) worker.Dispatcher { return worker.NewRiver(db, c, nil) },
	},
}

// wave is how many jobs a tick enqueues at once.
const wave = 500

// BenchmarkJobs is the whole life of jobs that do nothing: enqueued as a tick
// does it, admitted within exact caps, started, beaten for, completed.
func BenchmarkJobs(b *testing.B) {
	for _, d := range dispatchers {
		for _, most := range []int{16, 32} {
			b.Run(fmt.Sprintf("%s/cap=%d", d.name, most), func(b *testing.B) { drain(b, d.open(b), d.made, most) })
		}
	}
}

// drain ends waves of jobs, as many at once as may run.
func drain(b *testing.B, db *store.DB, made func(*store.DB, worker.Config) worker.Dispatcher, most int) {
	jobs := fleetOf(b, db, wave, most)
	ended := make(chan struct{}, wave)
	defer runWorker(b, made, db, most, func(context.Context, job.Job, func(float64)) (worker.Save, error) {
		return func(context.Context, *store.DB) error { ended <- struct{}{}; return nil }, nil
	})()
	began, used, n := time.Now(), processorTime(b), 0
	for b.Loop() {
		enqueueAll(b, db, jobs)
		for range jobs {
			<-ended
		}
		n += len(jobs)
	}
	b.ReportMetric(float64(n)/time.Since(began).Seconds(), "jobs/s")
	b.ReportMetric(float64((processorTime(b)-used).Microseconds())/float64(n), "cpu-µs/job")
}

// BenchmarkStart is the time from the enqueuing of a job to its start, with
// nothing else to do.
func BenchmarkStart(b *testing.B) {
	for _, d := range dispatchers {
		b.Run(d.name, func(b *testing.B) {
			db := d.open(b)
			jobs := fleetOf(b, db, 1, 16)
			started, ended := make(chan time.Time, 1), make(chan struct{}, 1)
			defer runWorker(b, d.made, db, 16, func(context.Context, job.Job, func(float64)) (worker.Save, error) {
				started <- time.Now()
				return func(context.Context, *store.DB) error { ended <- struct{}{}; return nil }, nil
			})()
			var took []time.Duration
			for b.Loop() {
				began := time.Now()
				enqueueAll(b, db, jobs)
				took = append(took, (<-started).Sub(began))
				<-ended
			}
			slices.Sort(took)
			b.ReportMetric(float64(took[len(took)/2].Microseconds())/1000, "p50-ms")
			b.ReportMetric(float64(took[len(took)*99/100].Microseconds())/1000, "p99-ms")
		})
	}
}

func fleetOf(b *testing.B, db *store.DB, n, most int) []store.NewJob {
	b.Helper()
	jobs := make([]store.NewJob, n)
	err := db.InTx(b.Context(), func(tx *store.DB) error {
		for i := range jobs {
			id := bot.ID(fmt.Sprintf("bot-%04d", i))
			storetest.AddBot(b, tx, id)
			jobs[i] = store.NewJob{BotID: id, Type: job.Baseline, Reason: "BASELINE_MISSING", MaxAttempts: 3}
		}
		return tx.SetCaps(b.Context(), store.Caps{Backtests: most, Improve: 1, Total: 10_000})
	})
	if err != nil {
		b.Fatal(err)
	}
	return jobs
}

// enqueueAll enqueues a job for every bot. The last job of a bot may be a moment
// from its end, and then it is tried again.
func enqueueAll(b *testing.B, db *store.DB, jobs []store.NewJob) {
	b.Helper()
	for len(jobs) > 0 {
		queued, err := db.Enqueue(b.Context(), jobs...)
		if err != nil {
			b.Fatal(err)
		}
		var busy []store.NewJob
		for i, q := range queued {
			if q.Busy {
				busy = append(busy, jobs[i])
			}
		}
		jobs = busy
	}
}

func runWorker(b *testing.B, made func(*store.DB, worker.Config) worker.Dispatcher, db *store.DB, most int, work worker.Handler) (stop func()) {
	b.Helper()
	config := worker.DefaultConfig(most + 1)
	config.Handlers = map[job.Type]worker.Handler{job.Baseline: work}
	ctx, cancel := context.WithCancel(b.Context())
	ended := make(chan error, 1)
	go func() { ended <- made(db, config).Run(ctx) }()
	return func() {
		cancel()
		if err := <-ended; err != nil {
			b.Error(err)
		}
	}
}

// processorTime is what this process has used, without the server's of
// PostgreSQL.
func processorTime(b *testing.B) time.Duration {
	b.Helper()
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
