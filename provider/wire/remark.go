package wire

import (
	"encoding/json"
	"strings"

	"assay/health"
)

// Words reads a text; what is none is "".
func Words(raw json.RawMessage) string {
	var words string
	if json.Unmarshal(raw, &words) != nil {
		return ""
	}
	return words
}

// Meaning is what a word tells of an error that comes without a telling
// status.
type Meaning struct {
	Word string // in lower case
	Code health.Code
}

// Meanings are looked through in their order.
type Meanings []Meaning

// Of returns the code of the first word that an error holds; without one the
// request was refused.
func (all Meanings) Of(words string) health.Code {
	words = strings.ToLower(words)
	for _, m := range all {
		if strings.Contains(words, m.Word) {
			return m.Code
		}
	}
	return health.RequestRefused
}
