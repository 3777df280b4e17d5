package wire_test

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"assay/health"
	"assay/provider/wire"
)

// Whatever somebody says, what is repeated of it is one printable line without
// the secret.
func FuzzClean(f *testing.F) {
	for _, s := range []string{secret, "a" + secret + "b", "\x1b[31m", strings.Repeat("é ", 300), "\xff\xfe", secret[:10] + "\n" + secret[10:]} {
		f.Add(s)
	}
	c, err := wire.New(wire.Config{Provider: health.Databento, Base: "http://there", Secrets: []string{secret, ""}})
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, words string) {
		got := c.Clean(words)
		unprintable := func(r rune) bool { return !unicode.IsPrint(r) }
		if strings.Contains(got, secret) || !utf8.ValidString(got) || strings.ContainsFunc(got, unprintable) || utf8.RuneCountInString(got) > 600 {
			t.Errorf("%q became %q", words, got)
		}
	})
}
