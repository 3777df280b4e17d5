package control_test

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"testing"

	"github.com/google/go-cmp/cmp"

	"assay/job"
	"assay/store"
)

// serveEnv makes this test binary serve the data directory it names, so that
// a test can kill a real process.
const serveEnv = "ASSAY_TEST_SERVE"

func TestMain(m *testing.M) {
	if dir := os.Getenv(serveEnv); dir != "" {
		if err := serve(dir); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	os.Exit(m.Run())
}

// serve runs planner and worker until the process is killed.
func serve(dir string) error {
	release, err := store.LockServing(dir)
	if err != nil {
		return err
	}
	defer func() { _ = release() }()
	l, err := openLab(context.Background(), dir)
	if err != nil {
		return err
	}
	fmt.Println("serving")
	go l.planner.Run(context.Background())
	return l.local.Run(context.Background())
}

// startServing starts the process and returns when it serves.
func startServing(t *testing.T, dir string) (kill func()) {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), serveEnv+"="+dir)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	killed := false
	kill = func() {
		if killed {
			return
		}
		killed = true
		_ = cmd.Process.Kill()
		_ = cmd.Wait() // says that it was killed
	}
	t.Cleanup(kill)
	if line, err := bufio.NewReader(out).ReadString('\n'); err != nil || line != "serving\n" {
		t.Fatalf("the server said %q, %v", line, err)
	}
	return kill
}

// kill -9 in the middle of running jobs, start again: every job ends exactly
// once, attempts add up, no session without its job.
func TestKilledInTheMiddleOfJobs(t *testing.T) {
	dir := t.TempDir()
	l, err := openLab(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	defer l.db.Close()
	addStarters(t, l.db, 2)
	for round := range 3 {
		kill := startServing(t, dir)
		until(t, l.db, "a job runs", func() bool {
			running := must[[]job.Job](t)(l.db.OldestActive(t.Context(), 1))
			done := must[[]store.Session](t)(l.db.Sessions(t.Context(), "", 10))
			return len(running) == 1 && len(done) >= 2*round
		})
		kill()
	}
	kill := startServing(t, dir)
	until(t, l.db, "everything is done", func() bool { return l.resultsOn(t, "SIM-ES") })
	kill()
	l.auditJobs(t)
}

// auditJobs holds every job against its attempts and sessions.
func (l *lab) auditJobs(t *testing.T) {
	t.Helper()
	sessions := map[int64]int{}
	for _, s := range must[[]store.Session](t)(l.db.Sessions(t.Context(), "", 1000)) {
		sessions[s.JobID]++
	}
	repeated := 0
	for _, row := range must[[]store.FleetRow](t)(l.db.Fleet(t.Context(), store.FleetFilter{})) {
		for _, j := range must[[]job.Job](t)(l.db.Jobs(t.Context(), row.Facts.Bot.ID, 100)) {
			var got []string
			for _, a := range must[[]store.Attempt](t)(l.db.Attempts(t.Context(), j.ID)) {
				got = append(got, fmt.Sprintf("×%d %s", a.Attempt, a.Outcome))
			}
			var want []string
			for n := 1; n < j.Attempt; n++ {
				want = append(want, fmt.Sprintf("×%d %s", n, job.OutcomeStalled))
				repeated++
			}
			want = append(want, fmt.Sprintf("×%d %s", j.Attempt, job.OutcomeCompleted))
			if diff := cmp.Diff(want, got); diff != "" || j.Status != job.Completed || sessions[j.ID] != 1 {
				t.Errorf("job %d is %s with %d sessions; attempts (-want +got):\n%s", j.ID, j.Status, sessions[j.ID], diff)
			}
			delete(sessions, j.ID)
		}
	}
	if len(sessions) > 0 {
		t.Errorf("sessions without a job of the fleet: %v", sessions)
	}
	if repeated == 0 {
		t.Error("no job was killed in the middle; the test proved nothing")
	}
}
