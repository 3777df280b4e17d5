package app

import (
	"context"
	"log/slog"
	"os"

	"github.com/prometheus/client_golang/prometheus"

	"assay/health"
	"assay/provider"
	"assay/provider/databento"
	"assay/provider/ironbeam"
	"assay/provider/polygon"
	"assay/provider/redis"
	"assay/provider/tradovate"
	"assay/provider/wire"
)

// observer is told of every attempt to reach a provider.
type observer func(context.Context, wire.Attempt)

// makers build the clients of the providers.
type makers struct {
	observe observer
	device  string // stable and of this installation; "" leaves it to the client
}

// attempts counts them, by how they ended.
func attempts(r prometheus.Registerer) observer {
	total := prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "assay_provider_attempts_total", Help: "HTTP attempts at providers, by call and by what was wrong; \"\" when nothing was.",
	}, []string{"provider", "call", "code"})
	r.MustRegister(total)
	return func(_ context.Context, a wire.Attempt) {
		total.WithLabelValues(string(a.Provider), a.Name, string(a.Code)).Inc()
	}
}

// both tells two observers.
func both(a, b observer) observer {
	return func(ctx context.Context, attempt wire.Attempt) {
		a(ctx, attempt)
		b(ctx, attempt)
	}
}

// environment is where settings stand: variables, and files that they name.
func environment() provider.Source {
	return provider.Source{Variable: os.Getenv, File: os.ReadFile}
}

// providers reads the settings of the five. Their values go nowhere but to the
// packages that use them.
func providers(from provider.Source, m makers) *provider.Registry {
	return provider.NewRegistry(from, map[health.ProviderID]provider.Maker{
		health.Databento: m.databento,
		health.Polygon:   m.polygon,
		health.Ironbeam:  m.ironbeam,
		health.Tradovate: m.tradovate,
		health.Redis:     makeRedis,
	})
}

// providers reads the settings from the environment. One whose settings are
// wrong is said and left alone: an outage of a provider stops nobody.
func (h *Home) providers(o observer, log *slog.Logger) *provider.Registry {
	registry := providers(environment(), makers{o, deviceOf(h.dir, log)})
	for id, err := range registry.Wrong() {
		log.Warn("a provider cannot be asked, its settings are wrong", "provider", id, "error", err)
	}
	return registry
}

// settings reads several variables and keeps the first error.
type settings struct {
	get func(string) (string, error)
	err error
}

func (s *settings) of(name string) string {
	value, err := s.get(name)
	if s.err == nil {
		s.err = err
	}
	return value
}

func (m makers) databento(get func(string) (string, error)) (provider.Verifier, error) {
	config, err := databento.Settings(get)
	if err != nil {
		return nil, err
	}
	config.Observe = m.observe
	return databento.New(config)
}

func (m makers) polygon(get func(string) (string, error)) (provider.Verifier, error) {
	config, err := polygon.Settings(get)
	if err != nil {
		return nil, err
	}
	config.Observe = m.observe
	return polygon.New(config)
}

func (m makers) ironbeam(get func(string) (string, error)) (provider.Verifier, error) {
	s := settings{get: get}
	c := ironbeam.Config{
		Environment: provider.Environment(s.of("IRONBEAM_ENVIRONMENT")), URL: s.of("IRONBEAM_URL"),
		Username: s.of("IRONBEAM_USERNAME"), Password: s.of("IRONBEAM_PASSWORD"), APIKey: s.of("IRONBEAM_API_KEY"),
		Account: s.of("IRONBEAM_ACCOUNT"), Observe: m.observe,
	}
	if s.err != nil {
		return nil, s.err
	}
	return ironbeam.New(c)
}

func (m makers) tradovate(get func(string) (string, error)) (provider.Verifier, error) {
	s := settings{get: get}
	c := tradovate.Config{
		Environment: provider.Environment(s.of("TRADOVATE_ENVIRONMENT")), URL: s.of("TRADOVATE_URL"),
		MarketDataURL: s.of("TRADOVATE_MD_URL"), Name: s.of("TRADOVATE_NAME"), Password: s.of("TRADOVATE_PASSWORD"),
		AppID: s.of("TRADOVATE_APP_ID"), CID: s.of("TRADOVATE_CID"), Secret: s.of("TRADOVATE_SECRET"),
		Account: s.of("TRADOVATE_ACCOUNT"), Device: m.device, Observe: m.observe,
	}
	if s.err != nil {
		return nil, s.err
	}
	return tradovate.New(c)
}

func makeRedis(get func(string) (string, error)) (provider.Verifier, error) {
	url, err := get("REDIS_URL")
	if err != nil {
		return nil, err
	}
	return redis.New(redis.Config{URL: url})
}
