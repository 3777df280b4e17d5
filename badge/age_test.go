package badge

import (
	"encoding/json"
	"os"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// The console's formatter is tested with the same file.
func TestAge(t *testing.T) {
	raw, err := os.ReadFile("testdata/ages.json")
	if err != nil {
		t.Fatal(err)
	}
	var cases []struct {
		Form    AgeForm
		Seconds float64
		Want    string
	}
	if err := json.Unmarshal(raw, &cases); err != nil || len(cases) < 30 {
		t.Fatalf("%d cases, error %v", len(cases), err)
	}
	for _, c := range cases {
		since := now.Add(-time.Duration(c.Seconds * float64(time.Second)))
		if got := Age(c.Form, since, now); got != c.Want {
			t.Errorf("%s of %v seconds = %q, want %q", c.Form, c.Seconds, got, c.Want)
		}
	}
}

func TestAgeIsNeverNegative(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		since := now.Add(time.Duration(rapid.Int64Range(-1e17, 1e17).Draw(t, "offset")))
		for _, form := range []AgeForm{Elapsed, Ago} {
			if s := Age(form, since, now); s == "" || s[0] == '-' {
				t.Fatalf("%s of %v = %q", form, now.Sub(since), s)
			}
		}
	})
}
