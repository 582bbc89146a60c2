package labelled

import (
	"fmt"
	"slices"
	"strings"

	"animo"
)

// Why a row is left out. The first three are no faults of the file.
const (
	noText  = "no_text"
	neither = "neutral"
	noLabel = "no_label"
)

// leftOut counts the rows that are left out, by reason.
type leftOut struct {
	counts []animo.RowCount
	first  map[string]*animo.Error // of the reasons that are faults
	broken int
}

// linesKept is how many lines a report names for each reason.
const linesKept = 5

// count adds a row to a list of counts.
func count(list []animo.RowCount, what string, line int) []animo.RowCount {
	i := slices.IndexFunc(list, func(c animo.RowCount) bool { return c.What == what })
	if i < 0 {
		i = len(list)
		list = append(list, animo.RowCount{What: what})
	}
	c := &list[i]
	if c.Rows++; len(c.Lines) < linesKept {
		c.Lines = append(c.Lines, line)
	}
	return list
}

// add counts a row that is left out for no fault.
func (l *leftOut) add(why string, line int) { l.counts = count(l.counts, why, line) }

// fault counts a row that cannot be used.
func (l *leftOut) fault(e *animo.Error, line int) {
	why := string(e.Code)
	if l.first == nil {
		l.first = map[string]*animo.Error{}
	}
	if l.first[why] == nil {
		l.first[why] = e.At(line)
	}
	l.counts = count(l.counts, why, line)
	l.broken++
}

func (l *leftOut) total() (n int) {
	for _, c := range l.counts {
		n += c.Rows
	}
	return n
}

// of is how many rows are left out for one reason.
func (l *leftOut) of(why string) int {
	for _, c := range l.counts {
		if c.What == why {
			return c.Rows
		}
	}
	return 0
}

// refusal lists all reasons at once, the commonest first, and what to do about them.
func (l *leftOut) refusal(rows int, share float64, p *Plan) *animo.Error {
	var faults []animo.RowCount
	for _, c := range l.counts {
		if l.first[c.What] != nil {
			faults = append(faults, c)
		}
	}
	slices.SortStableFunc(faults, func(a, b animo.RowCount) int { return b.Rows - a.Rows })
	var en, es []string
	for _, c := range faults {
		e := *l.first[c.What]
		at := numbers(c.Lines, c.Rows)
		en = append(en, fmt.Sprintf("%s (rows: %d, lines %s)", e.EN, c.Rows, at))
		es = append(es, fmt.Sprintf("%s (filas: %d, líneas %s)", e.ES, c.Rows, at))
	}
	first := l.first[faults[0].What]
	out := &animo.Error{Code: first.Code, Line: first.Line,
		EN: fmt.Sprintf("%d of %d rows cannot be used, and only %g %% may be so: %s", l.broken, rows, 100*share, strings.Join(en, "; ")),
		ES: fmt.Sprintf("%d de %d filas no se pueden usar y solo puede ser así el %g %%: %s", l.broken, rows, 100*share, strings.Join(es, "; "))}
	if (p.Delimiter == "," || p.Delimiter == ";") && l.first[string(animo.MalformedRow)] != nil {
		out.EN += `; in Excel, save as "CSV UTF-8", which puts quotes round such texts`
		out.ES += `; en Excel, guarde como «CSV UTF-8», que pone comillas a esos textos`
	}
	return out
}

// numbers writes the first of some lines.
func numbers(lines []int, of int) string {
	var b strings.Builder
	for i, n := range lines {
		if i > 0 {
			b.WriteString(", ")
		}
		fmt.Fprint(&b, n)
	}
	if of > len(lines) {
		b.WriteString(", …")
	}
	return b.String()
}
