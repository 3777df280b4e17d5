package store

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/klauspost/compress/zstd"

	"assay"
	"assay/plan"
)

// SaveSnapshot stores what a plan was made from and what it decided: a whole
// record with base 0, else what is new since the snapshot before, all of which
// go back to the whole one named base. size is what it takes on disk.
func (db *DB) SaveSnapshot(ctx context.Context, base int64, r plan.Record) (id int64, size int, err error) {
	content, err := db.packRecord(r)
	if err != nil {
		return 0, 0, err
	}
	err = db.InTx(ctx, func(tx *DB) error {
		return tx.returning(ctx, `insert into planner_snapshots (base_id, created_at, content, hash)
			values (nullif(cast($1 as bigint), 0), {now}, $2, $3) returning id`, base, content, contentHash(content)).Scan(&id)
	})
	if err != nil {
		return 0, 0, fmt.Errorf("store the planner's snapshot: %w", err)
	}
	return id, len(content), nil
}

func contentHash(content []byte) string {
	sum := sha256.Sum256(content)
	return hex.EncodeToString(sum[:])
}

// Snapshot returns the whole record of a snapshot; one that has been deleted
// is NotFound, and one that cannot be read says so.
func (db *DB) Snapshot(ctx context.Context, id int64) (plan.Record, error) {
	scan := func(s scanner) (r plan.Record, err error) {
		var part int64
		var content []byte
		if err := s.Scan(&part, &content); err != nil {
			return r, err
		}
		if r, err = unpackRecord(content); err != nil {
			e := assay.Errorf(assay.Internal, "bring it back from a backup, or choose another tick; assay audit says what else was changed",
				"snapshot %d is damaged", part)
			e.Err = err
			return r, e
		}
		return r, nil
	}
	parts, err := collect(ctx, db, "the planner's snapshot", scan, `select s.id, s.content from planner_snapshots s
		join planner_snapshots w on w.id = $1
		where s.id = coalesce(w.base_id, w.id) or s.base_id = w.base_id and s.id <= w.id
		order by s.id`, id)
	if err != nil {
		return plan.Record{}, err
	}
	if len(parts) == 0 {
		return plan.Record{}, assay.Errorf(assay.NotFound, "choose a later tick", "snapshot %d is not kept any more", id)
	}
	return plan.Merge(parts[0], parts[1:]...), nil
}

// line is one line of a snapshot: the head comes first.
type line struct {
	Head     *head          `json:"head,omitempty"`
	Bot      *plan.Facts    `json:"bot,omitempty"`
	Decision *plan.Decision `json:"decision,omitempty"`
}

type head struct {
	Version      int         `json:"version"`
	Policy       plan.Policy `json:"policy"`
	Paused       bool        `json:"paused,omitempty"`
	PausedReason string      `json:"pausedReason,omitempty"`
	ActiveJobs   int         `json:"activeJobs,omitempty"`
}

func (db *DB) packRecord(r plan.Record) ([]byte, error) {
	var text bytes.Buffer
	lines := json.NewEncoder(&text)
	err := lines.Encode(line{Head: &head{r.Version, r.Policy, r.Paused, r.PausedReason, r.ActiveJobs}})
	for i := range r.Bots {
		err = errors.Join(err, lines.Encode(line{Bot: &r.Bots[i]}))
	}
	for i := range r.Decisions {
		err = errors.Join(err, lines.Encode(line{Decision: &r.Decisions[i]}))
	}
	if err != nil {
		return nil, fmt.Errorf("print the planner's snapshot: %w", err)
	}
	return db.packer.EncodeAll(text.Bytes(), nil), nil
}

// newPacker is made once for a database, since making one costs more than
// packing what a tick usually leaves.
func newPacker() *zstd.Encoder {
	packer, err := zstd.NewWriter(nil, zstd.WithEncoderConcurrency(1), zstd.WithEncoderLevel(zstd.SpeedFastest),
		zstd.WithLowerEncoderMem(true))
	if err != nil {
		panic("store: the options of the packer are wrong: " + err.Error())
	}
	return packer
}

