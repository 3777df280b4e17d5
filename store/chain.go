package store

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
	"time"
)

// link is what a row of a chain stands on: its place, and the hash of the row
// before it.
type link struct {
	seq      int64 // from 1; 0: the row is older than its chain
	previous string
	hash     string
}

// sum is the hash of a row: over the hash of the row before, its place, and
// its columns, one a line.
func (l link) sum(columns ...string) string {
	lines := append([]string{l.previous, fmt.Sprint(l.seq)}, columns...)
	sum := sha256.Sum256([]byte(strings.Join(lines, "\n")))
	return hex.EncodeToString(sum[:])
}

// then is the link of the row after this one.
func (l link) then() link { return link{seq: l.seq + 1, previous: l.hash} }

// end takes n places at the end of a table's chain, keeps other writers
// waiting for theirs, and returns the last row before them. The counter has
// the name of the chain.
func (db *DB) end(ctx context.Context, table, counter string, n int) (last link, err error) {
	err = db.returning(ctx, `update counters set value = value + $1 where name = $2 returning value`, n, counter).Scan(&last.seq)
	if err != nil {
		return last, fmt.Errorf("lock the chain of %s: %w", table, err)
	}
	last.seq -= int64(n)
	// A chain that somebody has shortened goes on from what is left, and shows it.
	err = db.row(ctx, `select coalesce((select hash from `+table+` where seq is not null order by seq desc limit 1), '')`).Scan(&last.hash)
	if err != nil {
		return last, fmt.Errorf("read the end of the chain of %s: %w", table, err)
	}
	return last, nil
}

// stamp is the time that {now} stands for, which a hash has to know.
func (db *DB) stamp(ctx context.Context) (at time.Time, err error) {
	if db.dialect.bringsTime() {
		return db.Now(), nil
	}
	if err := db.row(ctx, `select {now}`).Scan(timeInto(&at)); err != nil {
		return at, fmt.Errorf("ask the database for its time: %w", err)
	}
	return at, nil
}

// timeText is a time as a hash covers it; "" for none.
func timeText(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(timeLayout)
}

// Chain is what a walk along a chain of rows found.
type Chain struct {
	Rows     int64  // place of the last row that is intact; all before it are, too
	Head     string // hash of that row
	Broken   string // why the next one is not; "" when all are intact
	BrokenID string // id of the row that breaks it, or of the last that is left
}

// follow judges the row that comes next, which name tells from others.
func (c *Chain) follow(l link, id int64, name, sum string) bool {
	switch {
	case l.seq == 0:
		c.breaks(id, "%s is not part of the chain", name)
	case l.seq != c.Rows+1:
		c.breaks(id, "what came before %s is missing", name)
	case l.previous != c.Head:
		c.breaks(id, "%s does not name the hash of the row before it", name)
	case l.hash != sum:
		c.breaks(id, "the content of %s is not the one that was hashed", name)
	default:
		c.Rows, c.Head = l.seq, l.hash
		return true
	}
	return false
}

func (c *Chain) breaks(id int64, format string, args ...any) {
	c.Broken, c.BrokenID = fmt.Sprintf(format, args...), fmt.Sprint(id)
}

// ends compares the walk with the number of rows ever written.
func (c *Chain) ends(written, lastID int64, last string) {
	if c.Broken == "" && written != c.Rows {
		c.breaks(lastID, "%d rows that were written after %s are gone", written-c.Rows, last)
	}
}

// named is a row in a sentence: stage event 12 of 2026-11-23 15:00:00 UTC.
func named(what string, id int64, at time.Time) string {
	return fmt.Sprintf("%s %d of %s", what, id, at.UTC().Format("2006-01-02 15:04:05 UTC"))
}
