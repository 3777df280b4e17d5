package health

import (
	"cmp"
	"slices"
	"time"
)

// standing is what is known of one probe as of now.
type standing struct {
	status Status
	cause  cause   // "" when it is PASS
	row    *Record // what the status stands on; nil: nothing
}

// judge says how one probe of a configured provider stands. A verification
// that is too old, or was made at another address, counts for nothing.
func (f Facts) judge(p ProviderFacts, probe Probe, now time.Time) standing {
	if p.Wrong != "" {
		return standing{status: StatusFail, cause: wronglySet}
	}
	if f.Database.Down {
		return standing{status: StatusNotVerified, cause: unreadable}
	}
	row := newest(p.Records, func(r Record) bool { return r.Probe == probe })
	switch {
	case row == nil:
		return standing{status: StatusNotVerified, cause: neverVerified}
	case row.Address != p.Address:
		return standing{status: StatusNotVerified, cause: movedAddress, row: row}
	case now.Sub(row.At) > cmp.Or(f.Valid, ValidFor):
		return standing{status: StatusNotVerified, cause: tooOld, row: row}
	}
	return outcome(row)
}

// outcome reads a verification that counts. What contradicts itself, or says
// something that nobody knows, is not believed.
func outcome(row *Record) standing {
	known := causeOf(row)
	switch {
	case row.Outcome == Passed && row.Code == "":
		return standing{StatusPass, noCause, row}
	case row.Outcome == Passed || row.Outcome == Degraded:
		return standing{StatusDegraded, cmp.Or(known, degradedOfSome), row}
	default:
		return standing{StatusFail, cmp.Or(known, failedSomehow), row}
	}
}

// causeOf is the code of a verification, told apart where another remedy helps.
func causeOf(row *Record) cause {
	known := cause(row.Code)
	_, found := troubles[known]
	switch {
	case !found:
		return noCause
	case row.Code == CredentialsRefused && row.LoginRefused():
		return loginRefused
	case row.Code == RequestRefused && row.Provider == Redis:
		return settingRefused
	default:
		return known
	}
}

// stand says how a provider stands: as its first probe does, or DEGRADED when
// that one passes and another was verified and does not.
func (f Facts) stand(p ProviderFacts, now time.Time) (standing, Probe) {
	if !p.Configured {
		if len(p.Missing) < len(p.Variables) {
			return standing{status: StatusNotConfigured, cause: partlySet}, ""
		}
		return standing{status: StatusNotConfigured, cause: notConfigured}, ""
	}
	if len(p.Probes) == 0 {
		panic("health: a provider that cannot be asked anything")
	}
	first := f.judge(p, p.Probes[0], now)
	if first.status != StatusPass {
		return first, p.Probes[0]
	}
	for _, probe := range p.Probes[1:] {
		if s := f.judge(p, probe, now); s.status == StatusDegraded || s.status == StatusFail {
			return standing{StatusDegraded, s.cause, s.row}, probe
		}
	}
	return first, p.Probes[0]
}

// newest is the last of those that match; of two at the same time, the later in
// the list, as they were stored.
func newest(records []Record, matches func(Record) bool) *Record {
	var found *Record
	for i := range records {
		if r := &records[i]; matches(*r) && (found == nil || !r.At.Before(found.At)) {
			found = r
		}
	}
	return found
}

func pretends(p ProviderFacts) bool { return p.Foreign || p.Demo }

// rank puts first what tells most about whether a stage can stand on it.
var rank = []Status{StatusPass, StatusDegraded, StatusFail, StatusNotVerified, StatusNotConfigured}

// best is the provider, of several that serve the same purpose, on which that
// purpose stands: the best of those that can be asked this, of two alike the one
// that is no pretence, then the earlier.
func (f Facts) best(probe Probe, now time.Time, of ...ProviderID) (ProviderID, standing) {
	id, found := of[0], standing{status: StatusNotConfigured, cause: notConfigured}
	for _, candidate := range of {
		p := f.Providers[candidate]
		if !p.Configured || !slices.Contains(p.Probes, probe) {
			continue
		}
		s := f.judge(p, probe, now)
		better := slices.Index(rank, found.status) - slices.Index(rank, s.status)
		if better > 0 || better == 0 && pretends(f.Providers[id]) && !pretends(p) {
			id, found = candidate, s
		}
	}
	return id, found
}
