package text

import (
	"maps"
	"math"
	"slices"
	"strings"

	"animo"
)

// A Remark is what a sentence of a text says of an aspect.
type Remark struct {
	Aspect   Aspect
	Good     bool
	Strength float64 // how clearly, from 0 on; to compare remarks by
	From, To int     // the sentence's bytes in the text
	Sentence int     // its number in the text, from 1
}

// remarks finds what texts say of aspects. It is not safe for concurrent use.
//
// A term of aspects_*.txt that names an aspect is a mention of it. Whether it is a good or a bad one say, in this order:
//
//   - the term itself ("cerca", "ruidoso"), turned round in a negation's scope;
//   - the lexicon's hits in its clause, near ones more than far ones;
//   - the hits elsewhere in its sentence;
//   - what a model that learned from labels says of the sentence;
//   - of a sentence of few words, which says nothing but names ("El desayuno."), the label of the text.
//
// A mention of which nothing tells is none.
type remarks struct {
	words *lexicon // of polarities; knows no other words
	index *aspectIndex
	model *Model // says what sentences without hits mean; nil for none

	s         scratch
	sentences []sentence
	mentions  []mention
	clauses   []int32 // of each word; those of two sentences differ
	taken     []bool  // of each hit: it is a part of a term that praises or blames by itself
	found     []Remark
}

// A sentence is bytes of a text, and words of it.
type sentence struct {
	from, to    int32
	first, next int32 // its words: from the first up to the next one's
}

// A mention is a term in a text.
type mention struct {
	aspectTerm
	first, last int32 // its words
	score       float64
	firm        bool // its own clause tells
}

// newRemarks gives a finder for texts in a language, a key of grammars.
func newRemarks(language string, model *Model) *remarks {
	return &remarks{words: plainPolarities(language).lexicon, index: aspectIndexes[language](), model: model}
}

// scopeWords is how far a negation reaches.
const scopeWords = 4

// homographs are frequent words whose stem is that of a word of the Spanish lexicon which means something else, as porque and porquería,
// or that praise and blame alike. A model of reviews learns what they are worth; who knows the lexicon alone must not take them for it.
var homographs = setOfWords(`porque calamar calamares cuc cucs esperar espero esperamos esperaba esperaban esperábamos esperes tarde tardes turista turistas turístico turística
	turísticos turísticas rato ratos obligado obligada obligatorio obligatoria copa copas elegir elegimos elegido elegí nueve vaca pincho pinchos pesto guayaba perderse olvides olvide luces
	queremos quería queríamos razón cabra valor nuevamente prácticamente básicamente vieja viejas viejo viejos frías fríos mente excepto salvo menta clave bullicio tráfico
	estrés miedo contraste esperado accidente olvidé`)

// doubtful are phrases of the Spanish lexicon, as stems, that praise as often as they blame: "la atención fue buena", "de la comida ni hablar".
var doubtful = []string{"fue buen", "ni habl"}

// idleNegations are the words of "sin duda", "no solo" and the like, in which nothing is negated.
var idleNegations = setOfWords(`duda dudas dudarlo dudar solo sólo solamente únicamente embargo problema problemas obstante más mas`)

func setOfWords(list string) map[string]bool {
	m := map[string]bool{}
	for w := range strings.FieldsSeq(list) {
		m[w] = true
	}
	return m
}

// plainPolarities gives the space of a lexical view that has nothing but its lexicon. It mends no words: it would take every word that
// the lexicon does not have for a misspelt one.
func plainPolarities(language string) space {
	v := toneView.in(language)
	v.Scope = scopeWords
	p := v.polarities()
	if language == "" {
		p = maps.Clone(p)
		for _, phrase := range doubtful {
			delete(p, phrase)
		}
	}
	sp := newSpace(v, p)
	plain := *sp.grammar
	plain.mended = false
	if language == "" {
		plain.stem = func(w string) string {
			if homographs[w] {
				return "=" + w // which no stem is
			}
			return plainStem(w)
		}
		plain.idle = idleNegations
	}
	sp.lexicon.grammar = &plain
	return sp
}

// of gives the remarks of a text whose label is known or not, sentence by sentence, each aspect once for good and once for bad at most.
// What it gives is overwritten by the next call.
func (r *remarks) of(text string, label animo.Label, known bool) []Remark {
	r.read(text)
	return r.judged(text, label, known)
}

