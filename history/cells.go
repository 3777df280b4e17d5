package history

import (
	"fmt"
	"slices"
	"strings"

	"assay"
	"assay/market"
)

// cells follows the contract column down a file. A row's cell is a contract
// of the root, or the root itself where the file does not know the month. Any
// other cell would begin a contract that there is not, and its roll.
type cells struct {
	wanted   string // the one contract to take, or what to call those without a name
	segments []market.Segment

	begun bool
	last  string   // the cell of the row before
	month bool     // it names a month
	ours  bool     // its row is taken
	names []string // the contracts seen
	left  int      // rows of other contracts
}

// cell says whether a row is of the contract that is wanted, and begins a new
// segment when the contract changes.
func (r *reader) cell(text []byte) (ours bool, err error) {
	if r.layout.place[contract] < 0 {
		return true, nil
	}
	if !r.begun || string(text) != r.last {
		if err := r.change(string(text)); err != nil {
			return false, err
		}
	}
	if !r.ours {
		r.left++
	}
	return r.ours, nil
}

// change judges a cell that is another than that of the row before.
func (r *reader) change(text string) error {
	root, month := rootOf(text)
	remedy := fmt.Sprintf("write it like %s in each row, or %s in each row if nobody knows it",
		example.Of(r.contract.Root), r.contract.Root)
	switch {
	case month && root != r.contract.Root:
		return r.wrong("import it with its own --symbol", "%s is a contract of %s, not of %s", text, root, r.contract.Root)
	case !month && text != r.contract.Root && !continuous(r.contract.Root, text):
		return r.wrong(remedy, "%s %s is none of %s", r.layout.names[contract], cite(text), r.contract.Root)
	case r.begun && r.month && !month:
		return r.wrong(remedy, "%s %s names no month, and the rows before do", r.layout.names[contract], cite(text))
	case r.begun && month && !r.month:
		return r.wrong(remedy, "%s %s names a month, and the rows before do not", r.layout.names[contract], cite(text))
	}
	r.begun, r.last, r.month = true, text, month
	name := r.wanted
	if month {
		name = text
		if !slices.Contains(r.names, name) {
			r.names = append(r.names, name)
		}
	}
	if r.ours = r.wanted == "" || name == r.wanted; r.ours {
		r.segment(name)
	}
	return nil
}

// segment begins a segment, unless the contract is the one that is held.
func (r *reader) segment(name string) {
	last := &r.segments[len(r.segments)-1]
	switch n := len(r.columns.Time); {
	case n == 0:
		last.Contract = name
	case name != last.Contract:
		r.segments = append(r.segments, market.Segment{First: n, Contract: name})
	}
}

// example is the month of contracts in examples: March 2024.
const example = market.Delivery(12*2024 + 2)

// askedFor checks the contract that the options name: one of the symbol, or,
// where files have them, a series of it that changes its contracts by itself.
func askedFor(o Options, rolling bool) error {
	if o.Contract == "" || rolling && continuous(o.Symbol, o.Contract) {
		return nil
	}
	fix := "write --contract like " + example.Of(o.Symbol)
	switch root, ok := rootOf(o.Contract); {
	case !ok:
		return assay.Errorf(assay.Invalid, fix, "%s is no contract of %s", cite(o.Contract), o.Symbol)
	case root != o.Symbol:
		return assay.Errorf(assay.Invalid, fix, "%s is a contract of %s, not of %s", o.Contract, root, o.Symbol)
	}
	return nil
}

// continuous says whether a name is that of a root's series of rank 0, which
// changes its contracts by the calendar, by volume or by open interest.
func continuous(root, name string) bool {
	return name == root+".c.0" || name == root+".v.0" || name == root+".n.0"
}

// IsOf says whether a name is that of a contract of a root, or of a series of
// its front contracts.
func IsOf(root, name string) bool {
	its, outright := rootOf(name)
	return outright && its == root || continuous(root, name)
}

// rootOf reads the root of a contract spelled like ESH4, ESH24 or ESH2024.
func rootOf(name string) (root string, ok bool) {
	digits := len(name) - len(strings.TrimRight(name, "0123456789"))
	at := len(name) - digits - 1
	if digits < 1 || digits > 4 || at < 1 || strings.IndexByte(market.MonthCodes, name[at]) < 0 {
		return "", false
	}
	_, err := market.ContractOf(name[:at])
	return name[:at], err == nil
}
