//go:build unix

package main

import (
	"io"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// TestReactive_a_trainer_that_is_killed_troubles_nobody_who_asks has a process that serves the API alone beside one that trains on the same data. The second one is killed
// while it trains. Until another takes its place the model answers by the version before, and then there is one version more.
func TestReactive_a_trainer_that_is_killed_troubles_nobody_who_asks(t *testing.T) {
	bin, data := buildProgram(t), t.TempDir()
	reviews, err := os.ReadFile(filepath.Join("..", "..", "samples", "opiniones.txt"))
	if err != nil {
		t.Fatal(err)
	}
	lease := []string{"--lease", "2s", "--sweep-every", "1s", "--log-level", "error"}
	front := startProcess(t, bin, data, append(lease, "--functions", "api")...)
	defer front.kill(t)
	trainer := func() *process {
		return startProcess(t, bin, data, append(lease, "--functions", "api,ingest,train,publish")...)
	}
	worker := trainer()
	upload := func(query, content string) {
		t.Helper()
		if status, err := front.try(http.MethodPut, "/v1/training/r.txt?"+query, "", strings.NewReader(content), nil); err != nil || status != http.StatusAccepted {
			t.Fatalf("%d, %v", status, err)
		}
	}
	var state struct{ Status string }
	until := func(path string, ends ...string) {
		t.Helper()
		for state.Status = ""; !slices.Contains(ends, state.Status); {
			if front.get(t, path, &state); !slices.Contains(ends, state.Status) && slices.Contains([]string{"failed", "held", "done"}, state.Status) {
				t.Fatalf("%+v, want %v", state, ends)
			}
		}
	}
	ended := func() { // held, where it is worse than the first one
		t.Helper()
		until("/v1/training/r.txt?wait=20", "done", "held")
	}
	ask := func() (answers [][2]string) {
		t.Helper()
		status, err := front.try(http.MethodPost, "/senti", "application/json", strings.NewReader(`{"idmodel":"r.txt","opiniones":["Todo excelente"]}`), &answers)
		if err != nil || status != http.StatusOK || len(answers) != 1 {
			t.Errorf("/senti: %d, %v, %v", status, answers, err)
		}
		return answers
	}
	var model struct {
		Current  string
		Versions []struct{ Version string }
	}
	upload("trainer=nb", string(reviews))
	ended()
	front.get(t, "/v1/models/r.txt", &model)
	first := model.Current

	upload("trainer=mlp", strings.Repeat(string(reviews), 10)) // takes long enough to be met
	until("/v1/training/r.txt", "training")
	worker.kill(t)
	for range 100 {
		ask()
	}
	if front.get(t, "/v1/models/r.txt", &model); model.Current != first || first == "" {
		t.Errorf("%q answers while nobody trains, want %q", model.Current, first)
	}
	worker = trainer()
	defer worker.kill(t)
	ended()
	ask()
	if front.get(t, "/v1/models/r.txt", &model); len(model.Versions) != 2 {
		t.Errorf("versions: %+v", model.Versions)
	}
}

// TestReactive_the_page_names_tests_that_there_are looks for each test that docs/reactive.md names.
func TestReactive_the_page_names_tests_that_there_are(t *testing.T) {
	root := os.DirFS(filepath.Join("..", ".."))
	there := map[string]bool{}
	err := fs.WalkDir(root, ".", func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() && (e.Name() == "node_modules" || e.Name() == ".git") {
			return skip(err)
		}
		if !strings.HasSuffix(path, "_test.go") {
			return nil
		}
		f, err := root.Open(path)
		if err != nil {
			return err
		}
		defer f.Close()
		source, err := io.ReadAll(f)
		for _, m := range regexp.MustCompile(`(?m)^func (Test\w+)\(`).FindAllSubmatch(source, -1) {
			there[string(m[1])] = true
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	page, err := fs.ReadFile(root, "docs/reactive.md")
	if err != nil {
		t.Fatal(err)
	}
	named := regexp.MustCompile("`Test[A-Z]\\w+`").FindAllString(string(page), -1)
	if len(named) < 20 {
		t.Errorf("the page names %d tests", len(named))
	}
	for _, name := range named {
		if !there[strings.Trim(name, "`")] {
			t.Errorf("docs/reactive.md names %s, which there is not", name)
		}
	}
}

// skip is an error, or that a folder is not looked into.
func skip(err error) error {
	if err != nil {
		return err
	}
	return fs.SkipDir
}
