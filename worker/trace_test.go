package worker_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"strings"
	"sync"
	"testing"

	"assay/internal/trace"
	"assay/job"
	"assay/store"
	"assay/worker"
)

// lines are what was logged, also while more is.
type lines struct {
	mu  sync.Mutex
	out bytes.Buffer
}

func (l *lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.out.Write(p)
}

func (l *lines) all() []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return strings.Split(strings.TrimSpace(l.out.String()), "\n")
}

// Whatever is said of a job carries the word of the tick that asked for it,
// and so does the work itself.
func TestLinesOfAJobAreTraced(t *testing.T) {
	onLocal(t, 1, func(b *bench) {
		said, worked := new(lines), make(chan string, 3)
		made := b.made
		b.made = func(db *store.DB, c worker.Config, _ *slog.Logger) worker.Dispatcher {
			return made(db, c, slog.New(trace.Handler(slog.NewTextHandler(said, nil))))
		}
		b.handle(func(ctx context.Context, j job.Job, _ func(float64)) (worker.Save, error) {
			worked <- trace.ID(ctx)
			if j.Attempt == 1 {
				return nil, errors.New("no luck")
			}
			return nil, nil
		})
		stop := b.start()
		queued, err := b.db.Enqueue(trace.With(b.Context(), "t1"),
			store.NewJob{BotID: "bot-0000", Type: job.Baseline, Reason: "R", MaxAttempts: 3})
		if err != nil {
			b.Fatal(err)
		}
		b.await(queued[0].ID, job.Completed)
		stop()
		b.same("the work's word", []string{"t1", "t1"}, []string{<-worked, <-worked})
		for _, line := range said.all() {
			if !strings.HasSuffix(line, "trace_id=t1") {
				b.Errorf("without its word: %s", line)
			}
		}
		if n := len(said.all()); n != 4 { // started, failed, started, completed
			b.Errorf("%d lines: %q", n, said.all())
		}
	})
}
