package labelled

import (
	"bytes"
	"encoding/json"
	"io"
	"strings"

	"animo"
)

// Of a file, the first headBytes show its encoding and format, and as many rows of them its columns.
const (
	headBytes = 1 << 20
	headRows  = 500
)

// The scale of labels is found in the first scaleBytes of a file, if the labels there change so often that they are in
// no order, and in all of it otherwise.
const (
	scaleBytes   = headBytes
	scaleChanges = 100
)

// survey is a look at one file.
type survey struct {
	o        Options
	scale    Scale // that was told
	plan     Plan  // what is known of packing and encoding
	head     []byte
	whole    bool // head is all of it
	workbook []byte
}

// Survey looks at a file and says how it is to be read. open gives the file from its beginning, each time.
func Survey(open func() (io.ReadCloser, error), o Options) (*Plan, error) {
	s := &survey{o: o.withDefaults()}
	var err error
	if s.scale, err = o.Told.scale(); err != nil {
		return nil, err
	}
	f, err := open()
	if err != nil {
		return nil, err
	}
	err = s.look(f)
	f.Close()
	if err != nil {
		return nil, err
	}
	p, err := s.choose()
	if err != nil {
		return nil, err
	}
	if err := s.measure(open, p); err != nil {
		return nil, err
	}
	if s.o.Unlabelled {
		if err := p.beside(s.o); err != nil {
			return nil, err
		}
	}
	return p, nil
}

// look reads the head.
func (s *survey) look(r io.Reader) error {
	u, err := unpack(r, s.o.Limits)
	if err != nil {
		return err
	}
	s.plan.Packed, s.workbook = u.packed, u.workbook
	if u.workbook != nil {
		return nil
	}
	raw := make([]byte, headBytes)
	n, err := io.ReadFull(u, raw)
	raw = raw[:n]
	if s.whole = err == io.EOF || err == io.ErrUnexpectedEOF; !s.whole && err != nil {
		return err
	}
	guessEncoding(raw, &s.plan)
	if s.head, err = io.ReadAll(decode(bytes.NewReader(raw), &s.plan)); err != nil {
		return err
	}
	if bytes.IndexByte(s.head, '\n') < 0 && bytes.IndexByte(bytes.TrimRight(s.head, "\r"), '\r') >= 0 {
		s.plan.CR = true
		s.head = bytes.ReplaceAll(s.head, []byte("\r"), []byte("\n"))
	}
	if i := bytes.LastIndexByte(s.head, '\n'); !s.whole && i >= 0 {
		s.head = s.head[:i+1]
	}
	s.head = bytes.TrimPrefix(s.head, []byte("\ufeff"))
	return nil
}

// layouts are the formats that the head may have, the likeliest first.
func (s *survey) layouts() ([]Plan, error) {
	with := func(change func(*Plan)) Plan { p := s.plan; change(&p); return p }
	if s.workbook != nil {
		return []Plan{with(func(p *Plan) { p.Format = Workbook })}, nil
	}
	first := bytes.TrimLeft(s.head, " \t\r\n")
	if len(first) == 0 {
		return nil, errEmpty()
	}
	if first[0] == '{' || first[0] == '[' {
		if f := s.jsonFormat(first); f != "" {
			return []Plan{with(func(p *Plan) { p.Format = f })}, nil
		}
	}
	if bytes.IndexByte(s.firstLine(), 0) >= 0 {
		return nil, errNUL().At(1)
	}
	if line := strings.ToLower(strings.Trim(string(s.firstLine()), "\" \t\r")); strings.HasPrefix(line, "sep=") && len(line) <= 5 {
		d := "\t" // which the trimming took
		if len(line) == 5 {
			d = line[4:]
		}
		return []Plan{with(func(p *Plan) { p.Format, p.Delimiter, p.Skip = Delimited, d, 1 })}, nil
	}
	var list []Plan
	if bytes.Contains(s.head, []byte("__label__")) {
		list = append(list, with(func(p *Plan) { p.Format = FastText }), with(func(p *Plan) { p.Format, p.Last = FastText, true }))
	}
	for _, d := range []string{"\t", ";", ",", "|"} {
		if bytes.Contains(s.head, []byte(d)) {
			list = append(list, with(func(p *Plan) { p.Format, p.Delimiter = Delimited, d }))
			if bytes.Contains(s.head, []byte(`\"`)) {
				list = append(list, with(func(p *Plan) { p.Format, p.Delimiter, p.Escaped = Delimited, d, true }))
			}
		}
	}
	return append(list, with(func(p *Plan) { p.Format, p.Last = Spaced, true }), with(func(p *Plan) { p.Format = Spaced })), nil
}

