package databento

import (
	"context"
	"errors"
	"net"

	"assay/health"
	"assay/provider/standin"
	"assay/provider/standin/archive"
)

// Servers are both servers, for tests that look behind them.
type Servers struct {
	Script  *standin.Script // of both
	History *History
	Live    *Gateway
	URL     string
	close   func() error
}

// Close ends both.
func (s *Servers) Close() error { return errors.Join(s.close(), s.Live.Close()) }

// Run starts both servers with the bars of an archive, on free ports.
func Run(ctx context.Context, a *archive.Archive, o standin.Options) (*Servers, error) {
	l, err := standin.Listen(ctx, 0, 2)
	if err != nil {
		return nil, err
	}
	return Serve(l, a, o), nil
}

// Serve serves history on the first listener, and live data on the second.
func Serve(l []net.Listener, a *archive.Archive, o standin.Options) *Servers {
	o = o.Defaults()
	s := &Servers{History: &History{Archive: a, Options: o}}
	s.Script = standin.NewScript(s.History, o.Now)
	s.Script.Apply(o)
	s.Live = NewGateway(l[1], a, o, s.Script)
	s.URL, s.close = standin.Serve(l[0], s.Script)
	return s
}

// StandIn is how it is started.
func StandIn() standin.StandIn {
	return standin.StandIn{Provider: health.Databento, Ports: 2, Start: start, Faults: []string{
		standin.WrongKey, string(SilentAtOnce), string(SilentAtStart), string(SilentLater), string(NoRoom), string(NoLicence),
		string(ErrorRecord), string(CutRecord), string(UnknownRecords), string(OldGateway), string(NoLine), string(EndlessLine),
	}}
}

func start(l []net.Listener, o standin.Options) (standin.Service, error) {
	o = o.Defaults()
	a, err := archive.Of(o)
	if err != nil {
		return standin.Service{}, err
	}
	s := Serve(l, a, o)
	return standin.Service{
		Provider: health.Databento, Close: s.Close,
		Settings: []standin.Setting{
			{Name: "DATABENTO_API_KEY", Value: o.Key},
			{Name: "DATABENTO_URL", Value: s.URL},
			{Name: "DATABENTO_LIVE_ADDR", Value: s.Live.Addr()},
		},
	}, nil
}
