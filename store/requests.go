package store

import (
	"context"
	"time"

	"assay/health"
	"assay/market"
)

// ProviderRequest is a row of provider_requests: one request and how it ended.
type ProviderRequest struct {
	ID         int64
	Provider   health.ProviderID
	Operation  string
	Attempt    int // from 1
	Status     int // of HTTP; 0 without an answer, or where no HTTP is spoken
	ErrorCode  health.Code
	Latency    time.Duration
	Bytes      int64
	QuotedCost *market.Money // nil when no price was asked
	RequestID  string
	Address    string
	At         time.Time
	TraceID    string
}

// SaveRequests stores requests in their order, all or none.
func (db *DB) SaveRequests(ctx context.Context, all []ProviderRequest) error {
	return db.InTx(ctx, func(tx *DB) error {
		err := insertAll(ctx, tx, "provider requests", `insert into provider_requests (provider, operation, attempt, status,
				error_code, latency_ms, bytes, quoted_cost, request_id, address, at, trace_id)
			values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`, all, func(r ProviderRequest) []any {
			return []any{
				string(r.Provider), r.Operation, r.Attempt, r.Status, string(r.ErrorCode), max(0, r.Latency.Milliseconds()),
				r.Bytes, optionalMoney(r.QuotedCost), r.RequestID, r.Address,
				Time{r.At},
				r.TraceID,
			}
		})
		tx.tx.wrote = false // nobody waits for it
		return err
	})
}

func optionalMoney(m *market.Money) any {
	if m == nil {
		return nil
	}
	return Money(*m)
}

// RequestPage returns requests to all providers, newest first.
func (db *DB) RequestPage(ctx context.Context, limit, offset int) ([]ProviderRequest, error) {
	return collect(ctx, db, "provider requests", scanRequest, `select id, provider, operation, attempt, status, error_code,
			latency_ms, bytes, quoted_cost, request_id, address, at, trace_id
		from provider_requests order by id desc limit $1 offset $2`, limit, offset)
}

func scanRequest(s scanner) (r ProviderRequest, err error) {
	var ms int64
	var cost any
	err = s.Scan(&r.ID, &r.Provider, &r.Operation, &r.Attempt, &r.Status, &r.ErrorCode, &ms, &r.Bytes, &cost,
		&r.RequestID, &r.Address, timeInto(&r.At), &r.TraceID)
	r.Latency = time.Duration(ms) * time.Millisecond
	if err == nil && cost != nil {
		r.QuotedCost = new(market.Money)
		err = moneyInto(r.QuotedCost).Scan(cost)
	}
	return r, err
}

// CountRequests counts those to all providers.
func (db *DB) CountRequests(ctx context.Context) (int, error) {
	return db.count(ctx, "provider requests", `select count(*) from provider_requests`)
}

// ForgetRequests deletes the oldest requests made longer ago than keep, at most
// one batch of them, and returns how many. Those with a price stay: they are
// what money was spent on.
func (db *DB) ForgetRequests(ctx context.Context, keep time.Duration) (int64, error) {
	const old = `select id from provider_requests where quoted_cost is null and at < {now+$1}`
	return db.forget(ctx, "provider_requests", cut{}, old, old+` order by at limit $2 + 0`, interval(-keep))
}
