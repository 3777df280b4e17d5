package wire_test

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"

	"assay/provider/wire"
)

func TestLooseTypes(t *testing.T) {
	type all struct {
		T wire.Text
		F wire.Flag
		W wire.Whole
	}
	for text, want := range map[string]all{
		`{"T":"a","F":true,"W":2}`:        {"a", wire.Flag{Known: true, Yes: true}, 2},
		`{"T":12,"F":"False","W":"-3.0"}`: {"12", wire.Flag{Known: true}, -3},
		`{"T":"","F":1,"W":0}`:            {"", wire.Flag{Known: true, Yes: true}, 0},
		`{"T":1.50,"F":null,"W":null}`:    {"1.50", wire.Flag{}, 0},
		`{}`:                              {},
	} {
		var got all
		if err := json.Unmarshal([]byte(text), &got); err != nil {
			t.Errorf("%s: %v", text, err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: %s", text, diff)
		}
	}
	for _, text := range []string{`{"T":{}}`, `{"T":true}`, `{"F":2}`, `{"F":"maybe"}`, `{"W":1.5}`, `{"W":3e9}`, `{"W":"many"}`} {
		if err := json.Unmarshal([]byte(text), new(all)); err == nil {
			t.Errorf("%s was read", text)
		}
	}
}

func TestWords(t *testing.T) {
	for text, want := range map[string]string{`"OK"`: "OK", `"error"`: "ERROR", `1`: "ERROR", `"0"`: "OK", `2`: "", `"x"`: "", `{}`: ""} {
		if got, err := wire.Word([]byte(text), "OK", "ERROR"); got != want || (err == nil) != (want != "") {
			t.Errorf("%s: %q, %v", text, got, err)
		}
	}
}
