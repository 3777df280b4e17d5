package store

import (
	"context"
	"fmt"
	"strings"
	"time"

	"assay/health"
)

// SaveVerification stores the outcome of one round trip. Its time is the
// database's.
func (db *DB) SaveVerification(ctx context.Context, r health.Record) error {
	return db.InTx(ctx, func(tx *DB) error {
		_, err := tx.exec(ctx, `insert into provider_verifications (provider, probe, outcome, code, detail, latency_ms,
				address, at, trace_id) values ($1, $2, $3, $4, $5, $6, $7, {now}, $8)`,
			string(r.Provider), string(r.Probe), string(r.Outcome), string(r.Code), r.Detail, max(0, r.Latency.Milliseconds()),
			r.Address, r.TraceID)
		if err != nil {
			return fmt.Errorf("store a verification of %s: %w", r.Provider, err)
		}
		if _, err := tx.exec(ctx, `update counters set value = value + 1 where name = 'readiness'`); err != nil {
			return fmt.Errorf("announce a verification of %s: %w", r.Provider, err)
		}
		return nil
	})
}

const verificationColumns = `id, provider, probe, outcome, code, detail, latency_ms, address, at, trace_id`

// VerificationRow is a row of provider_verifications.
type VerificationRow struct {
	ID int64
	health.Record
}

// Verifications returns, of each probe of each provider, the newest
// verification and the newest that verifies it, by health.Verification.Verifies.
func (db *DB) Verifications(ctx context.Context) (map[health.ProviderID][]health.Record, error) {
	places, codes := make([]string, len(health.Verifying)), make([]any, len(health.Verifying))
	for i, code := range health.Verifying {
		places[i], codes[i] = fmt.Sprintf("$%d", i+1), string(code)
	}
	list, err := collect(ctx, db, "verifications", scanVerification, `select `+verificationColumns+`
		from provider_verifications where id in (
			select max(id) from provider_verifications group by provider, probe
			union select max(id) from provider_verifications where outcome <> 'FAIL'
				and code in (`+strings.Join(places, ", ")+`) group by provider, probe)
		order by id`, codes...)
	if err != nil {
		return nil, err
	}
	all := map[health.ProviderID][]health.Record{}
	for _, r := range list {
		all[r.Provider] = append(all[r.Provider], r.Record)
	}
	return all, nil
}

// VerificationPage returns verifications of all providers, newest first.
func (db *DB) VerificationPage(ctx context.Context, limit, offset int) ([]VerificationRow, error) {
	return collect(ctx, db, "verifications", scanVerification, `select `+verificationColumns+`
		from provider_verifications order by id desc limit $1 offset $2`, limit, offset)
}

// CountVerifications counts those of all providers.
func (db *DB) CountVerifications(ctx context.Context) (int, error) {
	return db.count(ctx, "verifications", `select count(*) from provider_verifications`)
}

func scanVerification(s scanner) (r VerificationRow, err error) {
	var ms int64
	err = s.Scan(&r.ID, &r.Provider, &r.Probe, &r.Outcome, &r.Code, &r.Detail, &ms, &r.Address, timeInto(&r.At), &r.TraceID)
	r.Latency = time.Duration(ms) * time.Millisecond
	return r, err
}

// Readiness returns a counter that rises with every verification.
func (db *DB) Readiness(ctx context.Context) (int64, error) { return db.counter(ctx, "readiness") }

// Beat says that a detector looks. It announces nothing.
func (db *DB) Beat(ctx context.Context, d health.DetectorID) error {
	return db.InTx(ctx, func(tx *DB) error {
		_, err := tx.exec(ctx, `insert into detector_beats (detector, beat_at) values ($1, {now})
			on conflict (detector) do update set beat_at = excluded.beat_at`, string(d))
		tx.tx.wrote = false // nobody waits for it
		if err != nil {
			return fmt.Errorf("beat as %s: %w", d, err)
		}
		return nil
	})
}

// Beats returns when each detector last beat.
func (db *DB) Beats(ctx context.Context) (map[health.DetectorID]time.Time, error) {
	type beat struct {
		of health.DetectorID
		at time.Time
	}
	list, err := collect(ctx, db, "beats", func(s scanner) (b beat, err error) {
		return b, s.Scan(&b.of, timeInto(&b.at))
	}, `select detector, beat_at from detector_beats`)
	all := map[health.DetectorID]time.Time{}
	for _, b := range list {
		all[b.of] = b.at
	}
	return all, err
}
