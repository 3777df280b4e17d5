package proof_test

import (
	"context"
	"database/sql"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"assay"
	"assay/bot"
	"assay/job"
	"assay/market"
	"assay/market/simbars"
	"assay/proof"
	"assay/store"
	"assay/store/storetest"
	"assay/strategy"
	"assay/task"
)

// shelf holds bars by fingerprint.
type shelf map[string]*market.Bars

func (s shelf) Load(_ context.Context, fingerprint string) (*market.Bars, error) {
	if b := s[fingerprint]; b != nil {
		return b, nil
	}
	return nil, assay.Errorf(assay.NotFound, "import it again", "there is no data set %s", fingerprint)
}

// tested returns a database with the baseline of one bot, session 1.
func tested(t *testing.T) (*store.DB, shelf) {
	t.Helper()
	db := storetest.Open(t, storetest.NewClock().Now)
	contract, err := market.ContractOf("ES")
	if err != nil {
		t.Fatal(err)
	}
	bars := simbars.Generate(contract, simbars.First+60)
	set := storetest.AddDataSet(t, db, storetest.DataSet("SIM-ES", market.Fingerprint(bars)))
	lab := task.Lab{DB: db, Bars: shelf{set.Fingerprint: bars}, AllowSim: true}
	text := strategy.Library()[0].Source
	rules, err := strategy.Parse(text, "starter")
	if err != nil {
		t.Fatal(err)
	}
	_, err = db.CreateBot(t.Context(),
		bot.Bot{ID: "a", Name: "A", Symbol: rules.Symbol, PromotionMode: bot.Manual, Capital: 50_000 * market.Dollar},
		store.Version{Hash: rules.Hash(), Source: string(rules.Print()), Symbol: rules.Symbol, Interval: 5 * time.Minute, Origin: "STARTER"})
	if err != nil {
		t.Fatal(err)
	}
	j := storetest.StartJob(t, db, "a", "w")
	save, err := lab.Handlers()[job.Baseline](t.Context(), j, func(float64) {})
	if err != nil {
		t.Fatal(err)
	}
	if err := db.Finish(t.Context(), store.LeaseOf(j), func(tx *store.DB) error { return save(t.Context(), tx) }); err != nil {
		t.Fatal(err)
	}
	return db, lab.Bars.(shelf)
}

func TestAnUntouchedSessionReplays(t *testing.T) {
	db, bars := tested(t)
	r, err := proof.Rerun(t.Context(), db, bars, 1, true)
	if err != nil {
		t.Fatal(err)
	}
	stored, err := db.Session(t.Context(), 1)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(proof.Replay{Session: stored, ResultHash: stored.ResultHash}, r); diff != "" {
		t.Errorf("replay (-want +got):\n%s", diff)
	}
	if stored.Metrics.Trades < 10 {
		t.Errorf("%d trades prove little", stored.Metrics.Trades)
	}
}

