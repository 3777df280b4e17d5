package main

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"assay/store/storetest"
)

// How long processes are killed and stopped, and how long the rest may take
// after it.
const (
	chaosFor   = 30 * time.Second
	chaosAfter = 5 * time.Minute
)

// chaos is a laboratory of a server and three workers on one PostgreSQL
// server, all of which come to harm.
type chaos struct {
	*testing.T
	rand     *rand.Rand
	server   *storetest.PostgresServer
	database string
	machines []*machine
}

// machine is one process after another and their log.
type machine struct {
	name   string
	args   []string
	log    string
	starts int
	cmd    *exec.Cmd
}

// watch makes PostgreSQL itself look at every change of a job: what has ended
// stays as it is, the lease only grows, no class has more jobs than its cap,
// what goes back gives its place away, and only the process that started an
// attempt completes it.
const watch = `
create table harm (what text, job bigint);
create table owners (job bigint, lease bigint, process text);
create function watch_job() returns trigger language plpgsql as $$ begin
  if old.status not in ('QUEUED', 'RUNNING') then insert into harm values ('it was changed after its end', old.id); end if;
  if new.lease_seq < old.lease_seq then insert into harm values ('its lease went back', old.id); end if;
  if new.attempt > new.max_attempts then insert into harm values ('it has too many attempts', old.id); end if;
  if old.admitted_at is null and new.admitted_at is not null and
    (select count(*) from bot_jobs where class = new.class and admitted_at is not null and status in ('QUEUED', 'RUNNING')) >
    (select case new.class when 'BACKTEST' then max_backtests_running else max_improve_running end from job_caps)
    then insert into harm values ('it was admitted over the cap', old.id); end if;
  if old.status = 'RUNNING' and new.status = 'QUEUED' and new.admitted_at is not null
    then insert into harm values ('it went back and kept its place', old.id); end if;
  if old.status = 'QUEUED' and new.status = 'RUNNING' then
    insert into owners values (new.id, new.lease_seq, current_setting('application_name')); end if;
  if new.status = 'COMPLETED' and exists (select 1 from owners
    where job = old.id and lease = old.lease_seq and process <> current_setting('application_name'))
    then insert into harm values ('its last attempt was completed by another process', old.id); end if;
  return null;
end $$;
create trigger watch_job after update on bot_jobs for each row execute function watch_job();
create function watch_attempt() returns trigger language plpgsql as $$ begin
  if old.ended_at is not null then insert into harm values ('an attempt of it ended twice', old.job_id); end if;
  return null;
end $$;
create trigger watch_attempt after update on job_attempts for each row execute function watch_attempt();`

// Three workers and a server are killed, stopped for longer than anybody waits
// for them, and woken, and the database is restarted under them: nothing is
// lost, nothing is completed twice, and no bot has two active jobs.
func TestChaos(t *testing.T) {
	t.Parallel()
	seed := uint64(time.Now().UnixNano())
	if text := os.Getenv("ASSAY_CHAOS_SEED"); text != "" {
		var err error
		if seed, err = strconv.ParseUint(text, 10, 64); err != nil {
			t.Fatal(err)
		}
	}
	t.Logf("seed %d; repeat it with ASSAY_CHAOS_SEED", seed)
	c := &chaos{T: t, rand: rand.New(rand.NewPCG(seed, 0)), server: storetest.NewPostgresServer(t)}
	c.database = c.server.NewDatabase(t)
	c.begin()
	c.harm()
	c.recover()
	c.audit()
}

