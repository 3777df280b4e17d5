package redis

import (
	"context"
	"crypto/rand"
	"log/slog"
	"strings"
	"time"

	goredis "github.com/redis/go-redis/v9"

	"assay/internal/pause"
)

// eventGap is the least time between two messages of a node, so that a burst of
// commits is told a few times and not for each; patience bounds one message, and
// pardon is how long a Redis that did not take one is left alone.
const (
	eventGap = 20 * time.Millisecond
	patience = time.Second
	pardon   = 5 * time.Second
)

// Events tells the other nodes of a database that something changed, and is
// told by them. A message holds no data: whoever gets one looks into the
// database. Without Redis, or with one that fails, nodes look by themselves, a
// little later.
type Events struct {
	client  *goredis.Client
	channel string
	node    string
	log     *slog.Logger
	down    bool
}

// NewEvents returns the events of the nodes that name the same channel.
func NewEvents(c Config, channel string, log *slog.Logger) (*Events, error) {
	verifier, err := New(c)
	if err != nil {
		return nil, err
	}
	options := verifier.options
	options.DialTimeout, options.ReadTimeout, options.WriteTimeout = patience, patience, patience
	options.PoolSize = 2
	return &Events{
		client: goredis.NewClient(&options), channel: "assay:changed:" + channel, node: rand.Text(), log: log,
	}, nil
}

// Run tells of what is committed here, and calls changed for what is committed
// elsewhere, until ctx ends.
func (e *Events) Run(ctx context.Context, committed <-chan struct{}, changed func()) {
	defer func() { _ = e.client.Close() }() // nobody needs it any more
	line := e.client.Subscribe(ctx, e.channel)
	defer func() { _ = line.Close() }()
	messages := line.Channel() // it connects again by itself
	for {
		select {
		case <-ctx.Done():
			return
		case m := <-messages:
			if m != nil && strings.TrimPrefix(m.Payload, kindChanged) != e.node {
				changed()
			}
		case <-committed:
			pause.For(ctx, e.tell(ctx))
		}
	}
}

// kindChanged begins the only kind of message, before the node that sends it.
const kindChanged = "changed "

// tell sends a message, and returns how long to keep still then.
func (e *Events) tell(ctx context.Context) time.Duration {
	bounded, stop := context.WithTimeout(ctx, patience)
	defer stop()
	err := e.client.Publish(bounded, e.channel, kindChanged+e.node).Err()
	switch {
	case ctx.Err() != nil:
		return 0
	case err != nil && !e.down:
		e.log.WarnContext(ctx, "other nodes are not told of changes and look by themselves", "error", err)
	case err == nil && e.down:
		e.log.InfoContext(ctx, "other nodes are told of changes again")
	}
	if e.down = err != nil; e.down {
		return pardon
	}
	return eventGap
}
