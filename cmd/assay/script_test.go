package main

import (
	"context"
	"crypto/sha256"
	"encoding/csv"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/testscript"

	"assay/control"
	"assay/history/historytest"
	"assay/market"
	"assay/market/simbars"
	"assay/plan"
	"assay/provider/standin"
	"assay/provider/standin/archive"
	"assay/provider/standin/databento"
	"assay/store"
	"assay/store/storetest"
	"assay/worker"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"assay": main})
}

// The scripts read like the manual. Each has a home of its own; besides the
// words of testscript they know those below.
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/script",
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		Setup: func(e *testscript.Env) error {
			e.Values["t"] = e.T()
			e.Setenv("HOME", e.WorkDir)
			e.Setenv("ASSAY_HOME", filepath.Join(e.WorkDir, "home"))
			e.Setenv("REAL", os.Getenv(historytest.RealData))
			return nil
		},
		Condition: func(name string) (bool, error) {
			return os.Getenv(historytest.RealData) != "", only(name, "real")
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"bars":     writeBars,
			"refused":  refused,
			"occupy":   occupy,
			"planned":  planned,
			"postgres": postgresAddress,
			"standin":  standIn,
			"await":    await,
		},
	})
}

func only(name, known string) error {
	if name != known {
		return fmt.Errorf("unknown condition %s", name)
	}
	return nil
}

// writeBars writes generated bars to a CSV file: bars FILE ROOT SESSIONS, where
// sessions are counted in calendar days.
func writeBars(ts *testscript.TestScript, _ bool, args []string) {
	if len(args) != 3 {
		ts.Fatalf("usage: bars FILE ROOT DAYS")
	}
	contract, err := market.ContractOf(args[1])
	ts.Check(err)
	days, err := strconv.Atoi(args[2])
	ts.Check(err)
	f, err := os.Create(ts.MkAbs(args[0]))
	ts.Check(err)
	defer f.Close()
	b := simbars.Generate(contract, simbars.First+market.Date(days))
	w := csv.NewWriter(f)
	_ = w.Write([]string{"ts", "open", "high", "low", "close", "volume", "contract"})
	segment := 0
	for i := range b.Len() {
		if segment+1 < len(b.Segments) && b.Segments[segment+1].First == i {
			segment++
		}
		row := []string{strconv.FormatInt(b.Time[i], 10)}
		for _, ticks := range []int32{b.Open[i], b.High[i], b.Low[i], b.Close[i]} {
			row = append(row, contract.FormatPrice(market.Price(ticks)))
		}
		_ = w.Write(append(row, strconv.Itoa(int(b.Volume[i])), b.Segments[segment].Contract))
	}
	w.Flush()
	ts.Check(w.Error())
}

// refused runs a command that must fail as every command of Assay fails:
// refused CODE COMMAND… ends with the exit code, prints nothing but sentences
// to stderr, one a line, and leaves home and work folder as they were.
func refused(ts *testscript.TestScript, _ bool, args []string) {
	if len(args) < 2 {
		ts.Fatalf("usage: refused CODE COMMAND…")
	}
	before := content(ts, ts.MkAbs("."))
	err := ts.Exec(args[1], args[2:]...)
	exit, ok := errors.AsType[*exec.ExitError](err)
	if !ok || strconv.Itoa(exit.ExitCode()) != args[0] {
		ts.Fatalf("want exit code %s, got %v", args[0], err)
	}
	if out := ts.ReadFile("stdout"); out != "" {
		ts.Fatalf("stdout is not empty")
	}
	said := ts.ReadFile("stderr")
	for line := range strings.Lines(said) {
		if !strings.HasPrefix(line, "assay: ") || !strings.Contains(line, "; ") || strings.HasSuffix(line, ".\n") {
			ts.Fatalf("%q is no sentence with a remedy", line)
		}
	}
	if said == "" {
		ts.Fatalf("it says nothing")
	}
	if diff := cmp.Diff(before, content(ts, ts.MkAbs("."))); diff != "" {
		ts.Fatalf("something was written (-before +after):\n%s", diff)
	}
}

