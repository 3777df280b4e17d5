package tradovate

import (
	"bytes"
	"encoding/json"
	"fmt"
	"time"

	"assay/provider/wire"
)

// The kinds of frames, by their first letter.
const (
	frameOpen  = 'o' // now authorise
	frameBeat  = 'h'
	frameArray = 'a'
	frameClose = 'c'
)

// frame is what the broker sends at a time.
type frame struct {
	kind     byte
	messages []message // of an array
	code     int       // of a close
	reason   string
}

// message is an answer, which has the number of its request, or an event.
type message struct {
	Event   string          `json:"e"`
	Request *int64          `json:"i"`
	Status  int             `json:"s"`
	Data    json.RawMessage `json:"d"`
}

// parseFrame reads one frame.
func parseFrame(text []byte) (f frame, err error) {
	if len(text) == 0 {
		return f, fmt.Errorf("a frame is empty")
	}
	f.kind, text = text[0], text[1:]
	switch f.kind {
	case frameOpen, frameBeat:
		if len(bytes.TrimSpace(text)) > 0 {
			err = fmt.Errorf("a frame %q holds more", f.kind)
		}
	case frameArray:
		if err = json.Unmarshal(text, &f.messages); err != nil {
			err = fmt.Errorf("a frame holds no list of messages")
		}
	case frameClose:
		parts := []any{&f.code, &f.reason}
		if json.Unmarshal(text, &parts) != nil {
			err = fmt.Errorf("a frame that closes does not say why")
		}
	default:
		err = fmt.Errorf("a frame begins with %q", f.kind)
	}
	return f, err
}

// Level is a price and how many contracts there are at it.
type Level struct {
	Price wire.Decimal `json:"price"`
	Size  wire.Decimal `json:"size"`
}

// Quote is the market of one contract. What is not there was not sent.
type Quote struct {
	Contract int64     `json:"contractId"`
	At       time.Time `json:"timestamp"`
	Entries  struct {
		Bid, Offer, Trade, TotalTradeVolume, OpenInterest  Level
		OpeningPrice, HighPrice, LowPrice, SettlementPrice Level
	} `json:"entries"`
}

// quotes reads the quotes of an event of market data; doms and histograms,
// which nobody subscribed, are left alone.
func quotes(data json.RawMessage) ([]Quote, error) {
	var got struct{ Quotes []Quote }
	if err := json.Unmarshal(data, &got); err != nil {
		return nil, fmt.Errorf("market data does not read: %w", err)
	}
	return got.Quotes, nil
}
