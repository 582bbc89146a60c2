package notify

import (
	"context"
	"net"
	"time"
)

// The tests drive lines turn by turn.

const Never = never

func (n *Notifier) Turn(ctx context.Context, tenant, subscription string) time.Duration {
	again, err := n.takeTurn(ctx, lineID{tenant, subscription})
	if err != nil {
		again = time.Second
	}
	return again
}

func (n *Notifier) SetResolver(r *net.Resolver) { n.web.dialer.Resolver = r }

var (
	Public     = public
	LeaseOf    = leaseOf
	DownTime   = downTime
	Signatures = func(key []byte, id, timestamp string, body []byte) string {
		return signatures([][]byte{key}, id, timestamp, body)
	}
)
