package app

import (
	"net"
	"testing"

	"assay"
	"assay/health"
	"assay/internal/leak"
	"assay/provider"
	"assay/provider/standin"
)

// standing starts all stand-ins and returns the providers that their settings
// make.
func standing(t *testing.T, faults ...string) (*provider.Registry, []standin.Service) {
	t.Helper()
	leak.Check(t)
	services, err := StandIns(t.Context(), StandInOptions{Roots: []string{"ES"}, Days: 10, Faults: faults})
	if err != nil {
		t.Fatal(err)
	}
	set := map[string]string{}
	for _, s := range services {
		for _, v := range s.Settings {
			set[v.Name] = v.Value
		}
	}
	r := providers(provider.Source{Variable: func(name string) string { return set[name] }}, makers{})
	t.Cleanup(func() {
		for _, id := range r.Configured() {
			if v, err := r.Verifier(id); err == nil {
				v.(interface{ Close() }).Close()
			}
		}
		if err := CloseStandIns(services); err != nil {
			t.Error(err)
		}
	})
	return r, services
}

// The settings that a stand-in prints make a client that it answers, and faults
// that were named happen to their provider alone.
func TestStandInsAnswerTheirSettings(t *testing.T) {
	r, services := standing(t, "polygon=wrong-key", "databento=live-no-licence", "databento=429:1", "ironbeam=expired-token")
	if len(services) != 4 || len(r.Configured()) != 4 {
		t.Fatalf("%d stand-ins, and %v is configured", len(services), r.Configured())
	}
	amiss := map[health.ProviderID]map[health.Probe]health.Code{
		health.Polygon:   {health.HistoricalData: health.CredentialsRefused},
		health.Databento: {health.LiveData: health.NotLicensed},
	}
	for _, id := range r.Configured() {
		v, err := r.Verifier(id)
		if err != nil {
			t.Fatal(err)
		}
		for _, probe := range v.Probes() {
			if got := v.Verify(t.Context(), probe); got.Code != amiss[id][probe] {
				t.Errorf("%s: %+v, want %q", id, got, amiss[id][probe])
			}
		}
	}
}

// When one port is taken nothing is left listening.
func TestStandInsAllOrNone(t *testing.T) {
	leak.Check(t)
	l, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	port := l.Addr().(*net.TCPAddr).Port - 3*portsOfEach // that of the last
	if port < 1024 {
		t.Skip("the free port is too low")
	}
	if _, err := StandIns(t.Context(), StandInOptions{Port: port, Roots: []string{"ES"}, Days: 10}); err == nil {
		t.Fatal("two servers listen on one port")
	}
	for _, first := range []int{port, port + 1, port + portsOfEach, port + 2*portsOfEach} {
		if free, err := standin.Listen(t.Context(), first, 1); err != nil {
			t.Errorf("something still listens on %d: %v", first, err)
		} else if err := standin.Hush(free); err != nil {
			t.Error(err)
		}
	}
}

func TestFaultsNameAProvider(t *testing.T) {
	for _, text := range []string{"429", "bloomberg=429", "polygon=no-quotes", "redis=429"} {
		if _, err := StandIns(t.Context(), StandInOptions{Roots: []string{"ES"}, Days: 10, Faults: []string{text}}); err == nil || assay.KindOf(err) == assay.Internal {
			t.Errorf("%s: %v", text, err)
		}
	}
}

// How a stream ended is said also when the broker has forgotten it by the time
// that it is subscribed.
func TestAStreamThatEndsAtOnce(t *testing.T) {
	for fault, want := range map[string]health.Code{
		"ironbeam=cut-stream": health.Unreachable, "ironbeam=malformed-stream": health.MalformedAnswer,
	} {
		t.Run(fault, func(t *testing.T) {
			r, _ := standing(t, fault)
			v, err := r.Verifier(health.Ironbeam)
			if err != nil {
				t.Fatal(err)
			}
			for range 5 {
				if got := v.Verify(t.Context(), health.LiveData); got.Code != want {
					t.Errorf("%+v, want %s", got, want)
				}
			}
		})
	}
}
