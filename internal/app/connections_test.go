package app

import (
	"bufio"
	"context"
	"io"
	"net"
	"net/http"
	"testing"
)

func TestConnections(t *testing.T) {
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	const most = 3
	c := limitConnections(l, most)
	begun, end := make(chan struct{}), make(chan struct{})
	server := http.Server{ConnState: c.state, Handler: http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/long" {
			begun <- struct{}{}
			<-end
		}
	})}
	served := make(chan error)
	go func() { served <- server.Serve(c) }()
	dial := func() net.Conn {
		t.Helper()
		conn, err := (&net.Dialer{}).DialContext(context.Background(), "tcp", l.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		return conn
	}
	send := func(conn net.Conn, path string) {
		t.Helper()
		if _, err := io.WriteString(conn, "GET "+path+" HTTP/1.1\r\nHost: x\r\n\r\n"); err != nil {
			t.Fatal(err)
		}
	}
	answered := func(conn net.Conn) bool {
		res, err := http.ReadResponse(bufio.NewReader(conn), nil)
		return err == nil && res.StatusCode == http.StatusOK
	}
	conns := make([]net.Conn, most)
	for i := range conns {
		conns[i] = dial()
		send(conns[i], "/")
		if !answered(conns[i]) {
			t.Fatalf("connection %d is not answered", i)
		}
	}
	next := dial()
	send(next, "/")
	if !answered(next) {
		t.Fatal("one more is not answered, though others are idle")
	}
	busy := []net.Conn{next}
	for _, conn := range conns {
		if _, err := io.WriteString(conn, "GET / HTTP/1.1\r\nHost: x\r\n\r\n"); err == nil && answered(conn) {
			busy = append(busy, conn)
		}
	}
	if len(busy) != most {
		t.Fatalf("%d connections are left, want %d: one was to make room", len(busy), most)
	}
	for _, conn := range busy {
		send(conn, "/long")
		<-begun
	}
	waiting := dial() // the system takes it; the server does not
	send(waiting, "/")
	end <- struct{}{} // one of them is idle again, and makes room
	if !answered(waiting) {
		t.Error("one that waited is not answered when another has ended")
	}
	for range 2 {
		end <- struct{}{}
	}
	answers := 0
	for _, conn := range busy { // also of who made room
		if answered(conn) {
			answers++
		}
	}
	if answers != len(busy) {
		t.Errorf("%d of %d were answered whole", answers, len(busy))
	}
	if err := server.Close(); err != nil {
		t.Error(err)
	}
	if err := <-served; err != http.ErrServerClosed {
		t.Error(err)
	}
	for _, conn := range append(conns, next, waiting) {
		_ = conn.Close()
	}
}
