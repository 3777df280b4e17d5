package history

import (
	"testing"

	"assay/market"
)

func TestCacheKeepsWhatWasUsedLast(t *testing.T) {
	sized := func(n int) *market.Bars { return &market.Bars{Time: make([]int64, n)} }
	c := cache{limit: 10}
	c.put("a", sized(4))
	c.put("b", sized(4))
	c.get("a")
	c.put("c", sized(4)) // b was not used for longest
	c.put("huge", sized(11))
	c.put("c", sized(4)) // is there already
	for name, want := range map[string]bool{"a": true, "b": false, "c": true, "huge": false} {
		if got := c.get(name) != nil; got != want {
			t.Errorf("%s is held: %v, want %v", name, got, want)
		}
	}
	if c.held != 8 {
		t.Errorf("%d bars are counted, want 8", c.held)
	}
}
