package history

import (
	"archive/zip"
	"bytes"
	"testing"

	"assay"
	"assay/market"
)

// settle turns what was read into bars. Whatever a file holds, there are bars
// or one sentence for the person who asked.
func settle(t *testing.T, in *intake, err error) {
	if err == nil {
		var b *market.Bars
		if b, _, err = in.bars(); err == nil {
			Check(b, in.contract.Calendar())
			return
		}
	}
	if kind := assay.KindOf(err); kind != assay.Invalid {
		t.Fatalf("an error of the kind %s: %v", kind, err)
	}
}

func fuzzed(t *testing.T) *intake {
	in, err := newIntake("f", Options{Symbol: "ES"})
	if err != nil {
		t.Fatal(err)
	}
	return in
}

func FuzzLEAN(f *testing.F) {
	f.Add("20131218_es_minute_trade_201312.csv", "0,1780.25,1780.25,1780,1780,4\n60000,1780,1780,1780,1780,2\n",
		"20131218_es_minute_trade_201403.csv", "60000,1785,1785.5,1785,1785.25,9\n")
	f.Add("es_trade_201312.csv", "20131006 22:00,1676,1678,1675,1677.25,100\n",
		"es_trade_201403.csv", "20131006 22:00,1676,1678,1675,1677.25,100")
	f.Fuzz(func(t *testing.T, name, text, other, more string) {
		var out bytes.Buffer
		z := zip.NewWriter(&out)
		for _, e := range [][2]string{{name, text}, {other, more}} {
			w, err := z.Create(e[0])
			if err == nil {
				_, err = w.Write([]byte(e[1]))
			}
			if err != nil {
				return // the name of a folder
			}
		}
		if err := z.Close(); err != nil {
			t.Fatal(err)
		}
		in := fuzzed(t)
		settle(t, in, in.lean(t.Context(), bytes.NewReader(out.Bytes()), int64(out.Len()), "f"))
	})
}

func FuzzZip(f *testing.F) {
	var out bytes.Buffer
	z := zip.NewWriter(&out)
	w, err := z.Create("20131218_es_minute_trade_201312.csv")
	if err != nil {
		f.Fatal(err)
	}
	if _, err := w.Write([]byte("0,1780.25,1780.25,1780,1780,4\n")); err != nil {
		f.Fatal(err)
	}
	if err := z.Close(); err != nil {
		f.Fatal(err)
	}
	f.Add(out.Bytes())
	f.Fuzz(func(t *testing.T, data []byte) {
		in := fuzzed(t)
		settle(t, in, in.lean(t.Context(), bytes.NewReader(data), int64(len(data)), "f"))
	})
}
