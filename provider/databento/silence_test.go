package databento

import (
	"bufio"
	"errors"
	"fmt"
	"net"
	"testing"
	"testing/synctest"
	"time"

	"assay/health"
	"assay/history/dbn"
	"assay/provider/wire"
)

// A gateway that lets us in and then says nothing is dead after the heartbeat
// that did not come, and some grace.
func TestAGatewayWithoutHeartbeatsIsDead(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := fuzzed(t, nil)
		ours, theirs := net.Pipe()
		go silent(theirs)
		s, err := c.session(t.Context(), ours)
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		if err := s.Start(t.Context()); err != nil {
			t.Fatal(err)
		}
		if _, err := s.Next(t.Context()); err != nil {
			t.Fatal(err)
		}
		began := time.Now()
		_, err = s.Next(t.Context())
		trouble, ok := errors.AsType[*wire.Error](err)
		if !ok || trouble.Code != health.TimedOut || time.Since(began) != 15*time.Second {
			t.Errorf("after %s: %v", time.Since(began), err)
		}
	})
}

// silent lets a client in, sends one heartbeat and no more.
func silent(conn net.Conn) {
	defer conn.Close()
	in := bufio.NewReader(conn)
	fmt.Fprint(conn, "lsg_version=0.4.2\ncram=abc\n")
	_, _ = in.ReadString('\n')
	fmt.Fprint(conn, "success=1|session_id=5\n")
	_, _ = in.ReadString('\n')
	_, _ = dbn.NewWriter(conn, dbn.Metadata{Version: 3, Schema: dbn.Mixed, End: dbn.Undefined})
	_, _ = conn.Write(append([]byte{80, byte(dbn.System), 1, 0}, make([]byte, 316)...))
	_, _ = in.ReadString('\n') // until the client has gone
}
