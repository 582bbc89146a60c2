package postgrestest

import (
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"animo/internal/sharedtest"
)

// A Server is a PostgreSQL that is a test's own, so that it may kill it. It works on Linux alone.
type Server struct {
	t      testing.TB
	folder string
}

// Start starts a server, and stops it at the end of the test. It is skipped, or fails, where URL is.
func Start(t testing.TB) *Server {
	t.Helper()
	sharedtest.Server(t, "POSTGRES", "postgres")
	folder, err := os.MkdirTemp("", "animo-postgres-")
	if err == nil {
		err = os.Chmod(folder, 0o755) // as root, PostgreSQL runs as another user
	}
	if err != nil {
		t.Fatal(err)
	}
	s := &Server{t, folder}
	t.Cleanup(func() {
		s.Kill()
		if err := os.RemoveAll(folder); err != nil {
			t.Error(err)
		}
	})
	return s
}

// Restart starts the server, which does not run, and returns its address, whose port is another one each time. A server that was killed
// recovers first.
func (s *Server) Restart() *url.URL {
	s.t.Helper()
	u, err := url.Parse(sharedtest.Script(s.t, ".ci/postgres", "start", filepath.Join(s.folder, "server")))
	if err != nil {
		s.t.Fatal(err)
	}
	return u
}

// TLS has the server speak TLS, too, from its next start on, with the certificate and the key in these PEM files.
func (s *Server) TLS(cert, key string) {
	s.t.Helper()
	data := filepath.Join(s.folder, "server", "data")
	owner, err := os.Stat(data)
	if err != nil {
		s.t.Fatal(err)
	}
	uid := int(owner.Sys().(*syscall.Stat_t).Uid)
	for name, from := range map[string]string{"server.crt": cert, "server.key": key} { // where PostgreSQL looks for them
		text, err := os.ReadFile(from)
		to := filepath.Join(data, name)
		if err = errors.Join(err, os.WriteFile(to, text, 0o600), os.Chown(to, uid, -1)); err != nil {
			s.t.Fatal(err)
		}
	}
	settings, err := os.OpenFile(filepath.Join(data, "postgresql.conf"), os.O_APPEND|os.O_WRONLY, 0)
	if err == nil {
		_, err = settings.WriteString("ssl = on\n")
		err = errors.Join(err, settings.Close())
	}
	if err != nil {
		s.t.Fatal(err)
	}
}

// Kill kills every process of the server with SIGKILL, and waits until they are gone. What the server had told somebody is written stays so: the system
// writes what it was given. Kill may be called twice.
func (s *Server) Kill() {
	s.t.Helper()
	lock := filepath.Join(s.folder, "server", "data", "postmaster.pid")
	text, err := os.ReadFile(lock)
	if os.IsNotExist(err) {
		return
	}
	if err != nil {
		s.t.Fatal(err)
	}
	first, _, _ := strings.Cut(string(text), "\n")
	pids := []string{first}
	if children, err := os.ReadFile(fmt.Sprintf("/proc/%s/task/%s/children", first, first)); err == nil {
		pids = append(pids, strings.Fields(string(children))...)
	}
	for _, pid := range pids {
		n, err := strconv.Atoi(pid)
		if err != nil {
			s.t.Fatal(err)
		}
		if err := syscall.Kill(n, syscall.SIGKILL); err != nil && err != syscall.ESRCH {
			s.t.Fatal(err)
		}
	}
	for _, pid := range pids {
		for alive(pid) {
			time.Sleep(5 * time.Millisecond)
		}
	}
	if err := os.Remove(lock); err != nil { // its process may be a zombie, for which the next server would take it for running
		s.t.Fatal(err)
	}
}

// alive reports whether a process is there and no zombie.
func alive(pid string) bool {
	stat, err := os.ReadFile("/proc/" + pid + "/stat")
	if err != nil {
		return false
	}
	_, state, ok := strings.Cut(string(stat), ") ")
	return ok && !strings.HasPrefix(state, "Z")
}
