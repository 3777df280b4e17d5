package api

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"time"

	"assay/badge"
	"assay/bot"
	"assay/store"
)

const (
	heartbeatEvery = 10 * time.Second
	messageGap     = 250 * time.Millisecond // at most four messages a second of each kind
	readerBacklog  = 16                     // messages a reader may be behind
)

// hub hands each message to everyone who reads the stream.
type hub struct {
	mu      sync.Mutex
	readers map[chan []byte]bool
	closed  bool
}

func newHub() *hub { return &hub{readers: map[chan []byte]bool{}} }

func (h *hub) join() chan []byte {
	h.mu.Lock()
	defer h.mu.Unlock()
	c := make(chan []byte, readerBacklog)
	if h.closed {
		close(c)
		return c
	}
	h.readers[c] = true
	return c
}

func (h *hub) leave(c chan []byte) {
	h.mu.Lock()
	defer h.mu.Unlock()
	delete(h.readers, c)
}

// send drops a reader that is too far behind: it comes back and is told
// everything it missed in one message.
func (h *hub) send(message []byte) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for c := range h.readers {
		select {
		case c <- message:
		default:
			delete(h.readers, c)
			close(c)
		}
	}
}

func (h *hub) close() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.closed = true
	for c := range h.readers {
		close(c)
	}
	clear(h.readers)
}

// Run feeds the stream from the store's commits until ctx ends; then every
// stream ends too.
func (s *Server) Run(ctx context.Context) error {
	defer s.hub.close()
	changed, stop := s.db.Changed()
	defer stop()
	beat := time.NewTicker(heartbeatEvery)
	defer beat.Stop()
	f := newFleet(s)
	if err := s.db.View(ctx, func(tx *store.DB) error { return f.load(ctx, tx) }); err != nil {
		return err
	}
	gap := time.NewTimer(0) // fires when the next change may be told
	defer gap.Stop()
	ready, err := s.toldAlready(ctx, f.lastTick)
	if err != nil {
		return err
	}
	listen := changed
	for {
		beaten := false
		select {
		case <-ctx.Done():
			return nil
		case <-gap.C:
			listen = changed
			continue
		case <-beat.C:
			beaten = true
			s.hub.send(encode(f.revision, "heartbeat", HeartbeatEvent{s.db.Now()}))
		case <-listen:
		}
		listen = nil
		gap.Reset(messageGap)
		err := errors.Join(s.tell(ctx, f), s.tellReadiness(ctx, &ready, f.lastTick, beaten))
		if err != nil && ctx.Err() == nil {
			s.log.Error("changes could not be read", "error", err)
		}
	}
}

// tell sends what has changed since the last time, if anything has.
func (s *Server) tell(ctx context.Context, f *fleet) error {
	return s.db.View(ctx, func(tx *store.DB) error {
		lastTick := f.lastTick
		changed, err := f.refresh(ctx, tx)
		if err != nil || len(changed) == 0 && f.lastTick == lastTick {
			return err
		}
		sums, err := strip(ctx, tx, f.tally())
		if err != nil {
			f.revision, f.lastTick = 0, lastTick // everything is told again next time
			return err
		}
		if len(changed) > 0 {
			s.hub.send(encode(f.revision, "bots", BotsEvent{tx.Now(), changed, sums}))
		}
		if f.lastTick != lastTick && sums.LastTick != nil {
			s.hub.send(encode(f.revision, "tick", TickEvent{tx.Now(), *sums.LastTick, sums}))
		}
		return nil
	})
}

// fleet is the hub's copy of what readers have been told.
type fleet struct {
	server   *Server
	bots     map[bot.ID]known
	revision int64
	lastTick int64
}

// known is a bot as it was last told, and when the clock alone changes it.
type known struct {
	bot   Bot
	row   store.FleetRow
	until time.Time
}

func newFleet(s *Server) *fleet { return &fleet{server: s, bots: map[bot.ID]known{}} }

// load reads the whole fleet.
func (f *fleet) load(ctx context.Context, tx *store.DB) error {
	f.revision = 0
	_, err := f.refresh(ctx, tx)
	return err
}

// refresh reads what has a newer revision and returns it together with the
// bots whose badges the clock has changed, by name.
func (f *fleet) refresh(ctx context.Context, tx *store.DB) (List[Bot], error) {
	revision, err := tx.Revision(ctx)
	if err != nil {
		return nil, err
	}
	ticks, err := tx.Ticks(ctx, 1)
	if err != nil {
		return nil, err
	}
	var rows []store.FleetRow
	if revision != f.revision {
		if rows, err = tx.Fleet(ctx, store.FleetFilter{Revision: f.revision}); err != nil {
			return nil, err
		}
	}
	changed := f.remember(tx, rows)
	changed = append(changed, f.remember(tx, f.expired(tx.Now()))...)
	f.revision = revision
	if len(ticks) > 0 {
		f.lastTick = ticks[0].ID
	}
	slices.SortFunc(changed, byName)
	return changed, nil
}

func (f *fleet) remember(tx *store.DB, rows []store.FleetRow) List[Bot] {
	list := f.server.bots(tx, rows)
	for i, b := range list {
		f.bots[b.ID] = known{b, rows[i], badge.Until(f.server.facts(rows[i]), tx.Now())}
	}
	return list
}

func (f *fleet) expired(now time.Time) (rows []store.FleetRow) {
	for _, k := range f.bots {
		if !k.until.IsZero() && !now.Before(k.until) {
			rows = append(rows, k.row)
		}
	}
	return rows
}

// since returns the bots that changed after a revision, by name.
func (f *fleet) since(revision int64) List[Bot] {
	var list List[Bot]
	for _, k := range f.bots {
		if k.bot.Revision > revision {
			list = append(list, k.bot)
		}
	}
	slices.SortFunc(list, byName)
	return list
}

func (f *fleet) tally() (t tally) {
	for _, k := range f.bots {
		t.add(k.bot, k.row)
	}
	return t
}

func byName(a, b Bot) int {
	if c := strings.Compare(a.Name, b.Name); c != 0 {
		return c
	}
	return strings.Compare(string(a.ID), string(b.ID))
}
