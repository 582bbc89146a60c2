package text

// features numbers the n-grams of one view: a hash table with open addressing. While it grows it may be
// used by one goroutine; afterwards by many.
//
// Where it is hashed it has no table: an n-gram's number is its hash, which others may share.
type features struct {
	slots []featureSlot // a power of two of them, at most half in use
	shift uint
	n     int
	// Only where hashed: a bit for each number that training texts had. With nil all count as known.
	hashed bool
	known  []uint64
}

// newHashedFeatures returns numbers of so many bits. Known are those with a weight; with nil weights, all.
func newHashedFeatures(bits int, weights []float32) *features {
	f := &features{hashed: true, shift: uint(64 - bits), n: 1 << bits}
	if weights == nil {
		return f
	}
	f.known, f.n = make([]uint64, (len(weights)+63)/64), 0
	for i, w := range weights {
		if w != 0 {
			f.known[i/64] |= 1 << (i % 64)
			f.n++
		}
	}
	return f
}

type featureSlot struct {
	gram gram
	id   int32 // plus one; 0 means empty
}

func newFeatures() *features {
	return &features{slots: make([]featureSlot, 1<<10), shift: 64 - 10}
}

// find returns an n-gram's number, or -1.
func (f *features) find(g gram) int32 {
	if f.hashed {
		id := uint64(g) * base >> f.shift
		if f.known != nil && f.known[id/64]>>(id%64)&1 == 0 {
			return -1
		}
		return int32(id)
	}
	for i := uint64(g) * base >> f.shift; ; i = (i + 1) & uint64(len(f.slots)-1) {
		s := &f.slots[i]
		if s.id == 0 {
			return -1
		}
		if s.gram == g {
			return s.id - 1
		}
	}
}

// add returns an n-gram's number, the next one if it has none.
func (f *features) add(g gram) (id int32, fresh bool) {
	for i := uint64(g) * base >> f.shift; ; i = (i + 1) & uint64(len(f.slots)-1) {
		s := &f.slots[i]
		if s.id == 0 {
			f.n++
			*s = featureSlot{g, int32(f.n)}
			if 2*f.n > len(f.slots) {
				f.grow()
			}
			return int32(f.n - 1), true
		}
		if s.gram == g {
			return s.id - 1, false
		}
	}
}

func (f *features) grow() {
	old := f.slots
	f.slots = make([]featureSlot, 2*len(old))
	f.shift--
	for _, s := range old {
		if s.id == 0 {
			continue
		}
		i := uint64(s.gram) * base >> f.shift
		for f.slots[i].id != 0 {
			i = (i + 1) & uint64(len(f.slots)-1)
		}
		f.slots[i] = s
	}
}
