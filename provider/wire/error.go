package wire

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"time"

	"assay"
	"assay/health"
)

// Error is a call that failed: a code for the machine, a sentence for people.
type Error struct {
	Code     health.Code
	Status   int           // 0 without an answer
	Wait     time.Duration // how long the provider asks us to wait; 0 when it does not
	Detail   string        // what went wrong, without the place and without the remedy
	Sentence *assay.Error
}

// Error is the sentence.
func (e *Error) Error() string { return e.Sentence.Error() }

// Unwrap returns the sentence, which carries the kind.
func (e *Error) Unwrap() error { return e.Sentence }

// remedies are what a person does about a code, and the kind of its error.
var remedies = map[health.Code]struct {
	kind assay.Kind
	fix  string
}{
	health.Unreachable:        {assay.Unavailable, "check the network and the provider's status page, then try again"},
	health.TimedOut:           {assay.Unavailable, "try again later"},
	health.CredentialsRefused: {assay.Invalid, "check the credentials in the environment"},
	health.UserLocked:         {assay.Conflict, "unlock the user, or wait until it is unlocked"},
	health.NotLicensed:        {assay.Conflict, "see what the account's plan includes"},
	health.RateLimited:        {assay.Unavailable, "wait and try again"},
	health.HeldBack:           {assay.Unavailable, "wait and try again"},
	health.NoRoom:             {assay.Unavailable, "close connections that are not needed"},
	health.Captcha:            {assay.Unavailable, "sign in with a browser, then try again"},
	health.PenaltyTicket:      {assay.Unavailable, "wait and try again"},
	health.ServerError:        {assay.Unavailable, "try again later"},
	health.MalformedAnswer:    {assay.Unavailable, "check that the address is the provider's"},
	health.RequestRefused:     {assay.Invalid, "correct the request"},
}

// Trouble makes the error of a request; detail may hold what the provider said.
func (c *Client) Trouble(r Request, code health.Code, status int, format string, args ...any) *Error {
	detail := c.Clean(fmt.Sprintf(format, args...))
	remedy, ok := remedies[code]
	if !ok {
		remedy.kind = assay.Unavailable
	}
	return &Error{Code: code, Status: status, Detail: detail, Sentence: assay.Errorf(remedy.kind, remedy.fix,
		"%s: %s: %s", c.Provider, r.name(), detail)}
}

// Malformed is the error of an answer that cannot be what was asked for.
func (c *Client) Malformed(r Request, status int, format string, args ...any) *Error {
	return c.Trouble(r, health.MalformedAnswer, status, "the answer is not understood: "+format, args...)
}

// judge turns an answer that is none into an error.
func (c *Client) judge(r Request, a Answer) error {
	code := CodeOf(a.Status)
	detail := fmt.Sprintf("it answered %d", a.Status)
	said := false
	if c.Explain != nil {
		its, words, ok := c.Explain(a)
		if said = ok; ok && its != "" {
			code = its
		}
		if ok && words != "" {
			detail = fmt.Sprintf("it answered %d: %s", a.Status, words)
		}
	}
	if code == "" && !said {
		return nil
	}
	if code == "" { // it said no, and with a status of success
		code = health.RequestRefused
	}
	wait := retryAfter(a.Header, c.Now())
	if code == health.RateLimited && c.CoolDown > 0 {
		wait = max(wait, c.CoolDown)
		detail += LeftAlone(c.Now().Add(wait))
		c.Limiter.Hold(c.Now().Add(wait))
	}
	trouble := c.Trouble(r, code, a.Status, "%s", detail)
	trouble.Wait = wait
	return trouble
}

// LeftAlone ends a sentence after which nothing is asked until a time.
func LeftAlone(until time.Time) string { return "; it is left alone until " + Clock(until) }

// CodeOf reads a status of HTTP; "" is success.
func CodeOf(status int) health.Code {
	switch {
	case status >= 200 && status < 300:
		return ""
	case status == http.StatusUnauthorized:
		return health.CredentialsRefused
	case status == http.StatusPaymentRequired, status == http.StatusForbidden:
		return health.NotLicensed
	case status == http.StatusRequestTimeout, status == http.StatusGatewayTimeout:
		return health.TimedOut
	case status == http.StatusTooManyRequests:
		return health.RateLimited
	case status >= 500:
		return health.ServerError
	case status >= 400:
		return health.RequestRefused
	default: // an answer in between, or a redirect, which is not followed
		return health.MalformedAnswer
	}
}

// unreached is the error of an attempt without a whole answer. It names the
// host and never the address asked for, which may hold what nobody should see.
func (c *Client) unreached(r Request, err error) error {
	if u, ok := errors.AsType[*url.Error](err); ok {
		err = u.Err
	}
	host := c.base.Host
	switch {
	case errors.Is(err, context.Canceled):
		return err
	case timedOut(err):
		return c.Trouble(r, health.TimedOut, 0, "%s did not answer in time", host)
	case isTLS(err):
		return c.Trouble(r, health.Unreachable, 0, "the certificate of %s is not believed (%v)", host, err)
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return c.Trouble(r, health.Unreachable, 0, "%s broke off its answer", host)
	default:
		return c.Trouble(r, health.Unreachable, 0, "%s cannot be reached (%v)", host, bare(err))
	}
}

func timedOut(err error) bool {
	if errors.Is(err, context.DeadlineExceeded) {
		return true
	}
	n, ok := errors.AsType[net.Error](err)
	return ok && n.Timeout()
}

func isTLS(err error) bool {
	_, ok := errors.AsType[*tls.CertificateVerificationError](err)
	return ok
}

// bare is what the system said, without the addresses that differ each time.
func bare(err error) error {
	if e, ok := errors.AsType[*net.OpError](err); ok {
		return e.Err
	}
	return err
}
