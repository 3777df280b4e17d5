package app

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
)

// deviceFile holds the name by which brokers know this installation. Brokers
// take a name that changes for another machine, and ask who that is.
const deviceFile = "device"

// device returns the installation's name, and makes one the first time. Of
// several processes that come at once, one does.
func device(dir string) (string, error) {
	file := filepath.Join(dir, deviceFile)
	if name, err := os.ReadFile(file); err == nil || !errors.Is(err, fs.ErrNotExist) {
		return strings.TrimSpace(string(name)), err
	}
	if err := os.MkdirAll(dir, 0o750); err != nil { // the database may lie elsewhere
		return "", err
	}
	made := rand.Text()
	whole := file + "." + made
	if err := os.WriteFile(whole, []byte(made+"\n"), 0o600); err != nil {
		return "", fmt.Errorf("name this installation: %w", err)
	}
	defer func() { _ = os.Remove(whole) }() // it has its own name by then, or is of no use
	if err := os.Link(whole, file); err != nil && !errors.Is(err, fs.ErrExist) {
		return "", fmt.Errorf("name this installation: %w", err)
	}
	name, err := os.ReadFile(file)
	return strings.TrimSpace(string(name)), err
}

// deviceOf is device for whoever can do without a name.
func deviceOf(dir string, log *slog.Logger) string {
	name, err := device(dir)
	if err != nil {
		log.Warn("this installation has no name of its own for brokers", "error", err)
	}
	return name
}