// read finds the words and the hits of a text.
func (r *remarks) read(text string) { r.words.lexicalWords(text, &r.s, false) }

// judged gives the remarks of the text that was read.
func (r *remarks) judged(text string, label animo.Label, known bool) []Remark {
	r.found = r.found[:0]
	r.cut(text)
	r.cutClauses()
	r.mention()
	if len(r.mentions) == 0 {
		return r.found
	}
	r.wish()
	r.takeHits()
	at, hits := 0, r.s.hits
	for n, s := range r.sentences {
		from := at
		for at < len(r.mentions) && r.mentions[at].first < s.next {
			at++
		}
		begin := 0
		for begin < len(hits) && hits[begin].first < s.first {
			begin++
		}
		end := begin
		for end < len(hits) && hits[end].first < s.next {
			end++
		}
		if from < at {
			r.judge(text, n+1, s, r.mentions[from:at], hits[begin:end], r.taken[begin:end], label, known)
		}
		hits, r.taken = hits[end:], r.taken[end:]
	}
	return r.found
}

// cut finds the sentences: they end at line breaks, and after . ! ? … before white space. What has no word, such as an
// emoji, belongs to the one before.
func (r *remarks) cut(text string) {
	r.sentences = r.sentences[:0]
	word := int32(0)
	from := 0
	end := func(to int) {
		s := sentence{from: int32(from), to: int32(to), first: word}
		spoken := false
		for word < int32(len(r.s.words)) && r.s.scanner.spans[r.s.words[word].span].from < int32(to) {
			spoken = spoken || r.s.scanner.spans[r.s.words[word].span].class == classWord
			word++
		}
		s.next = word
		if last := len(r.sentences) - 1; spoken {
			r.sentences = append(r.sentences, s)
		} else if last >= 0 {
			r.sentences[last].to, r.sentences[last].next = s.to, s.next
		}
		from = to
	}
	for i := 0; i < len(text); i++ {
		switch text[i] {
		case '\n':
			end(i + 1)
		case '.', '!', '?':
			if spaceAt(text, i+1) {
				end(i + 1)
			}
		case "…"[0]:
			if strings.HasPrefix(text[i:], "…") && spaceAt(text, i+len("…")) {
				end(i + len("…"))
			}
		}
	}
	end(len(text))
}

func spaceAt(text string, i int) bool {
	return i < len(text) && (text[i] <= ' ' || strings.HasPrefix(text[i:], "\u00a0"))
}

// cutClauses numbers the clauses: they end at marks, and before words that contrast.
func (r *remarks) cutClauses() {
	r.clauses = r.clauses[:0]
	more := int32(0)
	for i := range r.s.words {
		if r.s.words[i].role&contrasts != 0 {
			more++
		}
		r.clauses = append(r.clauses, r.s.words[i].sentence+more)
	}
}

// mention finds the terms, the longest where several begin.
func (r *remarks) mention() {
	r.mentions = r.mentions[:0]
	x := r.index
	for i := 0; i < len(r.s.words); i++ {
		node := x.begin[r.wordNumber(i)]
		if node == 0 {
			continue
		}
		last, term := -1, aspectTerm{}
		for j := i; ; {
			if t := x.terms[node]; t.aspect != noAspect {
				last, term = j, t
			}
			if j++; j == len(r.s.words) || r.clauses[j] != r.clauses[i] {
				break
			}
			if node = x.edges[uint64(node)<<32|uint64(r.wordNumber(j))]; node == 0 {
				break
			}
		}
		if last >= 0 {
			r.mentions = append(r.mentions, mention{aspectTerm: term, first: int32(i), last: int32(last)})
			i = last
		}
	}
}

// wordNumber gives the number that a word of the text has among the terms' words.
func (r *remarks) wordNumber(i int) uint32 {
	b := r.s.scanner.bytes(r.s.scanner.spans[r.s.words[i].span])
	if b[0] >= '0' && b[0] <= '9' {
		return r.index.words[anyNumber]
	}
	return r.index.words[string(b)]
}

