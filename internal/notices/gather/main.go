// Gather writes the licences and notices of all that animo is made of, for package notices: of the modules that its program is built from,
// of Go's own library, and of the packages that the page's scripts and the face networks come from. It fails where something has none.
// It runs in the repository's root: go run ./internal/notices/gather
package main

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

const out = "internal/notices/notices.txt.gz"

// pagePackages are the packages of npm that the program carries parts of.
var pagePackages = []string{"@vladmandic/face-api", "svelte", "esm-env", "clsx", "uplot"}

func main() {
	if err := write(); err != nil {
		fmt.Fprintln(os.Stderr, "gather:", err)
		os.Exit(1)
	}
}

func write() error {
	parts, err := goParts()
	if err != nil {
		return err
	}
	more, err := pageParts()
	if err != nil {
		return err
	}
	parts = append(parts, more...)
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	if err := writeTo(z, parts); err != nil {
		return err
	}
	if err := z.Close(); err != nil {
		return err
	}
	return os.WriteFile(out, packed.Bytes(), 0o644)
}

// part is something that the program is made of, and the folder that has its licence.
type part struct{ name, folder string }

// goParts lists the modules that the program is built from, and Go's own library.
func goParts() ([]part, error) {
	list, err := exec.Command("go", "list", "-deps", "-f", "{{with .Module}}{{if not .Main}}{{.Path}} {{.Version}}\t{{.Dir}}{{end}}{{end}}", "./cmd/animo").Output()
	if err != nil {
		return nil, fmt.Errorf("go list: %w", err)
	}
	root, err := exec.Command("go", "env", "GOROOT").Output()
	if err != nil {
		return nil, err
	}
	parts := []part{{"Go's standard library", strings.TrimSpace(string(root))}}
	lines := strings.Split(strings.TrimSpace(string(list)), "\n")
	slices.Sort(lines)
	for _, line := range slices.Compact(lines) {
		if name, folder, ok := strings.Cut(line, "\t"); ok {
			parts = append(parts, part{name, folder})
		}
	}
	return parts, nil
}

// pageParts lists the packages that the page is built from.
func pageParts() ([]part, error) {
	var parts []part
	for _, name := range pagePackages {
		folder := filepath.Join("web", "node_modules", filepath.FromSlash(name))
		about, err := os.ReadFile(filepath.Join(folder, "package.json"))
		if err != nil {
			return nil, err
		}
		var p struct{ Version string }
		if err := json.Unmarshal(about, &p); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		parts = append(parts, part{"npm: " + name + " " + p.Version, folder})
	}
	return parts, nil
}

var isNotice = regexp.MustCompile(`(?i)^(licen[cs]e|copying|notice|patents)([.-].*)?$`)

// writeTo writes each text once, after the names of all that it is for.
func writeTo(w io.Writer, parts []part) error {
	var texts []string
	names := map[string][]string{}
	for _, p := range parts {
		entries, err := os.ReadDir(p.folder)
		if err != nil {
			return err
		}
		found := false
		for _, e := range entries {
			if e.IsDir() || !isNotice.MatchString(e.Name()) {
				continue
			}
			b, err := os.ReadFile(filepath.Join(p.folder, e.Name()))
			if err != nil {
				return err
			}
			found = true
			text := strings.TrimSpace(strings.ReplaceAll(string(b), "\r\n", "\n"))
			if names[text] == nil {
				texts = append(texts, text)
			}
			names[text] = append(names[text], p.name)
		}
		if !found {
			return errors.New(p.name + " has no licence in " + p.folder)
		}
	}
	for _, text := range texts {
		if _, err := fmt.Fprintf(w, "%s\n\n%s\n\n%s\n\n", strings.Join(names[text], "\n"), text, strings.Repeat("=", 80)); err != nil {
			return err
		}
	}
	return nil
}
