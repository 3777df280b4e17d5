package databento

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"
)

// longestLine is how long a line of the gateway may be.
const longestLine = 4096

// parseLine reads a line like "success=1|session_id=5|". What is no pair is
// passed over, so that words of tomorrow do no harm.
func parseLine(line string) map[string]string {
	fields := map[string]string{}
	for pair := range strings.SplitSeq(strings.TrimRight(line, "\r\n"), "|") {
		if key, value, ok := strings.Cut(pair, "="); ok && key != "" {
			fields[key] = value
		}
	}
	return fields
}

// bucketSize is how much of the key the gateway is told to find the rest.
const bucketSize = 5

// answerOf answers a challenge: it proves the key without telling it.
func answerOf(challenge, key string) string {
	sum := sha256.Sum256([]byte(challenge + "|" + key))
	return hex.EncodeToString(sum[:]) + "-" + key[len(key)-bucketSize:]
}