// wish turns praise round that is wished for: "el personal podría ser más amable". What cannot be any better is praise: "no podría estar
// más rica".
func (r *remarks) wish() {
	for i := range r.mentions {
		m := &r.mentions[i]
		if m.aspect != wish {
			continue
		}
		if r.s.words[m.first].turned {
			for k := m.last + 1; k < int32(len(r.s.words)) && k <= m.last+wishWords && r.clauses[k] == r.clauses[m.first]; k++ {
				r.s.words[k].turned = false
			}
			for k := range r.s.hits {
				if h := &r.s.hits[k]; h.first > m.last && h.first <= m.last+wishWords && r.clauses[h.first] == r.clauses[m.first] && h.halves < 0 {
					h.halves = -h.halves
				}
			}
			continue
		}
		for k := range r.s.hits {
			if h := &r.s.hits[k]; h.first > m.last && h.first <= m.last+wishWords && r.clauses[h.first] == r.clauses[m.first] && h.halves > 0 {
				h.halves = -max(h.halves/2, 1)
			}
		}
		for k := i + 1; k < len(r.mentions); k++ {
			if n := &r.mentions[k]; n.sign > 0 && n.first <= m.last+wishWords && r.clauses[n.first] == r.clauses[m.first] {
				n.sign = -1
			}
		}
	}
}

// takeHits marks the hits that belong to terms which praise or blame by themselves or have several words, as "ropa vieja": they say
// nothing of aspects.
func (r *remarks) takeHits() {
	r.taken = slices.Grow(r.taken[:0], len(r.s.hits))[:len(r.s.hits)]
	at := 0
	for i, h := range r.s.hits {
		for at < len(r.mentions) && r.mentions[at].last < h.first {
			at++
		}
		if r.taken[i] = false; at < len(r.mentions) {
			m := &r.mentions[at]
			r.taken[i] = m.first <= h.last && m.aspect != wish && (m.sign != 0 || m.last > m.first)
		}
	}
}

// Constants of judge.
const (
	fadeOfWords  = 0.75 // of a hit's weight remains so much a word farther away
	fadeOfClause = 0.3  // and so much in another clause
	ownStrength  = 2    // of a term that praises or blames by itself, in halves
	lackWords    = 2    // so near "sin", "no hay" and the like stand before what is lacking
	wishWords    = 6    // so far a wish reaches
	leastScore   = 0.08 // in halves: less than that is nothing,
	leastPraise  = 0.6  // and so is praise in a bad text below this,
	leastBlame   = 1    // and blame in a good one below this, by aspects_blame_es.csv
	bareWords    = 6    // a sentence of more words says more than names
	sureOdds     = 1    // the log-odds at which a model's word counts
)

// judge finds the remarks of one sentence.
func (r *remarks) judge(text string, number int, s sentence, mentions []mention, hits []hit, taken []bool, label animo.Label, known bool) {
	var good, bad [aspectCount]float64 // how clearly
	var open [aspectCount]bool         // mentioned, and nothing tells
	for i := range mentions {
		m := &mentions[i]
		switch {
		case m.aspect >= aspectCount:
			continue
		case m.weak:
			m.aspect = r.head(mentions, i)
			r.own(m, hits, taken)
		case m.sign != 0:
			m.score, m.firm = float64(r.turned(m)), true
		case r.lacked(mentions, i):
			m.score, m.firm = -1, true
		default:
			if r.weigh(m, hits, taken); !m.firm && r.wished(mentions, i) {
				m.score, m.firm = -1, true
			}
		}
	}
	var firm [aspectCount]bool
	for _, m := range mentions {
		if m.aspect < aspectCount && m.firm {
			firm[m.aspect] = true
		}
	}
	for _, m := range mentions {
		if m.aspect >= aspectCount || firm[m.aspect] && !m.firm {
			continue
		}
		switch {
		case math.Abs(m.score) < leastScore || known && against(m.score, label):
			open[m.aspect] = open[m.aspect] || !m.weak
		case m.score > 0:
			good[m.aspect] = max(good[m.aspect], m.score)
		default:
			bad[m.aspect] = max(bad[m.aspect], -m.score)
		}
	}
	said := 0.0 // of the whole sentence, found when it is asked for
	asked := false
	for a := range aspectCount {
		if open[a] && good[a]+bad[a] == 0 {
			if !asked {
				said, asked = r.whole(text[s.from:s.to], int(s.next-s.first), len(hits), label, known), true
			}
			good[a], bad[a] = max(said, 0), max(-said, 0)
		}
		for _, is := range []struct {
			good     bool
			strength float64
		}{{true, good[a]}, {false, bad[a]}} {
			if is.strength > 0 {
				r.found = append(r.found, Remark{a, is.good, is.strength, int(s.from), int(s.to), number})
			}
		}
	}
}

