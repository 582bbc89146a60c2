package text

import (
	"cmp"
	"slices"
	"strings"

	"animo"
)

// Aspects gathers what texts say of eight aspects, and which terms stand out in good and bad ones. Its memory does not grow with the
// texts. It is not safe for concurrent use.
type Aspects struct {
	o       AspectOptions
	model   *Model   // labels the texts that have no label; nil for the starter model
	waiting []Review // the first texts, until they tell the language
	remarks *remarks // nil until then
	terms   *terms

	report  AspectReport
	sources groups
	periods groups
}

// AspectOptions choose how much a report has. The zero value works.
type AspectOptions struct {
	Language  string // of the texts: es, en or pt; "" has the first texts tell it
	Sentences int    // of each aspect, good and bad ones each; 0 means 3
	Terms     int    // of bad texts and of good ones each; 0 means 15
	Groups    int    // sources, and periods, that are told apart; 0 means 100
}

// Review is a text for Aspects.
type Review struct {
	Text   string
	Label  *animo.Label // nil where nobody gave one: a model does
	Source string       // where it comes from; may be empty
	Period string       // when it was written, such as 2026-11; may be empty
}

// AspectReport says what texts speak of.
type AspectReport struct {
	Texts     int            `json:"texts"`
	Good      int            `json:"good"`
	Bad       int            `json:"bad"`       // the rest are texts of which the model knows no word
	Labelled  int            `json:"labelled"`  // texts that came with a label; the others have the model's
	Language  string         `json:"language"`  // of the terms: es, en or pt
	Aspects   []AspectCounts `json:"aspects"`   // all eight, always in the same order
	BadTerms  []Term         `json:"bad_terms"` // those that stand out most first
	GoodTerms []Term         `json:"good_terms"`
	Sources   []AspectGroup  `json:"sources,omitempty"` // those with most texts first
	Periods   []AspectGroup  `json:"periods,omitempty"` // in order
}

// AspectCounts say how many texts praise and blame an aspect; one that does both counts twice.
type AspectCounts struct {
	Aspect        string           `json:"aspect" enum:"room,bath,food,staff,price,noise,location,facilities"`
	Name          Words            `json:"name"`
	Good          int              `json:"good"`
	Bad           int              `json:"bad"`
	GoodSentences []AspectSentence `json:"good_sentences,omitempty"` // the clearest first
	BadSentences  []AspectSentence `json:"bad_sentences,omitempty"`
}

// AspectSentence is a sentence that says something of an aspect.
type AspectSentence struct {
	Sentence string `json:"sentence"`
	Text     int    `json:"text"` // the number of the text that has it, from 1

	rank float64
}

// AspectGroup is what the texts of one source or period say.
type AspectGroup struct {
	Name    string        `json:"name"`
	Texts   int           `json:"texts"`
	Good    int           `json:"good"`
	Bad     int           `json:"bad"`
	Aspects []AspectTally `json:"aspects"` // all eight
}

// AspectTally says how many texts praise and blame an aspect.
type AspectTally struct {
	Aspect string `json:"aspect" enum:"room,bath,food,staff,price,noise,location,facilities"`
	Good   int    `json:"good"`
	Bad    int    `json:"bad"`
}

// NewAspects makes an empty Aspects. The model labels texts that have no label, and judges sentences in which no word of the lexicon
// tells; with nil, the starter model of the texts' language labels them.
func NewAspects(model *Model, o AspectOptions) *Aspects {
	a := &Aspects{o: o, model: model}
	a.o.Sentences, a.o.Terms, a.o.Groups = cmp.Or(o.Sentences, 3), cmp.Or(o.Terms, 15), cmp.Or(o.Groups, 100)
	for n := range aspectCount {
		a.report.Aspects = append(a.report.Aspects, AspectCounts{Aspect: n.String(), Name: n.Name()})
	}
	if o.Language != "" {
		a.begin(grammarOf(o.Language))
	}
	return a
}

// languageTexts is how many texts tell the language of the rest.
const languageTexts = 500

// begin reads texts in a language, a key of grammars, from here on, and those that waited.
func (a *Aspects) begin(language string) {
	a.remarks, a.terms = newRemarks(language, a.model), newTerms(language)
	a.report.Language = languageCode(language)
	for _, r := range a.waiting {
		a.take(r)
	}
	a.waiting = nil
}

// beginWaiting has the texts that wait tell the language.
func (a *Aspects) beginWaiting() {
	var texts []string
	for _, r := range a.waiting {
		texts = append(texts, r.Text)
	}
	a.begin(lexicalLanguage(texts))
}

// Add takes a text in.
func (a *Aspects) Add(r Review) {
	if a.remarks != nil {
		a.take(r)
		return
	}
	if r.Label != nil {
		label := *r.Label // which is the caller's
		r.Label = &label
	}
	if a.waiting = append(a.waiting, r); len(a.waiting) == languageTexts {
		a.beginWaiting()
	}
}

