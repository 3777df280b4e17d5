package engine

import "testing"

// The words are stored: each is read back as what wrote it, and no other is.
func TestFillReasonsComeBack(t *testing.T) {
	seen := map[string]bool{}
	for want := FillReason(0); want <= Rolled; want++ {
		word, err := want.MarshalText()
		if err != nil {
			t.Fatal(err)
		}
		var got FillReason
		if err := got.UnmarshalText(word); err != nil || got != want || seen[string(word)] {
			t.Errorf("%q came back as %d, want %d; error %v", word, got, want, err)
		}
		seen[string(word)] = true
	}
	var r FillReason
	if err := r.UnmarshalText([]byte("WEATHER")); err == nil {
		t.Error("WEATHER became a reason")
	}
}
