package worker_test

import (
	"context"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

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
