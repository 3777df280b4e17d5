package market

import (
	"encoding/json"
	"testing"

	"pgregory.net/rapid"
)

func TestMoneyPrints(t *testing.T) {
	for _, c := range []struct {
		money           Money
		text, inDecimal string
	}{
		{0, "0.00", "0"},
		{Dollar, "1.00", "1"},
		{156_250, "15.6250", "15.625"},
		{-195_000, "-19.50", "-19.5"},
		{-1, "-0.0001", "-0.0001"},
		{100_000_000, "10000.00", "10000"},
	} {
		if got := c.money.String(); got != c.text {
			t.Errorf("String(%d) = %q, want %q", int64(c.money), got, c.text)
		}
		if got := c.money.Decimal(); got != c.inDecimal {
			t.Errorf("Decimal(%d) = %q, want %q", int64(c.money), got, c.inDecimal)
		}
	}
}

func TestMoneySurvivesJSON(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		want := Money(rapid.Int64Range(-1e15, 1e15).Draw(t, "money"))
		text, err := json.Marshal(want)
		if err != nil {
			t.Fatal(err)
		}
		var got Money
		if err := json.Unmarshal(text, &got); err != nil || got != want {
			t.Fatalf("%d -> %s -> %d, %v", want, text, got, err)
		}
	})
}

func TestParseMoneyRefuses(t *testing.T) {
	for _, s := range []string{"", "-", ".5", "1.23456", "1e3", "--1", "NaN", "1.-2"} {
		if v, err := ParseMoney(s); err == nil {
			t.Errorf("ParseMoney(%q) = %v, want an error", s, v)
		}
	}
}
