package labelled

import (
	"cmp"
	"math"
	"slices"
	"strconv"
	"strings"

	"animo"
)

// finder finds the columns of a table whose values were counted.
type finder struct {
	names   []string // "" where nothing names a column
	tallies []*tally
	told    Told
	scale   Scale // that was told
	absent  bool  // cells can be absent, as keys of objects are

	unlabelled bool // there need not be labels
}

// part is the share of a column's values that must be labels for it to be one of labels.
const (
	namedPart   = 0.5 // where its name says so
	unnamedPart = 0.8
)

// find fills in the columns of a plan, or says why it cannot.
func (f *finder) find(p *Plan) *animo.Error {
	text, err := f.toldColumns(f.told.Text, "text")
	if err != nil {
		return err
	}
	label, err := f.toldColumns(f.told.Label, "label")
	if err != nil {
		return err
	}
	if text == nil && label == nil {
		if f.praise(p) {
			return nil
		}
	}
	p.Labels = nil
	if label != nil {
		s, ok := f.scaleOf(label[0], true)
		if !ok {
			return f.noScale(label[0])
		}
		p.Labels = []LabelColumn{{label[0], s}}
	} else if p.Labels = f.labelsByName(text); len(p.Labels) == 0 {
		if i := f.labelByValues(text); i >= 0 {
			s, _ := f.scaleOf(i, false)
			p.Labels = []LabelColumn{{i, s}}
		}
	}
	if p.Text = text; text == nil {
		p.Text = f.textByName(p.Labels)
	}
	if p.Text == nil && !(f.unlabelled && len(p.Labels) == 0) {
		if i := f.textByValues(p.Labels); i >= 0 {
			p.Text = []int{i}
		}
	}
	switch {
	case p.Text == nil && len(p.Labels) == 0:
		return errUnknownFormat()
	case p.Text == nil:
		return errNoTextColumn(p.columnName(p.Labels[0].Column))
	case len(p.Labels) == 0 && !f.unlabelled:
		return f.noLabel(p)
	}
	if text == nil {
		p.Title = f.title(p)
	}
	return nil
}

// named tells whether a text and a label are found by their names alone, each in a column of its own.
func (f *finder) named() (text, label bool) {
	for _, name := range f.names {
		_, isText := rank(textRank, name)
		_, isLabel := rank(labelRank, name)
		_, isStar := rank(starRank, name)
		switch isLabel = isLabel || isStar; {
		case isText && isLabel: // it may be either
			text, label = text || label, label || text
			if !text && !label {
				text = true
			}
		default:
			text, label = text || isText, label || isLabel
		}
	}
	return text, label
}

// toldColumns finds the columns that somebody named; nil where nobody did.
func (f *finder) toldColumns(told, field string) ([]int, *animo.Error) {
	if strings.TrimSpace(told) == "" {
		return nil, nil
	}
	if i := f.column(told); i >= 0 {
		return []int{i}, nil
	}
	var list []int
	for name := range strings.SplitSeq(told, "+") {
		i := f.column(name)
		if i < 0 || field == "label" {
			return nil, errNoSuchColumn(told, field, f.names, len(f.tallies))
		}
		list = append(list, i)
	}
	return list, nil
}

func (f *finder) column(name string) int {
	name = strings.TrimSpace(name)
	if i := slices.Index(f.names, name); i >= 0 {
		return i
	}
	for i, n := range f.names {
		if n != "" && fold(n) == fold(name) {
			return i
		}
	}
	if i, err := strconv.Atoi(name); err == nil && i >= 1 && i <= len(f.tallies) {
		return i - 1
	}
	return -1
}

// scaleOf finds the scale of a column.
func (f *finder) scaleOf(i int, isTold bool) (Scale, bool) {
	if f.scale != (Scale{}) {
		return f.scale, true
	}
	s, ok := f.tallies[i].scale(f.isStars(i))
	if !ok && isTold { // its values need not be good enough for a guess
		s, ok = f.tallies[i].scale(!f.isStars(i))
	}
	return s, ok
}

func (f *finder) isStars(i int) bool {
	if i >= len(f.names) {
		return false
	}
	stars, isStars := rank(starRank, f.names[i])
	label, isLabel := rank(labelRank, f.names[i])
	return isStars && (!isLabel || stars < label)
}

