package storetest

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"assay/store"
)

// OpenPostgres opens a new PostgreSQL database for one test, on a server that
// the test binary starts for itself. clock is nil for the server's own.
func OpenPostgres(t testing.TB, clock func() time.Time) *store.DB {
	t.Helper()
	db, err := store.OpenPostgres(t.Context(), PostgresAddress(t), clock)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	return db
}

// PostgresAddress returns the address of a new database with Assay's tables,
// which is dropped after the test.
func PostgresAddress(t testing.TB) string {
	t.Helper()
	server, err := sharedServer()
	if err != nil {
		t.Fatal(err)
	}
	return server.newDatabase(t, "template "+template)
}

// EmptyPostgresAddress is PostgresAddress without tables.
func EmptyPostgresAddress(t testing.TB) string {
	t.Helper()
	server, err := sharedServer()
	if err != nil {
		t.Fatal(err)
	}
	return server.newDatabase(t, "")
}

// template is the database that every test's own is copied from.
const template = "with_tables"

var sharedServer = sync.OnceValues(func() (*PostgresServer, error) {
	server, err := startServer()
	if err != nil {
		return nil, err
	}
	ctx := context.Background()
	if err := server.ask(ctx, "create database "+template); err != nil {
		return nil, err
	}
	db, err := store.OpenPostgres(ctx, server.address(template), nil)
	if err != nil {
		return nil, err
	}
	return server, db.Close()
})

// PostgresServer is a server of its own, for tests that take it away. It is
// reached through a socket in its folder, so that it needs no free port, and
// it stops and removes its folder when the test binary ends, however that ends.
type PostgresServer struct {
	dir    string
	orders io.Writer
	done   *bufio.Reader
	count  atomic.Int64
}

// NewPostgresServer starts a server for one test.
func NewPostgresServer(t testing.TB) *PostgresServer {
	t.Helper()
	server, err := startServer()
	if err != nil {
		t.Fatal(err)
	}
	return server
}

// script keeps a server for as long as its standard input is open, and stops
// and starts it at the word.
const script = `set -eu
bin=$1
dir=$(mktemp -d /tmp/assay-pg.XXXXXX)
trap 'rm -rf "$dir"' EXIT
start() {
	"$bin/pg_ctl" -D "$dir/data" -w -l "$dir/log" start -o "-k $dir -c listen_addresses= \
		-c fsync=off -c full_page_writes=off -c max_connections=200" >/dev/null
}
stop() { "$bin/pg_ctl" -D "$dir/data" -m immediate stop >/dev/null; }
"$bin/initdb" -D "$dir/data" -A trust -U assay -E UTF8 --no-sync --locale-provider=icu --icu-locale=en >/dev/null
chmod 755 "$dir"
start
echo "$dir"
while read -r order; do "$order"; echo done; done
stop
`

func startServer() (*PostgresServer, error) {
	bin, err := postgresPrograms()
	if err != nil {
		return nil, err
	}
	shell := []string{"sh", "-c", script}
	if os.Getuid() == 0 { // PostgreSQL refuses to run as root
		shell = []string{"su", "-s", "/bin/sh", "postgres", "-c", script, "--"}
	}
	shell = append(shell, "sh", bin)
	cmd := exec.CommandContext(context.Background(), shell[0], shell[1:]...) //nolint:gosec // a folder that was found, not typed
	cmd.Dir = os.TempDir()
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // Ctrl-C is for the test, whose end stops the server
	orders, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	var trouble strings.Builder
	cmd.Stderr = &trouble
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	done := bufio.NewReader(out)
	dir, err := done.ReadString('\n')
	if err != nil {
		_ = cmd.Wait() // says less than the program did
		return nil, fmt.Errorf("PostgreSQL did not start: %s", trouble.String())
	}
	return &PostgresServer{dir: strings.TrimSpace(dir), orders: orders, done: done}, nil
}

// postgresPrograms finds the folder of the newest server's programs.
func postgresPrograms() (string, error) {
	found, err := filepath.Glob("/usr/lib/postgresql/*/bin/initdb")
	if err != nil {
		return "", err
	}
	if len(found) > 0 {
		return filepath.Dir(slices.MaxFunc(found, func(a, b string) int { return major(a) - major(b) })), nil
	}
	path, err := exec.LookPath("initdb")
	if err != nil {
		return "", fmt.Errorf("PostgreSQL is not installed, and the tests need it: make test installs it")
	}
	return filepath.Dir(path), nil
}

// major reads the version from a path like /usr/lib/postgresql/15/bin/initdb.
func major(path string) (version int) {
	_, _ = fmt.Sscanf(path, "/usr/lib/postgresql/%d", &version) // another name is version 0
	return version
}

// Stop ends the server as a power cut does; Start brings it back.
func (s *PostgresServer) Stop(t testing.TB) { s.order(t, "stop") }

// Start starts a server that Stop has stopped.
func (s *PostgresServer) Start(t testing.TB) { s.order(t, "start") }

func (s *PostgresServer) order(t testing.TB, what string) {
	t.Helper()
	if _, err := io.WriteString(s.orders, what+"\n"); err != nil {
		t.Fatal(err)
	}
	if answer, err := s.done.ReadString('\n'); err != nil {
		t.Fatalf("%s the server: %q, %v", what, answer, err)
	}
}

// NewDatabase makes an empty database and returns its address.
func (s *PostgresServer) NewDatabase(t testing.TB) string { return s.newDatabase(t, "") }

func (s *PostgresServer) newDatabase(t testing.TB, from string) string {
	t.Helper()
	name := fmt.Sprintf("test_%d", s.count.Add(1))
	if err := s.ask(t.Context(), "create database "+name+" "+from); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.ask(context.Background(), "drop database "+name+" with (force)"); err != nil {
			t.Error(err)
		}
	})
	return s.address(name)
}

func (s *PostgresServer) address(database string) string {
	return "postgres://assay@/" + database + "?host=" + s.dir
}

func (s *PostgresServer) ask(ctx context.Context, query string) error {
	conn, err := pgx.Connect(ctx, s.address("postgres"))
	if err != nil {
		return err
	}
	_, err = conn.Exec(ctx, query)
	if closing := conn.Close(ctx); err == nil {
		err = closing
	}
	return err
}
