package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// enough results for a test; the fleet is larger.
const enough = 5

// A laboratory from nothing, killed in the middle of a job: what an operator
// does on the first day, through the binary, with the queries of the manual.
func TestServe(t *testing.T) {
	home := filepath.Join(t.TempDir(), "home")
	for n := 1; ; n++ {
		s := serve(t, home)
		s.await("job started", 1)
		s.end(syscall.SIGKILL)
		if running := ask(t, home, "select count(*) from bot_jobs where status = 'RUNNING'"); running == "1" {
			break
		}
		if n == enough {
			t.Fatal("every job had ended before the server was killed")
		}
	}
	s := serve(t, home)
	if code, said := command(t, "--home", home, "serve", "--listen", "127.0.0.1:0"); code != 4 ||
		!strings.Contains(said, "another Assay already serves") {
		t.Errorf("a second server on one home: exit code %d, %s", code, said)
	}
	for len(s.bots()) < enough {
		s.await("job completed", 1)
	}
	if code, said := command(t, "--home", home, "doctor", "--listen", strings.TrimPrefix(s.url, "http://")); code != 0 ||
		!strings.Contains(said, "an Assay serves this home\n") || !strings.Contains(said, "which is SIM DATA\n") {
		t.Errorf("the doctor: exit code %d, %s", code, said)
	}
	auditHome(t, home)
	if code := s.end(syscall.SIGTERM); code != 0 {
		t.Errorf("told to stop, it ended with exit code %d", code)
	}
	auditHome(t, home)
	if code, said := command(t, "--home", home, "replay", "--all"); code != 0 ||
		!strings.Contains(said, " sessions replayed: ") || strings.Count(said, "SIM DATA") < enough {
		t.Errorf("replay: exit code %d, %s", code, said)
	}
	if code, said := command(t, "--home", home, "replay", "1", "--checks"); code != 0 {
		t.Errorf("replay with checks: exit code %d, %s", code, said)
	}
	ask(t, home, "update backtest_trades set net = net + 1 where session_id = 2 and n = 3")
	const changed = "does not replay: trade 3: net is stored as "
	if code, said := command(t, "--home", home, "replay", "--all"); code != 1 ||
		strings.Count(said, changed) != 1 || !strings.Contains(said, "assay: 1 of ") {
		t.Errorf("replay of a changed trade: exit code %d, %s", code, said)
	}
}

// auditHome asks the database as an operator does, also while Assay serves it.
func auditHome(t *testing.T, home string) {
	t.Helper()
	const bot = "'mes-gap-fade'"
	for _, c := range []struct{ query, want string }{
		{`SELECT id, bot_id, job_type, status, attempt, iteration, created_at, started_at, completed_at FROM bot_jobs
			WHERE bot_id=` + bot + ` ORDER BY created_at DESC LIMIT 10`, "mes-gap-fade|BASELINE_BACKTEST|COMPLETED|"},
		{`SELECT id, bot_id, status, last_heartbeat_at, updated_at FROM bot_instances
			WHERE bot_id=` + bot + ` ORDER BY updated_at DESC LIMIT 5`, ""},
		{`SELECT id, bot_id, status, completed_at, total_trades, net_pnl, created_at FROM backtest_sessions
			WHERE bot_id=` + bot + ` ORDER BY created_at DESC LIMIT 5`, "mes-gap-fade|COMPLETED|"},
		{`SELECT id, bot_id, from_stage, to_stage, reason_code, created_at FROM bot_stage_events
			WHERE bot_id=` + bot + ` ORDER BY created_at DESC LIMIT 10`, ""},
	} {
		if got := ask(t, home, c.query); !strings.Contains(got, c.want) {
			t.Errorf("%s\nanswers %q, want something with %q", c.query, got, c.want)
		}
	}
	for what, c := range map[string]struct{ query, want string }{
		"whether the baselines are enough, and how many were tried twice": {fmt.Sprintf(`select count(*) >= %d,
			sum(attempt) - count(*) from bot_jobs where job_type = 'BASELINE_BACKTEST' and status = 'COMPLETED'`, enough), "1|1"},
		"completed jobs without exactly one session": {`select count(*) from bot_jobs j where status = 'COMPLETED'
			and (select count(*) from backtest_sessions s where s.job_id = j.id) <> 1`, "0"},
		"sessions without their completed job": {`select count(*) from backtest_sessions s where not exists
			(select 1 from bot_jobs j where j.id = s.job_id and j.status = 'COMPLETED' and j.bot_id = s.bot_id)`, "0"},
		"completed jobs whose attempts do not add up": {`select count(*) from bot_jobs j where status = 'COMPLETED'
			and attempt <> (select count(*) from job_attempts a where a.job_id = j.id and a.outcome <> '')`, "0"},
		"attempts that ended with the process": {`select count(*) from job_attempts where outcome = 'STALLED'`, "1"},
		"ticks that do not add up": {`select count(*) from planner_ticks
			where bots_evaluated <> jobs_enqueued + bots_held`, "0"},
		"sessions not called simulated": {`select count(*) from backtest_sessions where sim_data = 0`, "0"},
	} {
		if got := ask(t, home, c.query); got != c.want {
			t.Errorf("%s: %s, want %s", what, got, c.want)
		}
	}
}

