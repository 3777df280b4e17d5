package app

import (
	"cmp"
	"maps"
	"path/filepath"
	"slices"
	"strings"
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
		r := providers(provider.Source{Variable: variable}, makers{})
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

// What the registry says of providers that cannot be asked is what the packages
// offer, and a slip of the keyboard in one variable stops nothing.
func TestAProviderSetWrongIsItsOwnFault(t *testing.T) {
	right := map[string]string{
		"IRONBEAM_USERNAME": "u", "IRONBEAM_API_KEY": "k", "POLYGON_API_KEY": "key",
		"TRADOVATE_NAME": "n", "TRADOVATE_PASSWORD": "p", "TRADOVATE_CID": "7", "TRADOVATE_SECRET": "s",
		"DATABENTO_API_KEY": "db-opens-nothing", "REDIS_URL": "redis://127.0.0.1:1/0",
	}
	asked := func(more map[string]string) map[health.ProviderID]health.ProviderFacts {
		return providers(provider.Source{Variable: func(name string) string { return cmp.Or(more[name], right[name]) }}, makers{}).Facts()
	}
	well := asked(nil)
	for variable, c := range map[string]struct {
		value string
		id    health.ProviderID
	}{
		"REDIS_URL":             {"localhost:6379", health.Redis},
		"TRADOVATE_ENVIRONMENT": {"dmo", health.Tradovate},
		"TRADOVATE_CID":         {"eight", health.Tradovate},
		"IRONBEAM_ENVIRONMENT":  {"dmo", health.Ironbeam},
		"IRONBEAM_URL":          {"demo.example", health.Ironbeam},
		"POLYGON_URL":           {"api", health.Polygon},
		"DATABENTO_URL":         {"hist", health.Databento},
		"DATABENTO_LIVE_ADDR":   {"live", health.Databento},
		"DATABENTO_API_KEY":     {"db", health.Databento},
	} {
		facts := asked(map[string]string{variable: c.value})
		f := facts[c.id]
		if !strings.Contains(f.Wrong+f.Mend, variable) || !slices.Equal(f.Probes, well[c.id].Probes) {
			t.Errorf("%s=%s: %+v", variable, c.value, f)
		}
		for id, other := range facts {
			if id != c.id && (other.Wrong != "" || !other.Configured) {
				t.Errorf("%s=%s: %s is %+v", variable, c.value, id, other)
			}
		}
	}
}

// The name of an installation stays.
func TestADeviceKeepsItsName(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "home")
	first, err := device(dir)
	if err != nil || len(first) < 16 {
		t.Fatalf("%q, %v", first, err)
	}
	if again, err := device(dir); again != first || err != nil {
		t.Errorf("%q, then %q, %v", first, again, err)
	}
	if other, err := device(t.TempDir()); other == first || err != nil {
		t.Errorf("two installations are both called %q, %v", other, err)
	}
	if left, _ := filepath.Glob(filepath.Join(dir, "*")); len(left) != 1 {
		t.Errorf("left behind: %s", left)
	}
}
