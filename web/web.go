// Package web carries the console: the files that Vite builds into dist, or,
// before the first build, one page that says how to build them.
package web

import (
	"embed"
	"io/fs"
)

// built always holds .gitkeep, so that Go compiles without a build; Vite puts
// it back after emptying dist, because it also lies in public.
//
//go:embed all:dist
var built embed.FS

//go:embed stub
var stub embed.FS

// Console returns the files of the console with index.html at its root. Names
// under assets/ carry a hash of their content and never change; next to each
// of them may lie the same file compressed, with .br or .gz appended.
func Console() fs.FS {
	if Built() {
		return sub(built, "dist")
	}
	return sub(stub, "stub")
}

// Built says whether Console is the console itself and not the page about
// building it.
func Built() bool {
	_, err := fs.Stat(built, "dist/index.html")
	return err == nil
}

func sub(files fs.FS, dir string) fs.FS {
	s, err := fs.Sub(files, dir)
	if err != nil {
		panic("web: the embedded folder " + dir + " has a valid name: " + err.Error())
	}
	return s
}
