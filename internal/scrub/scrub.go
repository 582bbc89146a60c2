// Package scrub keeps notes of what was removed from the tables, whose files may hold traces of it until they are
// scrubbed (see table.Scrubber). Flows note what they remove; the task that scrubs takes the notes.
package scrub

import (
	"sync"
	"time"
)

// Removed says what was removed.
type Removed struct {
	Asked   time.Time // when somebody last asked for an erasure, perhaps at another process; zero for never
	Found   bool      // something that was asked to be erased was removed
	Retired bool      // something was removed that nobody asked to be
}

// Notes say what was removed after the last Take. The zero value and nil are ready to use; nil keeps nothing.
type Notes struct {
	mu   sync.Mutex
	next Removed
}

// Erased notes an erasure that was asked for at a time; found tells whether there was anything to remove just now.
func (n *Notes) Erased(asked time.Time, found bool) {
	if n == nil {
		return
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	n.next.Found = n.next.Found || found
	if asked.After(n.next.Asked) {
		n.next.Asked = asked
	}
}

// Retired notes that something was removed that nobody asked to be.
func (n *Notes) Retired() {
	if n == nil {
		return
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	n.next.Retired = true
}

// Take returns what was removed after the last Take.
func (n *Notes) Take() Removed {
	n.mu.Lock()
	defer n.mu.Unlock()
	r := n.next
	n.next = Removed{Asked: r.Asked}
	return r
}
