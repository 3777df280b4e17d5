// Package history brings market data in from files, judges it against the
// exchange's calendar, and keeps it on disk under its fingerprint.
package history

import (
	"strings"
	"time"

	"assay"
)

// Provider says where the bars of a set come from.
type Provider string

// The providers.
const (
	CSV       Provider = "csv"
	Databento Provider = "databento" // DBN files
	LEAN      Provider = "lean"      // zips of QuantConnect's engine
	Simulated Provider = "simulated"
)

// Stamp says which end of a bar the times of a file name.
type Stamp string

// Bars hold the start. Databento stamps it too; many others stamp the end.
const (
	StampUnsaid Stamp = ""
	StampStart  Stamp = "start"
	StampEnd    Stamp = "end"
)

// Options say how to read a file. Only Symbol is needed; what is absent is
// found out from the file, or the file is refused with the flag that helps.
type Options struct {
	Symbol   string            // root of the contract, e.g. "ES"
	Contract string            // e.g. "6EH4", when the file has no such column
	Columns  map[string]string // our name of a column to the file's, e.g. "time": "ts"
	Stamp    Stamp
	Interval time.Duration // 0: the most frequent distance of two bars
	Rolls    Rolls         // of files that hold contracts side by side
}

// fields are our names of the columns, in the order of a row's values.
var fields = [...]string{"time", "open", "high", "low", "close", "volume", "contract"}

// ParseColumns reads a mapping like "time=ts,open=o". The names on the left
// are time, open, high, low, close, volume and contract.
func ParseColumns(s string) (map[string]string, error) {
	columns := map[string]string{}
	if s == "" {
		return columns, nil
	}
	for pair := range strings.SplitSeq(s, ",") {
		ours, theirs, ok := strings.Cut(pair, "=")
		ours, theirs = strings.TrimSpace(ours), strings.TrimSpace(theirs)
		if !ok || ours == "" || theirs == "" {
			return nil, assay.Errorf(assay.Invalid, "write it like time=ts,open=o",
				"%q is no column mapping", pair)
		}
		columns[ours] = theirs
	}
	return columns, checkMapping(columns)
}

func checkMapping(columns map[string]string) error {
	for ours := range columns {
		if fieldOf(ours) < 0 {
			return assay.Errorf(assay.Invalid, "use "+strings.Join(fields[:], ", "),
				"%q is not a column of bars", ours)
		}
	}
	return nil
}

func fieldOf(name string) int {
	for i, f := range fields {
		if f == name {
			return i
		}
	}
	return -1
}
