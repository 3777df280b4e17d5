// Package client talks to a running Assay for the command line.
package client

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"assay"
	"assay/badge"
	"assay/bot"
	"assay/health"
)

// maxAnswer bounds what is read of one answer; a fleet of 10,000 is 6 MB.
const maxAnswer = 64 << 20

// Client asks one Assay.
type Client struct {
	base string
	http *http.Client
}

// New returns a client of the Assay at a base address, such as
// http://localhost:5000.
func New(base string) *Client {
	return &Client{strings.TrimSuffix(base, "/"), &http.Client{Timeout: 30 * time.Second}}
}

// Bot is what the command line shows of a bot.
type Bot struct {
	ID         bot.ID       `json:"id"`
	Name       string       `json:"name"`
	Symbol     string       `json:"symbol"`
	Stage      bot.Stage    `json:"stage"`
	Generation int          `json:"generation"`
	BotNow     badge.BotNow `json:"botNow"`
	Metrics    struct {
		NetPnl      *float64 `json:"netPnl"`      // dollars; nil without a result
		MaxDrawdown *float64 `json:"maxDrawdown"` // dollars, >= 0
		Sharpe      *float64 `json:"sharpe"`      // annual
		WinRate     *float64 `json:"winRate"`     // 0..1
		Trades      *int     `json:"trades"`
		SimData     bool     `json:"simData"`
		DataSet     string   `json:"dataSet"` // "" without a result
	} `json:"metrics"`
}

// Bots returns the fleet by name, at most limit bots (1 to 10,000), and how
// many there are in all.
func (c *Client) Bots(ctx context.Context, limit int) (bots []Bot, total int, err error) {
	var answer struct {
		Data []Bot
		Meta struct{ Total int }
	}
	err = c.get(ctx, "/api/bots", url.Values{"limit": {strconv.Itoa(limit)}}, &answer)
	return answer.Data, answer.Meta.Total, err
}

// Autonomy says whether the planner is alive, by its last ticks.
type Autonomy struct {
	Verdict        string     `json:"verdict"` // alive or stalled
	LastFinishedAt *time.Time `json:"last_finished_at"`
	BotsEvaluated  int        `json:"bots_evaluated"` // sums over Ticks
	JobsEnqueued   int        `json:"jobs_enqueued"`
	BotsHeld       int        `json:"bots_held"`
	FailedTicks    int        `json:"failed_ticks"`
	Ticks          []Tick     `json:"ticks"` // newest first
}

// Tick is one pass of the planner over the fleet.
type Tick struct {
	ID            int64          `json:"id"`
	StartedAt     time.Time      `json:"started_at"`
	FinishedAt    *time.Time     `json:"finished_at"`
	BotsEvaluated int            `json:"bots_evaluated"`
	JobsEnqueued  int            `json:"jobs_enqueued"`
	BotsHeld      int            `json:"bots_held"`
	HeldByReason  map[string]int `json:"held_by_reason"`
	Error         string         `json:"error"`
}

// Autonomy returns the proof of the last ticks (1 to 1,000).
func (c *Client) Autonomy(ctx context.Context, ticks int) (a Autonomy, err error) {
	err = c.get(ctx, "/api/_proof/autonomy", url.Values{"ticks": {strconv.Itoa(ticks)}}, &a)
	return a, err
}

// Readiness says how ready the laboratory is.
func (c *Client) Readiness(ctx context.Context) (r health.Readiness, err error) {
	err = c.get(ctx, "/api/readiness", nil, &r)
	return r, err
}

// Verify asks one provider now, or with "" all that are configured, and says
// how ready the laboratory is then.
func (c *Client) Verify(ctx context.Context, provider string) (r health.Readiness, err error) {
	path := "/api/smoke-test"
	if provider != "" {
		path = "/api/providers/" + url.PathEscape(provider) + "/verify"
	}
	patient := *c
	patient.http = &http.Client{Timeout: time.Minute} // the round trips themselves are bounded by the server
	err = patient.post(ctx, path, nil, &r)
	return r, err
}

// get decodes the answer of one call that reads.
func (c *Client) get(ctx context.Context, path string, query url.Values, into any) error {
	return c.call(ctx, http.MethodGet, path+"?"+query.Encode(), nil, into)
}

// post sends body as JSON and decodes the answer.
func (c *Client) post(ctx context.Context, path string, body, into any) error {
	text, err := json.Marshal(body)
	if err != nil {
		return fmt.Errorf("print the request of %s: %w", path, err)
	}
	return c.call(ctx, http.MethodPost, path, bytes.NewReader(text), into)
}

// call makes one call. Without a server it is Unavailable; a problem keeps its
// kind and its sentence.
func (c *Client) call(ctx context.Context, method, path string, text io.Reader, into any) error {
	r, err := http.NewRequestWithContext(ctx, method, c.base+path, text)
	if err != nil {
		return assay.Errorf(assay.Invalid, "give it like http://localhost:5000",
			"%q is not the address of an Assay", c.base)
	}
	if text != nil {
		r.Header.Set("Content-Type", "application/json")
	}
	answer, err := c.http.Do(r)
	if err != nil {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		e := assay.Errorf(assay.Unavailable, "start one with assay serve, or name another address",
			"no Assay answers at %s", c.base)
		e.Err = err
		if request, ok := errors.AsType[*url.Error](err); ok {
			e.Err = request.Err // the address is named already
		}
		return e
	}
	defer func() { _ = answer.Body.Close() }() // it has been read by then
	body := io.LimitReader(answer.Body, maxAnswer)
	if answer.StatusCode != http.StatusOK {
		return problem(answer, body)
	}
	if err := json.NewDecoder(body).Decode(into); err != nil {
		return fmt.Errorf("read the answer of %s%s: %w", c.base, path, err)
	}
	return nil
}

func problem(answer *http.Response, body io.Reader) error {
	var p struct{ Detail, Remedy string }
	if json.NewDecoder(body).Decode(&p) != nil || p.Detail == "" {
		return assay.Errorf(assay.Unavailable, "check the address; it may not be an Assay",
			"%s answered %s", answer.Request.URL, answer.Status)
	}
	return assay.Errorf(kind(answer.StatusCode), p.Remedy, "%s", strings.TrimSuffix(p.Detail, "; "+p.Remedy))
}

func kind(status int) assay.Kind {
	switch status {
	case http.StatusUnprocessableEntity, http.StatusBadRequest, http.StatusRequestEntityTooLarge:
		return assay.Invalid
	case http.StatusNotFound:
		return assay.NotFound
	case http.StatusConflict:
		return assay.Conflict
	case http.StatusServiceUnavailable:
		return assay.Unavailable
	default:
		return assay.Internal
	}
}