func (s *survey) firstLine() []byte {
	line, _, _ := bytes.Cut(s.head, []byte("\n"))
	return line
}

// jsonFormat tells how the head is JSON; "" if it is not.
func (s *survey) jsonFormat(first []byte) Format {
	if first[0] == '[' {
		inside := bytes.TrimLeft(first[1:], " \t\r\n")
		if len(inside) > 0 && (inside[0] == '{' || inside[0] == ']') || json.Valid(bytes.TrimSpace(firstLines(first, 1))) || len(inside) > 0 && inside[0] == '[' && json.Valid(bytes.TrimSpace(s.head)) {
			return Values
		}
		return ""
	}
	lines, objects := 0, 0
	for line := range bytes.SplitSeq(firstLines(first, 50), []byte("\n")) {
		if line = bytes.TrimSuffix(bytes.TrimSpace(line), []byte(",")); len(line) > 0 {
			lines++
			if line[0] == '{' && json.Valid(line) {
				objects++
			}
		}
	}
	if objects > 0 && 2*objects >= lines && lines > 1 {
		return Objects
	}
	d := json.NewDecoder(bytes.NewReader(first))
	var value json.RawMessage
	switch err := d.Decode(&value); {
	case err == nil && d.More():
		if objects == 1 && lines == 1 {
			return Objects
		}
		if next := bytes.TrimLeft(first[len(value):], " \t\r\n"); len(next) > 0 && next[0] != '{' {
			return ""
		}
		return Values
	case err == nil:
		return Whole
	case err == io.ErrUnexpectedEOF && !s.whole:
		return Whole
	case err == io.ErrUnexpectedEOF && bytes.IndexByte(firstLines(first, 1), '\t') < 0:
		return Values // which says where it breaks off
	case lines == 1 && bytes.IndexByte(first, '\t') < 0 || objects > 0:
		return Objects
	}
	return ""
}

// firstLines returns up to n lines of s.
func firstLines(s []byte, n int) []byte {
	for i, b := range s {
		if b == '\n' {
			if n--; n == 0 {
				return s[:i]
			}
		}
	}
	return s
}

// proposal is a plan and how it did on the head.
type proposal struct {
	plan  Plan
	score float64 // which part of the rows it could use
}

// choose finds the plan that can use the most of the head's rows.
func (s *survey) choose() (*Plan, error) {
	layouts, err := s.layouts()
	if err != nil {
		return nil, err
	}
	var best *proposal
	var refused *animo.Error
	for _, layout := range layouts {
		if layout.Format == Spaced && (best != nil && best.score >= 0.8 || refused != nil && !isGeneral(refused)) {
			continue
		}
		plans, err := s.plans(layout)
		if e := asError(err); e != nil {
			if refused == nil || isGeneral(refused) {
				refused = e
			}
			continue
		}
		for _, p := range plans {
			score, rows := s.try(p)
			if p.Format == Spaced && score < 0.95 || len(plans) > 1 && rows == 0 {
				continue
			}
			if p.Header > 0 && p.Names != nil {
				score *= float64(rows+1) / float64(rows+p.Header) // what stands above it is lost
				score += 0.5                                      // names say more than values
			}
			if best == nil || score > best.score {
				best = &proposal{p, score}
			}
		}
		if best != nil && best.score == 1.5 {
			break
		}
	}
	switch {
	case best != nil && best.score > 0:
		return &best.plan, nil
	case refused != nil && !isGeneral(refused):
		if refused.Line == 0 && refused.Code != animo.EmptyFile && refused.Code != animo.TooLarge {
			refused = refused.At(1)
		}
		return nil, refused
	}
	if p := s.plain(); p != nil {
		return p, nil
	}
	return nil, errUnknownFormat().At(1)
}

