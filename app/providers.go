package app

import (
	"os"

	"assay/health"
	"assay/provider"
	"assay/provider/databento"
	"assay/provider/ironbeam"
	"assay/provider/redis"
	"assay/provider/tradovate"
)

// providers reads the settings of the five from the environment. Their values
// go nowhere but to the packages that use them.
func providers() (*provider.Registry, error) {
	return provider.NewRegistry(
		provider.Source{Variable: os.Getenv, File: os.ReadFile},
		map[health.ProviderID]provider.Maker{
			health.Databento: makeDatabento,
			health.Ironbeam:  makeIronbeam,
			health.Tradovate: makeTradovate,
			health.Redis:     makeRedis,
		})
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

func makeDatabento(get func(string) (string, error)) (provider.Verifier, error) {
	s := settings{get: get}
	c := databento.Config{
		Key: s.of("DATABENTO_API_KEY"), URL: s.of("DATABENTO_URL"), Live: s.of("DATABENTO_LIVE_ADDR"),
		Dataset: s.of("DATABENTO_DATASET"),
	}
	if s.err != nil {
		return nil, s.err
	}
	return databento.New(c)
}

func makeIronbeam(get func(string) (string, error)) (provider.Verifier, error) {
	s := settings{get: get}
	c := ironbeam.Config{
		Environment: provider.Environment(s.of("IRONBEAM_ENVIRONMENT")), URL: s.of("IRONBEAM_URL"),
		Username: s.of("IRONBEAM_USERNAME"), Password: s.of("IRONBEAM_PASSWORD"), APIKey: s.of("IRONBEAM_API_KEY"),
		Account: s.of("IRONBEAM_ACCOUNT"),
	}
	if s.err != nil {
		return nil, s.err
	}
	return ironbeam.New(c)
}

func makeTradovate(get func(string) (string, error)) (provider.Verifier, error) {
	s := settings{get: get}
	c := tradovate.Config{
		Environment: provider.Environment(s.of("TRADOVATE_ENVIRONMENT")), URL: s.of("TRADOVATE_URL"),
		MarketDataURL: s.of("TRADOVATE_MD_URL"), Name: s.of("TRADOVATE_NAME"), Password: s.of("TRADOVATE_PASSWORD"),
		AppID: s.of("TRADOVATE_APP_ID"), CID: s.of("TRADOVATE_CID"), Secret: s.of("TRADOVATE_SECRET"),
		Account: s.of("TRADOVATE_ACCOUNT"),
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
