package app

import (
	"context"
	"errors"
	"net"
	"slices"
	"strings"
	"time"

	"assay"
	"assay/health"
	"assay/market"
	"assay/market/simbars"
	"assay/provider/standin"
	databentostandin "assay/provider/standin/databento"
	ironbeamstandin "assay/provider/standin/ironbeam"
	polygonstandin "assay/provider/standin/polygon"
	tradovatestandin "assay/provider/standin/tradovate"
)

// standIns are the servers that stand in for providers, in the order in which
// they are shown.
func standIns() []standin.StandIn {
	return []standin.StandIn{databentostandin.StandIn(), polygonstandin.StandIn(), ironbeamstandin.StandIn(), tradovatestandin.StandIn()}
}

// portsOfEach is how many ports a stand-in may take.
const portsOfEach = 10

// StandInOptions say how stand-ins run.
type StandInOptions struct {
	Port   int      // of the first; 0 for free ones
	Folder string   // of DBN files to serve; made-up bars when absent
	Roots  []string // of the made-up bars
	Days   int      // of them, until now
	Faults []string // PROVIDER=FAULT, see standin.Options
}

// StandIns starts a stand-in for each provider that has one. All of them listen
// before the first serves.
func StandIns(ctx context.Context, c StandInOptions) (services []standin.Service, err error) {
	faults, err := faultsOf(c.Faults)
	if err != nil {
		return nil, err
	}
	o := standin.Options{Folder: c.Folder}
	if o.Folder == "" {
		if o.Bars, err = madeUp(c.Roots, c.Days, time.Now()); err != nil {
			return nil, err
		}
	}
	listeners, err := listeners(ctx, c.Port)
	if err != nil {
		return nil, err
	}
	for i, s := range standIns() {
		o.Faults = faults[s.Provider]
		service, err := s.Start(listeners[i], o)
		if err != nil {
			return nil, errors.Join(err, CloseStandIns(services), standin.Hush(slices.Concat(listeners[i:]...)))
		}
		services = append(services, service)
	}
	return services, nil
}

// listeners opens the ports of all stand-ins, or none.
func listeners(ctx context.Context, port int) (all [][]net.Listener, err error) {
	for i, s := range standIns() {
		first := port
		if port != 0 {
			first += portsOfEach * i
		}
		l, err := standin.Listen(ctx, first, s.Ports)
		if err != nil {
			return nil, errors.Join(err, standin.Hush(slices.Concat(all...)))
		}
		all = append(all, l)
	}
	return all, nil
}

// faultsOf reads PROVIDER=FAULT, and refuses what nobody has.
func faultsOf(all []string) (map[health.ProviderID][]string, error) {
	of := map[health.ProviderID][]string{}
	for _, text := range all {
		who, fault, named := strings.Cut(text, "=")
		if !named {
			return nil, assay.Errorf(assay.Invalid, "write it like databento=429:3", "%q is no fault of a provider", text)
		}
		id, err := health.Normalise(who)
		if err != nil {
			return nil, err
		}
		of[id] = append(of[id], fault)
	}
	for _, s := range standIns() {
		if err := (standin.Options{Faults: of[s.Provider]}).Check(string(s.Provider), s.Faults); err != nil {
			return nil, err
		}
	}
	if len(of[health.Redis]) > 0 {
		return nil, assay.Errorf(assay.Invalid, "stop a real Redis, or pause it with kill -STOP", "nothing stands in for redis")
	}
	return of, nil
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
