// Package labelled reads labelled opinions from a stream, row by row and in bounded memory, whatever the
// length of the file. Begin with NewReader.
//
// Three formats are known, and told apart by the first line that is not blank, never by a file's name:
//
//   - TSV without a header: text, tab, label. A label is 1 or 0, or one of the words below.
//   - CSV (comma or semicolon) or TSV with a header, RFC 4180 quotes and line breaks inside them. One
//     column is the text (text, texto, opinion, review, reseña, comentario, …) and one the label (label,
//     etiqueta, sentimiento, polaridad, clase, …) or the stars (stars, estrellas, rating, puntuacion, …).
//     Case, accents, spaces, "_" and "-" in names do not matter; other columns are ignored.
//   - JSONL: one JSON object a line, with the same names as keys.
//
// A label is 1, positivo, positiva, positive or pos; or 0, negativo, negativa, negative or neg, in any
// case. In a column of stars a number from 1 to 5 is the number of stars: 1 and 2 are Negativo, 4 and 5
// are Positivo, and rows with 3 are left out and counted. So "1" means one star only where a header or a
// key says that it is stars; a file without a header never holds stars, and a label column never does.
//
// The bytes are UTF-8, with or without a byte order mark; lines end in LF or CRLF, and the last one need
// not end. Blank rows are skipped.
//
// A quote that begins a field of a TSV file opens a quoted field only where the matching quote stands
// before a tab or the line's end, because people write texts that begin with a quoted word. Where the
// line has no such quote and lacks columns, the field goes on in the next line. In CSV every quote that
// begins a field opens a quoted field, as the RFC says. Elsewhere in a field a quote is a quote.
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
	Bytes    int64 // bytes of the stream; 0 means DefaultBytes
}

// The limits of a zero Limits.
const (
	DefaultRowBytes = 1 << 20
	DefaultRows     = 10_000_000
	DefaultBytes    = 4 << 30
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
	return l
}

// Row is one labelled opinion and the line that it begins in.
type Row struct {
	animo.Opinion
	Line int // counted from 1
}

// Reader reads rows from a stream. It is not safe for concurrent use.
type Reader struct {
	limits  Limits
	lines   lines
	parse   rowParser // nil until the first line has shown the format
	rows    int
	skipped int
	err     error
}

// rowParser turns a row that begins with line into a text and a label. It may take further lines. What
// it returns aliases line, or a buffer that the next call reuses.
type rowParser interface {
	parse(line []byte, more *lines) (field, error)
}

// field is what a rowParser found: the two values that matter.
type field struct {
	text  []byte
	label []byte
	stars bool // label counts stars
	blank bool // nothing in the row at all
}

// NewReader returns a Reader of r. It reads ahead, and keeps at most about twice l.RowBytes in memory.
func NewReader(r io.Reader, l Limits) *Reader {
	l = l.withDefaults()
	return &Reader{limits: l, lines: newLines(r, l)}
}

// Read gives the next row. After the last one the error is io.EOF. Any other error ends the reading too:
// an animo.Error with the code EmptyFile, NotUTF8, UnknownFormat, MalformedRow, BadLabel, LineTooLong,
// TooManyRows or TooLarge, which names the line except where it is about the whole file, or what the
// stream itself failed with.
func (r *Reader) Read() (Row, error) {
	if r.err != nil {
		return Row{}, r.err
	}
	row, err := r.read()
	if err != nil {
		r.err = err
	}
	return row, err
}

// All gives the rows that Read would give. An error is the last element; the end of the stream is none.
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

// Skipped tells how many rows were left out so far because three stars are neither good nor bad.
func (r *Reader) Skipped() int { return r.skipped }

func (r *Reader) read() (Row, error) {
	for {
		line, err := r.lines.next()
		if err == io.EOF {
			return Row{}, r.end()
		}
		if err != nil {
			return Row{}, err
		}
		if blank(line) {
			continue
		}
		number := r.lines.number
		if r.parse == nil {
			parser, header, err := detect(line)
			if err != nil {
				return Row{}, at(err, number)
			}
			r.parse = parser
			if header {
				continue
			}
		}
		f, err := r.parse.parse(line, &r.lines)
		if err != nil {
			return Row{}, at(err, number)
		}
		if f.blank {
			continue
		}
		if r.rows+r.skipped == r.limits.Rows {
			return Row{}, errTooManyRows(r.limits.Rows).At(number)
		}
		if blank(f.text) {
			return Row{}, errNoText().At(number)
		}
		label, keep, err := parseLabel(f.label, f.stars)
		if err != nil {
			return Row{}, at(err, number)
		}
		if !keep {
			r.skipped++
			continue
		}
		r.rows++
		return Row{animo.Opinion{Text: string(f.text), Label: label}, number}, nil
	}
}

// end is io.EOF, unless there was nothing to give.
func (r *Reader) end() error {
	switch {
	case r.rows > 0:
		return io.EOF
	case r.skipped > 0:
		return errOnlyThreeStars()
	default:
		return errEmpty()
	}
}

// at names the line of an error that does not name one yet.
func at(err error, line int) error {
	if e, ok := errors.AsType[*animo.Error](err); ok && e.Line == 0 {
		return e.At(line)
	}
	return err
}

// blank reports whether s holds nothing but white space.
func blank(s []byte) bool {
	return len(s) == 0 || (s[0] <= ' ' || s[0] >= utf8.RuneSelf) && len(bytes.TrimSpace(s)) == 0
}
