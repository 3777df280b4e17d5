package app

import (
	"context"
	"errors"
	"time"

	"assay"
	"assay/market"
	"assay/market/simbars"
	"assay/provider/standin"
	databentostandin "assay/provider/standin/databento"
	ironbeamstandin "assay/provider/standin/ironbeam"
	polygonstandin "assay/provider/standin/polygon"
	tradovatestandin "assay/provider/standin/tradovate"
)

// standIns start the servers that stand in for providers, in the order in
// which they are shown.
func standIns() []standin.Starter {
	return []standin.Starter{databentostandin.Start, polygonstandin.Start, ironbeamstandin.Start, tradovatestandin.Start}
}

// portsOfEach is how many ports a stand-in may take.
const portsOfEach = 10

// StandIns starts a stand-in for each provider that has one, on ports from
// one on, or on free ones when it is 0. Without a folder of DBN files they
// serve made-up bars of the roots, of so many days until now.
func StandIns(ctx context.Context, o standin.Options, roots []string, days int) (services []standin.Service, err error) {
	if o.Folder == "" {
		if o.Bars, err = madeUp(roots, days, time.Now()); err != nil {
			return nil, err
		}
	}
	for i, start := range standIns() {
		one := o
		if o.Port != 0 {
			one.Port = o.Port + portsOfEach*i
		}
		s, err := start(ctx, one)
		if err != nil {
			return nil, errors.Join(err, CloseStandIns(services))
		}
		services = append(services, s)
	}
	return services, nil
}

// CloseStandIns ends them.
func CloseStandIns(services []standin.Service) (err error) {
	for _, s := range services {
		err = errors.Join(err, s.Close())
	}
	return err
}

// madeUp returns generated bars of roots, of some days until the last session
// that has closed.
func madeUp(roots []string, days int, now time.Time) (all []*market.Bars, err error) {
	for _, symbol := range roots {
		root, err := market.DataRoot(symbol)
		if err != nil {
			return nil, err
		}
		contract, err := market.ContractOf(root)
		if err != nil {
			return nil, err
		}
		b := simbars.Generate(contract, contract.Calendar().LastClosed(now).Date)
		first := 0
		for after := now.AddDate(0, 0, -days).Unix(); first < b.Len() && b.Time[first] < after; {
			first++
		}
		if first == b.Len() {
			return nil, assay.Errorf(assay.Invalid, "ask for more --days", "no session of %s closed in the last %d days", root, days)
		}
		all = append(all, b.Slice(first, b.Len()))
	}
	return all, nil
}
