package provider

import (
	"errors"
	"net"
	"net/url"
	"slices"
	"strings"

	"assay"
	"assay/health"
)

// Maker builds the verifier of one provider from its settings.
type Maker func(get func(name string) (string, error)) (Verifier, error)

// Registry holds exactly the five providers, configured or not.
type Registry struct {
	entries map[health.ProviderID]entry
}

type entry struct {
	missing   []string // variables to set; none when configured
	variables []string // of its credentials: those in use when configured, else those needed
	moved     []string // variables that give it another address
	verifier  Verifier // nil when not configured
	wrong     error    // why it cannot be asked although it is configured
}

// NewRegistry reads the settings of all five and builds the verifiers of those
// that are configured. Credentials that are there in part configure nothing. A
// provider whose settings cannot be right is configured and cannot be asked: its
// facts say why, and nothing else suffers.
func NewRegistry(e Source, makers map[health.ProviderID]Maker) *Registry {
	r := &Registry{map[health.ProviderID]entry{}}
	for _, id := range health.Providers {
		made, err := e.entry(id, makers[id])
		if err != nil {
			made.wrong, made.missing = err, nil
		}
		r.entries[id] = made
	}
	return r
}

func (e Source) entry(id health.ProviderID, make Maker) (made entry, err error) {
	made.variables = required[id]
	for _, name := range required[id] {
		value, err := e.Get(name)
		if err != nil {
			return made, err
		}
		if value == "" {
			made.missing = append(made.missing, name)
		}
	}
	if len(made.missing) > 0 {
		return made, nil
	}
	if make == nil {
		return made, assay.Errorf(assay.Invalid, "unset it, or install a version that can",
			"%s is set, and this version of Assay cannot reach %s", required[id][0], id)
	}
	for _, name := range addressed[id] {
		if value, err := e.Get(name); err == nil && value != "" {
			made.moved = append(made.moved, name)
		}
	}
	made.variables = e.credentials(id)
	verifier, err := make(e.Get)
	if err != nil {
		return made, err
	}
	if len(verifier.Probes()) == 0 {
		panic("provider: " + string(id) + " cannot be asked anything")
	}
	made.verifier = verifier
	return made, nil
}

// Verifier returns the verifier of a provider; one that is not configured is a
// Conflict that says what to set.
func (r *Registry) Verifier(id health.ProviderID) (Verifier, error) {
	e := r.entries[id]
	if e.wrong != nil {
		what, fix := told(e.wrong)
		return nil, assay.Errorf(assay.Conflict, fix+", and start Assay again", "%s cannot be asked: %s", id, what)
	}
	if e.verifier == nil {
		return nil, assay.Errorf(assay.Conflict, "set "+strings.Join(e.missing, " and ")+" and start Assay again",
			"%s is not configured", id)
	}
	return e.verifier, nil
}

// Configured lists the providers that can be asked, in their order.
func (r *Registry) Configured() (ids []health.ProviderID) {
	for _, id := range health.Providers {
		if r.entries[id].verifier != nil {
			ids = append(ids, id)
		}
	}
	return ids
}

// Facts is what configuration alone says of every provider.
func (r *Registry) Facts() map[health.ProviderID]health.ProviderFacts {
	facts := map[health.ProviderID]health.ProviderFacts{}
	for id, e := range r.entries {
		f := health.ProviderFacts{Variables: e.variables, Missing: e.missing}
		if v := e.verifier; v != nil {
			f.Configured, f.Address, f.Probes = true, AddressOf(v), v.Probes()
			f.Moved = e.moved
			f.Local = slices.ContainsFunc(addresses(v), local)
			f.Foreign = slices.ContainsFunc(addresses(v), func(a string) bool { return !owns(id, a) })
			if p, ok := v.(Placed); ok {
				f.Demo, f.Place = p.Environment() == Demo, places[id]
			}
		}
		if e.wrong != nil {
			f.Configured, f.Probes = true, offered[id]
			f.Wrong, f.Mend = told(e.wrong)
		}
		facts[id] = f
	}
	return facts
}

// told is what is said of wrong settings: what is wrong, and what mends it.
func told(err error) (what, fix string) {
	if e, ok := errors.AsType[*assay.Error](err); ok {
		return e.Message, e.Fix
	}
	return "its settings cannot be used", "see the log, which says more" // err may hold a value
}

// Wrong returns what is wrong with the settings of providers.
func (r *Registry) Wrong() map[health.ProviderID]error {
	all := map[health.ProviderID]error{}
	for id, e := range r.entries {
		if e.wrong != nil {
			all[id] = e.wrong
		}
	}
	return all
}

// offered is what each can be asked, also while its settings are wrong.
var offered = map[health.ProviderID][]health.Probe{
	health.Databento: {health.HistoricalData, health.LiveData},
	health.Polygon:   {health.HistoricalData},
	health.Ironbeam:  {health.BrokerAccount, health.LiveData},
	health.Tradovate: {health.BrokerAccount, health.LiveData},
	health.Redis:     {health.Ping},
}

// places are the variables that say which environment a broker must be.
var places = map[health.ProviderID]string{
	health.Ironbeam:  "IRONBEAM_ENVIRONMENT",
	health.Tradovate: "TRADOVATE_ENVIRONMENT",
}

// addressed are the variables that move a provider to another address.
var addressed = map[health.ProviderID][]string{
	health.Databento: {"DATABENTO_URL", "DATABENTO_LIVE_ADDR"},
	health.Polygon:   {"POLYGON_URL"},
	health.Ironbeam:  {"IRONBEAM_URL"},
	health.Tradovate: {"TRADOVATE_URL", "TRADOVATE_MD_URL"},
}

// domains are the providers' own. Redis is whose it is.
var domains = map[health.ProviderID][]string{
	health.Databento: {"databento.com"},
	health.Polygon:   {"massive.com", "polygon.io"},
	health.Ironbeam:  {"ironbeamapi.com"},
	health.Tradovate: {"tradovateapi.com"},
}

// owns says whether an address is one of the provider's own, which no list of
// what a stand-in may be called could: this machine has many names.
func owns(id health.ProviderID, address string) bool {
	u, err := url.Parse(address)
	if err == nil && u.Host != "" && u.Scheme != "https" && u.Scheme != "wss" {
		return id == health.Redis
	}
	host := strings.ToLower(hostOf(address))
	return id == health.Redis || slices.ContainsFunc(domains[id], func(domain string) bool {
		return host == domain || strings.HasSuffix(host, "."+domain)
	})
}

// local says whether an address is plainly of this machine.
func local(address string) bool {
	host := hostOf(address)
	ip := net.ParseIP(host)
	return strings.HasPrefix(address, "unix:") || strings.EqualFold(host, "localhost") || ip != nil && (ip.IsLoopback() || ip.IsUnspecified())
}

// hostOf is the host of a URL or of host:port; "" for a socket in a file.
func hostOf(address string) string {
	if u, err := url.Parse(address); err == nil && (u.Host != "" || u.Scheme == "unix") {
		return u.Hostname()
	}
	if name, _, err := net.SplitHostPort(address); err == nil {
		return name
	}
	return address
}
