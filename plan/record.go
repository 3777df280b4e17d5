package plan

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"hash"
	"slices"
	"time"

	"assay/bot"
)

// Version is the version of the rules. It rises with every change after which
// Decide may answer the same question otherwise; a plan of another version
// cannot be made again.
const Version = 3

// Record is what a plan was made from, and what it decided: a whole one, or
// what is new since the record before it.
type Record struct {
	Version      int
	Policy       Policy
	Paused       bool
	PausedReason string
	ActiveJobs   int
	Bots         []Facts
	Decisions    []Decision
}

// Fleet is the fleet of a whole record.
func (r Record) Fleet() Fleet {
	return Fleet{Paused: r.Paused, PausedReason: r.PausedReason, ActiveJobs: r.ActiveJobs, Bots: r.Bots}
}

// Merge returns the record that is whole after the newer parts were put in.
func Merge(whole Record, newer ...Record) Record {
	facts, decisions := map[bot.ID]int{}, map[bot.ID]int{}
	whole.Bots, whole.Decisions = slices.Clone(whole.Bots), slices.Clone(whole.Decisions)
	for i, f := range whole.Bots {
		facts[f.ID] = i
	}
	for i, d := range whole.Decisions {
		decisions[d.BotID] = i
	}
	for _, n := range newer {
		bots := put(whole.Bots, n.Bots, facts, func(f Facts) bot.ID { return f.ID })
		decided := put(whole.Decisions, n.Decisions, decisions, func(d Decision) bot.ID { return d.BotID })
		whole = n
		whole.Bots, whole.Decisions = bots, decided
	}
	return whole
}

// put replaces the elements that are there and adds the others.
func put[T any](all, newer []T, at map[bot.ID]int, id func(T) bot.ID) []T {
	for _, v := range newer {
		i, known := at[id(v)]
		if !known {
			at[id(v)] = len(all)
			all = append(all, v)
			continue
		}
		all[i] = v
	}
	return all
}

// Digest is the hash of one bot's facts, or of the decision about it.
type Digest [sha256.Size]byte

// String prints the digest in hexadecimal.
func (d Digest) String() string { return hex.EncodeToString(d[:]) }

// Digest names the facts.
func (f *Facts) Digest() Digest { return digest(f) }

// Digest names the decision.
func (d *Decision) Digest() Digest { return digest(d) }

// digest is the hash of a value's JSON, whose fields have a fixed order.
func digest(v any) Digest {
	text, err := json.Marshal(v)
	if err != nil {
		panic("plan: everything a plan is made of can be printed: " + err.Error())
	}
	return sha256.Sum256(text)
}

// Sum hashes digests in their order.
type Sum struct{ hash hash.Hash }

// NewSum returns the sum of no digest.
func NewSum() Sum { return Sum{sha256.New()} }

// Add takes in the next digest.
func (s Sum) Add(d Digest) { _, _ = s.hash.Write(d[:]) } // a hash never fails

// Digest is the hash of all that were added.
func (s Sum) Digest() (d Digest) { return Digest(s.hash.Sum(d[:0])) }

// InputHash names everything a plan is made from: the rules, the policy, the
// time, the fleet, and the facts of its bots in the order of their ids, whose
// sum the caller keeps.
func InputHash(fleet Fleet, policy Policy, now time.Time, facts Digest) Digest {
	return digest(struct {
		Version      int
		Now          time.Time
		Policy       Policy
		Paused       bool
		PausedReason string
		ActiveJobs   int
		Facts        string
	}{Version, now.UTC(), policy, fleet.Paused, fleet.PausedReason, fleet.ActiveJobs, facts.String()})
}

// Hashes names the input of a plan and the plan from the start, without
// anything that was kept.
func Hashes(fleet Fleet, policy Policy, now time.Time, made Plan) (input, plan Digest) {
	facts, decisions := NewSum(), NewSum()
	bots := byID(fleet.Bots)
	for i := range bots {
		facts.Add(bots[i].Digest())
	}
	for i := range made.Decisions {
		decisions.Add(made.Decisions[i].Digest())
	}
	return InputHash(fleet, policy, now, facts.Digest()), decisions.Digest()
}