// plain is the plan of texts, tabs and labels, where nothing in the head says otherwise.
func (s *survey) plain() *Plan {
	if bytes.IndexByte(s.head, '\t') < 0 || s.workbook != nil {
		return nil
	}
	p := s.plan
	p.Format, p.Delimiter, p.Width, p.Text, p.Labels = Delimited, "\t", 2, []int{0}, []LabelColumn{{1, Scale{Low: 0, High: 1}}}
	if s.scale != (Scale{}) {
		p.Labels[0].Scale = s.scale
	}
	return &p
}

func asError(err error) *animo.Error {
	if err == nil {
		return nil
	}
	if e, ok := err.(*animo.Error); ok {
		return e
	}
	return animo.Errorf(animo.UnknownFormat, "the file cannot be read", "el archivo no se puede leer").Because(err)
}

// isGeneral reports whether an error only says that nothing is known of the file.
func isGeneral(e *animo.Error) bool { return e.EN == errUnknownFormat().EN }

// rows reads the first rows of the head by a layout.
func (s *survey) rows(layout Plan, most int, names *[]string) ([]record, error) {
	source, closeSource, err := s.open(&layout, names)
	if err != nil {
		return nil, err
	}
	defer closeSource()
	var list []record
	var r record
	for len(list) < most {
		err := source.next(&r)
		if err == io.EOF {
			break
		}
		if err != nil {
			if len(list) == 0 || s.whole {
				return list, err
			}
			break // where the head is cut off
		}
		if r.fault != nil {
			continue
		}
		kept := record{line: r.line, cells: make([][]byte, len(r.cells)), did: r.did}
		for i, c := range r.cells {
			kept.cells[i] = bytes.Clone(c)
			if c != nil && kept.cells[i] == nil {
				kept.cells[i] = []byte{}
			}
		}
		list = append(list, kept)
	}
	return list, nil
}

// open returns the rows of the head.
func (s *survey) open(p *Plan, names *[]string) (source, func(), error) {
	if s.workbook != nil {
		w, sheet, err := openWorkbook(s.workbook, p, s.o.Limits)
		if err != nil {
			return nil, nil, err
		}
		p.Sheet = sheet
		return w, w.close, nil
	}
	plain := *p
	plain.Packed, plain.CR = "", false
	if plain.Encoding != plain.Fallback {
		plain.Encoding = utf8Name
	}
	return openText(bytes.NewReader(s.head), &plain, s.o.Limits, names)
}

// mendedCost is how much less a row is worth that was mended.
const mendedCost = 0.01

// try tells which part of the head's rows a plan can use, and how many it looked at.
func (s *survey) try(p Plan) (part float64, rows int) {
	source, closeSource, err := s.open(&p, nil)
	if err != nil {
		return 0, 0
	}
	defer closeSource()
	o := s.o
	o.Strict = false
	r := readerOf(source, &p, o)
	for r.read < headRows {
		if _, err := r.next(); err != nil {
			break
		}
	}
	if r.read == 0 { // a header without rows, perhaps
		return 0.1, 0
	}
	mended := 0 // of two plans, that one is right by which quotes need no mending
	for _, c := range r.mended {
		if c.What == "quotes" || c.What == "delimiters" {
			mended += c.Rows
		}
	}
	return (float64(r.read-r.left.broken) - mendedCost*float64(mended)) / float64(r.read), r.read
}

