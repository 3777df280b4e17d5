package app

import (
	"cmp"
	"maps"
	"testing"

	"assay/health"
	"assay/provider"
)

// The variables alone say which providers are stand-ins or hold play money; a
// broker is a demo unless it is told otherwise.
func TestProvidersThatAreNotReal(t *testing.T) {
	accounts := map[string]string{
		"IRONBEAM_USERNAME": "u", "IRONBEAM_API_KEY": "k",
		"TRADOVATE_NAME": "n", "TRADOVATE_PASSWORD": "p", "TRADOVATE_CID": "7", "TRADOVATE_SECRET": "s",
		"DATABENTO_API_KEY": "db-opens-nothing",
	}
	type kind struct{ Foreign, Demo bool }
	for name, c := range map[string]struct {
		more map[string]string
		want map[health.ProviderID]kind
	}{
		"as they come": {nil, map[health.ProviderID]kind{
			health.Databento: {}, health.Ironbeam: {Demo: true}, health.Tradovate: {Demo: true},
		}},
		"real money": {map[string]string{"IRONBEAM_ENVIRONMENT": "live", "TRADOVATE_ENVIRONMENT": "live"}, map[health.ProviderID]kind{
			health.Databento: {}, health.Ironbeam: {}, health.Tradovate: {},
		}},
		"stand-ins": {
			map[string]string{
				"IRONBEAM_ENVIRONMENT": "live", "IRONBEAM_URL": "http://127.0.0.1:13001", "DATABENTO_URL": "http://localhost:13002",
			},
			map[health.ProviderID]kind{health.Databento: {Foreign: true}, health.Ironbeam: {Foreign: true}, health.Tradovate: {Demo: true}},
		},
	} {
		variable := func(name string) string { return cmp.Or(c.more[name], accounts[name]) }
		r, err := providers(provider.Source{Variable: variable}, nil)
		if err != nil {
			t.Fatal(err)
		}
		got := map[health.ProviderID]kind{}
		for id, f := range r.Facts() {
			if f.Configured {
				got[id] = kind{f.Foreign, f.Demo}
			}
		}
		if !maps.Equal(got, c.want) {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
}
