//go:build unix

package stopwatch

import (
	"syscall"
	"time"
)

// Processor is the processor time that this process has taken so far, that of
// the system on its behalf and of the collector included. Unlike the time on
// the wall it does not count what other programs take.
func Processor() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		panic("stopwatch: the system tells how long a process ran: " + err.Error())
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
