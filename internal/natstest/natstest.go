// Package natstest gives tests real nats-servers. Begin at URL.
package natstest

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"animo/internal/sharedtest"
)

// Bus returns what a test sets as `bus` that does not care which: nothing, or, where ANIMO_TEST_BUS=nats, the cluster that URL tells of,
// with streams that all such tests share, because making some takes long. Rings for other tests' events do no harm.
func Bus(t testing.TB) string {
	t.Helper()
	if os.Getenv("ANIMO_TEST_BUS") == "nats" {
		return sharedtest.Server(t, "NATS", "nats") + "?prefix=flows&replicas=1"
	}
	return ""
}

// URL returns the address of the cluster that the environment variable ANIMO_NATS names (nats://HOST:PORT,HOST:PORT), with a prefix of
// the test's own, whose streams it deletes at the end of the test. Without that variable the test is skipped, or fails where
// ANIMO_REQUIRE_NATS=1.
func URL(t testing.TB) string {
	t.Helper()
	servers := sharedtest.Server(t, "NATS", "nats")
	prefix := "t" + strings.ToLower(rand.Text())
	t.Cleanup(func() {
		js, end := Connect(t, servers)
		defer end()
		ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
		defer cancel()
		names := js.StreamNames(ctx)
		for name := range names.Name() {
			if strings.HasPrefix(name, prefix+"-") {
				if err := js.DeleteStream(ctx, name); err != nil {
					t.Error(err)
				}
			}
		}
		if err := names.Err(); err != nil {
			t.Error(err)
		}
	})
	return servers + "?prefix=" + prefix
}

// Connect connects to the JetStream of an address, of which it leaves out what follows the question mark.
func Connect(t testing.TB, url string) (js jetstream.JetStream, end func()) {
	t.Helper()
	servers, _, _ := strings.Cut(url, "?")
	gone := make(chan struct{})
	conn, err := nats.Connect(servers, nats.MaxReconnects(-1), nats.ReconnectWait(100*time.Millisecond), nats.ClosedHandler(func(*nats.Conn) { close(gone) }))
	if err != nil {
		t.Fatal(err)
	}
	js, err = jetstream.New(conn)
	if err != nil {
		t.Fatal(err)
	}
	return js, func() { conn.Close(); <-gone }
}

// A Cluster is three servers that are a test's own, so that it may kill them.
type Cluster struct {
	URL    string
	t      testing.TB
	folder string
}

// Start starts a cluster, and stops it at the end of the test. It is skipped, or fails, where URL is.
func Start(t testing.TB) *Cluster {
	t.Helper()
	sharedtest.Server(t, "NATS", "nats")
	c := &Cluster{t: t, folder: t.TempDir()}
	t.Cleanup(func() { c.run("stop") })
	c.URL = c.Restart()
	return c
}

// Restart starts those servers of the cluster that do not run, waits until all three work, and returns their address.
func (c *Cluster) Restart() string { return c.run("start") }

// Stop kills all three servers.
func (c *Cluster) Stop() { c.run("stop") }

// Kill kills the server of a name, as JetStream says who leads a stream.
func (c *Cluster) Kill(server string) {
	c.t.Helper()
	_, number, _ := strings.Cut(server, "-")
	text, err := os.ReadFile(filepath.Join(c.folder, number+".pid"))
	if err != nil {
		c.t.Fatal(err)
	}
	pid, err := strconv.Atoi(strings.TrimSpace(string(text)))
	if err != nil {
		c.t.Fatal(err)
	}
	if err := syscall.Kill(pid, syscall.SIGKILL); err != nil {
		c.t.Fatal(err)
	}
}

func (c *Cluster) run(what string) string {
	c.t.Helper()
	return sharedtest.Script(c.t, ".ci/nats", what, c.folder)
}

// Alone starts one server on a configuration of the test's own, beside what it sets itself (the port, a folder, JetStream), stops it at
// the end of the test, and returns its HOST:PORT. It is skipped, or fails, where URL is.
func Alone(t testing.TB, configuration string) string {
	t.Helper()
	sharedtest.Server(t, "NATS", "nats")
	free, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := free.Addr().String()
	folder := t.TempDir()
	file := filepath.Join(folder, "nats.conf")
	text := fmt.Sprintf("listen: %q\njetstream { store_dir: %q }\n%s", address, folder, configuration)
	if err := errors.Join(free.Close(), os.WriteFile(file, []byte(text), 0o600)); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(sharedtest.Script(t, ".ci/nats", "program", ""), "-c", file)
	cmd.Stderr = t.Output()
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
	for {
		c, err := net.Dial("tcp", address)
		if err == nil {
			_ = c.Close()
			return address
		}
		select {
		case <-time.After(50 * time.Millisecond):
		case <-t.Context().Done():
			t.Fatal(err)
		}
	}
}
