package text

import (
	"sync/atomic"
)

// A wordCache remembers what a lexicon found for the words it met, because stemming one takes about a
// microsecond. It has a fixed number of places, so that no stream of made-up words fills the memory: a
// word has a few places to be in, and takes that of another when all are taken. Many goroutines may use it.
type wordCache struct {
	places [1 << 15]atomic.Pointer[cachedWord]
}

// ways is how many places, one after the other, a word may be in.
const ways = 4

type cachedWord struct {
	word  string
	token token
}

func (c *wordCache) get(hash uint64, word []byte) (token, bool) {
	for way := range uint64(ways) {
		p := c.places[(hash+way)%uint64(len(c.places))].Load()
		if p == nil {
			break
		}
		if p.word == string(word) {
			return p.token, true
		}
	}
	return token{}, false
}

// longestCached bounds the bytes that one place may hold.
const longestCached = 64

func (c *wordCache) put(hash uint64, word string, t token) {
	if len(word) > longestCached {
		return
	}
	at := hash >> 32 % ways // whom to replace, by chance
	for way := range uint64(ways) {
		if c.places[(hash+way)%uint64(len(c.places))].Load() == nil {
			at = way
			break
		}
	}
	c.places[(hash+at)%uint64(len(c.places))].Store(&cachedWord{word, t})
}
