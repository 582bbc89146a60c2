package app_test

import (
	"bufio"
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"net"
	"runtime"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	root "animo"
	"animo/internal/app"
	"animo/internal/pictures"
	"animo/vision"
)

// TestFaults_stream_clients_that_do_not_read_cost_the_others_nothing has a thousand clients of the live stream, a
// tenth of which never read. The others are told each face once and in order while those hold the server's
// writes up, and when all have left, what they took is given back.
func TestFaults_stream_clients_that_do_not_read_cost_the_others_nothing(t *testing.T) {
	clients := 1000
	if testing.Short() {
		clients = 200
	}
	const faces = 100
	c := settings(t)
	c.AnswerPause = time.Hour
	a := startWith(t, c, app.Options{Faces: crowd})
	first := a.listen("", "") // says what the others should be told
	a.crowds(1)               // so that all that is made once is there
	first.faces(perPhoto)
	before := sizeNow()

	var conns []net.Conn
	for range clients / 10 {
		conn, _ := a.dialStream(narrow)
		conns = append(conns, conn)
	}
	told := make([][]string, clients-clients/10)
	var reading sync.WaitGroup
	for i := range told {
		conn, r := a.dialStream(nil)
		conns = append(conns, conn)
		reading.Go(func() { told[i] = readIDs(r, faces) })
	}
	began := time.Now()
	a.crowds(faces / perPhoto)
	want, _ := first.faces(faces)
	reading.Wait()
	took := time.Since(began)
	for i := range told {
		if !slices.Equal(told[i], want) {
			t.Fatalf("client %d was told %v, want %v", i, told[i], want)
		}
	}
	during := sizeNow()
	for _, conn := range conns {
		_ = conn.Close()
	}
	told = nil
	after := awaitSize(t, before)
	t.Logf("%d faces told to %d clients in %v beside %d that do not read; before them %v, with them %v, after them %v", faces, clients-clients/10, took, clients/10, before, during, after)
	if took, left := during.heap-before.heap, after.heap-min(before.heap, after.heap); left > took/4 {
		t.Errorf("of %d kB that they took, %d are not given back", took>>10, left>>10)
	}
}

// TestFaults_stream_clients_that_do_not_read_are_dropped waits until the server has hung up on them.
func TestFaults_stream_clients_that_do_not_read_are_dropped(t *testing.T) {
	c := settings(t)
	c.AnswerPause = 100 * time.Millisecond
	a := startWith(t, c, app.Options{Faces: crowd})
	first := a.listen("", "")
	a.crowds(1)
	first.faces(perPhoto)
	before := sizeNow()
	for range 20 {
		a.dialStream(narrow)
	}
	a.crowds(10)
	first.faces(10 * perPhoto)
	awaitSize(t, before)
}

// perPhoto is how many faces the crowd's pictures have.
const perPhoto = 10

// crowd is an engine of whose faces an event has some 2 kB.
var crowd = engine(func(context.Context, string, vision.Image) ([]pictures.Found, error) {
	found := happy(perPhoto)
	for i := range found {
		for j := range 20 {
			found[i].People = append(found[i].People, root.Celebrity{Name: fmt.Sprintf("%d %s", j, strings.Repeat("n", 60)), Similarity: 90})
		}
	}
	return found, nil
})

// crowds sends so many photos, none of which came before.
func (a *animo) crowds(n int) {
	a.t.Helper()
	for range n {
		a.put(rand.Text()+".png", onePixel)
	}
}

// dialStream opens the stream with a connection of its own, and reads up to the first event.
func (a *animo) dialStream(control func(string, string, syscall.RawConn) error) (net.Conn, *bufio.Reader) {
	a.t.Helper()
	conn, err := (&net.Dialer{Control: control}).DialContext(a.t.Context(), "tcp", strings.TrimPrefix(a.url, "http://"))
	if err != nil {
		a.t.Fatal(err)
	}
	a.t.Cleanup(func() { _ = conn.Close() })
	_, err = io.WriteString(conn, "GET /v1/stream HTTP/1.1\r\nHost: localhost\r\n\r\n")
	r := bufio.NewReader(conn)
	for err == nil {
		var line []byte
		if line, err = r.ReadSlice('\n'); bytes.HasPrefix(line, []byte("id: ")) { // from which on it tells
			return conn, r
		}
	}
	a.t.Fatalf("a client of the stream: %v", err)
	return nil, nil
}

// readIDs reads a stream up to its n-th event and returns the events' ids.
func readIDs(r *bufio.Reader, n int) (ids []string) {
	for len(ids) < n {
		line, err := r.ReadSlice('\n')
		if err != nil && !errors.Is(err, bufio.ErrBufferFull) {
			break
		}
		if id, ok := bytes.CutPrefix(line, []byte("id: ")); ok {
			ids = append(ids, string(bytes.TrimSpace(id)))
		}
	}
	return ids
}

// narrow makes a connection of which neither end holds more than some 50 kB that nobody has read: small segments,
// from which the server's kernel takes how much it holds, and a small window.
func narrow(_, _ string, c syscall.RawConn) (err error) {
	controlErr := c.Control(func(fd uintptr) {
		if err = unix.SetsockoptInt(int(fd), unix.IPPROTO_TCP, unix.TCP_MAXSEG, 536); err == nil {
			err = unix.SetsockoptInt(int(fd), unix.SOL_SOCKET, unix.SO_RCVBUF, 4096)
		}
	})
	if controlErr != nil {
		return controlErr
	}
	return err
}

// size is what a process takes.
type size struct {
	goroutines int
	heap       uint64 // bytes that live
}

func sizeNow() size {
	for range 3 { // a sync.Pool keeps what it has over one
		runtime.GC()
	}
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return size{runtime.NumGoroutine(), m.HeapAlloc}
}

func (s size) String() string {
	return fmt.Sprintf("%d goroutines and %d kB", s.goroutines, s.heap>>10)
}

// awaitSize waits until there are no more goroutines than before, for at most 10 seconds.
func awaitSize(t *testing.T, before size) (now size) {
	t.Helper()
	late := time.NewTimer(10 * time.Second)
	defer late.Stop()
	look := time.NewTicker(20 * time.Millisecond)
	defer look.Stop()
	for runtime.NumGoroutine() > before.goroutines {
		select {
		case <-look.C:
		case <-late.C:
			t.Fatalf("there are %v, before there were %v", sizeNow(), before)
		}
	}
	return sizeNow()
}
