package databento_test

import (
	"errors"
	"io"
	"os"
	"testing"

	"assay/history/dbn"
)

func bars(t *testing.T, path string) dbn.Bars {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	return read(t, f)
}

// read returns the bars of a short stream.
func read(t *testing.T, in io.Reader) dbn.Bars {
	t.Helper()
	r, err := dbn.NewReader(in, "stream", dbn.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	var block, end dbn.Block
	if err := r.Next(&block); err != nil {
		t.Fatal(err)
	}
	if err := r.Next(&end); !errors.Is(err, io.EOF) {
		t.Fatal(err)
	}
	return block.Bars
}
