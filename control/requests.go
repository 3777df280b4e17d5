package control

import (
	"context"
	"log/slog"
	"time"

	"assay/internal/pause"
	"assay/internal/trace"
	"assay/provider/wire"
	"assay/store"
)

// KeepRequests is how long the row of a request without a price is kept; one
// with a price stays.
const KeepRequests = 90 * 24 * time.Hour

const (
	mostWaiting = 4096 // requests without a row while the database is away
	mostAtOnce  = 100
	lastRows    = 5 * time.Second // for the rows that are left at the end
)

// Requests gives every request to a provider its row. Who asks does not wait
// for the database, so that no latency contains it.
type Requests struct {
	log     *slog.Logger
	waiting chan store.ProviderRequest
}

// NewRequests returns it; rows are written during While.
func NewRequests(log *slog.Logger) *Requests {
	return &Requests{log, make(chan store.ProviderRequest, mostWaiting)}
}

// Observe takes note of a request.
func (r *Requests) Observe(ctx context.Context, a wire.Attempt) {
	row := store.ProviderRequest{
		Provider: a.Provider, Operation: a.Name, Attempt: a.Number, Status: a.Status, ErrorCode: a.Code, Latency: a.Latency,
		Bytes: a.Bytes, QuotedCost: a.Cost, RequestID: a.ID, Address: a.Address, At: a.At, TraceID: trace.ID(ctx),
	}
	select {
	case r.waiting <- row:
	default:
		r.log.ErrorContext(ctx, "a request to a provider has no row, too many wait for the database",
			"provider", a.Provider, "operation", a.Name, "code", a.Code)
	}
}

// Waiting says whether some request has no row yet.
func (r *Requests) Waiting() bool { return len(r.waiting) > 0 }

// While writes rows as long as fn runs, and then those that are left: also a
// purchase that a shutdown broke off has its row.
func (r *Requests) While(ctx context.Context, db *store.DB, fn func() error) error {
	ctx, stop := context.WithCancel(context.WithoutCancel(ctx))
	written := make(chan struct{})
	go func() {
		defer close(written)
		r.run(ctx, db)
	}()
	err := fn()
	stop()
	<-written
	return err
}

func (r *Requests) run(ctx context.Context, db *store.DB) {
	for ctx.Err() == nil {
		select {
		case <-ctx.Done():
		case first := <-r.waiting:
			r.write(ctx, db, r.rest(first))
		}
	}
	last, stop := context.WithTimeout(context.WithoutCancel(ctx), lastRows)
	defer stop()
	for rows := r.rest(); len(rows) > 0; rows = r.rest() {
		r.write(last, db, rows)
	}
}

// rest adds what waits.
func (r *Requests) rest(rows ...store.ProviderRequest) []store.ProviderRequest {
	for len(rows) < mostAtOnce {
		select {
		case row := <-r.waiting:
			rows = append(rows, row)
		default:
			return rows
		}
	}
	return rows
}

// write tries until the rows are stored or ctx ends; then once more.
func (r *Requests) write(ctx context.Context, db *store.DB, rows []store.ProviderRequest) {
	for tried := 0; ; tried++ {
		err := db.SaveRequests(ctx, rows)
		if err == nil {
			return
		}
		if ctx.Err() != nil {
			break
		}
		if tried == 0 {
			r.log.WarnContext(ctx, "requests to providers are not stored yet", "requests", len(rows), "error", err)
		}
		pause.For(ctx, time.Second)
	}
	last, stop := context.WithTimeout(context.WithoutCancel(ctx), lastRows)
	defer stop()
	if err := db.SaveRequests(last, rows); err != nil {
		r.log.ErrorContext(ctx, "requests to providers are not stored", "requests", len(rows), "error", err)
	}
}
