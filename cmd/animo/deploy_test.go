//go:build unix

package main

import (
	"archive/tar"
	"bufio"
	"compress/gzip"
	"debug/elf"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/alecthomas/kong"
	"go.yaml.in/yaml/v3"

	"animo/internal/config"
)

// deployFiles reads all that is in deploy, by their paths in it.
func deployFiles(t *testing.T) map[string]string {
	t.Helper()
	files := map[string]string{}
	dir := filepath.Join("..", "..", "deploy")
	err := filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		b, err := os.ReadFile(path)
		rel, relErr := filepath.Rel(dir, path)
		files[filepath.ToSlash(rel)] = string(b)
		return errors.Join(err, relErr)
	})
	if err != nil || len(files) < 10 {
		t.Fatal(len(files), err)
	}
	return files
}

// eachValue calls each with every string of a YAML file, and the key that it is the value of.
func eachValue(t *testing.T, file, text string, each func(key, value string)) {
	t.Helper()
	var walk func(key string, n *yaml.Node)
	walk = func(key string, n *yaml.Node) {
		switch n.Kind {
		case yaml.ScalarNode:
			each(key, n.Value)
		case yaml.MappingNode:
			for i := 0; i < len(n.Content); i += 2 {
				walk(n.Content[i].Value, n.Content[i+1])
			}
		default:
			for _, c := range n.Content {
				walk(key, c)
			}
		}
	}
	for in := yaml.NewDecoder(strings.NewReader(text)); ; {
		var doc yaml.Node
		if err := in.Decode(&doc); errors.Is(err, io.EOF) {
			return
		} else if err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		walk("", &doc)
	}
}

// TestDeploy_files_name_what_is_there holds the files for containers to the product: each setting, flag, metric and path that they name is
// one, and the deployments together run every function.
func TestDeploy_files_name_what_is_there(t *testing.T) {
	envs, flags, commands := map[string]bool{}, map[string]bool{}, map[string]bool{}
	parser, err := kong.New(&struct{ commandsOf }{}, kong.Vars{"trainers": ""}, config.Vars())
	if err != nil {
		t.Fatal(err)
	}
	var walk func(n *kong.Node)
	walk = func(n *kong.Node) {
		commands[n.Name] = true
		for _, f := range n.Flags {
			flags["--"+f.Name] = true
			for _, e := range f.Envs {
				envs[e] = true
			}
		}
		for _, child := range n.Children {
			walk(child)
		}
	}
	walk(parser.Model.Node)
	p := startProcess(t, buildProgram(t), t.TempDir())
	metrics, err := http.Get(p.url + "/metrics")
	if err != nil {
		t.Fatal(err)
	}
	defer metrics.Body.Close()
	told, err := io.ReadAll(metrics.Body)
	if err != nil {
		t.Fatal(err)
	}
	var functions []string
	seen := map[string]int{}
	for file, text := range deployFiles(t) {
		for _, name := range regexp.MustCompile(`\bANIMO_[A-Z_]+\b`).FindAllString(text, -1) {
			if seen["setting"]++; !envs[name] && name != "ANIMO_IMAGE" {
				t.Errorf("deploy/%s names %s, which is no setting", file, name)
			}
		}
		if !strings.HasSuffix(file, ".yaml") { // the dashboard's metrics are compared in internal/app
			continue
		}
		for _, name := range regexp.MustCompile(`\banimo_[a-z_]+\b`).FindAllString(text, -1) {
			if seen["metric"]++; !strings.Contains(string(told), "# TYPE "+name+" ") {
				t.Errorf("deploy/%s names %s, which is no metric", file, name)
			}
		}
		eachValue(t, file, text, func(key, value string) {
			switch {
			case key == "path":
				seen["path"]++
				if res, err := http.Get(p.url + value); err != nil || res.StatusCode != http.StatusOK {
					t.Errorf("deploy/%s: a probe at %s gets %v, %v", file, value, res, err)
				} else {
					_ = res.Body.Close()
				}
			case key == "value" && strings.HasPrefix(value, config.API+","):
				for f := range strings.SplitSeq(value, ",") {
					if f != config.API {
						functions = append(functions, f)
					}
				}
			case key == "function":
				if seen["queue"]++; !slices.Contains(config.FunctionNames(), value) {
					t.Errorf("deploy/%s scales by the queue of %q, which is no function", file, value)
				}
			case key == "args":
				if name := strings.TrimSpace(value); !flags[name] && !commands[name] {
					t.Errorf("deploy/%s calls animo with %q, which is neither a command nor a flag", file, value)
				}
			}
		})
	}
	slices.Sort(functions)
	want := slices.DeleteFunc(config.FunctionNames(), func(f string) bool { return f == config.API })
	if slices.Sort(want); !slices.Equal(functions, want) {
		t.Errorf("the deployments run %q, each once, want %q", functions, want)
	}
	for kind, least := range map[string]int{"setting": 15, "metric": 2, "path": 6, "queue": 4} {
		if seen[kind] < least {
			t.Errorf("%d of the kind %q are seen in deploy; the test looks for them where they are not", seen[kind], kind)
		}
	}
}

