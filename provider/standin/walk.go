package standin

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"time"

	"assay/internal/splitmix"
)

// Walk is a made-up price of ES that moves by a tick or two at a time.
type Walk struct {
	random *splitmix.Source
	ticks  int64
	volume int64
}

// ticksPerPoint of ES.
const ticksPerPoint = 4

// NewWalk begins a walk that a seed decides.
func NewWalk(seed uint64) *Walk {
	return &Walk{random: splitmix.New(seed), ticks: 6800 * ticksPerPoint}
}

// Market is what trades at a moment.
type Market struct {
	Last, Bid, Ask, Settlement json.Number
	Size, BidSize, AskSize     int64
	Volume                     int64 // of the day
	At                         time.Time
}

// Step moves the price on.
func (w *Walk) Step(now time.Time) Market {
	w.ticks += int64(w.random.Below(5)) - 2
	size := int64(1 + w.random.Below(9))
	w.volume += size
	return Market{
		Last: price(w.ticks), Bid: price(w.ticks), Ask: price(w.ticks + 1), Settlement: price(6800 * ticksPerPoint),
		Size: size, BidSize: 10 + size, AskSize: 20 - size, Volume: w.volume, At: now,
	}
}

func price(ticks int64) json.Number {
	return json.Number(fmt.Sprintf("%d.%02d", ticks/ticksPerPoint, ticks%ticksPerPoint*100/ticksPerPoint))
}

// Names makes names that nobody guesses and a seed repeats.
type Names struct {
	Seed uint64
	made int
}

// Next returns another name of n letters, at most 64.
func (s *Names) Next(kind string, n int) string {
	s.made++
	sum := sha256.Sum256(fmt.Appendf(nil, "%s %d %d", kind, s.Seed, s.made))
	return hex.EncodeToString(sum[:])[:n]
}

// Say answers with JSON.
func Say(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body) // whoever has gone needs no answer
}

// Hear decodes a request's JSON. When strict, fields that are not known are
// refused.
func Hear(r *http.Request, strict bool, into any) error {
	d := json.NewDecoder(io.LimitReader(r.Body, 1<<20))
	if strict {
		d.DisallowUnknownFields()
	}
	return d.Decode(into)
}
