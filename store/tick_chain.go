package store

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"
)

// tickRow is a row of planner_ticks as its hash covers it.
type tickRow struct {
	Tick
	link
	heldBy       string // as it is stored
	snapshotHash string // of the snapshot's content; "" for none, and for one from before the chain
	traceID      string
}

// chainTick puts a tick at the end of the chain.
func (db *DB) chainTick(ctx context.Context, t Tick, traceID string) (r tickRow, err error) {
	heldBy, err := json.Marshal(t.HeldBy)
	if err != nil {
		return r, fmt.Errorf("print the reasons: %w", err)
	}
	r = tickRow{Tick: t, heldBy: string(heldBy), traceID: traceID}
	last, err := db.end(ctx, "planner_ticks", "ticks", 1)
	if err != nil {
		return r, err
	}
	if t.SnapshotID != 0 { // a failed tick has none, and leaves its row whatever is wrong with the others
		err = db.row(ctx, `select coalesce((select hash from planner_snapshots where id = $1), '')`, t.SnapshotID).Scan(&r.snapshotHash)
	}
	if err != nil {
		return r, fmt.Errorf("read the hash of snapshot %d: %w", t.SnapshotID, err)
	}
	r.link = last.then()
	r.hash = r.sum()
	return r, nil
}

// sum is the hash that the tick must have.
func (r tickRow) sum() string {
	whole := strconv.Itoa
	return r.link.sum(
		timeText(r.StartedAt), timeText(r.FinishedAt), whole(r.BotsEvaluated), whole(r.JobsEnqueued), whole(r.BotsHeld), r.heldBy,
		strconv.Quote(r.Error), whole(r.Version), timeText(r.DecidedAt), r.InputHash, r.PlanHash,
		strconv.FormatInt(r.SnapshotID, 10), r.snapshotHash, whole(r.Missed), r.traceID)
}

func scanTickRow(s scanner) (r tickRow, err error) {
	return r, s.Scan(&r.ID, timeInto(&r.StartedAt), timeInto(&r.FinishedAt), &r.BotsEvaluated, &r.JobsEnqueued, &r.BotsHeld, &r.heldBy,
		&r.Error, &r.Version, timeInto(&r.DecidedAt), &r.InputHash, &r.PlanHash, &r.SnapshotID, &r.Missed,
		&r.traceID, &r.snapshotHash, &r.seq, &r.previous, &r.hash)
}

// VerifyTicks computes every hash of the ticks again, and of the snapshots
// that they were decided from. Only age may have cut the beginning of either.
func (db *DB) VerifyTicks(ctx context.Context) (c Chain, err error) {
	w := tickWalk{last: "the beginning"}
	if w.cut, err = db.counter(ctx, "ticks_forgotten"); err != nil {
		return c, err
	}
	if w.snapshotsCut, err = db.counter(ctx, "snapshots_forgotten"); err != nil {
		return c, err
	}
	if w.snapshots, err = db.snapshotHashes(ctx); err != nil {
		return c, err
	}
	const page = 1000
	for {
		rows, err := collect(ctx, db, "planner ticks", scanTickRow, `select `+tickColumns+`, t.trace_id, t.snapshot_hash,
			coalesce(t.seq, 0), t.previous_hash, t.hash from planner_ticks t where t.id > $1 order by t.id limit $2`, w.id, page)
		if err != nil {
			return w.Chain, err
		}
		for _, r := range rows {
			if !w.next(r) {
				return w.Chain, nil
			}
		}
		if len(rows) < page {
			break
		}
	}
	written, err := db.counter(ctx, "ticks")
	if w.Rows == 0 { // age may have taken them all
		w.Rows = w.cut
	}
	w.ends(written, w.id, w.last)
	return w.Chain, err
}

// tickWalk is a walk along the ticks.
type tickWalk struct {
	Chain
	cut          int64 // the last place that age took
	snapshotsCut int64 // … and the last snapshot
	snapshots    map[int64]string
	id           int64
	last         string
}

// next judges one tick. The first of the chain that is kept follows what age
// took, whose hash nobody has any more.
func (w *tickWalk) next(r tickRow) bool {
	name := named("tick", r.ID, r.FinishedAt)
	if begun := w.Rows > 0; r.seq > 0 && !begun && w.cut > 0 {
		w.Rows, w.Head = w.cut, r.previous
	} else if r.seq == 0 && !begun { // from before the chain
		w.id, w.last = r.ID, name
		return w.accounts(r, name)
	}
	if !w.follow(r.link, r.ID, name, r.sum()) || !w.accounts(r, name) || !w.stands(r, name) {
		return false
	}
	w.id, w.last = r.ID, name
	return true
}

// accounts says whether the reasons of a tick add up to the bots it holds,
// which the database has checked of newer ticks only.
func (w *tickWalk) accounts(r tickRow, name string) bool {
	if r.Error != "" {
		return true
	}
	if err := json.Unmarshal([]byte(r.heldBy), &r.HeldBy); err != nil {
		w.breaks(r.ID, "the reasons of %s cannot be read: %v", name, err)
		return false
	}
	if err := r.addsUp(); err != nil {
		w.breaks(r.ID, "the reasons of %s do not add up: %v", name, err)
		return false
	}
	return true
}

// stands says whether the snapshot of a tick is the one that was stored.
func (w *tickWalk) stands(r tickRow, name string) bool {
	if r.SnapshotID <= w.snapshotsCut {
		return true
	}
	hash, found := w.snapshots[r.SnapshotID]
	switch {
	case !found:
		w.breaks(r.ID, "snapshot %d, from which %s was decided, is gone", r.SnapshotID, name)
	case r.snapshotHash != "" && hash != r.snapshotHash:
		w.breaks(r.ID, "snapshot %d, from which %s was decided, is not the one that was stored", r.SnapshotID, name)
	default:
		return true
	}
	return false
}

// snapshotHashes computes the hash of every snapshot's content.
func (db *DB) snapshotHashes(ctx context.Context) (map[int64]string, error) {
	all := map[int64]string{}
	scan := func(s scanner) (none struct{}, err error) {
		var id int64
		var content []byte
		err = s.Scan(&id, &content)
		all[id] = contentHash(content)
		return none, err
	}
	_, err := collect(ctx, db, "the planner's snapshots", scan, `select id, content from planner_snapshots`)
	return all, err
}
