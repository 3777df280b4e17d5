package control

import (
	"bytes"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"assay/history"
	"assay/market"
	"assay/store"
	"assay/store/storetest"
)

// A set that an older version passed and this one refuses is taken from the
// bots when this one starts; an acceptance of a set that stays refused holds.
func TestSetsOfOlderVersionsAreJudgedAnew(t *testing.T) {
	db := storetest.Open(t, storetest.NewClock().Now)
	disk := history.OpenStore(t.TempDir())
	contract, err := market.ContractOf("ES")
	if err != nil {
		t.Fatal(err)
	}
	whole := short(contract, 1<<30)
	idle := *whole // the same without any volume, which is refused
	idle.Volume = make([]int32, whole.Len())
	keep := func(name string, b *market.Bars, verdict store.Verdict, report string) {
		t.Helper()
		fingerprint, err := disk.Save(t.Context(), b, history.About{Name: name, Provider: history.CSV})
		if err != nil {
			t.Fatal(err)
		}
		set := storetest.DataSet(name, fingerprint)
		set.Sim, set.Provider, set.Bars, set.Verdict, set.Report = false, "csv", b.Len(), verdict, []byte(report)
		storetest.AddDataSet(t, db, set)
	}
	keep("passed", &idle, store.VerdictPass, `{}`)
	keep("refused", whole, store.VerdictRefused, `{"verdict": "REFUSED"}`)
	keep("accepted", &idle, store.VerdictRefused, `{"rules": 0}`)
	current := history.Check(whole, contract.Calendar()).Rules
	keep("current", &idle, store.VerdictPass, fmt.Sprintf(`{"rules": %d}`, current))
	if _, err := db.AcceptDataSet(t.Context(), "accepted", "ann", "thin"); err != nil {
		t.Fatal(err)
	}
	lost := storetest.DataSet("lost", strings.Repeat("a", 64))
	lost.Sim, lost.Provider = false, "csv"
	storetest.AddDataSet(t, db, lost)
	var said bytes.Buffer
	log := slog.New(slog.NewTextHandler(&said, nil))
	for range 2 { // the second time finds nothing to do
		if err := JudgeOutdated(t.Context(), db, disk, log); err != nil {
			t.Fatal(err)
		}
	}
	type state struct {
		Verdict store.Verdict
		Usable  bool
		Why     string
	}
	const why = "nothing traded in 100.0 % of the bars of regular hours"
	got := map[string]state{}
	sets, err := db.DataSets(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range sets {
		got[s.Name] = state{s.Verdict, s.Usable(), s.Refusal}
		if s.Name != "lost" && history.Outdated(s.Report) {
			t.Errorf("%s is outdated still", s.Name)
		}
	}
	want := map[string]state{
		"passed":   {store.VerdictRefused, false, why},
		"refused":  {store.VerdictPass, true, ""},
		"accepted": {store.VerdictRefused, true, why},
		"current":  {store.VerdictPass, true, ""},
		"lost":     {lost.Verdict, lost.Usable(), ""},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	for line, n := range map[string]int{
		`msg="a data set is judged otherwise than before" set=passed verdict=REFUSED before=PASS`:  1,
		`msg="a data set is judged otherwise than before" set=refused verdict=PASS before=REFUSED`: 1,
		`msg="a data set could not be judged anew" set=lost`:                                       2,
	} {
		if strings.Count(said.String(), line) != n {
			t.Errorf("%s is not said %d times:\n%s", line, n, said.String())
		}
	}
}
