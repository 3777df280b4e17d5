package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"
)

// PlannerRole is the planner's row in the table of leases.
const PlannerRole = "planner"

// Lead takes or renews a role that only one process of a database may have, and
// returns its term; 0 means that another has the role. Terms rise with every
// change of the holder. holder must be new at every start of a process.
func (db *DB) Lead(ctx context.Context, role, holder string, ttl time.Duration) (term int64, err error) {
	err = db.InTx(ctx, func(tx *DB) error {
		err := tx.returning(ctx, `insert into leases (name, holder, term, expires_at) values ($1, $2, 1, {now+$3})
			on conflict (name) do update set holder = excluded.holder, expires_at = excluded.expires_at,
				term = case when leases.holder = excluded.holder and leases.expires_at >= {now}
					then leases.term else leases.term + 1 end
			where leases.holder = excluded.holder or leases.expires_at < {now}
			returning term`, role, holder, interval(ttl)).Scan(&term)
		tx.tx.wrote = false // nobody waits for it
		if errors.Is(err, sql.ErrNoRows) {
			return nil
		}
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("lead as %s: %w", role, err)
	}
	return term, nil
}

// Leads says whether the role is still the holder's in that term. Within a
// transaction nobody else gets the role before it ends, so it comes first.
func (db *DB) Leads(ctx context.Context, role, holder string, term int64) (bool, error) {
	n, err := db.exec(ctx, `update leases set term = term
		where name = $1 and holder = $2 and term = $3 and expires_at >= {now}`, role, holder, term)
	if err != nil {
		return false, fmt.Errorf("look who leads as %s: %w", role, err)
	}
	return n == 1, nil
}

// Led says whether any process has the role now. One that was killed is thought
// to have it until its time is over, which is seconds.
func (db *DB) Led(ctx context.Context, role string) (led bool, err error) {
	err = db.row(ctx, `select exists (select 1 from leases where name = $1 and expires_at >= {now})`, role).Scan(&led)
	if err != nil {
		return false, fmt.Errorf("look who leads as %s: %w", role, err)
	}
	return led, nil
}

// Resign gives the role free at once. The row stays, so that terms go on.
func (db *DB) Resign(ctx context.Context, role, holder string) error {
	return db.InTx(ctx, func(tx *DB) error {
		_, err := tx.exec(ctx, `update leases set expires_at = {now+$3} where name = $1 and holder = $2`,
			role, holder, interval(-time.Second))
		if err != nil {
			return fmt.Errorf("resign as %s: %w", role, err)
		}
		return nil
	})
}
