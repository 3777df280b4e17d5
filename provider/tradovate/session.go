package tradovate

import (
	"context"
	"errors"
	"net/http"
	"time"

	"assay/health"
	"assay/provider/wire"
)

// session is a login: its tokens, and clients that carry them and strike them
// out of sentences.
type session struct {
	token, mdToken string
	api, md        *wire.Client
	renewAt        time.Time // by our clock
	expires        time.Time
}

// usualLife is how long a token lives when its answer does not say.
const usualLife = 80 * time.Minute

// token is the answer to a login and to a renewal.
type token struct {
	AccessToken    string    `json:"accessToken"`
	MDAccessToken  string    `json:"mdAccessToken"`
	ExpirationTime wire.Text `json:"expirationTime"`
	UserStatus     string    `json:"userStatus"`
}

// call makes a call with the held login. When it is refused there is one new
// login, and no second.
func (c *Client) call(ctx context.Context, r wire.Request, v any) (wire.Answer, error) {
	s, err := c.session(ctx, nil)
	if err != nil {
		return wire.Answer{}, err
	}
	answer, err := c.send(ctx, s.api, r, v)
	if !refused(err) {
		return answer, err
	}
	if s, err = c.session(ctx, s); err != nil {
		return answer, err
	}
	return c.send(ctx, s.api, r, v)
}

// session returns the current login, renewed when half its life is over, or a
// new one when there is none or the current one is the refused. Whoever comes
// meanwhile waits for it.
func (c *Client) session(ctx context.Context, refused *session) (s *session, err error) {
	select {
	case s = <-c.held:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	defer func() { c.held <- s }()
	switch now := c.config.Now(); {
	case s == refused, !now.Before(s.expires):
		s, err = c.login(ctx)
	case !now.Before(s.renewAt):
		s, err = c.renew(ctx, s)
	}
	return s, err
}

// login opens another session at the broker, which pushes the oldest out when
// there are many; so it is made once, and renewed as long as possible.
func (c *Client) login(ctx context.Context) (*session, error) {
	r := wire.Request{Name: "log in", Path: "/auth/accesstokenrequest", Once: true, JSON: map[string]any{
		"name": c.config.Name, "password": c.config.Password, "appId": c.config.AppID, "appVersion": version,
		"deviceId": c.config.Device, "cid": c.cid, "sec": c.config.Secret,
	}}
	var got token
	answer, err := c.send(ctx, c.door, r, &got)
	if e, ok := errors.AsType[*wire.Error](err); ok && e.Code == health.RequestRefused {
		return nil, c.door.Trouble(r, health.CredentialsRefused, e.Status, "%s", e.Detail)
	}
	if err != nil {
		return nil, err
	}
	return c.accept(r, answer, got)
}

// renew prolongs a session. One that cannot be renewed serves to its end.
func (c *Client) renew(ctx context.Context, s *session) (*session, error) {
	r := wire.Request{Name: "renew the token", Path: "/auth/renewaccesstoken"}
	var got token
	answer, err := c.send(ctx, s.api, r, &got)
	switch {
	case refused(err):
		return c.login(ctx)
	case err != nil:
		return s, ctx.Err()
	}
	if got.MDAccessToken == "" {
		got.MDAccessToken = s.mdToken
	}
	return c.accept(r, answer, got)
}

// accept makes a session of a token.
func (c *Client) accept(r wire.Request, answer wire.Answer, got token) (*session, error) {
	if got.AccessToken == "" {
		return nil, c.door.Malformed(r, answer.Status, "it holds no token")
	}
	if got.UserStatus != "" && got.UserStatus != "Active" {
		return nil, c.door.Trouble(r, health.UserLocked, answer.Status, "the user is %s", got.UserStatus)
	}
	s := &session{token: got.AccessToken, mdToken: got.MDAccessToken}
	if s.mdToken == "" {
		s.mdToken = s.token
	}
	now, life := c.config.Now(), lifeOf(got, c.config.Now().Add(answer.Skew))
	s.renewAt, s.expires = now.Add(life/2), now.Add(life)
	config := c.door.Config // with its connections and its limiter
	config.Secrets = append([]string{s.token, s.mdToken}, config.Secrets...)
	config.Sign = func(r *http.Request) { r.Header.Set("Authorization", "Bearer "+s.token) }
	var err error
	if s.api, err = wire.New(config); err != nil {
		return nil, err
	}
	config.Base, config.Sign = c.config.MarketDataURL, nil // a socket authorises itself by its first message
	s.md, err = wire.New(config)
	return s, err
}

// lifeOf is how long a token lives, by the broker's clock on both sides.
func lifeOf(got token, theirNow time.Time) time.Duration {
	expires, err := time.Parse(time.RFC3339, string(got.ExpirationTime))
	if err != nil {
		return usualLife
	}
	return min(max(expires.Sub(theirNow), time.Minute), 24*time.Hour)
}

func refused(err error) bool {
	e, ok := errors.AsType[*wire.Error](err)
	return ok && e.Code == health.CredentialsRefused
}
