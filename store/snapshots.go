package store

import (
	"bytes"
	"context"
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
		return tx.returning(ctx, `insert into planner_snapshots (base_id, created_at, content)
			values (nullif(cast($1 as bigint), 0), {now}, $2) returning id`, base, content).Scan(&id)
	})
	if err != nil {
		return 0, 0, fmt.Errorf("store the planner's snapshot: %w", err)
	}
	return id, len(content), nil
}

// Snapshot returns the whole record of a snapshot; one that has been deleted
// is NotFound.
func (db *DB) Snapshot(ctx context.Context, id int64) (plan.Record, error) {
	scan := func(s scanner) (r plan.Record, err error) {
		var content []byte
		if err := s.Scan(&content); err != nil {
			return r, err
		}
		return unpackRecord(content)
	}
	parts, err := collect(ctx, db, "the planner's snapshot", scan, `select s.content from planner_snapshots s
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
// most one batch of them, and returns how many.
func (db *DB) ForgetTicks(ctx context.Context, keep time.Duration) (int64, error) {
	const oldest = `select x.id from (select id, finished_at from planner_ticks order by id limit %d) x
		where x.finished_at < {now+$1}`
	return db.forget(ctx, "planner_ticks", fmt.Sprintf(oldest, 1), fmt.Sprintf(oldest, forgetBatch), interval(-keep))
}

// ForgetSnapshots is ForgetTicks for snapshots. A whole one stays as long as a
// kept one goes back to it.
func (db *DB) ForgetSnapshots(ctx context.Context, keep time.Duration) (int64, error) {
	const oldest = `select id from planner_snapshots where id < (
			select max(id) from planner_snapshots where base_id is null and created_at < {now+$1})
		order by id limit %d`
	return db.forget(ctx, "planner_snapshots", fmt.Sprintf(oldest, 1), fmt.Sprintf(oldest, forgetBatch), interval(-keep))
}

// forget deletes what which finds once first finds something: it looks before it
// deletes, so that nobody takes the write lock in vain.
func (db *DB) forget(ctx context.Context, table, first, which string, args ...any) (n int64, err error) {
	var found bool
	err = db.row(ctx, `select exists (`+first+`)`, args...).Scan(&found)
	if err == nil && found {
		err = db.InTx(ctx, func(tx *DB) error {
			n, err = tx.exec(ctx, `delete from `+table+` where id in (`+which+`)`, args...)
			tx.tx.wrote = false // nobody waits for it
			return err
		})
	}
	if err != nil {
		return 0, fmt.Errorf("delete old rows of %s: %w", table, err)
	}
	return n, nil
}
