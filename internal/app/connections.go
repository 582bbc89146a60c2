package app

import (
	"container/list"
	"errors"
	"net"
	"net/http"
	"sync"
)

// A connections is a listener that has a bounded number of connections open, so that clients leave the process the descriptors
// that it works with. When that many are open, the one that has been idle longest is closed for the next; when all of them are being
// answered, the next one waits.
type connections struct {
	net.Listener
	most int

	mu     sync.Mutex
	free   sync.Cond                  // somebody became idle or left, or the listener was closed
	open   map[net.Conn]*list.Element // of idle; nil for a connection that is being answered
	idle   *list.List                 // of net.Conn, the one that has been idle longest in front
	closed bool
}

func limitConnections(l net.Listener, most int) *connections {
	c := &connections{Listener: l, most: most, open: map[net.Conn]*list.Element{}, idle: list.New()}
	c.free.L = &c.mu
	return c
}

// Accept is net.Listener's.
func (c *connections) Accept() (net.Conn, error) {
	conn, err := c.Listener.Accept()
	if err != nil {
		return nil, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	for len(c.open) >= c.most && !c.closed {
		if front := c.idle.Front(); front != nil {
			oldest := c.idle.Remove(front).(net.Conn)
			delete(c.open, oldest)
			_ = oldest.Close() // the server that reads from it notices
			continue
		}
		c.free.Wait()
	}
	if c.closed {
		return nil, errors.Join(net.ErrClosed, conn.Close())
	}
	c.open[conn] = c.idle.PushBack(conn)
	return conn, nil
}

// state is http.Server's ConnState.
func (c *connections) state(conn net.Conn, state http.ConnState) {
	c.mu.Lock()
	defer c.mu.Unlock()
	at, ok := c.open[conn]
	if !ok {
		return // it has made room
	}
	switch state {
	case http.StateActive:
		if at != nil {
			c.idle.Remove(at)
		}
		c.open[conn] = nil
	case http.StateIdle:
		c.open[conn] = c.idle.PushBack(conn)
	case http.StateClosed, http.StateHijacked:
		if at != nil {
			c.idle.Remove(at)
		}
		delete(c.open, conn)
	}
	c.free.Signal()
}

// Close is net.Listener's.
func (c *connections) Close() error {
	c.mu.Lock()
	c.closed = true
	c.free.Broadcast()
	c.mu.Unlock()
	return c.Listener.Close()
}
