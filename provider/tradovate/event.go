package tradovate

import (
	"context"
	"encoding/json"
	"strings"

	"assay/health"
)

// Next waits for the next quotes.
func (l *Line) Next(ctx context.Context) ([]Quote, error) {
	for {
		for len(l.waiting) > 0 {
			m := l.waiting[0]
			l.waiting = l.waiting[1:]
			if got, err := l.event(m); err != nil || len(got) > 0 {
				return got, err
			}
		}
		f, err := l.read(ctx)
		if err != nil {
			return nil, err
		}
		l.sort(f)
	}
}

func (l *Line) event(m message) ([]Quote, error) {
	switch m.Event {
	case "md":
		got, err := quotes(m.Data)
		if err != nil {
			return nil, l.socket.Malformed("%v", err)
		}
		return got, nil
	case "shutdown":
		return nil, l.shutdown(m)
	default: // charts and changes of entities, which nobody subscribed here
		return nil, nil
	}
}

func (l *Line) shutdown(m message) error {
	var why struct{ ReasonCode, Reason string }
	if json.Unmarshal(m.Data, &why) != nil {
		return l.socket.Malformed("a shutdown does not say why")
	}
	code := health.ServerError
	switch {
	case why.ReasonCode == "ConnectionQuotaReached":
		code = health.NoRoom
	case strings.HasSuffix(why.ReasonCode, "QuotaReached"):
		code = health.RateLimited
	}
	return l.socket.Trouble(code, "it shuts the line down: %s", strings.TrimSpace(why.ReasonCode+" "+why.Reason))
}
