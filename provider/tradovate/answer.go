package tradovate

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"time"

	"assay/health"
	"assay/provider/wire"
)

// remark is what an answer may say about itself, mostly with status 200. The
// fields are raw so that one of another type hides none of the rest.
type remark struct {
	ErrorText     json.RawMessage `json:"errorText"`
	FailureReason json.RawMessage `json:"failureReason"`
	FailureText   json.RawMessage `json:"failureText"`
	OK            json.RawMessage `json:"ok"`
	Violations    json.RawMessage `json:"violations"`
}

// explain reads the ways in which an answer says no.
func explain(a wire.Answer) (health.Code, string, bool) {
	if a.Status == http.StatusLocked {
		return health.RateLimited, "too many requests; the next answer is a stop for an hour", true
	}
	if p := penaltyOf(a.Body); p.Ticket != "" {
		return p.code(), p.words(), true
	}
	words, no := objection(a.Body)
	switch {
	case !no:
		return "", "", false
	case a.Status >= 300:
		return "", words, true // the status says it
	default:
		return meanings.Of(words), words, true
	}
}

func (p penalty) code() health.Code {
	if p.Captcha.Yes {
		return health.Captcha
	}
	return health.PenaltyTicket
}

func (p penalty) words() string {
	if p.Captcha.Yes {
		return "it asks for a captcha, which only a person can solve"
	}
	return fmt.Sprintf("it asks us to wait %s", p.wait().Round(time.Second))
}

// objection returns what an answer holds against the request.
func objection(body []byte) (words string, no bool) {
	var said remark
	if json.Unmarshal(body, &said) != nil {
		return "", false
	}
	if words := wire.Words(said.ErrorText); words != "" {
		return words, true
	}
	if reason := wire.Words(said.FailureReason); reason != "" && reason != "Success" {
		return strings.TrimSpace(reason + " " + wire.Words(said.FailureText)), true
	}
	if broken := violations(said.Violations); broken != "" {
		return broken, true
	}
	return "it is not ok", string(said.OK) == "false"
}

func violations(raw json.RawMessage) string {
	var broken []struct{ Constraint, Description string }
	if json.Unmarshal(raw, &broken) != nil || len(broken) == 0 {
		return ""
	}
	return strings.TrimSpace("it is against a rule: " + broken[0].Constraint + " " + broken[0].Description)
}

// meanings are words that tell what an error without a telling status is.
var meanings = wire.Meanings{
	{Word: "username or password", Code: health.CredentialsRefused},
	{Word: "access is denied", Code: health.CredentialsRefused},
	{Word: "expired", Code: health.CredentialsRefused},
	{Word: "unauthorized", Code: health.CredentialsRefused},
	{Word: "not entitled", Code: health.NotLicensed},
	{Word: "inaccessible", Code: health.NotLicensed},
	{Word: "subscription", Code: health.NotLicensed},
}
