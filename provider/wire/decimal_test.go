package wire_test

import (
	"encoding/json"
	"math"
	"testing"

	"assay/provider/wire"
)

func TestDecimals(t *testing.T) {
	for text, want := range map[string]wire.Decimal{
		`5000.25`:              5000_250_000_000,
		`"5000.25"`:            5000_250_000_000,
		`-0.1`:                 -100_000_000,
		`0`:                    0,
		`1e3`:                  1000_000_000_000,
		`15.625E-1`:            1_562_500_000,
		`0.30000000000000004`:  300_000_000,
		`0.0000000005`:         1,
		`-0.0000000005`:        -1,
		`-0.0000000004999`:     0,
		`9223372036.854775807`: math.MaxInt64,
		`null`:                 0,
	} {
		var d wire.Decimal
		if err := json.Unmarshal([]byte(text), &d); err != nil || d != want {
			t.Errorf("%s: %d, %v; want %d", text, d, err, want)
		}
	}
	for _, text := range []string{`9223372036.854775808`, `1e31`, `1e-31`, `1e99999999999999999999`, `"x"`, `""`, `"1/3"`, `"0x10"`, `"1_000"`, `true`, `{}`, `"Inf"`, `"NaN"`} {
		d := wire.Decimal(7)
		if err := json.Unmarshal([]byte(text), &d); err == nil || d != 7 {
			t.Errorf("%s was read as %s", text, d)
		}
	}
}

func FuzzDecimal(f *testing.F) {
	for _, text := range []string{"5000.25", "-1e-9", `"12"`, "null", "1e30", "\"\""} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		var d, again wire.Decimal
		if json.Unmarshal(text, &d) != nil {
			return
		}
		printed, err := json.Marshal(d)
		if err != nil || json.Unmarshal(printed, &again) != nil || again != d {
			t.Errorf("%s was read as %d, printed as %s, read again as %d (%v)", text, d, printed, again, err)
		}
	})
}