// commandsOf are the commands of the program, to be looked at.
type commandsOf struct{ commands }

// TestDeploy_settings_are_valid starts the checks of the settings with those of the files.
func TestDeploy_settings_are_valid(t *testing.T) {
	files := deployFiles(t)
	for line := range strings.Lines(files["kubernetes/settings.env"] + files["kubernetes/secret.example.env"]) {
		name, value, ok := strings.Cut(strings.TrimSpace(line), "=")
		if !ok {
			t.Errorf("no setting: %q", line)
		}
		t.Setenv(name, value)
	}
	t.Setenv("ANIMO_FUNCTIONS", "api,analyse")
	var c config.Config
	parser, err := kong.New(&c, config.Vars())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := parser.Parse(nil); err != nil {
		t.Fatal(err)
	}
	if err := c.Validate(); err != nil {
		t.Error(err)
	}
	if !c.Runs("analyse") || c.Runs("train") || c.Listen != ":8080" || !strings.HasPrefix(c.Tables, "postgres://") {
		t.Errorf("the settings are %+v", c)
	}
	if grace := 40 * time.Second; c.StopTime >= grace || !strings.Contains(files["kubernetes/api.yaml"], fmt.Sprintf("terminationGracePeriodSeconds: %.0f", grace.Seconds())) {
		t.Errorf("stopping takes up to %v, and pods are killed before", c.StopTime)
	}
}

// imageMost is how large the image may be, as a registry sends it.
const imageMost = 60 << 20

// imageConfig is the part of an image's configuration that the test looks at.
type imageConfig struct {
	Architecture, OS string
	Config           struct {
		User                  string
		Entrypoint, Cmd, Env  []string
		Healthcheck           struct{ Test []string }
		StopSignal            string
		Volumes, ExposedPorts map[string]struct{}
	}
}

