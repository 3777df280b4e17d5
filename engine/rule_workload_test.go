package engine

import (
	"os"
	"testing"

	"assay/market"
	"assay/strategy"

	"github.com/google/go-cmp/cmp"
)

// The workloads as a user would write them, limits included. Only W3's window,
// 08:30 to 15:55, is no session that a file can name.
func TestWorkloadsThroughTheRules(t *testing.T) {
	contract, err := market.ContractOf("ES")
	if err != nil {
		t.Fatal(err)
	}
	for _, w := range []struct {
		file     string
		from, to int16
		want     answer
	}{
		{"w1.yaml", 0, 0, answer{26_220, "-78105.00", 0, 0, 0}},
		{"w3.yaml", 510, 955, answer{8_171, "-13184.00", 3_904, 3_059, 45}},
	} {
		text, err := os.ReadFile("../strategy/testdata/" + w.file)
		if err != nil {
			t.Fatal(err)
		}
		s, err := strategy.Parse(text, w.file)
		if err != nil {
			t.Fatal(err)
		}
		p, err := strategy.Compile(s, contract, nil)
		if err != nil {
			t.Fatal(err)
		}
		signals, err := p.Eval(million())
		if err != nil {
			t.Fatal(err)
		}
		limits := p.Limits()
		limits.EntryFrom, limits.EntryTo = w.from, w.to
		if d := cmp.Diff(w.want, answerOf(Run(million(), signals, limits, workloadCosts()))); d != "" {
			t.Errorf("%s (-want +got)\n%s", s.Name, d)
		}
	}
}
