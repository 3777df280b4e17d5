// Package redistest runs a real Redis server for tests.
package redistest

import (
	"bufio"
	"context"
	"io"
	"net"
	"os/exec"
	"strings"
	"syscall"
	"testing"
)

// Server is a Redis of one test, with a folder and a port of its own. It stops
// with the test, and when the test binary ends, however that ends.
type Server struct {
	Address string // host:port
	orders  io.Writer
	answers *bufio.Reader
}

// URL is the server's address as REDIS_URL wants it.
func (s *Server) URL() string { return "redis://" + s.Address + "/0" }

// script keeps a server for as long as its standard input is open. The server
// is told by words to stop, start, and to hold still without closing anything.
const script = `set -u
dir=$1; shift
begin() {
	: >"$dir/log" # here, as the child empties it too late for grep
	redis-server "$@" --dir "$dir" --save '' --appendonly no --daemonize no >"$dir/log" 2>&1 &
	pid=$!
}
start() {
	begin "$@"
	until grep -q 'eady to accept connections' "$dir/log"; do
		kill -0 $pid 2>/dev/null || { tail -3 "$dir/log" | tr '\n' ' '; echo; return; }
		sleep 0.02
	done
	echo ready
}
stop() { kill -9 $pid; wait $pid 2>/dev/null; echo ready; }
start "$@"
while read -r order; do
	case $order in
	start) start "$@" ;;
	begin) begin "$@"; echo ready ;;
	stop) stop ;;
	freeze) kill -STOP $pid; echo ready ;;
	thaw) kill -CONT $pid; echo ready ;;
	esac
done
stop >/dev/null
`

// Start starts a server; settings are lines of redis.conf, as "requirepass x".
func Start(t testing.TB, settings ...string) *Server {
	t.Helper()
	if _, err := exec.LookPath("redis-server"); err != nil {
		t.Fatal("redis-server is not installed, and the tests need it: make test installs it")
	}
	trouble := ""
	for range attempts {
		s := &Server{Address: freeAddress(t)}
		if trouble = s.run(t, s.args(t, settings)); trouble == "" {
			return s
		}
	}
	t.Fatalf("redis-server does not start: %s", trouble)
	return nil
}

// attempts are made to start a server: another process may take the port
// between us and it.
const attempts = 5

func (s *Server) args(t testing.TB, settings []string) []string {
	host, port, _ := strings.Cut(s.Address, ":")
	args := []string{"-c", script, "sh", t.TempDir(), "--bind", host, "--port", port}
	for _, setting := range settings {
		words := strings.Fields(setting)
		args = append(append(args, "--"+words[0]), words[1:]...)
	}
	return args
}

// run returns what the server said when it does not start.
func (s *Server) run(t testing.TB, args []string) (trouble string) {
	t.Helper()
	cmd := exec.CommandContext(context.Background(), "sh", args...) //nolint:gosec // a test's own words
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}           // Ctrl-C is for the test, whose end stops the server
	orders, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	s.orders, s.answers = orders, bufio.NewReader(out)
	t.Cleanup(func() {
		_ = orders.Close() // the word to end
		_ = cmd.Wait()     // the server was killed
	})
	return s.ready()
}

// Stop ends the server as a power cut does; Restart brings it back.
func (s *Server) Stop(t testing.TB) { s.order(t, "stop") }

// Restart starts a server that Stop has stopped.
func (s *Server) Restart(t testing.TB) { s.order(t, "start") }

// Begin is Restart without waiting until the server has read its data.
func (s *Server) Begin(t testing.TB) { s.order(t, "begin") }

// Freeze lets the server hold still: it accepts connections and answers none.
func (s *Server) Freeze(t testing.TB) { s.order(t, "freeze") }

// Thaw ends Freeze.
func (s *Server) Thaw(t testing.TB) { s.order(t, "thaw") }

func (s *Server) order(t testing.TB, what string) {
	t.Helper()
	if _, err := io.WriteString(s.orders, what+"\n"); err != nil {
		t.Fatal(err)
	}
	if trouble := s.ready(); trouble != "" {
		t.Fatalf("%s redis-server: %s", what, trouble)
	}
}

// ready returns "" when the order was carried out.
func (s *Server) ready() (trouble string) {
	answer, err := s.answers.ReadString('\n')
	switch {
	case err != nil:
		return err.Error()
	case answer != "ready\n":
		return strings.TrimSpace(answer)
	}
	return ""
}

// freeAddress finds a port that nobody listens on.
func freeAddress(t testing.TB) string {
	t.Helper()
	l, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	return l.Addr().String()
}