// unpackImage unpacks a saved image of one layer into a folder, with the owners that its files have.
func unpackImage(t *testing.T, path, dir string) (c imageConfig) {
	t.Helper()
	members := func(of io.Reader, each func(h *tar.Header, r io.Reader)) {
		for in := tar.NewReader(of); ; {
			h, err := in.Next()
			if errors.Is(err, io.EOF) {
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			each(h, in)
		}
	}
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(bufio.NewReader(f))
	if err != nil {
		t.Fatal(err)
	}
	members(z, func(h *tar.Header, r io.Reader) {
		switch {
		case h.Name == "manifest.json":
		case strings.HasSuffix(h.Name, ".json"):
			if err := json.NewDecoder(r).Decode(&c); err != nil {
				t.Fatal(err)
			}
		case h.Typeflag == tar.TypeReg && strings.HasSuffix(h.Name, ".tar"):
			members(r, func(h *tar.Header, r io.Reader) {
				to := filepath.Join(dir, filepath.Clean("/"+h.Name))
				switch h.Typeflag {
				case tar.TypeDir:
					err = os.MkdirAll(to, 0o755)
				case tar.TypeReg:
					var out *os.File
					if out, err = os.Create(to); err == nil {
						_, err = io.Copy(out, r)
						err = errors.Join(err, out.Close())
					}
				default:
					t.Errorf("%s is neither a file nor a folder", h.Name)
				}
				if err = errors.Join(err, os.Chown(to, h.Uid, h.Gid), os.Chmod(to, h.FileInfo().Mode())); err != nil {
					t.Fatal(err)
				}
			})
		}
	})
	return c
}

// TestDeploy_image unpacks the image that `make image` built, and runs it as a container would be run: in that root, which can only be read, as its
// user, who may do nothing, with nothing beside it. It gets ready, says so, takes a file, and ends at SIGTERM.
func TestDeploy_image_runs_as_nobody_on_a_root_that_is_only_read(t *testing.T) {
	path := filepath.Join("..", "..", "bin", "animo-"+runtime.GOARCH+".tar.gz")
	info, err := os.Stat(path)
	if err != nil || os.Getuid() != 0 || runtime.GOOS != "linux" {
		if os.Getenv("ANIMO_REQUIRE_IMAGE") == "1" {
			t.Fatalf("the image cannot be tested: %v; make image builds it, and only root can run it", err)
		}
		t.Skipf("SKIPPED, NOT TESTED: the image (%v); make image builds it, and only root can run it", err)
	}
	if info.Size() >= imageMost {
		t.Errorf("the image has %d bytes, more than %d", info.Size(), imageMost)
	}
	root := t.TempDir()
	c := unpackImage(t, path, root)
	if err := os.Chmod(root, 0o755); err != nil {
		t.Fatal(err)
	}
	if c.OS != "linux" || c.Architecture != runtime.GOARCH || c.Config.User != "65532:65532" || !slices.Equal(c.Config.Entrypoint, []string{"/animo"}) ||
		!slices.Equal(c.Config.Cmd, []string{"serve"}) || !slices.Equal(c.Config.Healthcheck.Test, []string{"CMD", "/animo", "health"}) || c.Config.StopSignal != "SIGTERM" {
		t.Errorf("the image is %+v", c)
	}
	binary, err := elf.Open(filepath.Join(root, "animo"))
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range binary.Progs {
		if p.Type == elf.PT_INTERP || p.Type == elf.PT_DYNAMIC {
			t.Error("the program in the image needs libraries")
		}
	}
	if err := binary.Close(); err != nil {
		t.Error(err)
	}
	var names []string
	_ = filepath.WalkDir(root, func(path string, e fs.DirEntry, _ error) error {
		if !e.IsDir() {
			names = append(names, strings.TrimPrefix(path, root))
		}
		return nil
	})
	if !slices.Equal(names, []string{"/animo", "/etc/ssl/certs/ca-certificates.crt"}) {
		t.Errorf("in the image are %q", names)
	}
	inside := func(args ...string) *exec.Cmd {
		const script = `set -e
			mount --bind "$1" "$1"
			mount -o remount,bind,ro "$1"
			mount -t tmpfs -o uid=65532,gid=65532,mode=700 tmpfs "$1/data"
			root=$1; shift
			exec chroot --userspec=65532:65532 "$root" "$@"`
		cmd := exec.CommandContext(t.Context(), "unshare", append([]string{"--mount", "--", "sh", "-c", script, "sh", root}, args...)...)
		cmd.Env = c.Config.Env
		return cmd
	}
	if out, err := exec.CommandContext(t.Context(), "unshare", "--mount", "true").CombinedOutput(); err != nil {
		t.Skipf("SKIPPED, NOT TESTED: the image runs nowhere, because nothing may be mounted here: %v %s", err, out)
	}
	serve := inside("/animo", "serve", "--listen", "127.0.0.1:0", "--min-free", "0", "--stop-time", "20s")
	stderr, err := serve.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := serve.Start(); err != nil {
		t.Fatal(err)
	}
	p := &process{cmd: serve}
	said := ""
	for lines := bufio.NewScanner(stderr); p.url == "" && lines.Scan(); {
		said += lines.Text() + "\n"
		if _, rest, ok := strings.Cut(lines.Text(), "ready on "); ok {
			p.url, _, _ = strings.Cut(rest, " ")
		}
	}
	if p.url == "" {
		t.Fatalf("it never became ready:\n%s", said)
	}
	addr := strings.TrimSuffix(strings.TrimPrefix(strings.Split(p.url, "?")[0], "http://"), "/")
	health := inside(c.Config.Healthcheck.Test[1:]...)
	health.Env = append(health.Env, "ANIMO_LISTEN="+addr)
	if out, err := health.CombinedOutput(); err != nil {
		t.Errorf("its health: %v %s", err, out)
	}
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", serve.Process.Pid))
	if err != nil || !regexp.MustCompile(`(?m)^Uid:\s65532\s65532`).Match(status) || !regexp.MustCompile(`(?m)^CapEff:\s0+$`).Match(status) {
		t.Errorf("it runs as %s, %v", status, err)
	}
	if err := serve.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	rest, _ := io.ReadAll(stderr)
	if err := serve.Wait(); err != nil {
		t.Errorf("after SIGTERM it ends with %v:\n%s", err, rest)
	}
	after := inside(c.Config.Healthcheck.Test[1:]...)
	after.Env = health.Env
	if out, err := after.CombinedOutput(); err == nil {
		t.Errorf("it is healthy after its end: %s", out)
	}
}

func TestHealth_says_why_a_server_is_not_ready(t *testing.T) {
	p := startProcess(t, buildProgram(t), t.TempDir())
	addr := strings.TrimSuffix(strings.TrimPrefix(strings.Split(p.url, "?")[0], "http://"), "/")
	out, err := exec.CommandContext(t.Context(), buildProgram(t), "health", "--listen", addr).CombinedOutput()
	if err != nil || len(out) > 0 {
		t.Errorf("of a server that is ready: %v %s", err, out)
	}
	p.kill(t)
	out, err = exec.CommandContext(t.Context(), buildProgram(t), "health", "--listen", addr).CombinedOutput()
	if err == nil || !strings.Contains(string(out), addr) {
		t.Errorf("of a server that is not there: %v %s", err, out)
	}
}
