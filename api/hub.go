package api

import (
	"context"
	"errors"
	"sync"
	"time"

	"assay/badge"
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
	t, err := s.start(ctx)
	if err != nil {
		return err
	}
	gap := time.NewTimer(0) // fires when the next change may be told
	defer gap.Stop()
	ready, err := s.toldAlready(ctx, t.lastTick)
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
			s.hub.send(encode(t.revision, "heartbeat", HeartbeatEvent{s.db.Now()}))
		case <-listen:
		}
		listen = nil
		gap.Reset(messageGap)
		err := errors.Join(s.tell(ctx, &t), s.tellReadiness(ctx, &ready, t.lastTick, beaten))
		if err != nil && ctx.Err() == nil {
			s.log.Error("changes could not be read", "error", err)
		}
	}
}

// told is what readers of the stream know: the fleet as of a revision and a
// moment, and the last tick.
type told struct {
	revision int64
	at       time.Time
	lastTick int64
}

// start takes the state before the first message for known.
func (s *Server) start(ctx context.Context) (t told, err error) {
	err = s.db.View(ctx, func(tx *store.DB) error {
		t, err = latest(ctx, tx)
		return err
	})
	return t, err
}

// latest is what can be told as of the transaction.
func latest(ctx context.Context, tx *store.DB) (told, error) {
	revision, err := tx.Revision(ctx)
	if err != nil {
		return told{}, err
	}
	ticks, err := tx.Ticks(ctx, 1)
	if err != nil {
		return told{}, err
	}
	t := told{revision: revision, at: tx.Now()}
	if len(ticks) > 0 {
		t.lastTick = ticks[0].ID
	}
	return t, nil
}

// tell sends what has changed since the last time, if anything has. When it
// fails, the same is told again the next time.
func (s *Server) tell(ctx context.Context, t *told) error {
	return s.db.View(ctx, func(tx *store.DB) error {
		now, err := latest(ctx, tx)
		if err != nil {
			return err
		}
		rows, err := s.rows.read(ctx, tx)
		if err != nil {
			return err
		}
		changed := s.changed(rows, *t, now.at)
		if len(changed) > 0 || now.lastTick != t.lastTick {
			sums, err := strip(ctx, tx, s.tally(rows, now.at))
			if err != nil {
				return err
			}
			if len(changed) > 0 {
				s.hub.send(encode(now.revision, "bots", BotsEvent{now.at, s.bots(tx, changed), sums}))
			}
			if now.lastTick != t.lastTick && sums.LastTick != nil {
				s.hub.send(encode(now.revision, "tick", TickEvent{now.at, *sums.LastTick, sums}))
			}
		}
		*t = now
		return nil
	})
}

// changed returns the bots that have a newer revision than was told, and those
// whose badges the clock has changed since, by name.
func (s *Server) changed(rows []*row, t told, now time.Time) (list []store.FleetRow) {
	for _, r := range rows {
		until := badge.Until(s.facts(r.FleetRow), t.at)
		if r.Facts.Bot.Revision > t.revision || !until.IsZero() && !now.Before(until) {
			list = append(list, r.FleetRow)
		}
	}
	return list
}
