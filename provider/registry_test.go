package provider

import (
	"context"
	"errors"
	"io/fs"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"assay/health"
)

const planted = "hunter2-planted"

// silent is a verifier that is never asked.
type silent struct {
	id      health.ProviderID
	address string
}

func (s silent) Provider() health.ProviderID { return s.id }
func (s silent) Address() string             { return s.address }
func (s silent) Probes() []health.Probe      { return []health.Probe{health.Ping} }
func (s silent) Verify(context.Context, health.Probe) health.Verification {
	panic("nobody asked for it")
}

// placed is one that knows whose money it reaches.
type placed struct {
	silent
	environment Environment
}

func (p placed) Environment() Environment { return p.environment }

// machine is an environment with files.
func machine(variables, files map[string]string) Source {
	return Source{
		Variable: func(name string) string { return variables[name] },
		File: func(path string) ([]byte, error) {
			text, found := files[path]
			switch {
			case path == "/locked":
				return nil, fs.ErrPermission
			case !found:
				return nil, fs.ErrNotExist
			}
			return []byte(text), nil
		},
	}
}

func makers() map[health.ProviderID]Maker {
	all := map[health.ProviderID]Maker{}
	for _, id := range health.Providers {
		all[id] = func(get func(string) (string, error)) (Verifier, error) {
			address, err := get(strings.ToUpper(string(id)) + "_URL")
			return silent{id, address}, err
		}
	}
	return all
}

func TestExactlyFive(t *testing.T) {
	r := NewRegistry(machine(nil, nil), makers())
	facts := r.Facts()
	if len(facts) != 5 || len(r.Configured()) != 0 {
		t.Errorf("%d providers, configured %v", len(facts), r.Configured())
	}
	for _, id := range health.Providers {
		f := facts[id]
		if f.Configured || !slices.Equal(f.Missing, required[id]) || len(f.Missing) == 0 {
			t.Errorf("%s: %+v", id, f)
		}
		if _, err := r.Verifier(id); err == nil || !strings.Contains(err.Error(), f.Missing[0]) {
			t.Errorf("%s: %v", id, err)
		}
	}
}

