package market

import (
	"fmt"
	"strings"
)

// Margin is what one contract needs in the account. Exchanges change theirs
// often and after violent days, and brokers ask for more as they like: read
// the broker's before money depends on it.
type Margin struct {
	Initial     Requirement // to open a position, as speculators do
	Maintenance Requirement // to hold it overnight
	From        Origin

	Day     Money // what a broker asks while the session is open; 0: none is known
	DayFrom Origin
}

// String prints the margins of one contract in dollars, without their age.
func (m Margin) String() string {
	text := fmt.Sprintf("initial %s, maintenance %s", m.Initial, m.Maintenance)
	if m.Day > 0 {
		text += ", in the day " + m.Day.String()
	}
	return text
}

// Requirement is an amount for one contract: dollars, or a share of the
// contract's value.
type Requirement struct {
	Dollars Money
	Share   int // in hundredths of a percent of the value; 0 when it is in dollars
}

// For returns the requirement in dollars at a price, a share rounded up.
func (r Requirement) For(c Contract, p Price) Money {
	if r.Share == 0 {
		return r.Dollars
	}
	return (Money(p)*c.TickValue*Money(r.Share) + 9_999) / 10_000
}

// String prints "22302.00" or "5.5 % of the value".
func (r Requirement) String() string {
	if r.Share == 0 {
		return r.Dollars.String()
	}
	share := strings.TrimRight(strings.TrimRight(fmt.Sprintf("%d.%02d", r.Share/100, r.Share%100), "0"), ".")
	return share + " % of the value"
}

// parseRequirement reads "22302" or "5.5%".
func parseRequirement(s string) (Requirement, error) {
	share, ok := strings.CutSuffix(s, "%")
	m, err := ParseMoney(share)
	switch {
	case err != nil:
		return Requirement{}, fmt.Errorf("%q is neither dollars nor a share like 5.5%%", s)
	case m <= 0:
		return Requirement{}, fmt.Errorf("%s is not above zero", s)
	case !ok:
		return Requirement{Dollars: m}, nil
	case m%100 != 0 || m > 100*Dollar:
		return Requirement{}, fmt.Errorf("%s is no share of at most 100%% with two decimals", s)
	default:
		return Requirement{Share: int(m / 100)}, nil
	}
}

// fits says what is wrong with margins that stand side by side, "" if nothing.
func (m Margin) fits() string {
	i, k := m.Initial, m.Maintenance
	switch {
	case (i.Share == 0) != (k.Share == 0):
		return fmt.Sprintf("one of its margins %s and %s is in dollars and one a share", i, k)
	case i.Dollars < k.Dollars || i.Share < k.Share:
		return fmt.Sprintf("its initial margin %s is below the maintenance margin %s", i, k)
	case m.Day < 0 || i.Share == 0 && m.Day > i.Dollars:
		return fmt.Sprintf("its day margin %s is not between 0 and the initial margin %s", m.Day, i)
	default:
		return ""
	}
}
