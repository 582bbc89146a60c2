// Package labelled reads labelled opinions as people have them, row by row. Begin with Open.
//
// A file goes through stages, a type and a file each:
//
//	unpack -> decode -> lines -> rows of a format -> columns -> labels -> texts
//
// Survey looks at a file first and makes a Plan: its packing, encoding, format, delimiter, header, columns and
// the scale of its labels. A Reader follows the plan, so whoever keeps it reads the same rows again. What a file
// is called does not matter.
//
// These formats are read: CSV, TSV and text with ; or |, with and without a header; tables of Markdown; JSONL,
// arrays of JSON objects, and JSON by column; fastText's __label__x text; texts and labels with spaces between;
// XLSX; and one of these packed by gzip or zip. Characters are UTF-8, UTF-16 with or without a mark, or else
// Windows-1252, Mac Roman or code page 850, by file or by line.
//
// Rows that cannot be used are left out and counted, with the first lines of each reason; they sink the file
// only where they are more than Options.Broken of it. Reading tells all that was guessed and left out.
//
// Plain text and JSON are read as streams, in memory of about four times Limits.RowBytes. What can only be
// read as a whole, XLSX, ZIP and JSON by column, is held to Limits.Whole.
package labelled

import (
	"bytes"
	"errors"
	"io"
	"iter"
	"unicode/utf8"

	"animo"
)

// Limits bound what a Reader accepts. A zero field means its default.
type Limits struct {
	RowBytes int   // bytes of one row; 0 means DefaultRowBytes
	Rows     int   // rows, those left out included; 0 means DefaultRows
	Bytes    int64 // bytes of text; 0 means DefaultBytes
	Unpacked int64 // bytes that a packed file may have unpacked; 0 means Bytes
	Whole    int64 // bytes of a file that must be in memory at once; 0 means DefaultWhole
}

// The limits of a zero Limits.
const (
	DefaultRowBytes = 1 << 20
	DefaultRows     = 10_000_000
	DefaultBytes    = 4 << 30
	DefaultWhole    = 64 << 20
)

func (l Limits) withDefaults() Limits {
	if l.RowBytes == 0 {
		l.RowBytes = DefaultRowBytes
	}
	if l.Rows == 0 {
		l.Rows = DefaultRows
	}
	if l.Bytes == 0 {
		l.Bytes = DefaultBytes
	}
	if l.Unpacked == 0 {
		l.Unpacked = l.Bytes
	}
	if l.Whole == 0 {
		l.Whole = DefaultWhole
	}
	return l
}

// Options are what Survey and NewReader may be told. The zero value works.
type Options struct {
	Limits Limits
	Told   Told
	Broken float64 // which part of the rows may be broken; 0 means DefaultBroken. Rows without words, neutral and unlabelled ones are not broken
	Strict bool    // the first row that cannot be used ends the reading, but for neutral ones

	Unlabelled bool   // give rows that are neutral or have no label that says something, too, and files without any; find sources and times
	Source     string // name or number of the column that says where an opinion comes from; with Unlabelled found where it is ""
	Time       string // the same of when it was written
}

// DefaultBroken is the part of the rows that may be broken.
const DefaultBroken = 0.2

func (o Options) withDefaults() Options {
	o.Limits = o.Limits.withDefaults()
	if o.Broken == 0 {
		o.Broken = DefaultBroken
	}
	return o
}

// Row is one labelled opinion and the line that it begins in.
type Row struct {
	animo.Opinion
	Line int // counted from 1; the row of a sheet; the place in a JSON object of columns

	// Only with Options.Unlabelled:
	Unlabelled bool   // it is neutral or has no label: Label says nothing
	Source     string // where it comes from; "" where the file does not say
	Month      string // when it was written, such as 2026-11
}

// Reader reads rows by a plan. It is not safe for concurrent use.
type Reader struct {
	plan   *Plan
	o      Options
	source source
	close  func()
	labels []*labeller
	rec    record
	second *Row // of a row with praise and complaint, the complaint
	rows   int  // given
	good   int  // of these, positive
	read   int  // rows of the file, those left out included
	left   leftOut
	mended []animo.RowCount
	joined []byte
	err    error
}

// Open surveys a file and gives the Reader of its rows. open gives the file from its beginning, each time.
// Whoever opened a Reader closes it.
func Open(open func() (io.ReadCloser, error), o Options) (*Reader, error) {
	p, err := Survey(open, o)
	if err != nil {
		return nil, err
	}
	f, err := open()
	if err != nil {
		return nil, err
	}
	r := NewReader(f, p, o)
	inner := r.close
	r.close = func() { inner(); f.Close() }
	return r, nil
}

