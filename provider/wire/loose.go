package wire

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"strings"

	"assay/market"
)

// Text is a word that some servers send as a number, such as an account.
type Text string

// UnmarshalJSON reads a text or a number.
func (t *Text) UnmarshalJSON(text []byte) error {
	var word string
	if json.Unmarshal(text, &word) == nil {
		*t = Text(word)
		return nil
	}
	var number json.Number
	if err := json.Unmarshal(text, &number); err != nil {
		return fmt.Errorf("%.40q is no text", text)
	}
	*t = Text(number.String())
	return nil
}

// Flag is yes or no, or neither when it was not sent.
type Flag struct{ Known, Yes bool }

// UnmarshalJSON reads true and false, as words and as 1 and 0 too.
func (f *Flag) UnmarshalJSON(text []byte) error {
	switch strings.ToLower(string(bytes.Trim(text, `"`))) {
	case "true", "1":
		*f = Flag{true, true}
	case "false", "0":
		*f = Flag{Known: true}
	case "null", "":
	default:
		return fmt.Errorf("%.40q is neither yes nor no", text)
	}
	return nil
}

// Whole is a number of contracts, which some servers write with decimals.
type Whole int64

// UnmarshalJSON reads a number whose decimals are zeros.
func (w *Whole) UnmarshalJSON(text []byte) error {
	var d Decimal
	if err := d.UnmarshalJSON(text); err != nil {
		return err
	}
	if d%market.Nano != 0 || max(d, -d) > math.MaxInt32*market.Nano {
		return fmt.Errorf("%.40q is no number of contracts", text)
	}
	*w = Whole(d / market.Nano)
	return nil
}

// Word reads an enumeration that is sent as a text or as the number of its
// place among names. An unknown one is an error.
func Word(text []byte, names ...string) (string, error) {
	var word Text
	if err := json.Unmarshal(text, &word); err != nil {
		return "", err
	}
	for i, name := range names {
		if strings.EqualFold(string(word), name) || string(word) == fmt.Sprint(i) {
			return name, nil
		}
	}
	return "", fmt.Errorf("%.40q is none of %s", text, strings.Join(names, ", "))
}
