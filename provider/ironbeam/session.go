package ironbeam

import (
	"context"
	"errors"
	"net/http"

	"assay/health"
	"assay/provider/wire"
)

// session is a login: a token, and the client that carries it and strikes it
// out of sentences.
type session struct {
	token string
	api   *wire.Client
}

// call makes a call with the held login. How long a token lives is not
// documented: when it is refused there is one new login, and no second.
func (c *Client) call(ctx context.Context, r wire.Request, v any) (*session, wire.Answer, error) {
	s, err := c.session(ctx, nil)
	if err != nil {
		return nil, wire.Answer{}, err
	}
	answer, err := s.api.JSON(ctx, r, v)
	if !refused(err) {
		return s, answer, err
	}
	if s, err = c.session(ctx, s); err != nil {
		return nil, answer, err
	}
	answer, err = s.api.JSON(ctx, r, v)
	return s, answer, err
}

// session returns the current login, or a new one when there is none or the
// current one is the refused. Whoever comes meanwhile waits for it.
func (c *Client) session(ctx context.Context, refused *session) (s *session, err error) {
	select {
	case s = <-c.held:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	defer func() { c.held <- s }()
	if s == refused {
		s, err = c.login(ctx)
	}
	return s, err
}

func (c *Client) login(ctx context.Context) (*session, error) {
	r := wire.Request{Name: "log in", Path: "/auth", JSON: map[string]string{
		"username": c.config.Username, "password": c.config.Password, "apiKey": c.config.APIKey,
	}}
	var got struct{ Token string }
	answer, err := c.door.JSON(ctx, r, &got)
	if e, ok := errors.AsType[*wire.Error](err); ok && e.Code == health.RequestRefused {
		return nil, c.door.Trouble(r, health.CredentialsRefused, e.Status, "%s", e.Detail)
	}
	if err != nil {
		return nil, err
	}
	if got.Token == "" {
		return nil, c.door.Malformed(r, answer.Status, "it holds no token")
	}
	config := c.door.Config // with its connections and its limiter
	config.Secrets = append([]string{got.Token}, config.Secrets...)
	config.Sign = func(r *http.Request) { r.Header.Set("Authorization", "Bearer "+got.Token) }
	api, err := wire.New(config)
	if err != nil {
		return nil, err
	}
	return &session{got.Token, api}, nil
}

func refused(err error) bool {
	e, ok := errors.AsType[*wire.Error](err)
	return ok && e.Code == health.CredentialsRefused
}
