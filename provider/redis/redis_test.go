package redis_test

import (
	"fmt"
	"net"
	"strings"
	"testing"
	"time"

	goredis "github.com/redis/go-redis/v9"

	"assay/health"
	"assay/internal/leak"
	"assay/provider"
	"assay/provider/redis"
	"assay/provider/redis/redistest"
	"assay/provider/wire"
)

var _ provider.Verifier = (*redis.Client)(nil)

const planted = "hunter2-planted"

func TestPingPasses(t *testing.T) {
	server := redistest.Start(t, "requirepass "+planted)
	v := verify(t, redis.Config{URL: "redis://:" + planted + "@" + server.Address + "/1", Slow: time.Minute})
	if v.Outcome != health.Passed || v.Code != "" || v.Probe != health.Ping || v.Provider != health.Redis {
		t.Errorf("got %+v", v)
	}
	if v.Latency <= 0 || v.Latency > 5*time.Second || time.Since(v.At) > time.Minute {
		t.Errorf("latency %s at %s", v.Latency, v.At)
	}
}

func TestAnotherProbeIsRefused(t *testing.T) {
	client, err := redis.New(redis.Config{URL: redistest.Start(t).URL()})
	if err != nil {
		t.Fatal(err)
	}
	if v := client.Verify(t.Context(), health.LiveData); v.Outcome != health.Failed || v.Code != health.RequestRefused {
		t.Errorf("got %+v", v)
	}
}

func TestSlowPingsAreDegraded(t *testing.T) {
	server := redistest.Start(t)
	v := verify(t, redis.Config{URL: server.URL(), Slow: 1})
	if v.Outcome != health.Degraded || v.Code != health.Slow {
		t.Errorf("got %+v", v)
	}
}

// A machine that is busy for a moment does not make Redis slow.
func TestABusyMomentIsNotSlowness(t *testing.T) {
	server := redistest.Start(t)
	at, calls := time.Now(), 0
	v := verify(t, redis.Config{URL: server.URL(), Now: func() time.Time {
		if calls++; calls < 12 { // the beginning, and the first round
			at = at.Add(10 * time.Millisecond)
		}
		at = at.Add(time.Microsecond)
		return at
	}})
	if v.Outcome != health.Passed || v.Code != "" || v.Latency > time.Millisecond {
		t.Errorf("got %+v", v)
	}
}

func TestRefusals(t *testing.T) {
	locked := redistest.Start(t, "requirepass right")
	open := redistest.Start(t, "user guest on >"+planted+" -@all +hello +select")
	full := redistest.Start(t, "maxclients 1")
	hold, err := net.Dial("tcp", full.Address)
	if err != nil {
		t.Fatal(err)
	}
	defer hold.Close()
	fmt.Fprint(hold, "PING\r\n")
	if _, err := hold.Read(make([]byte, 7)); err != nil { // it is counted now
		t.Fatal(err)
	}
	for _, test := range []struct {
		name, url string
		code      health.Code
		words     string
	}{
		{"no password", locked.URL(), health.CredentialsRefused, "NOAUTH Authentication required."},
		{"wrong password", "redis://:" + planted + "@" + locked.Address, health.CredentialsRefused, "WRONGPASS"},
		{"unknown user", "redis://joe:" + planted + "@" + open.Address, health.CredentialsRefused, "WRONGPASS"},
		{"no permission", "redis://guest:" + planted + "@" + open.Address, health.CredentialsRefused, "NOPERM"},
		{"no such database", "redis://" + open.Address + "/99", health.RequestRefused, "DB index is out of range"},
		{"too many clients", full.URL(), health.NoRoom, "max number of clients"},
		{"nobody there", "redis://" + nobody(t), health.Unreachable, "connection refused"},
		{"cut", "redis://" + speaks(t, ""), health.Unreachable, "EOF"},
		{"another protocol", "redis://" + speaks(t, "HTTP/1.1 400 Bad Request\r\n\r\n"), health.MalformedAnswer, "does not speak Redis"},
		{"no TLS there", "rediss://" + speaks(t, "-ERR unknown command\r\n"), health.MalformedAnswer, "does not speak Redis"},
	} {
		t.Run(test.name, func(t *testing.T) {
			v := verify(t, redis.Config{URL: test.url})
			if v.Outcome != wire.OutcomeOf(test.code) || v.Code != test.code || !strings.Contains(v.Detail, test.words) {
				t.Errorf("got %+v, want %s: %s", v, test.code, test.words)
			}
		})
	}
}

