package labelled

import (
	"bytes"
	"slices"
	"strings"
)

// found finds the columns of rows.
func (s *survey) found(p Plan, records []record, absent bool) ([]Plan, error) {
	f := s.finder(p, records)
	f.absent = absent
	if err := f.find(&p); err != nil {
		if p.Header > 0 {
			err = err.At(p.Header)
		}
		return nil, err
	}
	return []Plan{p}, nil
}

// finder counts the values of rows.
func (s *survey) finder(p Plan, records []record) *finder {
	f := &finder{names: p.Names, told: s.o.Told, scale: s.scale, unlabelled: s.o.Unlabelled}
	for range max(p.Width, len(p.Names)) {
		f.tallies = append(f.tallies, newTally())
	}
	text := -1
	if t := f.nameOnly(); len(t) > 0 {
		text = t[0]
	}
	for _, r := range records {
		cells := r.cells
		if extra := len(cells) - p.Width; p.Width > 0 && extra > 0 && !allBlank(cells[p.Width:]) {
			if text < 0 || text >= p.Width {
				continue
			}
			merged := append(slices.Clone(cells[:text]), bytes.Join(cells[text:text+extra+1], []byte(p.Delimiter)))
			cells = append(merged, cells[text+extra+1:]...)
		}
		for i, c := range cells[:min(len(cells), len(f.tallies))] {
			f.tallies[i].add(c)
		}
	}
	return f
}

// nameOnly is the text's column as far as its name or its place tells.
func (f *finder) nameOnly() []int {
	if t, err := f.toldColumns(f.told.Text, "text"); err == nil && t != nil {
		return t
	}
	var list []candidate
	for i, name := range f.names {
		if r, ok := rank(textRank, name); ok {
			list = append(list, candidate{i, r})
		}
	}
	if len(list) > 0 {
		return []int{best(list)[0].column}
	}
	return nil
}

// A header stands in one of so many first rows; titles may stand above it.
const headerRows = 20

// table finds the header and the columns of a table.
func (s *survey) table(layout Plan, records []record) ([]Plan, error) {
	if len(records) == 0 {
		if layout.Format == Workbook {
			return nil, errEmpty()
		}
		return nil, errUnknownFormat()
	}
	var half *Plan // with a header that names one of the two
	for h := range min(len(records), headerRows) {
		p, rest := s.headed(layout, records, h)
		f := &finder{names: p.Names, told: s.o.Told, tallies: make([]*tally, p.Width)}
		text, label := f.named()
		if s.o.Told.Text != "" {
			text = f.columnNamed(s.o.Told.Text)
		}
		if s.o.Told.Label != "" {
			label = f.columnNamed(s.o.Told.Label)
		}
		if !shortNames(p.Names) {
			continue
		}
		_, liked := indexRanked(p.Names, likedRank)
		_, disliked := indexRanked(p.Names, dislikedRank)
		if len(p.Names) > 1 && (text && label || liked && disliked) && !rowsAbove(records[:h]) {
			return s.found(p, rest, false)
		}
		if len(p.Names) > 1 && (text || label) && half == nil && !anyLabel(records[h].cells) && !rowsAbove(records[:h]) {
			half = &p
		}
	}
	if half != nil {
		h := slices.IndexFunc(records, func(r record) bool { return r.line == half.Header })
		return s.found(*half, records[h+1:], false)
	}
	for field, told := range map[string]string{"text": s.o.Told.Text, "label": s.o.Told.Label} {
		p, _ := s.headed(layout, records, 0)
		if f := (&finder{names: p.Names, tallies: make([]*tally, commonest(records))}); told != "" {
			if _, err := f.toldColumns(told, field); err != nil {
				return nil, err
			}
		}
	}
	return s.headless(layout, records)
}

// rowsAbove reports whether what stands above a row are rows with labels, not titles.
func rowsAbove(records []record) bool {
	n := 0
	for _, r := range records {
		if len(r.cells) > 1 && anyLabel(r.cells) {
			n++
		}
	}
	return 2*n > len(records)
}

func (f *finder) columnNamed(told string) bool {
	for name := range strings.SplitSeq(told, "+") {
		name = strings.TrimSpace(name)
		if !slices.ContainsFunc(f.names, func(n string) bool { return n != "" && fold(n) == fold(name) }) {
			return false
		}
	}
	return true
}

func indexRanked(names []string, m map[string]int) (int, bool) {
	i := slices.IndexFunc(names, func(n string) bool { _, ok := m[fold(n)]; return ok })
	return i, i >= 0
}

// shortNames reports whether cells may be the names of columns.
func shortNames(names []string) bool {
	return !slices.ContainsFunc(names, func(n string) bool { return len(n) > longestName })
}

// anyLabel reports whether a cell is a label by itself.
func anyLabel(cells [][]byte) bool {
	return slices.ContainsFunc(cells, func(c []byte) bool {
		v := parseValue(string(c))
		return v.isNumber || v.verdict == positive || v.verdict == negative
	})
}

