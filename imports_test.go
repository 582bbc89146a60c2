package animo_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"io"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// goPackage is what `go list -json` tells of a package.
type goPackage struct {
	ImportPath string
	Doc        string
	Standard   bool
	Imports    []string
	Deps       []string
}

func listPackages(t *testing.T) []goPackage {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), "go", "list", "-json=ImportPath,Doc,Standard,Imports,Deps", "./...").Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	var list []goPackage
	for dec := json.NewDecoder(bytes.NewReader(out)); ; {
		var p goPackage
		if err := dec.Decode(&p); errors.Is(err, io.EOF) {
			return list
		} else if err != nil {
			t.Fatal(err)
		}
		list = append(list, p)
	}
}

// within reports whether a package is root or lies below it.
func within(pkg, root string) bool { return pkg == root || strings.HasPrefix(pkg, root+"/") }

// TestImports_go_one_way holds the layers: root <- nn <- text, vision <- the flows <- httpapi <- app <- cmd.
func TestImports_go_one_way(t *testing.T) {
	rules := []struct {
		of      string   // this package and those below it
		may     []string // of ours, import only these and what lies below them
		because string
	}{
		{"animo/nn", []string{"animo/nn", "animo"}, "layers and kernels know numbers, not opinions"},
		{"animo/text", []string{"animo/text", "animo/nn", "animo", "animo/internal/sharedtest"}, "text is a library without I/O: no store, no queue, no server"},
		{"animo/vision", []string{"animo/vision", "animo/nn", "animo", "animo/internal/sharedtest"}, "vision is a library without I/O but reading: no store, no queue, no server"},
		{"animo/internal/cache", []string{"animo/internal/cache"}, "it holds anything and knows nothing"},
		{"animo/internal/durable", []string{"animo/internal/durable"}, "it knows folders, not what is kept in them"},
		{"animo/internal/export", []string{"animo/internal/export", "animo"}, "it writes records, wherever they come from and whoever wants them"},
		{"animo/internal/clock", []string{"animo/internal/clock", "animo/internal/table", "animo"}, "it knows moments, not what was stamped with them"},
		{"animo/internal/peer", []string{"animo/internal/peer"}, "it knows connections and users of the system, not what they are let do"},
		{"animo/internal/slots", []string{"animo/internal/slots", "animo"}, "it bounds what anybody serves and knows nothing of it"},
		{"animo/internal/collections", []string{"animo/internal/collections", "animo/internal/erasures", "animo/internal/cache", "animo/internal/table", "animo/vision", "animo"}, "it knows faces, not the protocol that asks for them"},
		{"animo/internal/rekognition", []string{"animo/internal/rekognition", "animo/internal/collections", "animo/internal/slots", "animo/vision", "animo"}, "another's words for what vision sees; app hands it keys, people and photos"},
		{"animo/internal/sqldb", []string{"animo/internal/sqldb", "animo/internal/durable", "animo/internal/loop", "animo"}, "the database knows nothing of what is kept in it"},
		{"animo/internal/awsclient", []string{"animo/internal/awsclient", "animo"}, "it knows how AWS is called, not what for"},
		{"animo/internal/table", []string{"animo/internal/table", "animo/internal/sqldb", "animo/internal/awsclient", "animo"}, "a store serves every flow and knows none"},
		{"animo/internal/backup", []string{"animo/internal/backup", "animo/internal/durable", "animo/internal/object", "animo"}, "it copies rows and objects, whatever they are"},
		{"animo/internal/bus", []string{"animo/internal/bus", "animo/internal/tracing", "animo/internal/loop", "animo/internal/sqldb", "animo/internal/awsclient", "animo/internal/table", "animo"}, "a bus serves every flow and knows none"},
		{"animo/internal/bus/carrier", []string{"animo/internal/bus/carrier", "animo/internal/awsclient", "animo"}, "a carrier rings and knows nothing of what it rings for"},
		{"animo/internal/cluster", []string{"animo/internal/cluster", "animo/internal/loop", "animo/internal/table", "animo"}, "leases are rows, whatever is done under them"},
		{"animo/internal/object", []string{"animo/internal/object", "animo/internal/awsclient", "animo"}, "a store serves every flow and knows none"},
		{"animo/internal/tenants", []string{"animo/internal/tenants", "animo/internal/erasures", "animo/internal/table", "animo"}, "keys and tenants lie below the flows"},
		{"animo/internal/spool", []string{"animo/internal/spool", "animo"}, "it serves every flow and knows none"},
		{"animo/internal/opinions", []string{"animo/internal/opinions", "animo/internal/erasures", "animo/internal/background", "animo/internal/bus", "animo/internal/clock", "animo/internal/export", "animo/internal/table", "animo/internal/object", "animo/internal/spool", "animo/text", "animo"}, "a flow knows ports; app hands it adapters"},
		{"animo/internal/classify", []string{"animo/internal/classify", "animo/internal/cache", "animo/text", "animo"}, "it asks models, whoever trained them and whoever wants to know"},
		{"animo/internal/loop", []string{"animo/internal/loop"}, "it keeps anything going and knows nothing"},
		{"animo/internal/tracing", []string{"animo/internal/tracing"}, "it follows anything and knows nothing"},
		{"animo/internal/background", []string{"animo/internal/background"}, "it runs anything and knows nothing"},
		{"animo/internal/rates", []string{"animo/internal/rates", "animo/internal/table", "animo"}, "it bounds anything that tenants send, and knows nothing of it"},
		{"animo/internal/scrub", []string{"animo/internal/scrub"}, "it keeps notes for all who remove something, and knows none of them"},
		{"animo/internal/erasures", []string{"animo/internal/erasures", "animo/internal/durable", "animo/internal/table", "animo"}, "it notes what any flow erases, and knows none of them"},
		{"animo/internal/faces", []string{"animo/internal/faces", "animo/internal/table", "animo"}, "it is what the flows of photos agree on, and lies below them"},
		{"animo/internal/pictures", []string{"animo/internal/pictures", "animo/internal/loop", "animo/internal/background", "animo/vision", "animo"}, "an engine knows pictures and faces, not what becomes of them"},
		{"animo/internal/moods", []string{"animo/internal/moods", "animo/internal/erasures", "animo/internal/loop", "animo/internal/clock", "animo/internal/faces", "animo/internal/rates", "animo/internal/scrub", "animo/internal/table", "animo"}, "what is recorded knows neither photos nor people"},
		{"animo/internal/people", []string{"animo/internal/people", "animo/internal/erasures", "animo/internal/loop", "animo/internal/cache", "animo/internal/moods", "animo/internal/faces", "animo/internal/pictures", "animo/internal/scrub", "animo/internal/bus", "animo/internal/table", "animo/internal/object", "animo/vision", "animo"}, "people are known whatever becomes of photos"},
		{"animo/internal/photos", []string{"animo/internal/photos", "animo/internal/erasures", "animo/internal/loop", "animo/internal/clock", "animo/internal/moods", "animo/internal/people", "animo/internal/faces", "animo/internal/pictures", "animo/internal/rates", "animo/internal/scrub", "animo/internal/background", "animo/internal/bus", "animo/internal/table", "animo/internal/object", "animo/internal/spool", "animo/vision", "animo"}, "a flow knows ports; app hands it adapters"},
		{"animo/internal/notify", []string{"animo/internal/notify", "animo/internal/tracing", "animo/internal/scrub", "animo/internal/erasures", "animo/internal/cluster", "animo/internal/loop", "animo/internal/faces", "animo/internal/bus", "animo/internal/table", "animo/internal/object", "animo"}, "a flow knows ports; app hands it adapters"},
		{"animo/internal/inbox", []string{"animo/internal/inbox", "animo/internal/loop", "animo/internal/photos", "animo/internal/opinions", "animo"}, "the inbox gives files to flows, and knows nothing of where they keep them"},
		{"animo/internal/httpapi", []string{"animo/internal/httpapi", "animo/internal/tracing", "animo/internal/loop", "animo/internal/peer", "animo/internal/slots", "animo/internal/opinions", "animo/internal/classify", "animo/internal/export", "animo/internal/photos", "animo/internal/moods", "animo/internal/notify", "animo/internal/bus", "animo/text", "animo/vision", "animo"}, "the API knows flows, not where they keep things"},
		{"animo/internal/config", []string{"animo/internal/config", "animo"}, "settings know nothing of what they set"},
	}
	adapters := []string{"animo/internal/table/sqltable", "animo/internal/table/memtable", "animo/internal/bus/sqlbus", "animo/internal/bus/brokerbus", "animo/internal/bus/carrier/memcarrier", "animo/internal/bus/carrier/natscarrier", "animo/internal/table/dynamotable", "animo/internal/bus/carrier/awscarrier", "animo/internal/pictures/awsfaces", "animo/internal/object/s3"}
	for _, p := range listPackages(t) {
		for _, imported := range p.Imports {
			if !within(imported, "animo") {
				continue
			}
			if p.ImportPath == "animo" {
				t.Errorf("animo imports %s: the words stand on the standard library alone", imported)
			}
			if imported == "animo/internal/app" && !within(p.ImportPath, "animo/cmd") {
				t.Errorf("%s imports app: only cmd starts the whole", p.ImportPath)
			}
			if within(p.ImportPath, "animo/internal/httpapi") && imported != "animo/vision" && within(imported, "animo/vision") {
				t.Errorf("%s imports %s: the API says what flows computed, and computes nothing", p.ImportPath, imported)
			}
			if slices.Contains(adapters, imported) && p.ImportPath != "animo/internal/app" && p.ImportPath != "animo/internal/storetest" && p.ImportPath != imported {
				t.Errorf("%s imports the adapter %s: only app, and storetest for tests, choose adapters", p.ImportPath, imported)
			}
			for _, r := range rules {
				if within(p.ImportPath, r.of) && !slices.ContainsFunc(r.may, func(root string) bool {
					return imported == root || root != "animo" && within(imported, root)
				}) {
					t.Errorf("%s imports %s: %s", p.ImportPath, imported, r.because)
				}
			}
		}
		if slices.Contains(p.Imports, "testing") && !strings.HasSuffix(p.ImportPath, "test") {
			t.Errorf("%s imports testing outside of its tests", p.ImportPath)
		}
		if p.ImportPath == "animo/cmd/animo" && slices.Contains(p.Deps, "C") {
			t.Error("the binary needs cgo")
		}
	}
}

