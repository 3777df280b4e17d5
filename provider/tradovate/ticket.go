package tradovate

import (
	"context"
	"encoding/json"
	"errors"
	"maps"
	"net/url"
	"sync"
	"time"

	"assay/health"
	"assay/internal/pause"
	"assay/provider/wire"
)

const (
	maxTickets   = 2           // how many waits one call may cost
	longestWait  = time.Minute // and how long each of them may be
	captchaPause = time.Hour   // how long a call is left alone that wants a person
	maxPenalty   = 24 * time.Hour
)

// penalty is an answer that makes the caller wait and ask again with a ticket.
// With a captcha a program cannot go on.
type penalty struct {
	Ticket  string    `json:"p-ticket"`
	Seconds float64   `json:"p-time"`
	Captcha wire.Flag `json:"p-captcha"`
}

// penaltyOf reads the answer's penalty; its Ticket is "" when it has none.
func penaltyOf(body []byte) (p penalty) {
	if json.Unmarshal(body, &p) != nil {
		return penalty{}
	}
	return p
}

func (p penalty) wait() time.Duration {
	if p.Captcha.Yes {
		return captchaPause
	}
	return time.Duration(min(max(p.Seconds, 1), maxPenalty.Seconds()) * float64(time.Second))
}

// tickets are the penalties that calls have yet to serve, by the call's name.
type tickets struct {
	now func() time.Time

	mu    sync.Mutex
	owing map[string]owed
}

type owed struct {
	ticket string // "" after a captcha, which a new call starts from the beginning
	from   time.Time
}

// owe remembers a penalty, and returns when the call may go again.
func (t *tickets) owe(name string, p penalty) time.Time {
	t.mu.Lock()
	defer t.mu.Unlock()
	o := owed{p.Ticket, t.now().Add(p.wait())}
	if p.Captcha.Yes {
		o.ticket = ""
	}
	if t.owing == nil {
		t.owing = map[string]owed{}
	}
	t.owing[name] = o
	return o.from
}

// take returns the ticket that a call must carry, or how long it must still
// wait.
func (t *tickets) take(name string) (ticket string, wait time.Duration) {
	t.mu.Lock()
	defer t.mu.Unlock()
	o := t.owing[name]
	if wait := o.from.Sub(t.now()); wait > 0 {
		return "", wait
	}
	delete(t.owing, name)
	return o.ticket, 0
}

// patiently makes a call, waits when it is penalised, and makes it again with
// the ticket. When there is no time to wait the penalty is remembered: the
// next call of that name is held until it is served.
func (c *Client) patiently(ctx context.Context, r wire.Request, try func(ticket string) (said []byte, err error)) error {
	for waits := 0; ; waits++ {
		ticket, early := c.tickets.take(r.Name)
		if early > 0 {
			return c.door.Trouble(r, health.HeldBack, 0, "it makes us wait until %s", wire.Clock(c.config.Now().Add(early)))
		}
		said, err := try(ticket)
		e, ok := errors.AsType[*wire.Error](err)
		if !ok || e.Code != health.PenaltyTicket && e.Code != health.Captcha {
			return err
		}
		p := penaltyOf(said)
		from := c.tickets.owe(r.Name, p)
		wait := from.Sub(c.config.Now())
		if p.Captcha.Yes || waits == maxTickets || wait > longestWait || !pause.Within(ctx, wait) {
			return c.door.Trouble(r, e.Code, e.Status, "%s", e.Detail+wire.LeftAlone(from))
		}
	}
}

// send makes a call over HTTP, with the same body and the ticket after a
// penalty. Where a call without a body carries it is not documented.
func (c *Client) send(ctx context.Context, api *wire.Client, r wire.Request, v any) (answer wire.Answer, err error) {
	err = c.patiently(ctx, r, func(ticket string) ([]byte, error) {
		again := r
		if body, ok := r.JSON.(map[string]any); ok && ticket != "" {
			body = maps.Clone(body)
			body["p-ticket"] = ticket
			again.JSON = body
		} else if ticket != "" {
			again.Query = url.Values{"p-ticket": {ticket}}
		}
		answer, err = api.JSON(ctx, again, v)
		return answer.Body, err
	})
	return answer, err
}