// against tells whether a score is too low to say the contrary of the whole text.
func against(score float64, label animo.Label) bool {
	if label == animo.Positive {
		return score < 0 && -score < leastBlame
	}
	return score > 0 && score < leastPraise
}

// fades are how much of a hit's weight remains by the words between.
var fades = func() (f [64]float64) {
	for i := range f {
		f[i] = math.Pow(fadeOfWords, float64(i))
	}
	return f
}()

// weigh adds up the hits round a mention.
func (r *remarks) weigh(m *mention, hits []hit, taken []bool) {
	for k, h := range hits {
		if taken[k] {
			continue
		}
		gap := max(h.first-m.last, m.first-h.last, 0)
		w := fades[min(gap, int32(len(fades)-1))]
		if apart := max(r.clauses[h.first]-r.clauses[m.first], r.clauses[m.first]-r.clauses[h.first]); apart > 0 {
			w *= math.Pow(fadeOfClause, float64(apart))
		} else {
			m.firm = true
		}
		m.score += w * float64(h.halves)
	}
}

// own gives an adjective of places the polarity that the lexicon or, where it has none, the term itself says; else the hits round it do.
func (r *remarks) own(m *mention, hits []hit, taken []bool) {
	for _, h := range hits {
		if h.first <= m.last && h.last >= m.first {
			m.score, m.firm = float64(h.halves), true
			return
		}
	}
	if m.sign == 0 {
		r.weigh(m, hits, taken)
		return
	}
	m.score, m.firm = float64(r.turned(m)), true
}

// turned gives what a term that praises or blames by itself says, in halves.
func (r *remarks) turned(m *mention) int {
	score := ownStrength * int(m.sign)
	if r.s.words[m.first].turned {
		return -score
	}
	return score
}

// lacked tells whether a mention is of something that is said not to be there.
func (r *remarks) lacked(mentions []mention, i int) bool {
	if i == 0 {
		return false
	}
	m, before := &mentions[i], &mentions[i-1]
	return before.aspect == lack && r.clauses[before.first] == r.clauses[m.first] && m.first-before.last <= lackWords
}

// wished tells whether a mention is of something that, as its clause goes on, should be otherwise.
func (r *remarks) wished(mentions []mention, i int) bool {
	for _, n := range mentions[i+1:] {
		if n.aspect == wish && r.clauses[n.first] == r.clauses[mentions[i].first] && !r.s.words[n.first].turned {
			return true
		}
	}
	return false
}

// head tells which aspect an adjective of places speaks of: that of the nearest noun of its clause or else, where its clause has none,
// of the last room, bathroom or place before. noAspect where the noun is none of these.
func (r *remarks) head(mentions []mention, i int) Aspect {
	m := &mentions[i]
	best, nearest := noAspect, int32(math.MaxInt32)
	for k := range mentions {
		n := &mentions[k]
		if n.weak || n.aspect > wholePlace || n.sign != 0 && !placed(n.aspect) || r.clauses[n.first] != r.clauses[m.first] {
			continue
		}
		if gap := max(n.first-m.last, m.first-n.last); gap < nearest {
			best, nearest = n.aspect, gap
		}
	}
	for k := i - 1; k >= 0 && best == noAspect; k-- {
		if n := &mentions[k]; !n.weak && placed(n.aspect) {
			best = n.aspect
		}
	}
	switch {
	case best == wholePlace || best == noAspect:
		return Facilities
	case placed(best):
		return best
	}
	return noAspect
}

// placed tells whether adjectives of places go with an aspect.
func placed(a Aspect) bool { return a == Room || a == Bath || a == Facilities || a == wholePlace }

// whole tells what a sentence means in which no hit tells it: positive for good.
func (r *remarks) whole(sentence string, words, hits int, label animo.Label, known bool) float64 {
	if r.model != nil {
		rd := r.model.reader()
		p := r.model.predict(sentence, rd)
		r.model.idle.Put(rd)
		odds := math.Log(p.Probability / (1 - p.Probability))
		if p.Known > 0 && odds >= sureOdds && !(known && label == animo.Positive && p.Label == animo.Negative) {
			if p.Label == animo.Negative {
				return -leastScore
			}
			return leastScore
		}
	}
	if known && words <= bareWords && hits == 0 {
		if label == animo.Negative {
			return -leastScore
		}
		return leastScore
	}
	return 0
}
