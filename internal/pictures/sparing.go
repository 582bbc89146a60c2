package pictures

import (
	"runtime/debug"
	"sync"
)

// large is from how many bytes on a picture makes the process spare memory.
const large = 32 << 20

// sparingPercent is how much the heap may grow, beyond what is in use, while a large picture is in memory. Go's own 100 % would let as
// much garbage lie beside it as the picture takes, and more.
const sparingPercent = 15

// sparing counts the large pictures in memory. The collector belongs to the process, so there is one count for all readers.
var sparing collector

// collector has Go's garbage collector run more often while large pictures are in memory, and gives their memory back at their end.
type collector struct {
	mu       sync.Mutex
	pictures int
	before   int // the percent that was set
}

// begin is called before a picture of so many bytes is allocated.
func (c *collector) begin(bytes int64) {
	if bytes < large {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.pictures++; c.pictures == 1 {
		c.before = debug.SetGCPercent(sparingPercent)
	}
}

// end is called when nobody needs the picture any more.
func (c *collector) end(bytes int64) {
	if bytes < large {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.pictures--; c.pictures == 0 {
		debug.SetGCPercent(c.before)
	}
	debug.FreeOSMemory()
}