// NewReader returns a Reader of the file that Survey made the plan of. r gives it from its beginning.
func NewReader(r io.Reader, p *Plan, o Options) *Reader {
	o = o.withDefaults()
	source, closeSource, err := openSource(r, p, o.Limits, nil)
	if err != nil {
		return &Reader{plan: p, o: o, close: func() {}, err: err}
	}
	reader := readerOf(source, p, o)
	reader.close = closeSource
	return reader
}

// readerOf is the Reader of the rows of a source, and tells the source what a label is.
func readerOf(source source, p *Plan, o Options) *Reader {
	r := &Reader{plan: p, o: o, source: source, close: func() {}}
	for _, l := range p.Labels {
		r.labels = append(r.labels, newLabeller(l.Scale))
	}
	if d, ok := source.(*delimited); ok {
		d.labelled = r.labelled
	}
	return r
}

// Close lets go of what the Reader holds. It does not close what NewReader was given.
func (r *Reader) Close() { r.close() }

// Plan tells how the file is read.
func (r *Reader) Plan() *Plan { return r.plan }

// Read returns the next row. After the last one the error is io.EOF. Any other error ends the reading too:
// an animo.Error, which names the line except where it is about the whole file, or what the stream itself
// failed with.
func (r *Reader) Read() (Row, error) {
	if r.err != nil {
		return Row{}, r.err
	}
	row, err := r.next()
	if err != nil {
		r.err = err
	}
	return row, err
}

// All returns the rows that Read would give. An error is the last element; the end of the stream is none.
func (r *Reader) All() iter.Seq2[Row, error] {
	return func(yield func(Row, error) bool) {
		for {
			row, err := r.Read()
			if err == io.EOF {
				return
			}
			if !yield(row, err) || err != nil {
				return
			}
		}
	}
}

// Skipped tells how many rows were left out so far.
func (r *Reader) Skipped() int { return r.left.total() }

// Reading tells what the file was taken for, and what was left out so far.
func (r *Reader) Reading() animo.Reading { return r.plan.reading(r.rows, r.left.counts, r.mended) }

func (r *Reader) next() (Row, error) {
	if r.second != nil {
		row := *r.second
		r.second = nil
		return r.give(row), nil
	}
	for {
		err := r.source.next(&r.rec)
		if err == io.EOF {
			return Row{}, r.end()
		}
		if err != nil {
			return Row{}, err
		}
		if r.read == r.o.Limits.Rows {
			return Row{}, errTooManyRows(r.o.Limits.Rows).At(r.rec.line)
		}
		r.read++
		row, ok, err := r.use(&r.rec)
		if err != nil {
			return Row{}, at(err, r.rec.line)
		}
		if ok {
			return r.give(row), nil
		}
	}
}

func (r *Reader) give(row Row) Row {
	r.rows++
	r.good += int(row.Label)
	if r.o.Unlabelled {
		r.aside(&row)
	}
	return row
}

// use makes an opinion of a row. ok is false for one that is left out.
func (r *Reader) use(rec *record) (row Row, ok bool, err error) {
	if rec.fault != nil {
		return Row{}, false, r.leaveOut(rec.fault)
	}
	if r.plan.Praise != nil {
		return r.praise(rec)
	}
	text, did := clean(r.textOf(rec))
	if wordless(text) {
		return Row{}, false, r.without(noText, errNoText())
	}
	label, v := r.label(rec.cells)
	if r.o.Unlabelled && (v == neutral || v == unlabeled || v == unknown && !r.o.Strict) {
		r.note(rec.did|did, rec.line)
		return Row{Opinion: animo.Opinion{Text: string(text)}, Line: rec.line, Unlabelled: true}, true, nil
	}
	switch v {
	case neutral:
		r.left.add(neither, rec.line)
		return Row{}, false, nil
	case unlabeled:
		return Row{}, false, r.without(noLabel, errNoLabel())
	case unknown:
		return Row{}, false, r.leaveOut(errBadLabel(label, r.plan))
	}
	r.note(rec.did|did, rec.line)
	return Row{Opinion: animo.Opinion{Text: string(text), Label: v.label()}, Line: rec.line}, true, nil
}

// without leaves out a row that lacks something.
func (r *Reader) without(why string, e *animo.Error) error {
	if r.o.Strict {
		return e
	}
	r.left.add(why, r.rec.line)
	return nil
}

