package app

import (
	"context"
	"log/slog"
	"net/url"

	"assay/provider/redis"
	"assay/store"
)

// newEvents returns what tells the other nodes of the database of changes at
// once; nil where there are none, or no Redis whose address reads. Readiness
// says what is wrong with it.
func (h *Home) newEvents(get func(string) (string, error), log *slog.Logger) *redis.Events {
	if !h.shared {
		return nil
	}
	address, err := get("REDIS_URL")
	if err != nil || address == "" {
		return nil
	}
	events, err := redis.NewEvents(redis.Config{URL: address}, databaseName(h.DB), log)
	if err != nil {
		return nil
	}
	return events
}

// databaseName keeps the messages of databases apart. Two of the same name on
// two servers wake each other in vain, and no more.
func databaseName(db *store.DB) string {
	u, err := url.Parse(db.Path())
	if err != nil {
		return ""
	}
	return u.Path
}

// exchange runs events until ctx ends.
func (h *Home) exchange(ctx context.Context, e *redis.Events) {
	committed, stop := h.DB.Committed()
	defer stop()
	e.Run(ctx, committed, h.DB.Announce)
}
