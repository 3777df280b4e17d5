package store

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"assay"
)

// Operator is the actor of everything asked for from this machine, where
// nobody signs in.
const Operator = "operator"

// Act is one thing that an operator did.
type Act struct {
	Actor  string
	Action string // e.g. "revert-to-lab"
	Scope  string // which bots, or which data set
	Reason string
	Detail any // what it was before and after, as JSON
}

// AuditRow is one row of audit_log.
type AuditRow struct {
	ID           int64
	At           string // UTC, as text, because the hash covers it
	Actor        string
	Action       string
	Scope        string
	Reason       string
	Detail       json.RawMessage
	PreviousHash string // "" in the first row
	Hash         string
}

// Canonical is the text that the hash covers: the hash of the row before, then
// the columns in their order, one a line. No column has a line break of its
// own, and the last is never empty, so that a shell strips nothing.
func (r AuditRow) Canonical() string {
	return strings.Join([]string{
		r.PreviousHash, strconv.FormatInt(r.ID, 10), r.At, r.Actor, r.Action, r.Scope, r.Reason, string(r.Detail),
	}, "\n")
}

// Sum is the hash that the row must have.
func (r AuditRow) Sum() string {
	sum := sha256.Sum256([]byte(r.Canonical()))
	return hex.EncodeToString(sum[:])
}

// Audit writes what an operator did into the log, in the transaction of the
// act itself: neither is stored without the other. The counter is the lock of
// the chain, so that several processes make one chain.
func (db *DB) Audit(ctx context.Context, a Act) (id int64, err error) {
	detail, err := json.Marshal(a.Detail)
	if err != nil {
		return 0, fmt.Errorf("print what %s did: %w", a.Action, err)
	}
	row := AuditRow{
		At: db.Now().UTC().Format(timeLayout), Actor: a.Actor, Action: a.Action, Scope: a.Scope, Reason: a.Reason, Detail: detail,
	}
	for name, text := range map[string]string{"name": a.Actor, "scope": a.Scope, "reason": a.Reason} {
		if strings.ContainsAny(text, "\r\n") {
			return 0, assay.Errorf(assay.Invalid, "write it in one line", "the %s of %s has line breaks", name, a.Action)
		}
	}
	err = db.returning(ctx, `update counters set value = value + 1 where name = 'audit' returning value`).Scan(&row.ID)
	if err != nil {
		return 0, fmt.Errorf("lock the audit log: %w", err)
	}
	// A log that somebody has shortened goes on from what is left, and shows it.
	err = db.row(ctx, `select hash from audit_log order by id desc limit 1`).Scan(&row.PreviousHash)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return 0, fmt.Errorf("read the end of the audit log: %w", err)
	}
	row.Hash = row.Sum()
	_, err = db.exec(ctx, `insert into audit_log (id, at, actor, action, scope, reason, detail, previous_hash, hash)
		values ($1, $2, $3, $4, $5, $6, $7, $8, $9)`, row.ID, row.At, row.Actor, row.Action, row.Scope, row.Reason,
		string(row.Detail), row.PreviousHash, row.Hash)
	if err != nil {
		return 0, fmt.Errorf("write row %d of the audit log: %w", row.ID, err)
	}
	return row.ID, nil
}

// AuditLog returns rows of the log above an id, oldest first.
func (db *DB) AuditLog(ctx context.Context, above int64, limit int) ([]AuditRow, error) {
	return collect(ctx, db, "audit log", scanAuditRow, `select `+auditColumns+`
		from audit_log where id > $1 order by id limit $2`, above, limit)
}

const auditColumns = `id, at, actor, action, scope, reason, detail, previous_hash, hash`

func scanAuditRow(s scanner) (r AuditRow, err error) {
	var detail string
	err = s.Scan(&r.ID, &r.At, &r.Actor, &r.Action, &r.Scope, &r.Reason, &detail, &r.PreviousHash, &r.Hash)
	r.Detail = json.RawMessage(detail)
	return r, err
}

// AuditPage returns rows of the log, newest first; with an action only those.
func (db *DB) AuditPage(ctx context.Context, action string, limit, offset int) ([]AuditRow, error) {
	return collect(ctx, db, "audit log", scanAuditRow, `select `+auditColumns+`
		from audit_log where $1 = '' or action = $1 order by id desc limit $2 offset $3`, action, limit, offset)
}

// CountAudit counts the rows of the log, or those of an action.
func (db *DB) CountAudit(ctx context.Context, action string) (int, error) {
	return db.count(ctx, "the audit log", `select count(*) from audit_log where $1 = '' or action = $1`, action)
}

// VerifyChain computes every hash of the log again. A log whose last rows are
// gone is found out by the counter.
func (db *DB) VerifyChain(ctx context.Context) (c Chain, err error) {
	const page = 1000
	for {
		rows, err := db.AuditLog(ctx, c.Rows, page)
		if err != nil {
			return c, err
		}
		for _, r := range rows {
			if c.Broken = c.judge(r); c.Broken != "" {
				c.BrokenID = strconv.FormatInt(r.ID, 10)
				return c, nil
			}
			c.Rows, c.Head = r.ID, r.Hash
		}
		if len(rows) < page {
			break
		}
	}
	written, err := db.counter(ctx, "audit")
	if err == nil && written != c.Rows {
		c.breaks(c.Rows, "%d rows were written, and %d are there", written, c.Rows)
	}
	return c, err
}

// judge says what is wrong with the row that comes next.
func (c Chain) judge(r AuditRow) string {
	switch {
	case r.ID != c.Rows+1:
		return fmt.Sprintf("row %d is missing", c.Rows+1)
	case r.PreviousHash != c.Head:
		return fmt.Sprintf("row %d does not name the hash of row %d", r.ID, r.ID-1)
	case r.Hash != r.Sum():
		return fmt.Sprintf("the content of row %d is not the one that was hashed", r.ID)
	}
	return ""
}