// begin starts the server, and the workers when it has planned.
func (c *chaos) begin() {
	dir := c.TempDir()
	home := []string{"--home", filepath.Join(dir, "home")}
	pace := []string{"--workers", "1", "--beat", "500ms", "--stuck-after", "3s"}
	for n := range 4 {
		m := &machine{name: fmt.Sprintf("worker %d", n), log: filepath.Join(dir, fmt.Sprintf("log-%d", n))}
		m.args = append(append(append([]string{}, home...), "worker"), pace...)
		if n == 0 {
			m.name = "server"
			m.args = append(append(append([]string{}, home...), "serve", "--listen", "127.0.0.1:0", "--max-backtests", "4"), pace...)
		}
		c.machines = append(c.machines, m)
	}
	c.Cleanup(func() {
		for _, m := range c.machines {
			m.kill()
			if log, err := os.ReadFile(m.log); err == nil && c.Failed() {
				c.Logf("%s said at last:\n%s", m.name, log[max(0, len(log)-4000):])
			}
		}
	})
	c.start(c.machines[0])
	c.until("the server serves", func() bool {
		said, _ := os.ReadFile(c.machines[0].log)
		return bytes.Contains(said, []byte("Console:"))
	})
	c.until("the server has planned", func() bool { return c.number("select count(*) from bot_jobs") >= enough })
	c.ask(watch)
	c.ask(`update bots set paused_at = now(), paused_reason = 'enough are left'
		where id not in (select id from bots order by id limit 6)`)
	for _, m := range c.machines[1:] {
		c.start(m)
	}
}

func (c *chaos) start(m *machine) {
	c.Helper()
	log, err := os.OpenFile(m.log, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		c.Fatal(err)
	}
	defer log.Close() // the process has its own
	m.starts++
	m.cmd = exec.Command("assay", append([]string{"--database", c.as(fmt.Sprintf("%s, start %d", m.name, m.starts))}, m.args...)...)
	m.cmd.Stdout, m.cmd.Stderr = log, log
	if err := m.cmd.Start(); err != nil {
		c.Fatal(err)
	}
}

// as is the address of the database for one process, which gets a name there.
func (c *chaos) as(process string) string {
	and := "?"
	if strings.Contains(c.database, "?") {
		and = "&"
	}
	return c.database + and + "application_name=" + url.QueryEscape(process)
}

// kill is kill -9, whether the process runs or is stopped.
func (m *machine) kill() {
	if m.cmd == nil {
		return
	}
	_ = m.cmd.Process.Kill()
	_ = m.cmd.Wait() // says that it was killed
	m.cmd = nil
}

// harm does something to some machine again and again, makes new work as a
// reset does, and restarts the database in the middle.
func (c *chaos) harm() {
	began, restarted, resets := time.Now(), false, 0
	for time.Since(began) < chaosFor {
		if int(time.Since(began)/(4*time.Second)) >= resets {
			c.reset()
			resets++
		}
		if !restarted && time.Since(began) > chaosFor/2 {
			restarted = true
			c.Log("the database restarts")
			c.server.Stop(c)
			c.pass(time.Duration(c.rand.IntN(2000)) * time.Millisecond)
			c.server.Start(c)
		}
		m := c.victim()
		if c.rand.IntN(2) == 0 {
			m.kill()
			c.pass(time.Duration(c.rand.IntN(1000)) * time.Millisecond)
			c.start(m)
		} else {
			c.signal(m, syscall.SIGSTOP)
			if c.rand.IntN(2) == 0 {
				c.pass(time.Duration(1000+c.rand.IntN(7000)) * time.Millisecond)
			} else {
				c.replaced(m)
			}
			c.signal(m, syscall.SIGCONT)
		}
		c.pass(time.Duration(c.rand.IntN(1500)) * time.Millisecond)
	}
}

// victim is mostly a machine in the middle of a job; workers are named after
// their process.
func (c *chaos) victim() *machine {
	busy := c.ask(`select coalesce(string_agg(worker_id, ' '), '') from bot_jobs where status = 'RUNNING'`)
	any := c.machines[c.rand.IntN(len(c.machines))]
	if c.rand.IntN(5) == 0 {
		return any
	}
	for _, n := range c.rand.Perm(len(c.machines)) {
		if m := c.machines[n]; strings.Contains(busy, fmt.Sprintf("-%d-", m.cmd.Process.Pid)) {
			return m
		}
	}
	return any
}

// replaced waits until another process is in the middle of what a stopped one
// did, but not for ever: it may have done nothing.
func (c *chaos) replaced(m *machine) {
	c.Helper()
	const mine = "bot_jobs where status = 'RUNNING' and worker_id %s '%%-%d-%%'"
	jobs := c.ask(`select coalesce(string_agg(id::text, ','), '0') from ` + fmt.Sprintf(mine, "like", m.cmd.Process.Pid))
	for began := time.Now(); time.Since(began) < 10*time.Second; c.pass(20 * time.Millisecond) {
		if c.number(`select count(*) from `+fmt.Sprintf(mine, "not like", m.cmd.Process.Pid)+` and id in (`+jobs+`)`) > 0 {
			return
		}
	}
}

