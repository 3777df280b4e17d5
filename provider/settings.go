package provider

import (
	"errors"
	"io/fs"
	"slices"
	"strings"

	"assay"
	"assay/health"
)

// required lists the variables that configure each provider. Addresses and
// other choices have defaults and are read by the package of the provider.
var required = map[health.ProviderID][]string{
	health.Databento: {"DATABENTO_API_KEY"},
	health.Polygon:   {"POLYGON_API_KEY"},
	health.Ironbeam:  {"IRONBEAM_USERNAME", "IRONBEAM_API_KEY"},
	health.Tradovate: {"TRADOVATE_NAME", "TRADOVATE_PASSWORD", "TRADOVATE_CID", "TRADOVATE_SECRET"},
	health.Redis:     {"REDIS_URL"},
}

// besides lists the credentials that not every account has.
var besides = map[health.ProviderID][]string{
	health.Ironbeam:  {"IRONBEAM_PASSWORD"},
	health.Tradovate: {"TRADOVATE_APP_ID"},
}

// credentials lists the variables that hold what a configured provider was
// given, by the names that are set: NAME or NAME_FILE.
func (e Source) credentials(id health.ProviderID) (names []string) {
	for _, name := range append(slices.Clone(required[id]), besides[id]...) {
		switch {
		case e.Variable(name+"_FILE") != "":
			names = append(names, name+"_FILE")
		case strings.TrimSpace(e.Variable(name)) != "":
			names = append(names, name)
		}
	}
	return names
}

// Source is where settings are read: the value of a variable, or the content of the
// file that the variable with _FILE behind its name names.
type Source struct {
	Variable func(name string) string
	File     func(path string) ([]byte, error)
}

// Get returns a setting, "" when it is not set. No error repeats a value.
func (e Source) Get(name string) (string, error) {
	value, path := strings.TrimSpace(e.Variable(name)), e.Variable(name+"_FILE")
	switch {
	case path == "":
		return value, nil
	case value != "":
		return "", assay.Errorf(assay.Invalid, "set one of them", "both %s and %s_FILE are set", name, name)
	}
	text, err := e.File(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return "", assay.Errorf(assay.NotFound, "correct "+name+"_FILE", "there is no file %s", path)
	case err != nil:
		return "", assay.Errorf(assay.Invalid, "let this user read it", "%s_FILE names %s, which cannot be read", name, path)
	}
	if value = strings.TrimSpace(string(text)); value == "" {
		return "", assay.Errorf(assay.Invalid, "write the value into it", "%s_FILE names %s, which is empty", name, path)
	}
	return value, nil
}
