package app

import (
	"fmt"
	"os"
	"runtime"
	"strings"
)

// Machine is where something was measured.
type Machine struct {
	CPU   string `json:"cpu"` // "" where the system does not say
	Cores int    `json:"cores"`
	OS    string `json:"os"`
	Arch  string `json:"arch"`
	Go    string `json:"go"`
}

func thisMachine() Machine {
	return Machine{processor(), runtime.NumCPU(), runtime.GOOS, runtime.GOARCH, runtime.Version()}
}

// String describes the machine in one line.
func (m Machine) String() string {
	cpu := m.CPU
	if cpu == "" {
		cpu = "a processor without a name"
	}
	return fmt.Sprintf("%s, %d cores, %s/%s, %s", cpu, m.Cores, m.OS, m.Arch, m.Go)
}

// processor is the name that Linux gives the processor.
func processor() string {
	text, err := os.ReadFile("/proc/cpuinfo")
	if err != nil {
		return ""
	}
	for line := range strings.Lines(string(text)) {
		if key, value, found := strings.Cut(line, ":"); found && strings.TrimSpace(key) == "model name" {
			return strings.TrimSpace(value)
		}
	}
	return ""
}