// TestFlows_are_types_that_a_reader_can_hold_in_the_head counts the methods of the flows' types, which embed nothing.
func TestFlows_are_types_that_a_reader_can_hold_in_the_head(t *testing.T) {
	for of, name := range map[string]string{"photos": "Photos", "people": "People", "moods": "Moods"} {
		files, err := filepath.Glob(filepath.Join("internal", of, "*.go"))
		if err != nil || len(files) == 0 {
			t.Fatal(files, err)
		}
		exported, all := 0, 0
		for _, file := range files {
			f, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.SkipObjectResolution)
			if err != nil {
				t.Fatal(err)
			}
			ast.Inspect(f, func(n ast.Node) bool {
				switch n := n.(type) {
				case *ast.FuncDecl:
					if n.Recv != nil && strings.TrimPrefix(types.ExprString(n.Recv.List[0].Type), "*") == name {
						all++
						if n.Name.IsExported() {
							exported++
						}
					}
				case *ast.TypeSpec:
					if s, ok := n.Type.(*ast.StructType); ok && n.Name.Name == name && slices.ContainsFunc(s.Fields.List, func(f *ast.Field) bool { return f.Names == nil }) {
						t.Errorf("%s embeds a field: what that can do is its own, too", name)
					}
				}
				return true
			})
		}
		if t.Logf("%s has %d methods, %d exported", name, all, exported); all == 0 || all > 60 || exported > 25 {
			t.Errorf("%s has %d methods, %d exported; want at most 60 and 25", name, all, exported)
		}
	}
}

// TestArchitecture_names_every_package wants each package, by the last part of its path, to be named in docs/architecture.md,
// and each package that is named there under internal to exist.
func TestArchitecture_names_every_package(t *testing.T) {
	text, err := os.ReadFile("docs/architecture.md")
	if err != nil {
		t.Fatal(err)
	}
	there := map[string]bool{}
	for _, p := range listPackages(t) {
		there[strings.TrimPrefix(p.ImportPath, "animo/")] = true
		name := path.Base(p.ImportPath)
		if !regexp.MustCompile(`\b` + name + `\b`).Match(text) {
			t.Errorf("docs/architecture.md does not name %s", p.ImportPath)
		}
	}
	for _, name := range regexp.MustCompile(`internal(/[a-z]+)+(\.go)?`).FindAllString(string(text), -1) {
		if !strings.HasSuffix(name, ".go") && !there[name] && !there["vision/"+name] {
			t.Errorf("docs/architecture.md names %s, which is not there", name)
		}
	}
}

func TestPackages_say_what_they_are_for(t *testing.T) {
	for _, p := range listPackages(t) {
		if len(p.Doc) < 40 {
			t.Errorf("%s has no package comment that tells a newcomer what it is for", p.ImportPath)
		}
	}
}
