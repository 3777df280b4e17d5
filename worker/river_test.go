package worker_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"assay/bot"
	"assay/job"
	"assay/store"
	"assay/store/storetest"
	"assay/worker"
)

// A ticket that never arrives delays its job and does not stop it.
func TestLostTicketIsReplaced(t *testing.T) {
	t.Parallel()
	onRiver(t, storetest.OpenPostgres(t, nil), 1, func(b *bench) {
		id := b.enqueue("bot-0000")
		_, err := b.db.AdmitWithTickets(b.Context(), func(context.Context, pgx.Tx, []int64) ([]int64, error) {
			return []int64{4711}, nil
		})
		b.same("admitted", nil, err)
		b.handle(done)
		defer b.start()()
		b.until("the ticket is dropped", func() bool {
			n, err := b.db.DropLostTickets(b.Context(), time.Millisecond)
			b.same("error", nil, err)
			return n == 1
		})
		b.await(id, job.Completed)
		b.same("history", []string{"COMPLETED ×1 ", "×1 COMPLETED "}, b.history(id))
	})
}

// A ticket that was given up and comes after all does nothing.
func TestStaleTicketDoesNothing(t *testing.T) {
	t.Parallel()
	onRiver(t, storetest.OpenPostgres(t, nil), 2, func(b *bench) {
		b.same("caps", nil, b.db.SetCaps(b.Context(), store.Caps{Backtests: 2, Improve: 1, Total: 10}))
		release := make(chan struct{})
		b.handle(deaf(release))
		defer b.start()()
		first := b.enqueue("bot-0000")
		b.await(first, job.Running) // and keeps the only slot
		second := b.enqueue("bot-0001")
		for range 3 {
			b.until("its ticket is dropped", func() bool {
				n, err := b.db.DropLostTickets(b.Context(), time.Millisecond)
				b.same("error", nil, err)
				return n == 1
			})
		}
		close(release)
		b.await(second, job.Completed)
		b.same("history", []string{"COMPLETED ×1 ", "×1 COMPLETED "}, b.history(second))
		b.until("every ticket is used up", func() bool {
			var open int
			err := b.db.Pool().QueryRow(b.Context(),
				`select count(*) from river_job where state <> 'completed'`).Scan(&open)
			return err == nil && open == 0
		})
	})
}

// The tickets and the admission are one transaction.
func TestAdmissionWithoutTicketsDoesNotHappen(t *testing.T) {
	t.Parallel()
	onRiver(t, storetest.OpenPostgres(t, nil), 1, func(b *bench) {
		b.enqueue("bot-0000")
		_, err := b.db.AdmitWithTickets(b.Context(), func(ctx context.Context, tx pgx.Tx, _ []int64) ([]int64, error) {
			_, err := tx.Exec(ctx, `update bots set name = 'half'`)
			b.same("error", nil, err)
			return nil, context.DeadlineExceeded
		})
		if err == nil {
			b.Error("it was admitted")
		}
		used, err := b.db.CapsUsed(b.Context())
		b.same("caps used", []any{store.Caps{Total: 1}, nil}, []any{used, err})
		saved, err := b.db.Bot(b.Context(), "bot-0000")
		b.same("bot", []any{"Bot bot-0000", nil}, []any{saved.Name, err})
	})
}

// The database goes away while a job runs and comes back: the attempt fails,
// the job is tried again, and the worker needs nobody's help.
func TestDatabaseGoesAwayInMidJob(t *testing.T) {
	t.Parallel()
	server := storetest.NewPostgresServer(t)
	for name, c := range map[string]struct {
		ends    bool // the job's work ends while the database is away
		outcome job.Outcome
	}{
		"the work ends meanwhile": {true, job.OutcomeFailed},
		"the work takes longer":   {false, job.OutcomeStalled},
	} {
		t.Run(name, func(t *testing.T) {
			db, err := store.OpenPostgres(t.Context(), server.NewDatabase(t), nil)
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { db.Close() })
			onRiver(t, db, 2, func(b *bench) { b.outage(server, c.ends, c.outcome) })
		})
	}
}

