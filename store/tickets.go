package store

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"

	"assay/job"
)

// IssueTickets makes a ticket for each job within the transaction that admits
// them, and returns the tickets' ids in the order of the jobs.
type IssueTickets func(ctx context.Context, tx pgx.Tx, jobs []int64) (tickets []int64, err error)

// AdmitWithTickets is Admit on PostgreSQL, where another engine hands the work
// out: every admitted job gets a ticket, and only its newest ticket starts it.
func (db *DB) AdmitWithTickets(ctx context.Context, issue IssueTickets) (admitted []int64, err error) {
	err = db.InTx(ctx, func(tx *DB) error {
		jobs, err := tx.due(ctx)
		if err != nil || len(jobs) == 0 {
			return err
		}
		slices.Sort(jobs) // the oldest job gets the first ticket
		var tickets []int64
		err = tx.pgx(func(own pgx.Tx) error {
			tickets, err = issue(ctx, own, jobs)
			return err
		})
		if err != nil {
			return fmt.Errorf("issue tickets: %w", err)
		}
		admitted, err = tx.admitWith(ctx, jobs, tickets)
		return err
	})
	return admitted, err
}

// admitWith lets jobs in, each with its ticket. The ticket of one that was
// cancelled meanwhile is stale. Only PostgreSQL has tickets, and its arrays.
func (db *DB) admitWith(ctx context.Context, jobs, tickets []int64) ([]int64, error) {
	db.tx.wrote = true
	return collect(ctx, db, "admitted jobs", scanID, `update bot_jobs set admitted_at = {now},
			ticket_id = ($2::bigint[])[array_position($1::bigint[], id)]
		where id = any($1::bigint[]) and status = 'QUEUED' and admitted_at is null returning id`, jobs, tickets)
}

// Ticket is the right to start one attempt of a job.
type Ticket struct{ JobID, ID int64 }

// StartTickets starts the next attempts of the jobs that tickets are for, in one
// transaction. A job is missing from the answer when its ticket is stale: it has
// another by now, or ended.
func (db *DB) StartTickets(ctx context.Context, worker string, tickets ...Ticket) ([]job.Job, error) {
	jobs, ids := make([]int64, len(tickets)), make([]int64, len(tickets))
	for i, t := range tickets {
		jobs[i], ids[i] = t.JobID, t.ID
	}
	return db.start(ctx, worker, `(id, ticket_id) in (select job, ticket from unnest($2::bigint[], $3::bigint[]) as t (job, ticket))
		and admitted_at is not null`, jobs, ids)
}

// DropLostTickets takes the admission back from jobs whose ticket nobody has
// used for so long that it must be lost, and returns how many. The next
// admission gives them new ones; the old ones are stale then.
func (db *DB) DropLostTickets(ctx context.Context, after time.Duration) (n int64, err error) {
	const lost = ` status = 'QUEUED' and ticket_id is not null and admitted_at < {now+$1}`
	var found bool
	err = db.row(ctx, `select exists (select 1 from bot_jobs where`+lost+`)`, interval(-after)).Scan(&found)
	if err == nil && found {
		err = db.InTx(ctx, func(tx *DB) error {
			n, err = tx.exec(ctx, `update bot_jobs set ticket_id = null, admitted_at = null where`+lost, interval(-after))
			return err
		})
	}
	if err != nil {
		return 0, fmt.Errorf("drop lost tickets: %w", err)
	}
	return n, nil
}

// DeadTickets returns the tickets that River holds for running although no job
// does: their worker died with them.
func (db *DB) DeadTickets(ctx context.Context, kind string) ([]int64, error) {
	scan := func(s scanner) (id int64, err error) { return id, s.Scan(&id) }
	return collect(ctx, db, "dead tickets", scan, `select r.id from river_job r
		where r.kind = $1 and r.state = 'running' and r.attempted_at < {now+$2}
			and not exists (select 1 from bot_jobs j where j.ticket_id = r.id and j.status in ('QUEUED', 'RUNNING'))
		order by r.id limit 100`, kind, interval(-time.Minute))
}

// pgx runs fn with this transaction as pgx knows it.
func (db *DB) pgx(fn func(pgx.Tx) error) error {
	return db.tx.conn.Raw(func(driver any) error {
		own, ok := driver.(*stdlib.Conn)
		if !ok {
			return errors.New("tickets need PostgreSQL")
		}
		return fn(pgxTx{own.Conn()})
	})
}

type pgxConn = pgx.Conn

// pgxTx lends out the connection of a transaction that database/sql began and
// will end.
type pgxTx struct{ *pgxConn }

var errLent = errors.New("whoever began this transaction ends it")

// Begin refuses.
func (pgxTx) Begin(context.Context) (pgx.Tx, error) { return nil, errLent }

// Commit refuses.
func (pgxTx) Commit(context.Context) error { return errLent }

// Rollback refuses.
func (pgxTx) Rollback(context.Context) error { return errLent }

// LargeObjects is of no use here.
func (pgxTx) LargeObjects() pgx.LargeObjects { return pgx.LargeObjects{} }

// Conn is the connection that is lent.
func (t pgxTx) Conn() *pgx.Conn { return t.pgxConn }
