package ironbeam

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"

	"assay/health"
	"assay/provider/wire"
)

// statuses are the words of an answer's status by their number.
var statuses = []string{"OK", "ERROR", "WARNING", "INFO", "FATAL", "UNKNOWN"}

// remark is what an answer may say about itself. There are three shapes; the
// third wraps the others in result. The fields are raw because each was seen
// with more than one type.
type remark struct {
	Status, Message, Error, Error1 json.RawMessage
	StatusCode                     json.RawMessage
	Result                         json.RawMessage
}

// explain reads the three shapes of an error, which may come with status 200.
func explain(a wire.Answer) (health.Code, string, bool) {
	var said remark
	if json.Unmarshal(a.Body, &said) != nil {
		return "", "", false
	}
	if inner := (remark{StatusCode: said.StatusCode}); bytes.HasPrefix(said.Result, []byte("{")) &&
		json.Unmarshal(said.Result, &inner) == nil {
		said = inner
	}
	words := said.words()
	number := said.number()
	if !said.bad() && number < 400 {
		return "", words, a.Status >= 400
	}
	switch {
	case a.Status >= 300 && a.Status != http.StatusBadRequest:
		return "", words, true // the status says it
	case number >= 400:
		return wire.CodeOf(number), words, true
	default:
		return meanings.Of(words), words, true
	}
}

// bad says that the answer calls itself an error. A status that is not known
// counts as one.
func (r remark) bad() bool {
	if wire.Words(r.Error1) != "" {
		return true
	}
	if len(r.Status) == 0 || string(r.Status) == "null" {
		return false
	}
	status, err := wire.Word(r.Status, statuses...)
	return err != nil || status == "ERROR" || status == "FATAL" || status == "UNKNOWN"
}

// words are the most telling of the texts: messages may be no more than
// "Error".
func (r remark) words() string {
	best := ""
	for _, raw := range []json.RawMessage{r.Error1, r.Error, r.Message} {
		if words := wire.Words(raw); len(words) > len(best) {
			best = words
		}
	}
	return best
}

func (r remark) number() (n int) {
	if json.Unmarshal(r.StatusCode, &n) != nil {
		return 0
	}
	return n
}

// meanings are words that tell what an error without a telling status is.
var meanings = wire.Meanings{
	{Word: "excessive calls", Code: health.RateLimited},
	{Word: "not entitled", Code: health.NotLicensed},
	{Word: "can't subscribe", Code: health.NotLicensed},
	{Word: "unauthorized", Code: health.CredentialsRefused},
	{Word: "credential", Code: health.CredentialsRefused},
	{Word: "token", Code: health.CredentialsRefused},
}

// decodeWord reads an enumeration, or leaves it empty when it is absent.
func decodeWord[T ~string](into *T, raw []byte, names ...string) error {
	if string(raw) == "null" {
		return nil
	}
	word, err := wire.Word(raw, names...)
	if err != nil {
		return fmt.Errorf("read an enumeration: %w", err)
	}
	*into = T(word)
	return nil
}
