package app

import (
	"context"
	"log/slog"
	"testing"
	"time"

	"assay/internal/leak"
	"assay/provider/redis/redistest"
	"assay/store"
	"assay/store/storetest"
)

// twoNodes are two processes on one PostgreSQL database, neither of which looks
// by itself.
func twoNodes(t *testing.T, redisURL string) (a, b *Home) {
	t.Helper()
	address := storetest.PostgresAddress(t)
	leak.Check(t)
	node := func() *Home {
		db, err := store.OpenPostgres(t.Context(), address, nil)
		if err != nil {
			t.Fatal(err)
		}
		home := &Home{DB: db, shared: true}
		get := func(string) (string, error) { return redisURL, nil }
		events := home.newEvents(get, slog.New(slog.DiscardHandler))
		if events == nil {
			t.Fatal("there are no events")
		}
		ctx, stop := context.WithCancel(t.Context())
		ended := make(chan struct{})
		go func() { defer close(ended); home.exchange(ctx, events) }()
		t.Cleanup(func() { stop(); <-ended; db.Close() })
		return home
	}
	return node(), node()
}

// tells commits at one node until the other hears of it, as the other may not
// be listening yet; false when it never does.
func tells(t *testing.T, from, to *Home) bool {
	t.Helper()
	changed, stop := to.DB.Changed()
	defer stop()
	again, give := time.NewTicker(100*time.Millisecond), time.NewTimer(20*time.Second)
	defer again.Stop()
	defer give.Stop()
	for {
		if err := from.DB.PauseFleet(t.Context(), "looked at"); err != nil {
			t.Fatal(err)
		}
		if err := from.DB.ResumeFleet(t.Context()); err != nil {
			t.Fatal(err)
		}
		select {
		case <-changed:
			return true
		case <-again.C:
		case <-give.C:
			return false
		}
	}
}

func TestNodesTellEachOtherByRedis(t *testing.T) {
	server := redistest.Start(t)
	a, b := twoNodes(t, server.URL())
	if !tells(t, a, b) || !tells(t, b, a) {
		t.Error("a node was not told of a change of the other")
	}
	server.Stop(t)
	server.Restart(t)
	if !tells(t, a, b) {
		t.Error("after Redis came back, a node was not told")
	}
}

// What a node hears does not come back as its own: two nodes would tell each
// other for ever.
func TestAChangeIsToldOnce(t *testing.T) {
	server := redistest.Start(t)
	a, b := twoNodes(t, server.URL())
	if !tells(t, a, b) {
		t.Fatal("a node was not told")
	}
	committed, stop := b.DB.Committed()
	defer stop()
	b.DB.Announce()
	select {
	case <-committed:
		t.Error("what another node committed counts as this one's")
	default:
	}
}
