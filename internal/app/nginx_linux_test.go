package app_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// nobody is the user and the group that a proxy runs as here.
const nobody = 65534

// needNginx skips a test where nginx cannot be run as another user, and fails it where that is required.
func needNginx(t *testing.T) string {
	t.Helper()
	path, err := exec.LookPath("nginx")
	if err != nil {
		path, err = exec.LookPath("/usr/sbin/nginx")
	}
	if err == nil && os.Getuid() != 0 {
		err = errors.New("only root can run it as another user")
	}
	if err != nil {
		if os.Getenv("ANIMO_REQUIRE_NGINX") == "1" {
			t.Fatal(err)
		}
		t.Skipf("SKIPPED: no nginx as a real proxy: %v", err)
	}
	return path
}

// proxy runs nginx as another user in front of a server and returns its address.
func proxy(t *testing.T, nginx, upstream, httpVersion string) (address string) {
	t.Helper()
	dir, err := os.MkdirTemp("", "animo-nginx") // not in t.TempDir, which others may not enter
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	if err := os.Chown(dir, nobody, nobody); err != nil {
		t.Fatal(err)
	}
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	address = l.Addr().String()
	socket, err := l.(*net.TCPListener).File() // nginx takes it over, so whoever connects before nginx is there waits for it
	if err != nil {
		t.Fatal(err)
	}
	defer socket.Close()
	config := filepath.Join(dir, "nginx.conf")
	text := fmt.Sprintf(`daemon off; pid %[1]s/pid; error_log stderr; events {}
http { access_log off; client_body_temp_path %[1]s/1; proxy_temp_path %[1]s/2; fastcgi_temp_path %[1]s/3; uwsgi_temp_path %[1]s/4; scgi_temp_path %[1]s/5;
  server { listen %[2]s; location / { proxy_pass http://%[3]s; proxy_http_version %[4]s; } } }`, dir, address, upstream, httpVersion)
	if err := os.WriteFile(config, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.WithoutCancel(t.Context()))
	cmd := exec.CommandContext(ctx, nginx, "-p", dir, "-c", config, "-e", "stderr")
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: nobody, Gid: nobody}}
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGTERM) }
	cmd.ExtraFiles, cmd.Env = []*os.File{socket}, append(os.Environ(), "NGINX=3;") // as an nginx that upgrades itself does
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		cancel()
		_ = cmd.Wait()
	})
	return address
}

// A proxy that adds no header makes strangers look like this machine. Only its user gives it away.
func TestAPI_a_proxy_that_adds_no_header_does_not_open_a_keyless_server(t *testing.T) {
	nginx := needNginx(t)
	c := settings(t)
	a := start(t, c)
	upstream := strings.TrimPrefix(a.url, "http://")
	get := func(at, path, key string, header http.Header) int {
		t.Helper()
		req, err := http.NewRequestWithContext(t.Context(), "GET", "http://"+at+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		for name, values := range header {
			req.Header[name] = values
		}
		if key != "" {
			req.Header.Set("Authorization", "Bearer "+key)
		}
		res, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		_ = res.Body.Close()
		return res.StatusCode
	}
	paths := []string{"/modelos", "/v1/tenants", "/v1/photos", "/metrics"}
	var proxies []string
	for _, version := range []string{"1.0", "1.1"} {
		at := proxy(t, nginx, upstream, version)
		proxies = append(proxies, at)
		for _, path := range paths {
			if got := get(at, path, "", nil); got != http.StatusForbidden {
				t.Errorf("HTTP/%s through nginx without a key: %s answers %d, want 403", version, path, got)
			}
		}
	}
	for _, path := range paths {
		if got := get(upstream, path, "", nil); got != http.StatusOK {
			t.Errorf("this user's own program without a key: %s answers %d, want 200", path, got)
		}
	}
	key := addKey(t, c, "default")
	for _, at := range proxies {
		if got := get(at, "/modelos", key, nil); got != http.StatusOK {
			t.Errorf("through nginx with a key: %d, want 200", got)
		}
	}
	for _, at := range append(proxies, upstream) {
		for _, with := range []string{"", key} {
			if got := get(at, "/metrics", with, nil); got != http.StatusUnauthorized {
				t.Errorf("%s: /metrics with %q once a key exists: %d, want 401", at, with, got)
			}
		}
	}
}
