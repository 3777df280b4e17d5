package market

import (
	"strings"

	"assay"
)

// Group is a family of contracts that share trading hours and holidays.
type Group string

// The groups of contracts.csv.
const (
	Equity Group = "equity"
	Energy Group = "energy"
	Metals Group = "metals"
	Rates  Group = "rates"
	FX     Group = "fx"
	Crypto Group = "crypto"
)

// Nano is the number of nano-units in one point of price.
const Nano = 1_000_000_000

// Contract is what an exchange says about all delivery months of one root.
type Contract struct {
	Root       string // e.g. "MES"
	Name       string // e.g. "Micro E-mini S&P 500"
	Exchange   string // CME, CBOT, NYMEX or COMEX
	Group      Group
	Multiplier Money  // value of one whole point of price
	TickNano   int64  // smallest price step in nano-units (1e-9 of a point)
	TickValue  Money  // value of one tick of one contract
	FullSize   string // root of the full-size contract; Root itself unless a micro
	Decimals   int    // decimals that print every tick exactly
	DayOpen    int16  // minute of the day when the day session (RTH) opens, Chicago
	DayClose   int16  // minute of the day when it closes, and when the contract settles

	LiquidMonths string // letters of the months that people trade, e.g. "HMUZ"

	// Costs of one contract and side.
	ExchangeFee Money
	NFAFee      Money
	Commission  Money
	FeesFrom    Origin

	Margin Margin
}

// Micro says whether the contract is the small sister of another.
func (c Contract) Micro() bool { return c.Root != c.FullSize }

// Fee returns what one contract costs on each side: exchange and clearing,
// NFA, and commission.
func (c Contract) Fee() Money { return c.ExchangeFee + c.NFAFee + c.Commission }

// TickSize returns the tick in points as a float, for indicators and display.
func (c Contract) TickSize() float64 { return float64(c.TickNano) / Nano }

// Contracts returns all contracts in the order of the table.
func Contracts() []Contract {
	list := make([]Contract, len(tables().contracts))
	copy(list, tables().contracts)
	return list
}

// ContractOf returns the contract of a root. The error names the known roots.
func ContractOf(root string) (Contract, error) {
	for _, c := range tables().contracts {
		if c.Root == root {
			return c, nil
		}
	}
	var known []string
	for _, c := range tables().contracts {
		known = append(known, c.Root)
	}
	return Contract{}, assay.Errorf(assay.Invalid, "use one of "+strings.Join(known, " "),
		"%q is not the root of a known contract", root)
}

// DataRoot returns the root whose bars a symbol trades: a micro has the price
// of its big sister, whose bars are the more liquid ones, so MES trades ES.
// M6E trades its own: its tick is twice that of 6E, and rounding 6E's prices
// to it would invent fills.
func DataRoot(symbol string) (string, error) {
	c, err := ContractOf(symbol)
	if err != nil {
		return "", err
	}
	full, err := ContractOf(c.FullSize)
	if err != nil || full.TickNano != c.TickNano {
		return c.Root, err
	}
	return full.Root, nil
}