// plans are the plans that a layout allows, or why there is none.
func (s *survey) plans(layout Plan) ([]Plan, error) {
	switch layout.Format {
	case Objects, Values, Whole:
		var names []string
		records, err := s.rows(layout, headRows, &names)
		if err != nil {
			return nil, err
		}
		if names == nil && len(records) > 0 {
			return s.table(layout, records)
		}
		if len(records) == 0 && s.whole {
			return nil, s.nothing(layout)
		}
		layout.Names = names
		return s.found(layout, records, true)
	case FastText, Spaced:
		records, err := s.rows(layout, headRows, nil)
		if err != nil {
			return nil, err
		}
		if len(records) == 0 {
			return nil, errUnknownFormat()
		}
		layout.Width = 2
		f := s.finder(layout, records)
		scale, ok := f.scaleOf(1, false)
		_, part, both := f.says(1)
		if !ok || part < unnamedPart || layout.Format == Spaced && (!both || part < 0.95 || !clearLabels(f.tallies[1]) || 2*bytes.Count(s.head, []byte("\t")) > len(records)) {
			return nil, errUnknownFormat()
		}
		layout.Text, layout.Labels = []int{0}, []LabelColumn{{1, scale}}
		return []Plan{layout}, nil
	}
	records, err := s.rows(layout, headRows, nil)
	if err != nil {
		return nil, err
	}
	return s.table(layout, records)
}

// clearLabels reports whether a column holds numbers and words that are nothing but labels: texts begin and end with
// words such as bueno and no, too.
func clearLabels(t *tally) bool {
	for s, e := range t.seen {
		w := foldWord(s)
		if !e.value.isNumber && e.value.verdict != unlabeled && !strings.HasPrefix(w, "pos") && !strings.HasPrefix(w, "neg") && !strings.HasPrefix(w, "neu") && w != "p" && w != "n" {
			return false
		}
	}
	return true
}

// nothing says why a file has no row.
func (s *survey) nothing(layout Plan) error {
	if layout.Format == Objects {
		return errNotObject(nil).At(1)
	}
	return errEmpty()
}

// measure finds the scales of labels in as much of the file as it takes.
func (s *survey) measure(open func() (io.ReadCloser, error), p *Plan) error {
	if len(p.Labels) == 0 || s.scale != (Scale{}) {
		return nil
	}
	source, closeSource, err := s.open(p, nil)
	if !s.whole && s.workbook == nil {
		f, err2 := open()
		if err2 != nil {
			return err2
		}
		defer f.Close()
		source, closeSource, err = openSource(f, p, s.o.Limits, nil)
	}
	if err != nil {
		return err
	}
	defer closeSource()
	readerOf(source, p, s.o) // which tells the source what a label is
	tallies := make([]*tally, len(p.Labels))
	for i := range tallies {
		tallies[i] = newTally()
	}
	var rec record
	for bytes := 0; bytes < scaleBytes || tallies[0].changes < scaleChanges; {
		err := source.next(&rec)
		if err == io.EOF {
			break
		}
		if err != nil {
			return nil // the reading will say so
		}
		for _, c := range rec.cells {
			bytes += len(c) + 1
		}
		for i, l := range p.Labels {
			if l.Column < len(rec.cells) && rec.fault == nil {
				tallies[i].add(rec.cells[l.Column])
			}
		}
	}
	f := &finder{names: p.Names, tallies: make([]*tally, max(p.Width, len(p.Names)))}
	for i := range p.Labels {
		l := &p.Labels[i]
		f.tallies[l.Column] = tallies[i]
		scale, ok := f.scaleOf(l.Column, s.o.Told.Label != "")
		if !ok {
			return f.noScale(l.Column)
		}
		l.Scale = scale
	}
	return nil
}
