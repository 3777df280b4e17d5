package main

import (
	"bufio"
	"context"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"assay/store/storetest"
)

// Two servers and a worker on one database. The worker and the server that
// plans are killed in the middle of jobs; the other server brings them to
// their end.
func TestServeOnPostgres(t *testing.T) {
	t.Parallel() // it waits for the dead to grow stale
	home, database := filepath.Join(t.TempDir(), "home"), storetest.EmptyPostgresAddress(t)
	psql := func(query string) string {
		t.Helper()
		out, err := exec.Command("psql", "--no-psqlrc", "-At", database, "-c", query).CombinedOutput()
		if err != nil {
			t.Fatalf("%s: %v: %s", query, err, out)
		}
		return strings.TrimSpace(string(out))
	}
	running := func(worker string) string {
		return psql("select coalesce(max(id), 0) from bot_jobs where status = 'RUNNING' and worker_id = '" + worker + "'")
	}
	first := serve(t, home, "--database", database, "--max-backtests", "3")
	first.await("this process is the planner now", 1)
	second := serve(t, home, "--database", database, "--max-backtests", "3")

	dead := "0"
	for n := 0; dead == "0"; n++ {
		name, kill := startWorker(t, home, database)
		kill()
		if dead = running(name); n == enough {
			t.Fatal("every job had ended before its worker was killed")
		}
	}
	first.end(syscall.SIGKILL)
	second.await("this process is the planner now", 1)
	for psql("select status from bot_jobs where id = "+dead) != "COMPLETED" || len(second.bots()) < enough {
		second.await("job completed", 1)
	}
	for what, c := range map[string]struct{ query, want string }{
		"attempts of the worker's job": {`select attempt from bot_jobs where id = ` + dead, "2"},
		"completed jobs without exactly one session": {`select count(*) from bot_jobs j where status = 'COMPLETED'
			and (select count(*) from backtest_sessions s where s.job_id = j.id) <> 1`, "0"},
		"completed jobs whose attempts do not add up": {`select count(*) from bot_jobs j where status = 'COMPLETED'
			and attempt <> (select count(*) from job_attempts a where a.job_id = j.id and a.outcome <> '')`, "0"},
		"ticks that do not add up": {`select count(*) from planner_ticks
			where error = '' and bots_evaluated <> jobs_enqueued + bots_held`, "0"},
		"terms of the planner":          {`select term from leases where name = 'planner'`, "2"},
		"sessions not called simulated": {`select count(*) from backtest_sessions where not sim_data`, "0"},
	} {
		if got := psql(c.query); got != c.want {
			t.Errorf("%s: %s, want %s", what, got, c.want)
		}
	}
	if code := second.end(syscall.SIGTERM); code != 0 {
		t.Errorf("told to stop, it ended with exit code %d", code)
	}
	if code, said := command(t, "--home", home, "--database", database, "replay", "--all"); code != 0 {
		t.Errorf("replay: exit code %d, %s", code, said)
	}
}

// startWorker starts a worker and returns its name when it has started a job.
func startWorker(t *testing.T, home, database string) (name string, kill func()) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	t.Cleanup(cancel)
	cmd := exec.CommandContext(ctx, "assay", "--home", home, "--database", database, "worker", "--workers", "1")
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	log, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	line, _ := bufio.NewReader(out).ReadString('\n')
	name = strings.TrimSpace(strings.TrimPrefix(line, "Worker:"))
	for lines := bufio.NewScanner(log); lines.Scan(); {
		if strings.Contains(lines.Text(), `msg="job started"`) {
			break
		}
	}
	return name, func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait() // says that it was killed
	}
}
