package leak

import (
	"testing"
)

// failing records that a test would have failed.
type failing struct {
	testing.TB
	failed   bool
	cleanups []func()
}

func (f *failing) Helper()               {}
func (f *failing) Cleanup(fn func())     { f.cleanups = append(f.cleanups, fn) }
func (f *failing) Errorf(string, ...any) { f.failed = true }

func TestAGoroutineThatEndsIsNoLeak(t *testing.T) {
	f := &failing{}
	Check(f)
	done := make(chan struct{})
	go func() { <-done }()
	close(done)
	f.cleanups[0]()
	if f.failed {
		t.Error("it ended, and is called a leak")
	}
}

func TestAGoroutineThatStaysIsALeak(t *testing.T) {
	before := goroutines()
	done := make(chan struct{})
	defer close(done)
	started := make(chan struct{})
	go func() { close(started); <-done }()
	<-started
	if left := since(before); len(left) != 1 {
		t.Errorf("%d goroutines found, 1 is there", len(left))
	}
}
