package labelled

import (
	"bytes"
	"cmp"
	"encoding/json"
	"io"
	"regexp"

	"animo"
)

// record is a row as its format gives it: its cells by column. A cell that is nil is not there at all, which is
// less than empty. What it holds is good until the next one is read.
type record struct {
	line  int
	cells [][]byte
	did   mends
	fault *animo.Error // why the row cannot be cut into cells
}

// source gives the rows of one format.
type source interface {
	// next fills r. After the last row the error is io.EOF; any other one ends the reading.
	next(r *record) error
}

// spaced gives the rows of texts and labels with spaces between, and those of fastText.
type spaced struct {
	lines *lines
	plan  *Plan
}

var (
	fastLabels = regexp.MustCompile(`^\s*((?:__label__\S+\s+)+)(.*)$`)
	fastLast   = regexp.MustCompile(`^(.*?)((?:\s+__label__\S+)+)\s*$`)
	wideLast   = regexp.MustCompile(`^(.*\S)\s{2,}(\S+)\s*$`)
	lastWord   = regexp.MustCompile(`^(.*\S)\s+(\S+)\s*$`)
	firstWord  = regexp.MustCompile(`^\s*(\S+)\s+(.*)$`)
)

func (s *spaced) next(r *record) error {
	for {
		line, fault, err := s.lines.next()
		if err != nil {
			return err
		}
		*r = record{line: s.lines.number, cells: r.cells[:0], fault: fault}
		switch {
		case fault != nil:
			return nil
		case blank(line) || r.line <= s.plan.Skip:
			continue
		case s.lines.decoded:
			r.did |= mendedLine
		}
		if text, label, ok := s.cut(line); ok {
			r.cells = append(r.cells, text, label)
		} else {
			r.fault = errNoLabelInLine()
		}
		return nil
	}
}

func (s *spaced) cut(line []byte) (text, label []byte, ok bool) {
	if s.plan.Format == FastText {
		form, first := fastLabels, 1
		if s.plan.Last {
			form, first = fastLast, 2
		}
		m := form.FindSubmatch(line)
		if m == nil {
			return nil, nil, false
		}
		labels := bytes.Fields(m[first])
		for i, l := range labels {
			labels[i] = bytes.TrimPrefix(l, []byte("__label__"))
		}
		if label = labels[0]; len(labels) > 1 {
			label = append(append([]byte("["), bytes.Join(labels, []byte(","))...), ']')
		}
		return bytes.TrimSpace(m[3-first]), label, true
	}
	if !s.plan.Last {
		m := firstWord.FindSubmatch(line)
		if m == nil {
			return nil, nil, false
		}
		return bytes.TrimSpace(m[2]), bytes.TrimRight(m[1], ":"), true
	}
	m := wideLast.FindSubmatch(line)
	if m == nil {
		m = lastWord.FindSubmatch(line)
	}
	if m == nil {
		return nil, nil, false
	}
	return m[1], m[2], true
}

// dashes reports whether a row is the line below a Markdown table's header.
func dashes(cells [][]byte) bool {
	some := false
	for _, c := range cells {
		if c = bytes.Trim(c, " :"); len(bytes.Trim(c, "-")) > 0 {
			return false
		}
		some = some || len(c) >= 2
	}
	return some
}

// openSource returns the rows of a file by a plan. names, where it is not nil, takes up the keys of objects.
func openSource(r io.Reader, p *Plan, l Limits, names *[]string) (source, func(), error) {
	u, err := unpack(r, l)
	if err != nil {
		return nil, nil, err
	}
	if p.Format == Workbook {
		w, _, err := openWorkbook(u.workbook, p, l)
		if err != nil {
			return nil, nil, err
		}
		return w, w.close, nil
	}
	if u.Reader == nil {
		return nil, nil, errBroken("zip", nil)
	}
	return openText(decode(u, p), p, l, names)
}

// openText returns the rows of decoded text.
func openText(r io.Reader, p *Plan, l Limits, names *[]string) (source, func(), error) {
	nothing := func() {}
	switch p.Format {
	case Objects:
		return &objects{lines: newLines(r, l, p.Fallback), named: newNamed(p, names), skip: p.Skip, object: map[string]json.RawMessage{}}, nothing, nil
	case Values:
		return newValues(jsonText(r, p), p, l, names), nothing, nil
	case Whole:
		w, err := newWhole(jsonText(r, p), p, l, names)
		return w, nothing, err
	case FastText, Spaced:
		return &spaced{lines: newLines(r, l, p.Fallback), plan: p}, nothing, nil
	}
	text := -1
	if len(p.Text) > 0 {
		text = p.Text[0]
	}
	return &delimited{lines: newLines(r, l, p.Fallback), delimiter: p.Delimiter[0], escaped: p.Escaped, after: cmp.Or(p.Header, p.Skip), width: p.Width, text: text}, nothing, nil
}
