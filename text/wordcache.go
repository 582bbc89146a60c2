package text

import (
	"bytes"
	"sync/atomic"
)

// A wordCache remembers what a lexicon found for the words it met, since stemming one takes about a
// microsecond. It has a fixed number of places, so that no stream of made-up words fills the memory: a
// word takes the place of another with the same hash. Many goroutines may use it.
type wordCache struct {
	places [1 << 14]atomic.Pointer[cachedWord]
}

type cachedWord struct {
	word  []byte
	token token
}

func (c *wordCache) get(hash uint64, word []byte) (token, bool) {
	p := c.places[hash%uint64(len(c.places))].Load()
	if p == nil || !bytes.Equal(p.word, word) {
		return token{}, false
	}
	return p.token, true
}

// longestCached bounds the bytes that one place may hold.
const longestCached = 64

func (c *wordCache) put(hash uint64, word string, t token) {
	if len(word) <= longestCached {
		c.places[hash%uint64(len(c.places))].Store(&cachedWord{[]byte(word), t})
	}
}
