package app

import (
	"fmt"
	"time"

	"assay/market"
)

// published says how old the oldest fees and margins of the contract table
// are. Old ones are nothing wrong here: a laboratory tests on them and says
// so. Whoever trades on them must look them up.
func published(now time.Time) []Finding {
	all := market.Contracts()
	fees, margins := all[0].FeesFrom.AsOf, all[0].Margin.From.AsOf
	for _, c := range all {
		fees, margins = min(fees, c.FeesFrom.AsOf), min(margins, c.Margin.From.AsOf)
	}
	return []Finding{
		{Check: "fees", Found: fmt.Sprintf("the oldest of %d contracts are %s", len(all), market.FeesAge(fees, now))},
		{Check: "margins", Found: fmt.Sprintf("the oldest of %d contracts are %s; assay contracts lists them", len(all), market.MarginsAge(margins, now))},
	}
}