// leaveOut leaves out a row that cannot be used.
func (r *Reader) leaveOut(e *animo.Error) error {
	if r.o.Strict {
		return e
	}
	r.left.fault(e, r.rec.line)
	return nil
}

// note counts what was mended in a row.
func (r *Reader) note(did mends, line int) {
	if r.plan.Encoding != utf8Name {
		did &^= mendedLine // as all lines of the file
	}
	for i := 0; did != 0; i++ {
		if did&1 != 0 {
			r.mended = count(r.mended, mendNames[i], line)
		}
		did >>= 1
	}
}

// textOf returns a row's text, its title before it.
func (r *Reader) textOf(rec *record) []byte {
	text := r.cell(rec, r.plan.Text[0])
	if len(r.plan.Text) > 1 {
		r.joined = append(r.joined[:0], text...)
		for _, i := range r.plan.Text[1:] {
			r.joined = join(r.joined, r.cell(rec, i))
		}
		return r.joined
	}
	if r.plan.Title == nil || wordless(text) {
		return text
	}
	title := r.cell(rec, *r.plan.Title)
	if wordless(title) || bytes.HasPrefix(text, bytes.TrimRight(title, ".… ")) {
		return text
	}
	r.joined = join(append(r.joined[:0], title...), text)
	return r.joined
}

// join puts two parts of a text in lines of their own.
func join(a, b []byte) []byte {
	if wordless(b) {
		return a
	}
	if len(a) > 0 {
		a = append(a, '\n')
	}
	return append(a, b...)
}

// cell returns a cell, without the spaces that a table of Markdown has round it.
func (r *Reader) cell(rec *record, i int) []byte {
	if i >= len(rec.cells) {
		return nil
	}
	if r.plan.Delimiter == "|" {
		return bytes.TrimSpace(rec.cells[i])
	}
	return rec.cells[i]
}

// label reads the label of a row: that of the first column of labels that is there.
func (r *Reader) label(cells [][]byte) ([]byte, verdict) {
	for i, l := range r.plan.Labels {
		if l.Column < len(cells) && cells[l.Column] != nil {
			return cells[l.Column], r.labels[i].read(cells[l.Column])
		}
	}
	return nil, unlabeled
}

// labelled reports whether a row that is cut in such a way has a label.
func (r *Reader) labelled(cells [][]byte) bool {
	if r.plan.Praise != nil || len(r.plan.Labels) == 0 {
		return len(cells) == r.plan.Width
	}
	_, v := r.label(cells)
	return v != unknown && v != unlabeled
}

// praise makes opinions of what somebody liked and disliked.
func (r *Reader) praise(rec *record) (Row, bool, error) {
	var rows []Row
	for _, says := range []struct {
		column int
		label  animo.Label
	}{{r.plan.Praise.Liked, animo.Positive}, {r.plan.Praise.Disliked, animo.Negative}} {
		text, did := clean(r.cell(rec, says.column))
		if wordless(text) || filler(text) {
			continue
		}
		r.note(rec.did|did, rec.line)
		rows = append(rows, Row{Opinion: animo.Opinion{Text: string(text), Label: says.label}, Line: rec.line})
	}
	switch len(rows) {
	case 0:
		return Row{}, false, r.without(noText, errNoText())
	case 2:
		r.second = &rows[1]
	}
	return rows[0], true, nil
}

// end is io.EOF, unless there was nothing to give or too much was broken.
func (r *Reader) end() error {
	switch {
	case r.left.broken > 0 && float64(r.left.broken) > r.o.Broken*float64(r.read):
		return r.left.refusal(r.read, r.o.Broken, r.plan)
	case r.rows > 0:
		return io.EOF
	case r.left.of(neither) > 0:
		return errOnlyNeutral()
	case r.read > 0:
		return errNothingLeft(r.left.of(noText), r.left.of(noLabel), r.left.broken)
	default:
		return errEmpty()
	}
}

// at names the line of an error that does not name one yet.
func at(err error, line int) error {
	if e, ok := errors.AsType[*animo.Error](err); ok && e.Line == 0 && line > 0 {
		return e.At(line)
	}
	return err
}

// blank reports whether s holds nothing but white space.
func blank(s []byte) bool {
	return len(s) == 0 || (s[0] <= ' ' || s[0] >= utf8.RuneSelf) && len(bytes.TrimSpace(s)) == 0
}
