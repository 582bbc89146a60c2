// Package peer tells whether a program on this machine that has connected to a server runs as the server's own user. Start
// at With and Of.
//
// The headers of a request do not tell that: a reverse proxy need not add any. The kernel does, where it lists the user of each socket.
package peer

import (
	"context"
	"net"
	"sync"
)

// A Kind says who is at the other end of a connection.
type Kind int

// The kinds.
const (
	Unknown  Kind = iota // the system does not tell
	SameUser             // a program of the user that this one runs as
	Other                // another user's program
)

type contextKey struct{}

// With returns a context in which Of tells who is at the other end of a connection. The kernel is asked once, when Of is
// called first.
func With(ctx context.Context, conn net.Conn) context.Context {
	return context.WithValue(ctx, contextKey{}, sync.OnceValue(func() Kind { return find(conn.RemoteAddr(), conn.LocalAddr()) }))
}

// Of tells who is at the other end of the connection that With was given; Unknown for a context without one.
func Of(ctx context.Context) Kind {
	if kind, ok := ctx.Value(contextKey{}).(func() Kind); ok {
		return kind()
	}
	return Unknown
}

// find tells whose socket the one at remote is that is connected to local.
func find(remote, local net.Addr) Kind {
	from, ok := remote.(*net.TCPAddr)
	to, alsoOK := local.(*net.TCPAddr)
	if !ok || !alsoOK {
		return Unknown
	}
	return user(from.AddrPort(), to.AddrPort())
}
