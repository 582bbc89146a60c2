package text

// A vector is the features of one text in one view: their numbers, each once, and how often each occurs.
type vector struct {
	ids    []int32
	counts []float32
}

// A matrix is the vectors of many texts, one after the other.
type matrix struct {
	starts []int32 // where each row begins, and after the last where it ends
	ids    []int32
	counts []float32
	width  int     // ids are below it
	traits []trait // of each feature of a lexical view
}

func (m *matrix) rows() int { return len(m.starts) - 1 }

func (m *matrix) row(i int) vector {
	lo, hi := m.starts[i], m.starts[i+1]
	return vector{m.ids[lo:hi:hi], m.counts[lo:hi:hi]}
}

// space is a view fitted to texts: their tokens and n-grams, numbered in the order of appearance.
type space struct {
	*lexicon
	*features
	names []string // of the features of a view of characters
}

// newHashedSpace makes the space of a view that needs no fitting.
func newHashedSpace(v view) space { return newSpace(v, v.polarities()) }

// newSpace makes the space of a view that is yet to be fitted, unless it is hashed. A lexical view takes
// its lexicon.
func newSpace(v view, p polarities) space {
	sp := space{lexicon: newLexicon(v), features: newFeatures()}
	if v.Bits > 0 {
		sp.features = newHashedFeatures(v.Bits, nil)
	}
	if v.Kind == lexical {
		sp.enter(p)
	}
	return sp
}

// width is how many numbers features can have.
func (sp space) width() int {
	if sp.hashed {
		return 1 << sp.view.Bits
	}
	return sp.n
}

// fresh returns the same space with nothing remembered of single words, for a model of its own.
func (sp space) fresh() space {
	sp.lexicon = &lexicon{view: sp.view, number: sp.number, polar: sp.polar, grammar: sp.grammar}
	return sp
}

// fitSpace makes the space of some texts and their rows in it.
func fitSpace(v view, texts []string) (space, *matrix) {
	sp := newSpace(v, v.polarities())
	m := &matrix{starts: make([]int32, 1, len(texts)+1)}
	var s scratch
	at := make([]int32, sp.n) // per feature, one more than the place in m.ids where this row has it
	for _, text := range texts {
		begin := int32(len(m.ids))
		for i, g := range sp.grams(text, &s, true) {
			id, fresh := sp.add(g)
			if fresh {
				at = append(at, 0)
				if v.Kind == letters {
					sp.names = append(sp.names, string(s.runes[s.cuts[i].from:s.cuts[i].to]))
				}
			}
			if p := at[id]; p > begin {
				if v.Kind != lexical {
					m.counts[p-1]++
				}
				continue
			}
			m.ids = append(m.ids, id)
			m.counts = append(m.counts, 1)
			at[id] = int32(len(m.ids))
		}
		if v.Kind == lexical {
			m.ids, m.counts = appendTone(m.ids, m.counts, s.hits)
		}
		m.starts = append(m.starts, int32(len(m.ids)))
	}
	m.width = sp.n
	if v.Kind == lexical {
		m.traits = sp.traits()
	}
	return sp, m
}

// vector returns the known features of a text; all others are left out. It overwrites what it gave before
// from the same tally.
func (sp space) vector(text string, s *scratch, t *tally) vector {
	t.reset()
	for _, g := range sp.grams(text, s, false) {
		if id := sp.find(g); id >= 0 {
			t.add(id)
		}
	}
	if sp.view.Kind == lexical {
		for i := range t.counts {
			t.counts[i] = 1
		}
		t.ids, t.counts = appendTone(t.ids, t.counts, s.hits)
	}
	return t.vector
}

// A tally counts the features of one text. It is a small hash table that is cleared by a new round.
type tally struct {
	vector
	slots []tallySlot // a power of two of them
	round uint32
}

type tallySlot struct {
	round uint32
	at    int32 // in vector
}

func (t *tally) reset() {
	t.ids, t.counts = t.ids[:0], t.counts[:0]
	t.round++
	if t.slots == nil || t.round == 0 {
		t.slots = make([]tallySlot, max(256, len(t.slots)))
		t.round = 1
	}
}

// add counts a feature, and tells whether it is the first time.
func (t *tally) add(id int32) (fresh bool) {
	mask := uint32(len(t.slots) - 1)
	for i := uint32(id) * 0x9e3779b1 >> 8 & mask; ; i = (i + 1) & mask {
		s := &t.slots[i]
		if s.round != t.round {
			*s = tallySlot{t.round, int32(len(t.ids))}
			t.ids = append(t.ids, id)
			t.counts = append(t.counts, 1)
			if 2*len(t.ids) > len(t.slots) {
				t.grow()
			}
			return true
		}
		if t.ids[s.at] == id {
			t.counts[s.at]++
			return false
		}
	}
}

func (t *tally) grow() {
	t.slots = make([]tallySlot, 2*len(t.slots))
	mask := uint32(len(t.slots) - 1)
	for at, id := range t.ids {
		i := uint32(id) * 0x9e3779b1 >> 8 & mask
		for t.slots[i].round == t.round {
			i = (i + 1) & mask
		}
		t.slots[i] = tallySlot{t.round, int32(at)}
	}
}
