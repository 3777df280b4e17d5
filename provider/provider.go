// Package provider reaches the outside services: one package for each, behind
// the small interfaces of this one, and stand-in servers for trying the product
// without accounts.
package provider

import (
	"context"
	"strings"

	"assay/health"
)

// Verifier makes real round trips to one provider.
type Verifier interface {
	// Provider names it.
	Provider() health.ProviderID
	// Address is where it is reached, without secrets, for people to read.
	Address() string
	// Probes lists what Verify may be asked, the most telling first.
	Probes() []health.Probe
	// Verify makes one round trip, bounded by ctx and by a time limit of its
	// own, free of charge and without side effects. A failure is an outcome,
	// not an error.
	Verify(ctx context.Context, probe health.Probe) health.Verification
}

// Spread is a Verifier that is reached at more than one address.
type Spread interface{ Addresses() []string }

// AddressOf names every address of a provider, for people to read.
func AddressOf(v Verifier) string { return strings.Join(addresses(v), " and ") }

func addresses(v Verifier) []string {
	if s, ok := v.(Spread); ok {
		return s.Addresses()
	}
	return []string{v.Address()}
}
