package databento

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"time"

	"assay/history/dbn"
	"assay/market"
	"assay/provider/standin/archive"
)

// send sends the stream: metadata, then acknowledgements, names, the last bar
// of each symbol every minute, and heartbeats in between.
func (s *session) send(ctx context.Context) {
	if !s.begin() || s.has(ErrorRecord) || s.has(CutRecord) {
		return
	}
	now := s.gateway.options.Now
	minute := now().Truncate(time.Minute)
	beat := time.NewTicker(s.heartbeat)
	defer beat.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-beat.C:
		}
		ok := true
		switch {
		case s.has(SilentLater):
		case now().Truncate(time.Minute).After(minute):
			ok = s.bars(minute)
			minute = now().Truncate(time.Minute)
		default:
			ok = s.system(dbn.Heartbeat, "Heartbeat")
		}
		if !ok {
			return
		}
	}
}

// begin sends what comes before the data.
func (s *session) begin() bool {
	_, err := dbn.NewWriter(s.conn, dbn.Metadata{
		Version: s.version(), Dataset: dataset, Schema: dbn.Mixed, End: dbn.Undefined, STypeIn: 255,
	})
	if err != nil {
		return false
	}
	switch {
	case s.has(ErrorRecord):
		return s.message(dbn.Error, 5, "invalid subscription")
	case s.has(CutRecord):
		return s.say("%s", s.record(dbn.System, 0, []byte("half"), 76)[:30])
	case s.has(UnknownRecords):
		_, _ = s.conn.Write(s.record(0x77, 0, nil, 1004))
	}
	for i := range s.subs {
		if !s.has(OldGateway) {
			s.system(dbn.SubscriptionAck, fmt.Sprintf("Subscription request %d for ohlcv-1m data succeeded", i+1))
		}
	}
	for _, symbol := range s.symbols {
		if c := s.contract(symbol); c != nil {
			s.mapping(symbol, c)
		}
	}
	return true
}

func (s *session) version() uint8 {
	if s.has(OldGateway) {
		return 1
	}
	return 3
}

// contract is what a symbol is today, as far as the archive knows.
func (s *session) contract(symbol string) *archive.Contract {
	_, last := s.gateway.archive.Span()
	d := market.DateOf(time.Unix(0, last-1).UTC())
	if found := s.gateway.archive.Resolve(symbol, d, d+1); len(found) > 0 {
		return found[0].Contract
	}
	return nil
}

// bars sends the last bar of each symbol as that of a minute.
func (s *session) bars(minute time.Time) bool {
	for _, symbol := range s.symbols {
		c := s.contract(symbol)
		if c == nil {
			continue
		}
		b := c.Bars[len(c.Bars)-1]
		b.Time = minute.UnixNano()
		if _, err := s.conn.Write(b.Append(nil)); err != nil {
			return false
		}
	}
	return true
}

func (s *session) system(code uint8, words string) bool { return s.message(dbn.System, code, words) }

// message sends a system or an error record.
func (s *session) message(t dbn.Type, code uint8, words string) bool {
	size, at := 304, 303
	if t == dbn.Error {
		at = 302
	}
	if s.version() == 1 {
		size = 64
	}
	raw := s.record(t, 0, []byte(words), size)
	if size > at {
		raw[16+at] = code
	}
	_, err := s.conn.Write(raw)
	return err == nil
}

// mapping sends the name of an instrument.
func (s *session) mapping(symbol string, c *archive.Contract) {
	var body []byte
	pad := func(name string, width int) { body = append(append(body, name...), make([]byte, width-len(name))...) }
	if s.version() == 1 {
		pad(symbol, 22)
		pad(c.Symbol, 22)
		body = append(body, make([]byte, 20)...)
	} else {
		body = append(body, 3)
		pad(symbol, 71)
		body = append(body, 1)
		pad(c.Symbol, 71)
		body = append(body, bytes.Repeat([]byte{255}, 16)...)
	}
	_, _ = s.conn.Write(s.record(dbn.SymbolMapping, c.ID, body, len(body))) // a client that has gone is noticed next
}

// record makes a record with a body of a size.
func (s *session) record(t dbn.Type, id uint32, body []byte, size int) []byte {
	raw := []byte{byte((16 + size) / 4), byte(t), 1, 0}
	raw = binary.LittleEndian.AppendUint32(raw, id)
	raw = binary.LittleEndian.AppendUint64(raw, uint64(s.gateway.options.Now().UnixNano()))
	return append(append(raw, body...), make([]byte, size-len(body))...)
}