// Whatever somebody changes behind the program's back is found and named.
func TestWhatWasTamperedWithIsNamed(t *testing.T) {
	for change, want := range map[string]string{
		`update backtest_trades set exit_ticks = exit_ticks + 1 where n = 3`: "trade 3: exit is stored as ",
		`update backtest_trades set entry_why = 'luck' where n = 3`:          "trade 3: entry_why is stored as luck, and is ",
		`delete from backtest_trades where n = 2`:                            "trade 2 is not stored, and running it again gives it",
		`insert into backtest_trades select session_id, 999, side, qty, contract, entry_at, exit_at, entry_ticks, exit_ticks,
			entry_why, exit_why, from_roll, risk, gross, fees, net, ambiguous from backtest_trades where n = 1`: "trade 999 is stored, and running it again does not give it",
		`update backtest_equity set pnl = pnl + 1 where trade_date = '2024-01-10'`:                      "equity of 2024-01-10: pnl is stored as ",
		`update backtest_equity set equity = equity - 1 where trade_date = '2024-01-10'`:                "equity of 2024-01-10: equity is stored as ",
		`delete from backtest_equity where trade_date = '2024-01-10'`:                                   "equity of 2024-01-10 is not stored, and",
		`update backtest_sessions set result_hash = 'beef'`:                                             "backtest_sessions: result_hash is stored as beef, and is ",
		`update backtest_sessions set net_pnl = net_pnl + 1000`:                                         "backtest_sessions: net_pnl is stored as ",
		`update backtest_sessions set sharpe = 3`:                                                       "backtest_sessions: sharpe is stored as 3, and is ",
		`update backtest_sessions set total_trades = 1`:                                                 "backtest_sessions: trades is stored as 1, and is ",
		`update backtest_sessions set metrics = json_set(metrics, '$.winRate', 0.9)`:                    "backtest_sessions: metrics.win_rate is stored as 0.9, and is ",
		`update backtest_sessions set equity_points = '[1]'`:                                            "backtest_sessions: points[0] is stored as 1, and is ",
		`update session_checks set outcome = 'FAIL' where name = 'LOOK_AHEAD'`:                          "check LOOK_AHEAD: outcome is stored as FAIL, and is PASS when run again",
		`delete from session_checks where name = 'LOOK_AHEAD'`:                                          "check LOOK_AHEAD is not stored, and",
		`update session_checks set detail = json_set(detail, '$.netPnl', 1) where name = 'COST_STRESS'`: "check COST_STRESS: detail is stored as ",
		`update backtest_sessions set sim_data = 0`:                                                     "backtest_sessions: sim is stored as false, and is true",
		`update backtest_sessions set bar_count = 7`:                                                    "backtest_sessions: bars is stored as 7, and is ",
		`update backtest_sessions set cost_model = json_set(cost_model, '$.slipStop', 0)`:               "trade ",
	} {
		t.Run(change, func(t *testing.T) {
			db, bars := tested(t)
			tamper(t, db, change)
			r, err := proof.Rerun(t.Context(), db, bars, 1, true)
			if err != nil || !strings.HasPrefix(r.Difference, want) {
				t.Errorf("%q, %v; want %q", r.Difference, err, want)
			}
		})
	}
}

func TestWhatCannotBeReplayedSaysWhy(t *testing.T) {
	for name, c := range map[string]struct {
		change string
		kind   assay.Kind
		want   string
	}{
		"no such session": {`delete from session_checks; delete from backtest_trades; delete from backtest_equity;
			delete from backtest_sessions`, assay.NotFound, "there is no session 1"},
		"another engine": {
			`update backtest_sessions set engine_version = '0'`, assay.Conflict,
			"session 1 was run by engine version 0, this Assay has version ",
		},
		"another compiler": {`update backtest_sessions set rule_hash = 'beef'`, assay.Conflict, "the rules of session 1 compile to "},
		"another text": {
			`update strategy_versions set source = replace(source, 'contracts: 1', 'contracts: 2')`, assay.Conflict,
			"session 1 ran a text with the hash ",
		},
		"no bars": {
			`update backtest_sessions set fingerprint = 'beef'`, assay.NotFound,
			"the bars of session 1: there is no data set beef; import it again",
		},
	} {
		t.Run(name, func(t *testing.T) {
			db, bars := tested(t)
			tamper(t, db, c.change)
			_, err := proof.Rerun(t.Context(), db, bars, 1, true)
			if assay.KindOf(err) != c.kind || !strings.HasPrefix(err.Error(), c.want) {
				t.Errorf("%v; want %s: %s", err, c.kind, c.want)
			}
		})
	}
}

// tamper changes the file as somebody with sqlite3 would.
func tamper(t *testing.T, db *store.DB, change string) {
	t.Helper()
	raw, err := sql.Open("sqlite", db.Path())
	if err != nil {
		t.Fatal(err)
	}
	defer raw.Close()
	result, err := raw.ExecContext(t.Context(), change)
	if err != nil {
		t.Fatal(err)
	}
	if n, _ := result.RowsAffected(); n != 1 {
		t.Fatalf("it changed %d rows", n)
	}
}