func ask(t *testing.T, home, query string) string {
	t.Helper()
	out, err := exec.Command("sqlite3", filepath.Join(home, "assay.db"), query).CombinedOutput()
	if err != nil {
		t.Fatalf("%s: %v: %s", query, err, out)
	}
	return strings.TrimSpace(string(out))
}

// command runs assay to its end.
func command(t *testing.T, args ...string) (code int, said string) {
	t.Helper()
	cmd := exec.Command("assay", args...)
	out, err := cmd.CombinedOutput()
	if cmd.ProcessState == nil {
		t.Fatal(err)
	}
	return cmd.ProcessState.ExitCode(), string(out)
}

// server is a running assay serve.
type server struct {
	t   *testing.T
	cmd *exec.Cmd
	url string
	log *bufio.Scanner
}

// serve starts the binary and returns when the console answers.
func serve(t *testing.T, home string, more ...string) *server {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	t.Cleanup(cancel) // kills it, if the test did not
	args := append([]string{"--home", home, "serve", "--listen", "127.0.0.1:0", "--workers", "1"}, more...)
	cmd := exec.CommandContext(ctx, "assay", args...)
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
	s := &server{t: t, cmd: cmd, log: bufio.NewScanner(log)}
	line, _ := bufio.NewReader(out).ReadString('\n')
	url, ok := strings.CutPrefix(strings.TrimSpace(line), "Console: ")
	if !ok {
		rest, _ := io.ReadAll(log)
		t.Fatalf("it says %q: %s", line, rest)
	}
	s.url = url
	return s
}

// await reads the log until it has said something n more times.
func (s *server) await(what string, n int) {
	s.t.Helper()
	for n > 0 && s.log.Scan() {
		if strings.Contains(s.log.Text(), `msg="`+what+`"`) {
			n--
		}
	}
	if n > 0 {
		s.t.Fatalf("the log ended before it said %q %d more times", what, n)
	}
}

// bots returns which bots have a result, with its number of trades.
func (s *server) bots() map[string]int {
	s.t.Helper()
	answer, err := http.Get(s.url + "/api/bots?limit=1000")
	if err != nil {
		s.t.Fatal(err)
	}
	defer answer.Body.Close()
	var body struct {
		Data []struct {
			ID      string
			Metrics struct {
				Trades  *int
				SimData bool
			}
		}
	}
	if err := json.NewDecoder(answer.Body).Decode(&body); err != nil {
		s.t.Fatal(err)
	}
	trades := map[string]int{}
	for _, b := range body.Data {
		if b.Metrics.Trades != nil && b.Metrics.SimData {
			trades[b.ID] = *b.Metrics.Trades
		}
	}
	return trades
}

// end sends a signal and returns the exit code, -1 after a kill.
func (s *server) end(signal syscall.Signal) int {
	s.t.Helper()
	if err := s.cmd.Process.Signal(signal); err != nil {
		s.t.Fatal(err)
	}
	for s.log.Scan() { // Wait closes the pipe, so it is read to its end before
	}
	_ = s.cmd.Wait() // says how it ended, as does ProcessState
	return s.cmd.ProcessState.ExitCode()
}
