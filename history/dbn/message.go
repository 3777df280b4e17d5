package dbn

// Message returns the text and the code of an Error or a System record; the
// code is NoCode where the version or the record has none.
func Message(version uint8, r Record) (words string, code uint8) {
	body := r.Raw[headerSize:]
	const room, longRoom = 64, 304 // what stands behind the header, with the codes
	switch {
	case version == 1 || len(body) < longRoom:
		return text(body[:min(len(body), room)]), NoCode
	case r.Type == Error:
		return text(body[:302]), body[302]
	default:
		return text(body[:303]), body[303]
	}
}

// NoCode is the code of a message that has none.
const NoCode = 255

// The codes of System records.
const (
	Heartbeat       = 0
	SubscriptionAck = 1
	SlowReader      = 2
	ReplayCompleted = 3
)