func (c *chaos) signal(m *machine, s syscall.Signal) {
	if err := m.cmd.Process.Signal(s); err != nil {
		c.Fatalf("%s: %v; did it end by itself?", m.name, err)
	}
}

// pass lets the processes work.
func (c *chaos) pass(d time.Duration) { <-time.After(d) }

// reset makes every bot need a new baseline and wakes the planner.
func (c *chaos) reset() {
	c.ask(`begin; update bots set metrics_reset_at = date_trunc('milliseconds', now());
		update counters set value = value + 1 where name = 'planning'; commit`)
}

// recover lets everybody live, and waits until every bot has the result that
// the last reset asks for.
func (c *chaos) recover() {
	for _, m := range c.machines {
		c.signal(m, syscall.SIGCONT)
	}
	c.until("every bot has a result since the last reset, and nothing is active", func() bool {
		return c.number(`select count(*) from bots b where paused_at is null and not exists (select 1 from backtest_sessions s
				where s.bot_id = b.id and s.job_created_at >= b.metrics_reset_at)`) == 0 &&
			c.number(`select count(*) from bot_jobs where status in ('QUEUED', 'RUNNING')`) == 0
	})
}

// audit asks the database whether anything went wrong.
func (c *chaos) audit() {
	for what, query := range map[string]string{
		"what the triggers saw": `select what || ': job ' || job from harm`,
		"completed jobs without exactly one session": `select id from bot_jobs j where status = 'COMPLETED'
			and (select count(*) from backtest_sessions s where s.job_id = j.id) <> 1`,
		"sessions of jobs that did not complete": `select s.id from backtest_sessions s join bot_jobs j on j.id = s.job_id
			where j.status <> 'COMPLETED'`,
		"jobs whose attempts do not add up": `select j.id from bot_jobs j where attempt <>
			(select count(*) from job_attempts a where a.job_id = j.id and a.outcome not in ('', 'RELEASED'))`,
		"attempts without an end": `select id from job_attempts where ended_at is null`,
		"ticks that do not add up": `select id from planner_ticks
			where error = '' and bots_evaluated <> jobs_enqueued + bots_held`,
	} {
		if got := c.ask(query); got != "" {
			c.Errorf("%s: %s", what, got)
		}
	}
	if c.number(`select count(*) from job_attempts where outcome = 'STALLED'`) == 0 {
		c.Error("no attempt was broken off; the test proved nothing")
	}
	late := 0
	for _, m := range c.machines {
		log, err := os.ReadFile(m.log)
		if err != nil {
			c.Fatal(err)
		}
		late += bytes.Count(log, []byte("a job went on without this worker"))
	}
	c.Logf("attempts: %s; late comers refused: %d; terms of the planner: %s", strings.ReplaceAll(
		c.ask(`select outcome, count(*) from job_attempts group by 1 order by 1`), "\n", ", "), late, c.ask(`select term from leases where name = 'planner'`))
}

func (c *chaos) ask(query string) string {
	c.Helper()
	out, err := exec.Command("psql", "--no-psqlrc", "-qAt", "-v", "ON_ERROR_STOP=1", c.database, "-c", query).CombinedOutput()
	if err != nil {
		c.Fatalf("%s: %v: %s", query, err, out)
	}
	return strings.TrimSpace(string(out))
}

func (c *chaos) number(query string) int {
	c.Helper()
	n, err := strconv.Atoi(c.ask(query))
	if err != nil {
		c.Fatalf("%s: %v", query, err)
	}
	return n
}

// until asks again and again, but not for ever.
func (c *chaos) until(what string, true func() bool) {
	c.Helper()
	for began := time.Now(); !true(); c.pass(200 * time.Millisecond) {
		if time.Since(began) > chaosAfter {
			c.Fatalf("not within %s: %s", chaosAfter, what)
		}
	}
}
