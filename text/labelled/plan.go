package labelled

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"animo"
)

// Format is how the rows of a file are written.
type Format string

// The formats.
const (
	Delimited Format = "delimited"  // CSV, TSV and their kin
	Objects   Format = "jsonl"      // a JSON object a line
	Values    Format = "json"       // an array of JSON values, or one after the other
	Whole     Format = "json-whole" // one JSON object that holds all rows, such as one of columns
	FastText  Format = "fasttext"   // __label__x text
	Spaced    Format = "spaces"     // a text and a label with spaces between
	Workbook  Format = "xlsx"
)

// Plan is how one file is read: all that Survey guessed or was told. A program keeps it beside the file, so
// that a reading that goes on later goes on the same way.
type Plan struct {
	Packed    string   `json:"packed,omitempty"`    // gzip or zip
	Encoding  string   `json:"encoding,omitempty"`  // of the whole file
	Fallback  string   `json:"fallback,omitempty"`  // of lines that are not UTF-8
	CR        bool     `json:"cr,omitempty"`        // lines end in CR alone
	Format    Format   `json:"format"`              //
	Delimiter string   `json:"delimiter,omitempty"` //
	Escaped   bool     `json:"escaped,omitempty"`   // quotes inside quotes have a backslash
	Last      bool     `json:"last,omitempty"`      // of FastText and Spaced: the label stands last
	Sheet     string   `json:"sheet,omitempty"`     // of Workbook
	Header    int      `json:"header,omitempty"`    // its line, or its row in a sheet; rows begin after it
	Skip      int      `json:"skip,omitempty"`      // lines without a row before the first, where there is no header
	Names     []string `json:"names,omitempty"`     // of the columns; empty where nothing names them
	Width     int      `json:"width,omitempty"`     // columns in each row

	Title  *int          `json:"title,omitempty"` // column that is put before the text
	Text   []int         `json:"text,omitempty"`  // columns, joined
	Labels []LabelColumn `json:"labels,omitempty"`
	Praise *Praise       `json:"praise,omitempty"` // instead of a text and a label
	Source *int          `json:"source,omitempty"` // column of where an opinion comes from, and
	Time   *int          `json:"time,omitempty"`   // of when it was written; only with Options.Unlabelled

	all bool // every column is read, not only those that opinions are made of
}

// Praise are the columns of a file that asks what was good and what was bad.
type Praise struct {
	Liked    int `json:"liked"`    // the column whose texts are Positivo
	Disliked int `json:"disliked"` // the column whose texts are Negativo
}

// LabelColumn is a column of labels and how they are meant. Of several, a row's first one counts.
type LabelColumn struct {
	Column int   `json:"column"`
	Scale  Scale `json:"scale"`
}

// Told is what somebody says of a file instead of having it guessed. A zero field is guessed.
type Told struct {
	Text  string `json:"text,omitempty"`  // name or number (from 1) of the text's column; several are joined: "titulo+texto"
	Label string `json:"label,omitempty"` // name or number of the label's column
	Scale string `json:"scale,omitempty"` // LOW-HIGH, such as 1-5, 0-4, 1-2 or -1-1
}

// Check answers Invalid for a scale that is none.
func (t Told) Check() error {
	if _, err := t.scale(); err != nil {
		return err
	}
	return nil
}

// scale is the scale that was told; the zero Scale for none.
func (t Told) scale() (Scale, error) {
	s := strings.TrimSpace(t.Scale)
	if s == "" {
		return Scale{}, nil
	}
	s = strings.NewReplacer("..", "-", " to ", "-", " a ", "-", "/", "-", "–", "-", " ", "").Replace(s)
	i := strings.IndexByte(s[1:], '-') + 1
	if i > 0 {
		low, err1 := strconv.ParseFloat(s[:i], 64)
		high, err2 := strconv.ParseFloat(s[i+1:], 64)
		if err1 == nil && err2 == nil && low < high && low >= -1000 && high <= 1000 {
			return Scale{Low: low, High: high}.usual(), nil
		}
	}
	return Scale{}, animo.Errorf(animo.Invalid, "%q is not a scale; write its ends, the worse first, such as 1-5, 0-4, 1-2 or -1-1",
		"%q no es una escala; escriba sus extremos, primero el peor, como 1-5, 0-4, 1-2 o -1-1", animo.Clip(t.Scale)).Of("scale")
}

// uses reports whether a column is read.
func (p *Plan) uses(i int) bool {
	return p.all || slices.Contains(p.Text, i) || p.Title != nil && *p.Title == i || p.Praise != nil && (p.Praise.Liked == i || p.Praise.Disliked == i) ||
		p.Source != nil && *p.Source == i || p.Time != nil && *p.Time == i ||
		slices.ContainsFunc(p.Labels, func(l LabelColumn) bool { return l.Column == i })
}

// columnName is how a report calls a column.
func (p *Plan) columnName(i int) string {
	if i >= 0 && i < len(p.Names) && p.Names[i] != "" {
		return p.Names[i]
	}
	return strconv.Itoa(i + 1)
}

func (p *Plan) columnNames(list []int) []string {
	names := []string{}
	for _, i := range list {
		names = append(names, p.columnName(i))
	}
	return names
}

// usual puts in the lowest value of scales whose zero, if it is used, is only a worse one.
func (s Scale) usual() Scale {
	if s.Low == 0 && (s.High == 5 || s.High == 10) {
		s.Low = 1
		s.Zero = true
	}
	return s
}

// String names a scale as its report does.
func (s Scale) String() string {
	if s.High == s.Low {
		return "words"
	}
	low := s.Low
	if s.Zero {
		low = 0
	}
	return fmt.Sprintf("%v to %v", low, s.High)
}

// reading is the report of a reading by the plan.
func (p *Plan) reading(rows int, left, mended []animo.RowCount) animo.Reading {
	r := animo.Reading{Format: p.kind(), Packed: p.Packed, Encoding: p.Encoding, Sheet: p.Sheet, Header: p.Header, Rows: rows,
		LeftOut: slices.Clone(left), Mended: slices.Clone(mended)}
	if p.Format == Delimited {
		r.Delimiter = p.Delimiter
	}
	if p.Praise != nil {
		r.Text = []string{p.columnName(p.Praise.Liked), p.columnName(p.Praise.Disliked)}
		r.Scale = "columns"
		return r
	}
	if p.Title != nil {
		r.Text = append(r.Text, p.columnName(*p.Title))
	}
	r.Text = append(r.Text, p.columnNames(p.Text)...)
	var scales []string
	for _, l := range p.Labels {
		r.Label = append(r.Label, p.columnName(l.Column))
		scales = append(scales, l.Scale.String())
	}
	r.Scale = strings.Join(scales, ", ")
	return r
}

// kind is what people call the format.
func (p *Plan) kind() string {
	switch {
	case p.Format == Delimited && p.Delimiter == "\t":
		return "tsv"
	case p.Format == Delimited:
		return "csv"
	case p.Format == Whole:
		return "json"
	}
	return string(p.Format)
}
