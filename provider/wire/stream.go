package wire

import (
	"context"
	"errors"
	"io"
	"sync"
	"time"

	"assay/health"
)

// Stream is an answer that is read while it comes. Close it.
type Stream struct {
	Answer // without a body

	client  *Client
	request Request
	body    io.ReadCloser
	cancel  context.CancelCauseFunc
	silence *time.Timer
	ctx     context.Context // a stream lives as long as its call
	once    sync.Once
	attempt Attempt
	got     int64
	ended   error // how the reading ended; nil: it goes on
}

// errSilent ends a stream on which nothing comes any more.
var errSilent = errors.New("nothing came for too long")

// Stream makes a call and returns once its answer begins. Only that far is it
// tried again: what was read is the caller's, who knows how to go on.
func (c *Client) Stream(ctx context.Context, r Request) (*Stream, error) {
	var s *Stream
	err := c.repeat(ctx, r, func(ctx context.Context, number int) (err error) {
		began := c.Now()
		var answer Answer
		s, answer, err = c.open(ctx, r)
		attempt := c.attempt(r, number, began, answer)
		if err != nil {
			c.Tell(ctx, attempt, err)
			return err
		}
		s.attempt = attempt
		return nil
	})
	if err != nil {
		return nil, err
	}
	return s, nil
}

// open makes one attempt at a stream. Its context must outlive the head of the
// answer, so that a timer ends it instead of a deadline.
func (c *Client) open(ctx context.Context, r Request) (*Stream, Answer, error) {
	ctx, cancel := context.WithCancelCause(ctx)
	silence := time.AfterFunc(c.Timeout, func() { cancel(errSilent) })
	response, answer, err := c.send(ctx, r)
	if err == nil && response.StatusCode >= 300 {
		answer.Body, err = io.ReadAll(io.LimitReader(response.Body, defaultBody))
		_ = response.Body.Close()
		if err == nil {
			err = c.judge(r, answer)
		} else {
			err = c.unreached(r, err)
		}
	}
	if err != nil {
		silence.Stop()
		if errors.Is(context.Cause(ctx), errSilent) {
			err = c.Trouble(r, health.TimedOut, 0, "%s did not answer in time", c.base.Host)
		}
		cancel(nil)
		return nil, answer, err
	}
	silence.Reset(c.Silence)
	return &Stream{
		Answer: answer, client: c, request: r, body: response.Body, cancel: cancel, silence: silence, ctx: ctx,
	}, answer, nil
}

// Read implements io.Reader. An end that comes too early is an error.
func (s *Stream) Read(p []byte) (int, error) {
	n, err := s.body.Read(p)
	s.got += int64(n)
	if n > 0 {
		s.silence.Reset(s.client.Silence)
	}
	if err == nil || errors.Is(err, io.EOF) {
		s.ended = err
		return n, err
	}
	switch cause := context.Cause(s.ctx); {
	case errors.Is(cause, errSilent):
		err = s.client.Trouble(s.request, health.TimedOut, s.Status,
			"nothing came for %s after %d bytes", s.client.Silence, s.got)
	case cause != nil:
		err = cause
	default:
		err = s.client.Trouble(s.request, health.Unreachable, s.Status, "the answer broke off after %d bytes", s.got)
	}
	s.ended = err
	return n, err
}

// Close gives up what was not read.
func (s *Stream) Close() error {
	s.once.Do(func() {
		s.silence.Stop()
		s.cancel(nil)
		s.attempt.Bytes = s.got
		s.client.Tell(s.ctx, s.attempt, s.end())
	})
	return s.body.Close()
}

// end is how the stream ended, for the observer; nil when all of it was read.
func (s *Stream) end() error {
	switch {
	case s.ended == nil:
		return context.Canceled
	case errors.Is(s.ended, io.EOF):
		return nil
	default:
		return s.ended
	}
}
