// Package gatetest gives tests a way to a server that they can hold, cut and shut, as networks do. Start at New.
package gatetest

import (
	"net"
	"sync"
	"testing"
)

// A Gate is a way to a server: a port of this machine.
type Gate struct {
	listen net.Listener
	mu     sync.Mutex
	freed  *sync.Cond
	held   bool
	server string
	open   map[net.Conn]bool
	shut   bool
	ended  bool
	wait   sync.WaitGroup
}

// New opens a way to the server at HOST:PORT, until the end of the test.
func New(t testing.TB, server string) *Gate {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	g := &Gate{listen: l, server: server, open: map[net.Conn]bool{}}
	g.freed = sync.NewCond(&g.mu)
	g.wait.Go(func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			g.wait.Go(func() { g.pass(c) })
		}
	})
	t.Cleanup(func() {
		_ = l.Close()
		g.mu.Lock()
		g.ended = true
		g.mu.Unlock()
		g.Hold(false)
		g.Cut()
		g.wait.Wait()
	})
	return g
}

// Address is where the way begins, as HOST:PORT.
func (g *Gate) Address() string { return g.listen.Addr().String() }

// Hold makes the gate keep what comes, and new connections, until it is let go on.
func (g *Gate) Hold(held bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.held = held
	g.freed.Broadcast()
}

// Cut ends every connection, with what is on its way.
func (g *Gate) Cut() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.cut()
}

// cut is Cut of who holds mu.
func (g *Gate) cut() {
	for c := range g.open {
		_ = c.Close()
	}
}

// Shut cuts the gate, and has it turn away new connections, until it is opened again.
func (g *Gate) Shut(shut bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.shut = shut; shut {
		g.cut()
	}
}

// Lead makes new connections lead to a server.
func (g *Gate) Lead(server string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.server = server
}

func (g *Gate) await() (server string, ended bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	for g.held {
		g.freed.Wait()
	}
	return g.server, g.ended
}

func (g *Gate) pass(c net.Conn) {
	defer c.Close()
	server, ended := g.await()
	if ended {
		return
	}
	s, err := net.Dial("tcp", server)
	if err != nil {
		return
	}
	defer s.Close()
	g.mu.Lock()
	ended = g.ended || g.shut
	if !ended {
		g.open[c], g.open[s] = true, true
	}
	g.mu.Unlock()
	if ended {
		return
	}
	var both sync.WaitGroup
	both.Go(func() { g.carry(s, c); _ = s.Close(); _ = c.Close() })
	both.Go(func() { g.carry(c, s); _ = c.Close(); _ = s.Close() })
	both.Wait()
	g.mu.Lock()
	defer g.mu.Unlock()
	delete(g.open, c)
	delete(g.open, s)
}

// carry copies what comes from one side to the other, until one of them ends.
func (g *Gate) carry(to, from net.Conn) {
	buffer := make([]byte, 32<<10)
	for {
		n, err := from.Read(buffer)
		if err != nil {
			return
		}
		g.await()
		if _, err := to.Write(buffer[:n]); err != nil {
			return
		}
	}
}