func unpackRecord(content []byte) (r plan.Record, err error) {
	z, err := zstd.NewReader(bytes.NewReader(content), zstd.WithDecoderConcurrency(1))
	if err != nil {
		return r, fmt.Errorf("unpack: %w", err)
	}
	defer z.Close()
	for lines := json.NewDecoder(z); ; {
		var l line
		switch err := lines.Decode(&l); {
		case errors.Is(err, io.EOF):
			return r, nil
		case err != nil:
			return r, fmt.Errorf("unpack: %w", err)
		case l.Head != nil:
			r.Version, r.Policy, r.Paused, r.PausedReason, r.ActiveJobs =
				l.Head.Version, l.Head.Policy, l.Head.Paused, l.Head.PausedReason, l.Head.ActiveJobs
		case l.Bot != nil:
			r.Bots = append(r.Bots, *l.Bot)
		case l.Decision != nil:
			r.Decisions = append(r.Decisions, *l.Decision)
		}
	}
}

// forgetBatch is how many rows one transaction deletes at most, so that nobody
// waits long for it.
const forgetBatch = 500

// ForgetTicks deletes the oldest ticks that finished longer ago than keep, at
// most one batch of them, and returns how many. It cuts the chain of ticks at
// its beginning only: what follows a tick that is kept is kept, too.
func (db *DB) ForgetTicks(ctx context.Context, keep time.Duration) (int64, error) {
	return db.forget(ctx, "planner_ticks", cut{"seq", "ticks_forgotten"},
		`select x.id from (select id, finished_at from planner_ticks order by id limit 1) x where x.finished_at < {now+$1}`,
		`select id from planner_ticks where id < (
			select min(id) from planner_ticks where finished_at is null or finished_at >= {now+$1})
		order by id limit $2 + 0`, interval(-keep))
}

// ForgetSnapshots is ForgetTicks for snapshots. A whole one stays as long as a
// kept one goes back to it.
func (db *DB) ForgetSnapshots(ctx context.Context, keep time.Duration) (int64, error) {
	const oldest = `select id from planner_snapshots where id < (
			select max(id) from planner_snapshots where base_id is null and created_at < {now+$1})`
	return db.forget(ctx, "planner_snapshots", cut{"id", "snapshots_forgotten"}, oldest, oldest+` order by id limit $2 + 0`, interval(-keep))
}

// cut is the counter that keeps the place of the last row that age took, by
// the column of places, so that nothing else can be missing.
type cut struct{ column, counter string }

// forget deletes a batch of what which finds, once first finds something: it
// looks before it deletes, so that nobody takes the write lock in vain.
func (db *DB) forget(ctx context.Context, table string, c cut, first, which string, age string) (n int64, err error) {
	var found bool
	err = db.row(ctx, `select exists (`+first+`)`, age).Scan(&found)
	if err == nil && found {
		err = db.InTx(ctx, func(tx *DB) error {
			if err := tx.remember(ctx, table, c, which, age, forgetBatch); err != nil {
				return err
			}
			n, err = tx.exec(ctx, `delete from `+table+` where id in (`+which+`)`, age, forgetBatch)
			tx.tx.wrote = false // nobody waits for it
			return err
		})
	}
	if err != nil {
		return 0, fmt.Errorf("delete old rows of %s: %w", table, err)
	}
	return n, nil
}

// remember does nothing for rows that may be missing.
func (db *DB) remember(ctx context.Context, table string, c cut, which string, args ...any) error {
	if c == (cut{}) {
		return nil
	}
	_, err := db.exec(ctx, `update counters set value = coalesce((select max(`+c.column+`) from `+table+`
		where id in (`+which+`)), value) where name = '`+c.counter+`'`, args...)
	return err
}