// content returns the hash of every file, without what SQLite keeps beside an
// open database and without locks, which are empty.
func content(ts *testscript.TestScript, dir string) map[string]string {
	files := map[string]string{}
	ts.Check(filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || slices.Contains([]string{".db-shm", ".db-wal", ".lock"}, filepath.Ext(path)) {
			return err
		}
		text, err := os.ReadFile(path)
		files[path] = fmt.Sprintf("%x", sha256.Sum256(text))
		return err
	}))
	return files
}

// postgresAddress makes an empty PostgreSQL database for the script: postgres
// VARIABLE puts its address there.
func postgresAddress(ts *testscript.TestScript, _ bool, args []string) {
	if len(args) != 1 {
		ts.Fatalf("usage: postgres VARIABLE")
	}
	ts.Setenv(args[0], storetest.EmptyPostgresAddress(ts.Value("t").(testing.TB)))
}

// planned makes a home in which a planner has ticked twice on 2026-11-23:
// planned BOTS makes that many bots, the last of them paused.
func planned(ts *testscript.TestScript, _ bool, args []string) {
	if len(args) != 1 {
		ts.Fatalf("usage: planned BOTS")
	}
	bots, err := strconv.Atoi(args[0])
	ts.Check(err)
	ctx, clock, t := context.Background(), storetest.NewClock(), ts.Value("t").(testing.TB)
	db, err := store.Open(ctx, ts.Getenv("ASSAY_HOME"), clock.Now)
	ts.Check(err)
	defer db.Close()
	last := storetest.AddBots(t, db, bots)[bots-1].ID
	storetest.AddDataSet(t, db, storetest.DataSet("SIM-ES", "f1"))
	ts.Check(db.PauseBot(ctx, last, "holiday"))
	planner := control.Planner{
		DB: db, Policy: plan.DefaultPolicy(), AllowSim: true, Reaper: worker.Reaper{DB: db, Config: worker.DefaultConfig(2)},
	}
	for range 2 {
		planner.Tick(ctx)
		clock.Add(time.Second)
	}
}

// occupy listens on a free port until the script ends: occupy VARIABLE puts
// its address there.
func occupy(ts *testscript.TestScript, _ bool, args []string) {
	if len(args) != 1 {
		ts.Fatalf("usage: occupy VARIABLE")
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	ts.Check(err)
	ts.Defer(func() { l.Close() })
	ts.Setenv(args[0], l.Addr().String())
}

// standIn serves made-up bars of ES as Databento until the script ends:
// standin [FAULT] sets the variables that name it. "cut" breaks off the next
// three streams, "hang" breaks off one and never answers the next, "refuse"
// refuses all of them for want of a licence.
func standIn(ts *testscript.TestScript, _ bool, args []string) {
	es, err := market.ContractOf("ES")
	ts.Check(err)
	now := func() time.Time { return time.Date(2024, 6, 28, 23, 0, 0, 0, time.UTC) }
	a, err := archive.Generate(simbars.Generate(es, market.DateOf(now())))
	ts.Check(err)
	s, err := databento.Run(context.Background(), a, standin.Options{Now: now, Strict: true})
	ts.Check(err)
	ts.Defer(func() { s.Close() })
	switch strings.Join(args, " ") {
	case "":
	case "cut":
		s.Script.Fail(standin.Fault{Path: "get_range", Times: 3, Cut: 90_000})
	case "hang":
		s.Script.Fail(standin.Fault{Path: "get_range", Times: 1, Cut: 90_000}, standin.Fault{Path: "get_range", Times: 1, Silent: true})
	case "refuse":
		s.Script.Fail(standin.Fault{Path: "get_range", Status: 403, Body: `{"detail":{"case":"license_not_found","message":"No licence."}}`})
	default:
		ts.Fatalf("usage: standin [cut|hang|refuse]")
	}
	ts.Setenv("DATABENTO_API_KEY", standin.Key)
	ts.Setenv("DATABENTO_URL", s.URL)
}

// await waits until a file is there that another process writes: await GLOB.
func await(ts *testscript.TestScript, _ bool, args []string) {
	if len(args) != 1 {
		ts.Fatalf("usage: await GLOB")
	}
	for end := time.Now().Add(time.Minute); ; time.Sleep(10 * time.Millisecond) {
		found, err := filepath.Glob(ts.MkAbs(args[0]))
		ts.Check(err)
		if len(found) > 0 {
			return
		}
		if time.Now().After(end) {
			ts.Fatalf("there is no %s", args[0])
		}
	}
}