func (b *bench) outage(server *storetest.PostgresServer, ends bool, want job.Outcome) {
	started, release, stopped := make(chan struct{}, 3), make(chan struct{}), make(chan error, 3)
	b.handle(func(ctx context.Context, _ job.Job, _ func(float64)) (worker.Save, error) {
		started <- struct{}{}
		select {
		case <-release:
			return nil, nil
		case <-ctx.Done():
			stopped <- context.Cause(ctx)
			return nil, ctx.Err()
		}
	})
	defer b.start()()
	id := b.enqueue("bot-0000")
	<-started
	server.Stop(b)
	if !ends {
		<-stopped // it could not tell anybody that it lives
	}
	close(release)
	b.until("nobody answers", func() bool { _, err := b.db.Bots(b.Context()); return err != nil })
	server.Start(b)
	b.await(id, job.Completed)
	b.await(b.enqueue("bot-0001"), job.Completed)
	attempts, err := b.db.Attempts(b.Context(), id)
	b.same("attempts", []any{2, want, nil}, []any{len(attempts), attempts[0].Outcome, err})
}

// Tickets that come together start their jobs together, but for the stale ones;
// and jobs that end together are completed only if every lease still holds.
func TestTicketsThatComeTogether(t *testing.T) {
	t.Parallel()
	const all = 6
	db := storetest.OpenPostgres(t, nil)
	storetest.AddBots(t, db, all)
	var jobs []store.NewJob
	for _, id := range []bot.ID{"bot-0000", "bot-0001", "bot-0002", "bot-0003", "bot-0004", "bot-0005"} {
		jobs = append(jobs, store.NewJob{BotID: id, Type: job.Baseline, Reason: "BASELINE_MISSING", MaxAttempts: 3})
	}
	_, err := db.Enqueue(t.Context(), jobs...)
	if err = errors.Join(err, db.SetCaps(t.Context(), store.Caps{Backtests: all, Improve: 1, Total: all})); err != nil {
		t.Fatal(err)
	}
	var tickets []store.Ticket
	_, err = db.AdmitWithTickets(t.Context(), func(_ context.Context, _ pgx.Tx, jobs []int64) (ids []int64, err error) {
		for _, id := range jobs {
			tickets, ids = append(tickets, store.Ticket{JobID: id, ID: 100 + id}), append(ids, 100+id)
		}
		return ids, nil
	})
	if err != nil || len(tickets) != all {
		t.Fatalf("%d tickets, %v", len(tickets), err)
	}
	tickets[all-1].ID = tickets[0].ID // another job's ticket is none
	started, err := db.StartTickets(t.Context(), "w", tickets...)
	if err != nil || len(started) != all-1 {
		t.Fatalf("%d started, %v", len(started), err)
	}
	if again, err := db.StartTickets(t.Context(), "w", tickets...); err != nil || len(again) != 0 {
		t.Errorf("used tickets started %d jobs, %v", len(again), err)
	}
	ends := make([]store.Finished, len(started))
	for i, j := range started {
		ends[i].Lease = store.LeaseOf(j)
	}
	ends[all-2].Seq++
	if err := db.FinishAll(t.Context(), ends...); !errors.Is(err, store.ErrLeaseLost) {
		t.Errorf("with another's lease: %v, want a lost lease", err)
	}
	if beats, err := db.Heartbeat(t.Context(), "w"); err != nil || len(beats) != all-1 {
		t.Errorf("%d jobs run after that, %v, want %d", len(beats), err, all-1)
	}
	ends[all-2].Seq--
	if err := db.FinishAll(t.Context(), ends...); err != nil {
		t.Error(err)
	}
	for _, j := range started {
		tries, err := db.Attempts(t.Context(), j.ID)
		if err != nil || len(tries) != 1 || tries[0].Outcome != job.OutcomeCompleted {
			t.Errorf("the attempts of job %d: %v, %v", j.ID, tries, err)
		}
	}
}