// candidate is a column that may be the one that is sought, the better the lower its rank.
type candidate struct{ column, rank int }

func best(list []candidate) []candidate {
	slices.SortStableFunc(list, func(a, b candidate) int { return cmp.Compare(a.rank, b.rank) })
	return list
}

// says reports which part of a column's values, where there are any, are labels on its scale.
func (f *finder) says(i int) (s Scale, part float64, both bool) {
	s, ok := f.scaleOf(i, false)
	if !ok {
		return s, 0, false
	}
	count := f.tallies[i].says(s)
	full := f.tallies[i].full()
	if full == 0 {
		return s, 1, false
	}
	return s, float64(full-count[unknown]) / float64(full), count[positive] > 0 && count[negative] > 0
}

// labelsByName finds the columns whose names and values are those of labels, labels before stars, and columns
// that are called like texts and hold labels last. All but the first matter only where a row may lack a column.
func (f *finder) labelsByName(text []int) []LabelColumn {
	var list []candidate
	for i, name := range f.names {
		if slices.Contains(text, i) {
			continue
		}
		if r, ok := rank(labelRank, name); ok && r < loose {
			list = append(list, candidate{i, r})
		} else if r, ok := rank(starRank, name); ok {
			list = append(list, candidate{i, 10*loose + r})
		} else if r, ok := rank(labelRank, name); ok {
			list = append(list, candidate{i, 20*loose + r})
		} else if r, ok := rank(textRank, name); ok && f.likeLabels(i) {
			list = append(list, candidate{i, 30*loose + r})
		}
	}
	var labels []LabelColumn
	empty := f.rows() > 0
	for _, c := range best(list) {
		s, part, _ := f.says(c.column)
		if part < namedPart || empty && f.tallies[c.column].full() == 0 && len(list) > 1 {
			continue
		}
		labels = append(labels, LabelColumn{c.column, s})
	}
	if len(labels) > 1 && !f.absent {
		labels = labels[:1]
	}
	return labels
}

// rows is how many rows were counted.
func (f *finder) rows() (n int) {
	for _, t := range f.tallies {
		n = max(n, t.cells)
	}
	return n
}

// labelByValues finds the column whose values are labels, whatever its name, or -1. Where columns have names that say
// nothing, numbers and yes or no are no guess: they may count or answer anything.
func (f *finder) labelByValues(text []int) int {
	column, least := -1, math.Inf(1)
	for i, t := range f.tallies {
		_, part, both := f.says(i)
		hasName := i < len(f.names) && f.names[i] != ""
		plain := t.numberCells > 0
		if slices.Contains(text, i) || part < unnamedPart || t.full() == 0 || t.isIndex() || hasName && (plain || f.answers(t)) {
			continue
		}
		if !both && plain && t.numbers[0]+t.numbers[1]+t.numbers[-1] < t.numberCells {
			continue // one number that says nothing by itself
		}
		if !f.lettersBeside(i) || !plain && !f.longerBeside(i) {
			continue
		}
		weight := float64(len(t.seen)) + 1000*t.meanWords()
		if !both {
			weight += 1e6
		}
		if plain {
			weight += 10
		}
		if weight < least || weight == least && i == len(f.tallies)-1 {
			column, least = i, weight
		}
	}
	return column
}

// lettersBeside reports whether another column has words in it.
func (f *finder) lettersBeside(i int) bool {
	for j, t := range f.tallies {
		if j != i && t.full() > t.numberCells+t.fractionCells {
			return true
		}
	}
	return false
}

// longerBeside reports whether another column has more words in a cell: of two columns of single words none is the text
// for sure.
func (f *finder) longerBeside(i int) bool {
	for j, t := range f.tallies {
		if j != i && t.meanWords() > f.tallies[i].meanWords() {
			return true
		}
	}
	return false
}

// answers reports whether a column holds nothing but answers such as yes and no.
func (f *finder) answers(t *tally) bool {
	for s := range t.seen {
		switch foldWord(s) {
		case "", "si", "no", "yes", "sim", "nao", "true", "false", "s", "n", "y", "t", "f", "verdadero", "falso", "v":
		default:
			return false
		}
	}
	return true
}