func TestAServerThatGoesAndComes(t *testing.T) {
	server := redistest.Start(t)
	c := redis.Config{URL: server.URL(), Slow: time.Minute, Timeout: 300 * time.Millisecond}
	server.Freeze(t)
	if v := verify(t, c); v.Code != health.TimedOut || v.Latency < c.Timeout {
		t.Errorf("frozen: %+v", v)
	}
	server.Thaw(t)
	c.Timeout = 0
	if v := verify(t, c); v.Outcome != health.Passed {
		t.Errorf("thawed: %+v", v)
	}
	server.Stop(t)
	if v := verify(t, c); v.Code != health.Unreachable {
		t.Errorf("stopped: %+v", v)
	}
	server.Restart(t)
	if v := verify(t, c); v.Outcome != health.Passed {
		t.Errorf("back: %+v", v)
	}
}

func TestAServerThatLoads(t *testing.T) {
	server := redistest.Start(t, "key-load-delay 50000", "loading-process-events-interval-bytes 1024", "rdbcompression no")
	fill(t, server)
	server.Stop(t)
	server.Begin(t)
	c := redis.Config{URL: server.URL()}
	for until := time.Now().Add(20 * time.Second); ; {
		v := verify(t, c)
		if v.Code == health.ServerError && strings.Contains(v.Detail, "LOADING") {
			return
		}
		if v.Code != health.Unreachable || time.Now().After(until) { // it listens a moment after it began
			t.Fatalf("got %+v", v)
		}
	}
}

// fill saves enough keys for a long load.
func fill(t *testing.T, server *redistest.Server) {
	t.Helper()
	client := goredis.NewClient(&goredis.Options{Addr: server.Address})
	defer client.Close()
	value := strings.Repeat("x", 2000)
	for i := range 400 {
		if err := client.Set(t.Context(), fmt.Sprint("key", i), value, 0).Err(); err != nil {
			t.Fatal(err)
		}
	}
	if err := client.Save(t.Context()).Err(); err != nil {
		t.Fatal(err)
	}
}

func TestABadAddressIsNotRepeated(t *testing.T) {
	for _, url := range []string{"", "localhost:6379", "redis://:" + planted + "@host:port", "redis://:" + planted + "@%zz", "http://:" + planted + "@host"} {
		_, err := redis.New(redis.Config{URL: url})
		if err == nil || strings.Contains(err.Error(), planted) {
			t.Errorf("%q: %v", url, err)
		}
	}
}

func TestAddressHasNoSecret(t *testing.T) {
	for url, want := range map[string]string{
		"redis://joe:" + planted + "@cache.example/2": "redis://cache.example:6379/2",
		"rediss://:" + planted + "@cache.example:1":   "rediss://cache.example:1/0",
		"unix://joe:" + planted + "@/run/redis.sock":  "unix:///run/redis.sock",
	} {
		c, err := redis.New(redis.Config{URL: url})
		if err != nil || c.Address() != want {
			t.Errorf("%s: %v, %v", url, c.Address(), err)
		}
	}
}

func verify(t *testing.T, c redis.Config) health.Verification {
	t.Helper()
	leak.Check(t)
	client, err := redis.New(c)
	if err != nil {
		t.Fatal(err)
	}
	v := client.Verify(t.Context(), health.Ping)
	if strings.Contains(fmt.Sprint(v, client.Address()), planted) {
		t.Errorf("the password is told: %+v", v)
	}
	return v
}

// nobody returns an address where nothing listens.
func nobody(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

// speaks returns the address of a server that reads a little, says text and
// hangs up.
func speaks(t *testing.T, text string) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			conn.Read(make([]byte, 4096))
			fmt.Fprint(conn, text)
			conn.Close()
		}
	}()
	return l.Addr().String()
}
