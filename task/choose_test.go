package task

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"assay/store"
)

func TestChoose(t *testing.T) {
	day := func(n int) time.Time { return time.Date(2026, 1, n, 0, 0, 0, 0, time.UTC) }
	set := func(id int64, name, root string, interval time.Duration, last int) store.DataSet {
		return store.DataSet{
			ID: id, Name: name, Root: root, Interval: interval, FirstBar: day(1), LastBar: day(last), Verdict: store.VerdictPass,
		}
	}
	sim := set(1, "SIM-ES", "ES", 5*time.Minute, 20)
	sim.Sim = true
	real := set(2, "ES-5m", "ES", 5*time.Minute, 10)
	newer := set(3, "ES-1m", "ES", time.Minute, 15)
	same := set(4, "ES-1m-b", "ES", time.Minute, 15)
	coarse := set(5, "ES-15m", "ES", 15*time.Minute, 30)
	refused := set(6, "ES-holes", "ES", 5*time.Minute, 30)
	refused.Verdict, refused.Refusal = store.VerdictRefused, "holes on Tuesdays"
	accepted := refused
	accepted.AcceptedAt = day(31)
	week := set(8, "ES-week", "ES", 5*time.Minute, 16)
	week.FirstBar = day(14)
	other := set(7, "NQ-5m", "NQ", 5*time.Minute, 30)

	const load = "import real bars: assay data import FILE --symbol ES"
	for name, c := range map[string]struct {
		sets []store.DataSet
		sim  bool
		want Choice
	}{
		"a real set":                    {[]store.DataSet{sim, real}, true, Choice{Set: &real}},
		"the real set that goes on":     {[]store.DataSet{real, newer}, true, Choice{Set: &newer}},
		"not a short one that goes on":  {[]store.DataSet{newer, week}, true, Choice{Set: &newer}},
		"of two alike the later stored": {[]store.DataSet{same, newer}, true, Choice{Set: &same}},
		"real though simulated is off":  {[]store.DataSet{real}, false, Choice{Set: &real}},
		"simulated without a real one":  {[]store.DataSet{sim, refused, coarse}, true, Choice{Set: &sim}},
		"refused but accepted":          {[]store.DataSet{sim, real, accepted}, true, Choice{Set: &accepted}},
		"nothing":                       {nil, true, Choice{Why: "there are no bars of ES", Fix: load}},
		"another root's":                {[]store.DataSet{other}, true, Choice{Why: "there are no bars of ES", Fix: load}},
		"refused": {[]store.DataSet{sim, refused, coarse}, false, Choice{
			Why: "the data set ES-holes is refused: holes on Tuesdays",
			Fix: "mend the file and import it again, or accept it by name: assay data accept ES-holes --because \"…\"",
		}},
		"too coarse": {[]store.DataSet{coarse}, true, Choice{
			Why: "bars of 5m cannot be made from the bars of 15m in ES-15m", Fix: load,
		}},
		"simulated is off": {[]store.DataSet{sim}, false, Choice{
			Why: "there are only simulated bars of ES, and they are switched off", Fix: "allow simulated data, or " + load,
		}},
	} {
		t.Run(name, func(t *testing.T) {
			// MES trades the bars of its big sister.
			if diff := cmp.Diff(c.want, Choose(c.sets, "MES", 5*time.Minute, c.sim)); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
	if got := Choose(nil, "XYZ", time.Minute, true); got.Set != nil || got.Why == "" || got.Fix == "" {
		t.Errorf("an unknown symbol: %+v", got)
	}
}
