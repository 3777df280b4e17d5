package wire

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"assay/health"
	"assay/market"
)

// defaultBody is how long an answer may be that is held in memory.
const defaultBody = 4 << 20

// Request is one call.
type Request struct {
	Name   string // for people, e.g. "metadata.get_cost"; the path when absent
	Method string // default GET, or POST with a body
	Path   string // behind the base, e.g. "/v0/metadata.get_cost"
	Query  url.Values
	Form   url.Values // the body, as a form
	JSON   any        // the body, as JSON
	Header http.Header
	Once   bool          // a repeat could do harm
	Body   int64         // most bytes of the answer; default 4 MiB
	Cost   *market.Money // what the answer was quoted at, for whoever observes

	Attempts int // fewer than the client makes; 0 for as many
}

// Answer is a whole answer.
type Answer struct {
	Status  int
	Header  http.Header
	Body    []byte
	Latency time.Duration // of the attempt that gave it
	Skew    time.Duration // how far the provider's clock is from ours, at least; 0 when it does not say
}

// Do makes a call and reads the answer. An error is a *Error, or ctx's when
// the caller gave up.
func (c *Client) Do(ctx context.Context, r Request) (Answer, error) {
	var last Answer
	err := c.repeat(ctx, r, func(ctx context.Context, number int) (err error) {
		ctx, cancel := context.WithTimeout(ctx, c.Timeout)
		defer cancel()
		began := c.Now()
		last, err = c.once(ctx, r)
		c.Tell(ctx, c.attempt(r, number, began, last), err)
		return err
	})
	return last, err
}

// JSON makes a call and decodes the answer, which may hold fields that v does
// not know.
func (c *Client) JSON(ctx context.Context, r Request, v any) (Answer, error) {
	answer, err := c.Do(ctx, r)
	if err != nil {
		return answer, err
	}
	d := json.NewDecoder(bytes.NewReader(answer.Body))
	d.UseNumber()
	err = d.Decode(v)
	if err == nil && d.More() {
		err = errors.New("something follows the answer")
	}
	if err != nil {
		return answer, c.Malformed(r, answer.Status, "its JSON does not read (%v)", err)
	}
	return answer, nil
}

// once makes one attempt at a whole answer.
func (c *Client) once(ctx context.Context, r Request) (Answer, error) {
	response, answer, err := c.send(ctx, r)
	if err != nil {
		return answer, err
	}
	defer func() { _ = response.Body.Close() }() // it has been read, or is given up
	most := r.Body
	if most <= 0 {
		most = defaultBody
	}
	answer.Body, err = io.ReadAll(io.LimitReader(response.Body, most+1))
	switch {
	case err != nil:
		return answer, c.unreached(r, err)
	case int64(len(answer.Body)) > most:
		return answer, c.Malformed(r, answer.Status, "it is longer than %d bytes", most)
	}
	return answer, c.judge(r, answer)
}

// send makes one attempt and returns the answer with its body unread.
func (c *Client) send(ctx context.Context, r Request) (*http.Response, Answer, error) {
	request, err := c.request(ctx, r)
	if err != nil {
		return nil, Answer{}, err
	}
	sent := c.Now()
	response, err := c.http.Do(request)
	if err != nil {
		return nil, Answer{}, c.unreached(r, err)
	}
	now := c.Now()
	return response, Answer{
		Status: response.StatusCode, Header: response.Header, Latency: now.Sub(sent),
		Skew: skew(response.Header.Get("Date"), sent, now),
	}, nil
}

func (c *Client) request(ctx context.Context, r Request) (*http.Request, error) {
	u := *c.base
	u.Path = strings.TrimSuffix(u.Path, "/") + r.Path
	u.RawQuery = r.Query.Encode()
	method, kind, body, err := payload(r)
	if err != nil {
		return nil, fmt.Errorf("write the request %s: %w", r.name(), err)
	}
	request, err := http.NewRequestWithContext(ctx, method, u.String(), body)
	if err != nil {
		return nil, fmt.Errorf("make the request %s: %w", r.name(), err)
	}
	for key, values := range r.Header {
		request.Header[key] = values
	}
	request.Header.Set("User-Agent", "assay")
	if kind != "" {
		request.Header.Set("Content-Type", kind)
	}
	if c.Sign != nil {
		c.Sign(request)
	}
	return request, nil
}

func payload(r Request) (method, kind string, body io.Reader, err error) {
	method = http.MethodGet
	switch {
	case r.JSON != nil:
		text, err := json.Marshal(r.JSON)
		if err != nil {
			return "", "", nil, err
		}
		method, kind, body = http.MethodPost, "application/json", bytes.NewReader(text)
	case r.Form != nil:
		method, kind, body = http.MethodPost, "application/x-www-form-urlencoded", strings.NewReader(r.Form.Encode())
	}
	if r.Method != "" {
		method = r.Method
	}
	return method, kind, body, nil
}

// name is what people call the request.
func (r Request) name() string {
	if r.Name != "" {
		return r.Name
	}
	return r.Path
}

// attempt is what is known of an attempt when its answer has come.
func (c *Client) attempt(r Request, number int, began time.Time, answer Answer) Attempt {
	a := Attempt{
		Name: r.name(), Number: number, At: began, Status: answer.Status, Latency: answer.Latency,
		Bytes: int64(len(answer.Body)), Cost: r.Cost,
	}
	if answer.Header != nil {
		a.ID = c.Clean(answer.Header.Get("Request-Id"))
	}
	return a
}

// Tell tells the observer of an attempt, and how it ended.
func (c *Client) Tell(ctx context.Context, a Attempt, err error) {
	if c.Observe == nil {
		return
	}
	if a.Provider = c.Provider; a.Address == "" {
		a.Address = c.Address()
	}
	switch trouble, ok := errors.AsType[*Error](err); {
	case ok:
		a.Code = trouble.Code
	case errors.Is(err, context.Canceled):
		a.Code = GivenUp
	case errors.Is(err, context.DeadlineExceeded):
		a.Code = health.TimedOut
	case err != nil:
		a.Code = health.Unreachable
	}
	c.Observe(ctx, a)
}
