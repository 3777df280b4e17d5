package databento

import (
	"context"
	"errors"

	"assay/health"
	"assay/provider/standin"
	"assay/provider/standin/archive"
)

// Servers are both servers, for tests that look behind them.
type Servers struct {
	Script  *standin.Script // of the historical API
	History *History
	Live    *Gateway
	URL     string
	close   func() error
}

// Close ends both.
func (s *Servers) Close() error { return errors.Join(s.close(), s.Live.Close()) }

// Run starts both servers with the bars of an archive.
func Run(ctx context.Context, a *archive.Archive, o standin.Options) (*Servers, error) {
	o = o.Defaults()
	web, err := standin.Listen(ctx, o.Port)
	if err != nil {
		return nil, err
	}
	port := o.Port
	if port != 0 {
		port++
	}
	raw, err := standin.Listen(ctx, port)
	if err != nil {
		return nil, errors.Join(err, web.Close())
	}
	s := &Servers{History: &History{Archive: a, Options: o}, Live: NewGateway(raw, a, o)}
	s.Script = standin.NewScript(s.History, o.Now)
	s.URL, s.close = standin.Serve(web, s.Script)
	return s, nil
}

// Start implements standin.Starter.
func Start(ctx context.Context, o standin.Options) (standin.Service, error) {
	o = o.Defaults()
	a, err := archive.Of(o)
	if err != nil {
		return standin.Service{}, err
	}
	s, err := Run(ctx, a, o)
	if err != nil {
		return standin.Service{}, err
	}
	return standin.Service{
		Provider: health.Databento, Close: s.Close,
		Settings: []standin.Setting{
			{Name: "DATABENTO_API_KEY", Value: o.Key},
			{Name: "DATABENTO_URL", Value: s.URL},
			{Name: "DATABENTO_LIVE_ADDR", Value: s.Live.Addr()},
		},
	}, nil
}
