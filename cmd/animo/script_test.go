package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// TestScripts runs the command lines in testdata/*.txt and compares what they print. Each script has a
// folder of its own, which holds opiniones.txt and the files at the script's end. In a script
//
//	$ LANG=es animo classify --model m < texts.txt     runs a command line, with variables and a stdin
//	any other line                                     is a line that it prints on stdout
//	! any line                                         is a line that it prints on stderr
//	? 2                                                is its exit code, where that is not 0
//	# any line                                         is a comment
//	-- name --                                         begins a file, in which \t is a tab and \xf1 a byte
//
// In expected output "…" stands for any characters, and a line of only that for any lines.
func TestScripts(t *testing.T) {
	scripts, err := filepath.Glob("testdata/*.txt")
	if err != nil || len(scripts) < 4 {
		t.Fatalf("found the scripts %v, %v", scripts, err)
	}
	opinions, err := os.ReadFile("../../samples/opiniones.txt")
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range scripts {
		script, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		t.Run(strings.TrimSuffix(filepath.Base(path), ".txt"), func(t *testing.T) {
			t.Chdir(t.TempDir())
			writeFile(t, "opiniones.txt", opinions)
			steps := parseScript(t, string(script))
			for _, s := range steps {
				s.run(t, path)
			}
		})
	}
}

// step is one command line and what it should do.
type step struct {
	line           int
	command        string
	stdout, stderr []string
	code           int
}

var fileStart = regexp.MustCompile(`(?m)^-- (\S+) --\n`)

// parseScript returns the steps of a script and writes its files.
func parseScript(t *testing.T, script string) (steps []step) {
	files := fileStart.FindAllStringSubmatchIndex(script, -1)
	for i, f := range files {
		end := len(script)
		if i+1 < len(files) {
			end = files[i+1][0]
		}
		content, err := strconv.Unquote(`"` + strings.NewReplacer(`"`, `\"`, "\n", `\n`).Replace(script[f[1]:end]) + `"`)
		if err != nil {
			t.Fatalf("file %s: %v", script[f[2]:f[3]], err)
		}
		writeFile(t, script[f[2]:f[3]], []byte(content))
	}
	if len(files) > 0 {
		script = script[:files[0][0]]
	}
	for i, line := range strings.Split(script, "\n") {
		if strings.HasPrefix(line, "#") {
			continue
		}
		if command, ok := strings.CutPrefix(line, "$ "); ok {
			steps = append(steps, step{line: i + 1, command: command})
			continue
		}
		if len(steps) == 0 {
			continue
		}
		s := &steps[len(steps)-1]
		if code, ok := strings.CutPrefix(line, "? "); ok {
			s.code, _ = strconv.Atoi(code)
		} else if text, ok := strings.CutPrefix(line, "! "); ok {
			s.stderr = append(s.stderr, text)
		} else {
			s.stdout = append(s.stdout, line)
		}
	}
	for i := range steps {
		steps[i].stdout = trimBlank(steps[i].stdout)
	}
	return steps
}

// run runs the command line in this process, through the same function as main.
func (s step) run(t *testing.T, path string) {
	t.Helper()
	for _, name := range []string{"LC_ALL", "LC_MESSAGES", "LANG"} {
		t.Setenv(name, "")
	}
	command, stdinName, _ := strings.Cut(s.command, " < ")
	args := words(command)
	for len(args) > 0 && args[0] != "animo" {
		name, value, _ := strings.Cut(args[0], "=")
		t.Setenv(name, value)
		args = args[1:]
	}
	var stdin []byte
	if stdinName != "" {
		var err error
		if stdin, err = os.ReadFile(stdinName); err != nil {
			t.Fatal(err)
		}
	}
	var stdout, stderr bytes.Buffer
	code := run(args[1:], bytes.NewReader(stdin), &stdout, &stderr)
	where := fmt.Sprintf("%s:%d: $ %s", path, s.line, s.command)
	if code != s.code {
		t.Errorf("%s\nexit code %d, want %d; stderr:\n%s", where, code, s.code, &stderr)
	}
	for _, out := range []struct {
		name string
		want []string
		got  string
	}{{"stdout", s.stdout, stdout.String()}, {"stderr", s.stderr, stderr.String()}} {
		want := pattern(out.want)
		if !want.MatchString(strings.Join(trimBlank(strings.Split(out.got, "\n")), "\n")) {
			t.Errorf("%s\n%s is\n%s\nwant\n%s", where, out.name, out.got, strings.Join(out.want, "\n"))
		}
	}
}

// pattern matches expected output.
func pattern(want []string) *regexp.Regexp {
	parts := make([]string, len(want))
	for i, line := range want {
		if line == "…" {
			parts[i] = `(?s:.*)`
		} else {
			parts[i] = strings.ReplaceAll(regexp.QuoteMeta(line), "…", ".*")
		}
	}
	return regexp.MustCompile(`\A` + strings.Join(parts, "\n") + `\z`)
}

// words cuts a command line at spaces; single and double quotes hold words together.
func words(command string) []string {
	var out []string
	for _, m := range regexp.MustCompile(`'([^']*)'|"([^"]*)"|(\S+)`).FindAllStringSubmatch(command, -1) {
		out = append(out, m[1]+m[2]+m[3])
	}
	return out
}

// trimBlank takes blank lines off both ends.
func trimBlank(lines []string) []string {
	isText := func(s string) bool { return strings.TrimSpace(s) != "" }
	first := slices.IndexFunc(lines, isText)
	if first < 0 {
		return nil
	}
	last := len(lines)
	for !isText(lines[last-1]) {
		last--
	}
	return lines[first:last]
}

func writeFile(t *testing.T, name string, content []byte) {
	t.Helper()
	if err := os.WriteFile(name, content, 0o666); err != nil {
		t.Fatal(err)
	}
}