// likeLabels reports whether a column's values are labels, not texts.
func (f *finder) likeLabels(i int) bool {
	t := f.tallies[i]
	_, part, _ := f.says(i)
	return t.full() > 0 && part >= unnamedPart && t.meanWords() < 4
}

// textByName finds the column whose name is that of a text, and whose values are no labels; nil for none.
func (f *finder) textByName(labels []LabelColumn) []int {
	var list []candidate
	for i, name := range f.names {
		r, ok := rank(textRank, name)
		if !ok || slices.ContainsFunc(labels, func(l LabelColumn) bool { return l.Column == i }) || f.likeLabels(i) {
			continue
		}
		if f.rows() > 0 && f.tallies[i].full() == 0 { // nothing in it
			r += 10 * loose
		}
		list = append(list, candidate{i, r})
	}
	if len(list) == 0 {
		return nil
	}
	return []int{best(list)[0].column}
}

// textByValues finds the column with the most words, or -1.
func (f *finder) textByValues(labels []LabelColumn) int {
	column, most := -1, 0.0
	for i, t := range f.tallies {
		if slices.ContainsFunc(labels, func(l LabelColumn) bool { return l.Column == i }) || t.isIndex() {
			continue
		}
		if i < len(f.names) && f.names[i] != "" && slices.ContainsFunc(nameWords(f.names[i]), func(w string) bool { return otherWords[w] }) {
			continue
		}
		if words := t.meanWords(); words > most {
			column, most = i, words
		}
	}
	return column
}

// A column of titles that has fewer different ones than this part of many rows names what is reviewed, not the review.
const titlePart = 0.05

// title finds the column whose values are titles of the texts; nil for none.
func (f *finder) title(p *Plan) *int {
	var list []candidate
	for i, name := range f.names {
		t := f.tallies[i]
		if r, ok := titleRank[fold(name)]; ok && !slices.Contains(p.Text, i) && len(t.seen) > 1 && t.full() > 0 &&
			(t.cells < 200 || float64(len(t.seen)) > titlePart*float64(min(t.cells, distinctValues))) {
			list = append(list, candidate{i, r})
		}
	}
	if len(list) == 0 {
		return nil
	}
	return &best(list)[0].column
}

// praise finds columns of praise and of complaint where there is no other text.
func (f *finder) praise(p *Plan) bool {
	pick := func(ranks map[string]int) int {
		var list []candidate
		for i, name := range f.names {
			if r, ok := ranks[fold(name)]; ok && !f.likeLabels(i) && (f.rows() == 0 || f.tallies[i].meanWords() > 1) {
				list = append(list, candidate{i, r})
			}
		}
		if len(list) == 0 {
			return -1
		}
		return best(list)[0].column
	}
	liked, disliked := pick(likedRank), pick(dislikedRank)
	if liked < 0 || disliked < 0 || f.textByName(nil) != nil && len(f.labelsByName(nil)) > 0 && !f.textIsPraise(liked, disliked) {
		return false
	}
	p.Text, p.Labels, p.Title, p.Praise = nil, nil, nil, &Praise{liked, disliked}
	return true
}

// textIsPraise reports whether the only columns of texts are those of praise and complaint.
func (f *finder) textIsPraise(liked, disliked int) bool {
	t := f.textByName(nil)
	return t == nil || t[0] == liked || t[0] == disliked
}

// noLabel says that there is no column of labels, and what there is instead.
func (f *finder) noLabel(p *Plan) *animo.Error {
	for i, name := range f.names {
		_, isLabel := rank(labelRank, name)
		_, isStar := rank(starRank, name)
		if (isLabel || isStar) && !slices.Contains(p.Text, i) {
			return f.noScale(i)
		}
	}
	if !slices.ContainsFunc(f.names, func(n string) bool { return n != "" }) {
		return errUnknownFormat()
	}
	return errNoLabelColumn(p.columnName(p.Text[0]))
}

// noScale says which values a column has that are no labels.
func (f *finder) noScale(i int) *animo.Error {
	name := strconv.Itoa(i + 1)
	if i < len(f.names) && f.names[i] != "" {
		name = f.names[i]
	}
	return errUnknownLabels(name, f.tallies[i].examples())
}