// headed is a layout whose header is one of the rows.
func (s *survey) headed(layout Plan, records []record, h int) (Plan, []record) {
	p := layout
	p.Header, p.Skip = records[h].line, 0
	p.Names = nil
	for _, c := range records[h].cells {
		p.Names = append(p.Names, strings.TrimSpace(strings.Trim(strings.TrimSpace(string(c)), "\"\ufeff")))
	}
	for len(p.Names) > 0 && p.Names[len(p.Names)-1] == "" {
		p.Names = p.Names[:len(p.Names)-1]
	}
	rest := records[h+1:]
	if n := commonest(rest); n == len(p.Names)+1 && !someBlankEnd(rest, n) && !s.extraText(p, rest) { // R does not name the column of row names
		p.Names = append([]string{""}, p.Names...)
	}
	p.Width = len(p.Names)
	return p, rest
}

// someBlankEnd reports whether the last of n cells is empty in some row.
func someBlankEnd(records []record, n int) bool {
	return slices.ContainsFunc(records, func(r record) bool { return len(r.cells) == n && blank(r.cells[n-1]) })
}

// extraText reports whether rows have a cell too many because their texts hold the delimiter: then their first cells do
// not count or name the rows.
func (s *survey) extraText(p Plan, records []record) bool {
	seen := map[string]bool{}
	n := 0
	for _, r := range records {
		if len(r.cells) == len(p.Names)+1 {
			if len(bytes.Fields(r.cells[0])) > 1 {
				return true
			}
			n++
			seen[string(r.cells[0])] = true
		} else if len(r.cells) > 0 && len(r.cells) != len(p.Names)+1 {
			return true
		}
	}
	return len(seen) < n
}

// commonest is the number of cells that most rows have.
func commonest(records []record) int {
	counts := map[int]int{}
	for _, r := range records {
		counts[len(r.cells)]++
	}
	best := 0
	for n, c := range counts {
		if c > counts[best] || c == counts[best] && n < best {
			best = n
		}
	}
	return best
}

// headless finds the columns of a table by its values.
func (s *survey) headless(layout Plan, records []record) ([]Plan, error) {
	var plans []Plan
	var refused error = errUnknownFormat()
	width := commonest(records)
	widths := []int{width}
	if width != 2 && layout.Format == Delimited && (layout.Delimiter == "," || layout.Delimiter == ";") {
		widths = append(widths, 2)
	}
	for _, w := range widths {
		if w < 2 {
			continue
		}
		// A first row of names that nobody knows.
		if len(records) > 2 && len(records[0].cells) == w && looksNamed(records[0].cells) {
			p, rest := s.headed(layout, records, 0)
			q := p
			q.Names = nil
			if found, err := s.found(q, rest, false); err == nil && found[0].Labels != nil && parseValue(string(records[0].cells[found[0].Labels[0].Column])) == (value{}) {
				if found, err := s.found(p, rest, false); err != nil {
					refused = err
				} else {
					plans = append(plans, found...)
				}
				continue
			}
		}
		for _, textFirst := range []bool{true, false} {
			p := layout
			p.Width = w
			f := s.headlessFinder(p, records, w, textFirst)
			if err := f.find(&p); err != nil {
				if !isGeneral(err) {
					refused = err
				}
				continue
			}
			plans = append(plans, p)
			if w == width {
				break
			}
		}
	}
	if len(plans) == 0 {
		return nil, refused
	}
	return plans, nil
}

// headlessFinder counts values where a text may hold the delimiter: the cells too many are at its beginning or its end.
func (s *survey) headlessFinder(p Plan, records []record, w int, textFirst bool) *finder {
	f := &finder{told: s.o.Told, scale: s.scale}
	for range w {
		f.tallies = append(f.tallies, newTally())
	}
	for _, r := range records {
		cells := r.cells
		if extra := len(cells) - w; extra > 0 {
			if textFirst {
				cells = append([][]byte{bytes.Join(cells[:extra+1], []byte(p.Delimiter))}, cells[extra+1:]...)
			} else {
				cells = append(slices.Clone(cells[:w-1]), bytes.Join(cells[w-1:], []byte(p.Delimiter)))
			}
		}
		if len(cells) == w {
			for i, c := range cells {
				f.tallies[i].add(c)
			}
		}
	}
	return f
}

// looksNamed reports whether cells look like names of columns: short, none empty, none like another, no sentence.
func looksNamed(cells [][]byte) bool {
	seen := map[string]bool{}
	for _, c := range cells {
		s := fold(string(c))
		if s == "" || len(c) > 30 || len(bytes.Fields(c)) > 3 || seen[s] || bytes.ContainsAny(c, ".!?") {
			return false
		}
		seen[s] = true
	}
	return !anyLabel(cells)
}
