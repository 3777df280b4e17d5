// Package splitmix is the one source of chance in Assay: SplitMix64, whose
// whole state is a seed that can be stored with a job.
package splitmix

import "assay/internal/normal"

// Source is a SplitMix64 generator (Steele, Lea and Flood 2014). The zero
// value is the generator of seed 0.
type Source struct{ state uint64 }

// New returns the generator of a seed.
func New(seed uint64) *Source { return &Source{seed} }

// Uint64 returns the next 64 bits.
func (s *Source) Uint64() uint64 {
	s.state += 0x9E3779B97F4A7C15
	z := s.state
	z = (z ^ z>>30) * 0xBF58476D1CE4E5B9
	z = (z ^ z>>27) * 0x94D049BB133111EB
	return z ^ z>>31
}

// Float64 returns the next number in [0, 1), a multiple of 2^-53.
func (s *Source) Float64() float64 { return float64(s.Uint64()>>11) * 0x1p-53 }

// Below returns the next number in 0 … n-1, each as likely as the other; n is
// at least 1.
func (s *Source) Below(n int) int {
	if n < 1 {
		panic("splitmix: Below needs at least one number to choose from")
	}
	m := uint64(n)
	rest := (1 << 63 % m * 2) % m // 2^64 modulo m
	for {
		if x := s.Uint64(); rest == 0 || x < -rest {
			return int(x % m)
		}
	}
}

// Normal returns the next standard normal number.
func (s *Source) Normal() float64 {
	return normal.Quantile((float64(s.Uint64()>>11) + 0.5) * 0x1p-53)
}

// Shuffle puts n things in a random order by swapping them (Fisher and Yates,
// from the last to the first).
func (s *Source) Shuffle(n int, swap func(i, j int)) {
	for i := n - 1; i > 0; i-- {
		swap(i, s.Below(i+1))
	}
}