// A person who corrects credentials is told the names by which they were set.
func TestVariablesAreThoseInUse(t *testing.T) {
	r := NewRegistry(machine(map[string]string{
		"DATABENTO_API_KEY_FILE": "/key",
		"IRONBEAM_USERNAME":      "u", "IRONBEAM_API_KEY": "k", "IRONBEAM_PASSWORD_FILE": "/key",
		"TRADOVATE_NAME": "n", "TRADOVATE_PASSWORD": "p", "TRADOVATE_CID": "8", "TRADOVATE_SECRET": "s", "TRADOVATE_APP_ID": "a",
		"REDIS_URL": "redis://cache.example:6379/0",
	}, map[string]string{"/key": planted}), makers())
	got := map[health.ProviderID][]string{}
	for id, f := range r.Facts() {
		got[id] = f.Variables
	}
	want := map[health.ProviderID][]string{
		health.Databento: {"DATABENTO_API_KEY_FILE"},
		health.Polygon:   {"POLYGON_API_KEY"}, // not configured: what is needed
		health.Ironbeam:  {"IRONBEAM_USERNAME", "IRONBEAM_API_KEY", "IRONBEAM_PASSWORD_FILE"},
		health.Tradovate: {"TRADOVATE_NAME", "TRADOVATE_PASSWORD", "TRADOVATE_CID", "TRADOVATE_SECRET", "TRADOVATE_APP_ID"},
		health.Redis:     {"REDIS_URL"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("variables (-want +got):\n%s", diff)
	}
}

func TestConfigured(t *testing.T) {
	r := NewRegistry(machine(map[string]string{
		"DATABENTO_API_KEY_FILE": "/key", "DATABENTO_URL": "http://127.0.0.1:9000",
		"IRONBEAM_USERNAME": "u", "IRONBEAM_API_KEY": "  ",
		"REDIS_URL": "redis://cache.example:6379/0",
	}, map[string]string{"/key": planted + "\n"}), makers())
	facts := r.Facts()
	if diff := cmp.Diff([]health.ProviderID{health.Databento, health.Redis}, r.Configured()); diff != "" {
		t.Errorf("configured (-want +got):\n%s", diff)
	}
	if f := facts[health.Databento]; !f.Local || f.Address != "http://127.0.0.1:9000" || len(f.Missing) != 0 {
		t.Errorf("Databento: %+v", f)
	}
	if f := facts[health.Redis]; f.Local {
		t.Errorf("Redis: %+v", f)
	}
	if diff := cmp.Diff([]string{"IRONBEAM_API_KEY"}, facts[health.Ironbeam].Missing); diff != "" {
		t.Errorf("Ironbeam misses (-want +got):\n%s", diff)
	}
}

func TestWrongSettings(t *testing.T) {
	for name, c := range map[string]struct {
		variables map[string]string
		want      string
	}{
		"no file":    {map[string]string{"REDIS_URL_FILE": "/moon"}, "there is no file /moon; correct REDIS_URL_FILE"},
		"locked":     {map[string]string{"REDIS_URL_FILE": "/locked"}, "REDIS_URL_FILE names /locked, which cannot be read; let this user read it"},
		"empty file": {map[string]string{"REDIS_URL_FILE": "/empty"}, "REDIS_URL_FILE names /empty, which is empty; write the value into it"},
		"both": {
			map[string]string{"REDIS_URL": planted, "REDIS_URL_FILE": "/key"},
			"both REDIS_URL and REDIS_URL_FILE are set; set one of them",
		},
	} {
		r := NewRegistry(machine(c.variables, map[string]string{"/empty": " \n", "/key": planted}), makers())
		f := r.Facts()[health.Redis]
		if got := f.Wrong + "; " + f.Mend; got != c.want || !f.Configured || len(f.Probes) == 0 || strings.Contains(got, planted) {
			t.Errorf("%s: %+v, want %s", name, f, c.want)
		}
		if _, err := r.Verifier(health.Redis); err == nil || !strings.Contains(err.Error(), f.Wrong) {
			t.Errorf("%s: asked all the same: %v", name, err)
		}
		if len(r.Wrong()) != 1 || len(r.Configured()) != 0 {
			t.Errorf("%s: %v is wrong, and %v is configured", name, r.Wrong(), r.Configured())
		}
	}
}

// A maker's error may hold a value; only what was written for people is told.
func TestErrorsOfMakersAreNotRepeated(t *testing.T) {
	refuses := map[health.ProviderID]Maker{health.Redis: func(func(string) (string, error)) (Verifier, error) {
		return nil, errors.New("no address in " + planted)
	}}
	r := NewRegistry(machine(map[string]string{"REDIS_URL": planted, "POLYGON_API_KEY": planted}, nil), refuses)
	for id, want := range map[health.ProviderID]string{
		health.Redis:   "its settings cannot be used",
		health.Polygon: "POLYGON_API_KEY is set, and this version of Assay cannot reach polygon",
	} {
		if f := r.Facts()[id]; f.Wrong != want || f.Mend == "" {
			t.Errorf("%s: %+v", id, f)
		}
	}
}

func TestLocal(t *testing.T) {
	for address, want := range map[string]bool{
		"http://127.0.0.1:9000": true, "https://localhost/v2": true, "redis://[::1]:6379/0": true, "unix:///run/redis": true,
		"127.0.0.1:13000": true, "http://0.0.0.0:5720": true, "http://[::]:5720": true, "https://demo.tradovateapi.com/v1": false, "redis://10.0.0.7:6379": false, "": false,
	} {
		if local(address) != want {
			t.Errorf("%q is local: %v", address, !want)
		}
	}
}

// What is not the provider itself, or of play money, must be known: neither opens a
// stage of real money.
func TestWhatIsNotReal(t *testing.T) {
	const real = "https://live.ironbeamapi.com/v2"
	type facts struct{ foreign, demo bool }
	for name, c := range map[string]struct {
		verifier Verifier
		want     facts
	}{
		"real data":                {silent{health.Ironbeam, real}, facts{}},
		"a stand-in":               {silent{health.Ironbeam, "http://127.0.0.1:9000"}, facts{foreign: true}},
		"a real account":           {placed{silent{health.Ironbeam, real}, Live}, facts{}},
		"a demo account":           {placed{silent{health.Ironbeam, real}, Demo}, facts{demo: true}},
		"a stand-in of a demo":     {placed{silent{health.Ironbeam, "ws://localhost:9000"}, Demo}, facts{true, true}},
		"a stand-in called real":   {placed{silent{health.Ironbeam, "http://[::1]:9000"}, Live}, facts{foreign: true}},
		"a name like the broker's": {silent{health.Ironbeam, "https://ironbeamapi.com.example"}, facts{foreign: true}},
		"a host of the same rack":  {silent{health.Ironbeam, "http://192.168.1.7:9000"}, facts{foreign: true}},
	} {
		r := NewRegistry(machine(map[string]string{"IRONBEAM_USERNAME": "u", "IRONBEAM_API_KEY": planted}, nil),
			map[health.ProviderID]Maker{
				health.Ironbeam: func(func(string) (string, error)) (Verifier, error) { return c.verifier, nil },
			})
		f := r.Facts()[health.Ironbeam]
		if got := (facts{f.Foreign, f.Demo}); !f.Configured || got != c.want {
			t.Errorf("%s: %+v, want %+v", name, got, c.want)
		}
	}
}

// The gateway of live data and that of history are two addresses.
func TestEveryAddressCounts(t *testing.T) {
	for name, c := range map[string]struct {
		more    map[string]string
		foreign bool
	}{
		"as it comes":        {nil, false},
		"another history":    {map[string]string{"DATABENTO_URL": "http://vm:5720"}, true},
		"another live data":  {map[string]string{"DATABENTO_LIVE_ADDR": "127.0.0.1:5721"}, true},
		"their own, spelled": {map[string]string{"DATABENTO_URL": "https://HIST.databento.com"}, false},
		"without encryption": {map[string]string{"DATABENTO_URL": "http://hist.databento.com"}, true},
	} {
		variables := map[string]string{"DATABENTO_API_KEY": planted}
		maps.Copy(variables, c.more)
		history, live := "https://hist.databento.com", "glbx-mdp3.lsg.databento.com:13000"
		if moved, found := c.more["DATABENTO_URL"]; found {
			history = moved
		}
		if moved, found := c.more["DATABENTO_LIVE_ADDR"]; found {
			live = moved
		}
		r := NewRegistry(machine(variables, nil), map[health.ProviderID]Maker{
			health.Databento: func(func(string) (string, error)) (Verifier, error) {
				return spread{silent{health.Databento, history}, []string{history, live}}, nil
			},
		})
		f := r.Facts()[health.Databento]
		if f.Foreign != c.foreign || f.Address != history+" and "+live || len(f.Moved) != len(c.more) {
			t.Errorf("%s: %+v", name, f)
		}
	}
}

type spread struct {
	silent
	all []string
}

func (s spread) Addresses() []string { return s.all }