func (a *Aspects) take(r Review) {
	a.report.Texts++
	a.remarks.read(r.Text)
	label, known := a.labelOf(r)
	said := a.remarks.judged(r.Text, label, known)
	var seen [aspectCount][2]bool
	for _, m := range said {
		c := &a.report.Aspects[m.Aspect]
		m.Strength = min(m.Strength, 2*ownStrength) / float64(remarksOf(said, m.Sentence))
		first := !seen[m.Aspect][one(m.Good)]
		seen[m.Aspect][one(m.Good)] = true
		if m.Good {
			c.Good += one(first)
			a.quote(&c.GoodSentences, r.Text, m)
		} else {
			c.Bad += one(first)
			a.quote(&c.BadSentences, r.Text, m)
		}
	}
	good, bad := known && label == animo.Positive, known && label == animo.Negative
	a.report.Good += one(good)
	a.report.Bad += one(bad)
	if known {
		a.terms.add(&a.remarks.s.scanner, uint8(label))
	}
	for _, in := range []struct {
		groups *groups
		name   string
	}{{&a.sources, r.Source}, {&a.periods, r.Period}} {
		if in.name == "" {
			continue
		}
		g := in.groups.of(in.name, a.o.Groups)
		g.texts++
		g.good += one(good)
		g.bad += one(bad)
		for n, s := range seen {
			g.aspects[n][0] += one(s[0])
			g.aspects[n][1] += one(s[1])
		}
	}
}

// remarksOf counts the remarks of a sentence.
func remarksOf(list []Remark, sentence int) (n int) {
	for _, m := range list {
		n += one(m.Sentence == sentence)
	}
	return n
}

// one is 1 for what is so.
func one(is bool) int {
	if is {
		return 1
	}
	return 0
}

// labelOf gives the label of a text that was read. known is false where nobody gave one and the model has no word of it.
func (a *Aspects) labelOf(r Review) (label animo.Label, known bool) {
	if r.Label != nil {
		a.report.Labelled++
		return *r.Label, true
	}
	if a.model == nil {
		return starterLabel(a.remarks.s.hits)
	}
	rd := a.model.reader()
	p := a.model.predict(r.Text, rd)
	a.model.idle.Put(rd)
	return p.Label, p.Known > 0
}

// The bytes of sentences that can be read at a glance.
const (
	shortSentence = 25
	longSentence  = 160
)

// quote keeps the sentence of a remark if it is among the clearest.
func (a *Aspects) quote(list *[]AspectSentence, text string, m Remark) {
	rank := m.Strength
	if n := m.To - m.From; n < shortSentence {
		rank /= 2
	} else if n > longSentence {
		rank *= longSentence / float64(n)
	}
	if len(*list) == a.o.Sentences && rank <= (*list)[len(*list)-1].rank {
		return
	}
	sentence := strings.TrimSpace(text[m.From:m.To])
	if slices.ContainsFunc(*list, func(s AspectSentence) bool { return s.Sentence == sentence }) {
		return
	}
	at, _ := slices.BinarySearchFunc(*list, rank, func(s AspectSentence, rank float64) int {
		if s.rank >= rank {
			return -1
		}
		return 1
	})
	if len(*list) == a.o.Sentences {
		*list = (*list)[:len(*list)-1]
	}
	*list = slices.Insert(*list, at, AspectSentence{strings.Clone(sentence), a.report.Texts, rank})
}

// Report gives what was gathered so far.
func (a *Aspects) Report() AspectReport {
	if a.remarks == nil {
		a.beginWaiting()
	}
	r := a.report
	r.Aspects = slices.Clone(r.Aspects)
	for i := range r.Aspects {
		r.Aspects[i].GoodSentences = slices.Clone(r.Aspects[i].GoodSentences)
		r.Aspects[i].BadSentences = slices.Clone(r.Aspects[i].BadSentences)
	}
	bad, good := a.terms.standing(a.o.Terms)
	r.BadTerms, r.GoodTerms = append([]Term{}, bad...), append([]Term{}, good...) // JSON's readers like no null
	r.Sources, r.Periods = a.sources.list(), a.periods.list()
	slices.SortStableFunc(r.Sources, func(x, y AspectGroup) int { return y.Texts - x.Texts })
	return r
}

// groups are counts by a name. Those beyond a limit share one.
type groups struct {
	by map[string]*group
}

type group struct {
	texts, good, bad int
	aspects          [aspectCount][2]int
}

// otherGroups is the name of what is beyond the limit.
const otherGroups = "…"

func (g *groups) of(name string, limit int) *group {
	if g.by == nil {
		g.by = map[string]*group{}
	}
	found := g.by[name]
	if found == nil && len(g.by) >= limit {
		name = otherGroups
		found = g.by[name]
	}
	if found == nil {
		found = &group{}
		g.by[strings.Clone(name)] = found
	}
	return found
}

// list gives the groups in the order of their names.
func (g *groups) list() []AspectGroup {
	var list []AspectGroup
	for name, in := range g.by {
		out := AspectGroup{Name: name, Texts: in.texts, Good: in.good, Bad: in.bad}
		for n, c := range in.aspects {
			out.Aspects = append(out.Aspects, AspectTally{Aspect(n).String(), c[1], c[0]})
		}
		list = append(list, out)
	}
	slices.SortFunc(list, func(x, y AspectGroup) int { return strings.Compare(x.Name, y.Name) })
	return list
}
