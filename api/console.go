package api

import (
	"bytes"
	"io/fs"
	"mime"
	"net/http"
	"path"
	"strings"
	"time"
)

// console serves the built console: files by their name, and index.html for
// every other path, because the page routes itself.
type console struct{ files fs.FS }

// csp allows our own scripts and styles only; Mantine writes one style element.
const csp = "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; " +
	"object-src 'none'; base-uri 'none'; frame-ancestors 'none'"

func (c console) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		w.Header().Set("Allow", "GET, HEAD")
		writeProblem(w, refusal(http.StatusMethodNotAllowed, ProblemDetail{
			Location: "method", Message: "a page can only be read", Remedy: "use GET; the calls of the API begin with /api/",
		}))
		return
	}
	w.Header().Set("Content-Security-Policy", csp)
	name := strings.TrimPrefix(path.Clean("/"+r.URL.Path), "/")
	asset := strings.HasPrefix(name, "assets/")
	if info, err := fs.Stat(c.files, name); err != nil || info.IsDir() {
		if asset { // a script of an older build: the page must not be taken for it
			writeProblem(w, refusal(http.StatusNotFound, ProblemDetail{
				Location: "path", Message: "there is no such file", Remedy: "reload the page",
			}))
			return
		}
		name = "index.html"
	}
	if asset {
		w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
	} else {
		w.Header().Set("Cache-Control", "no-cache")
	}
	c.send(w, r, name)
}

// send prefers the compressed neighbour of a file.
func (c console) send(w http.ResponseWriter, r *http.Request, name string) {
	h := w.Header()
	h.Set("Content-Type", contentType(name))
	h.Set("Vary", "Accept-Encoding")
	for _, packed := range []struct{ coding, ext string }{{"br", ".br"}, {"gzip", ".gz"}} {
		if !accepts(r, packed.coding) {
			continue
		}
		if data, err := fs.ReadFile(c.files, name+packed.ext); err == nil {
			h.Set("Content-Encoding", packed.coding)
			http.ServeContent(w, r, name, time.Time{}, bytes.NewReader(data))
			return
		}
	}
	data, err := fs.ReadFile(c.files, name)
	if err != nil {
		h.Set("Cache-Control", "no-store")
		writeProblem(w, failure(http.StatusNotFound, "the console is not built", "build it with make build"))
		return
	}
	http.ServeContent(w, r, name, time.Time{}, bytes.NewReader(data))
}

func contentType(name string) string {
	switch ext := path.Ext(name); ext {
	case ".woff2": // not in Go's own table
		return "font/woff2"
	default:
		if t := mime.TypeByExtension(ext); t != "" {
			return t
		}
		return "application/octet-stream"
	}
}
