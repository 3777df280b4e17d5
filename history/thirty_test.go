package history

import (
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"assay/market"
)

func TestThirtySeconds(t *testing.T) {
	for text, want := range map[string]string{
		"110'165": "110.515625", "110-165": "110.515625", "110'16+": "110.515625", "110'16": "110.5", "110'160": "110.5",
		"118'162": "118.5078125", "118'167": "118.5234375", "99'00": "99", "99'317": "99.9921875", "0'01": "0.03125",
	} {
		nano, ok := parseThirtySeconds([]byte(text))
		exact, known := parseNano([]byte(want))
		if !ok || !known || nano != exact {
			t.Errorf("%s is %d, %v, want %s", text, nano, ok, want)
		}
	}
	for _, text := range []string{
		"", "'", "110", "110'", "110'1", "110'32", "110'99", "110'161", "110'168", "110'1655", "110'16.5", "110.5'16",
		"-110'16", "'16", "110''16", "110'-1", "110'1-", "110' 16", "110'+", "110'16-", "99999999999'00", "2024-01-02",
	} {
		if nano, ok := parseThirtySeconds([]byte(text)); ok {
			t.Errorf("%q is read as %d", text, nano)
		}
	}
}

// Every tick of a Treasury reads back from its 32nds.
func TestThirtySecondsAreTicks(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c, err := market.ContractOf(rapid.SampledFrom([]string{"ZB", "ZN", "ZF"}).Draw(t, "root"))
		if err != nil {
			t.Fatal(err)
		}
		ticks := rapid.Int64Range(1, 1_000_000).Draw(t, "ticks")
		nano := ticks * c.TickNano
		quarters := nano / 7_812_500
		text := fmt.Sprintf("%d'%02d%c", quarters/128, quarters%128/4, "0257"[quarters%4])
		if got, ok := parseThirtySeconds([]byte(text)); !ok || got != nano {
			t.Fatalf("%s: %s is %d, %v, want %d", c.Root, text, got, ok, nano)
		}
	})
}

func TestFilesInThirtySeconds(t *testing.T) {
	const file = `ts,open,high,low,close,volume
1707087600,110'165,110'170,110'160,110'165,2570
1707087900,110.515625,110'190,110'165,110'185,1074
`
	o := Options{Symbol: "ZN", Interval: 300_000_000_000}
	b, err := Read(t.Context(), strings.NewReader(file), "f.csv", o)
	if err != nil {
		t.Fatal(err)
	}
	if b.Open[0] != 7073 || b.Open[1] != 7073 || b.High[1] != 7078 || b.Close[1] != 7077 {
		t.Errorf("ticks %v %v %v", b.Open, b.High, b.Close)
	}
	dotted := strings.NewReplacer("'", ".", "110.515625", "110.165").Replace(file)
	for symbol, c := range map[string]struct{ text, want string }{
		"ZB": {file, "f.csv:2: open 110'165 is not on ZB's tick of 0.03125, the first of 5 such prices; check --symbol; 32nds are read as in 110'165, and not behind a point"},
		"ZN": {dotted, "f.csv:2: open 110.165 is not on ZN's tick of 0.015625, the first of 8 such prices; check --symbol; 32nds are read as in 110'165, and not behind a point"},
		"ES": {file, `f.csv:2: open "110'165" is no price; correct the price or remove the bar`},
	} {
		o.Symbol = symbol
		if _, err := Read(t.Context(), strings.NewReader(c.text), "f.csv", o); err == nil || err.Error() != c.want {
			t.Errorf("%s: error %v\nwant  %s", symbol, err, c.want)
		}
	}
}
