package provider

import "strings"

// Environment says whose money a broker's account holds.
type Environment string

// The environments. Real money is never the default.
const (
	Demo Environment = "demo" // play money
	Live Environment = "live" // real money
)

// Placed is a Verifier that knows which environment it is set to reach.
type Placed interface{ Environment() Environment }

// Contradicts says that an address names the other environment, as the hosts
// of Ironbeam and Tradovate do.
func (e Environment) Contradicts(address string) bool {
	other := Live
	if e == Live {
		other = Demo
	}
	return strings.Contains(address, "//"+string(other)+".")
}
