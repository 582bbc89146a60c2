package animo

import "time"

// Label is what an opinion says of its subject.
type Label int8

// The two labels. Their numbers are those of the training files and of a classifier's class index.
const (
	Negative Label = 0
	Positive Label = 1
)

// String returns the Spanish word that the classifier's API answers with.
func (l Label) String() string {
	if l == Positive {
		return "Positivo"
	}
	return "Negativo"
}

// Opinion is one row of a training file: what somebody wrote, and what it says.
type Opinion struct {
	Text  string
	Label Label
}

// Dataset is one revision of a training file that was accepted. The same bytes under the same name, while
// they are the newest, are the same revision. A revision's ID begins with the moment it was accepted, so the
// revisions of one name sort by age, and no ID is used twice.
type Dataset struct {
	Name     string    `json:"name"`
	ID       string    `json:"id"`
	SHA256   string    `json:"sha256"` // of the file's bytes, hexadecimal
	Bytes    int64     `json:"bytes"`
	Accepted time.Time `json:"accepted"`
	Rows     int       `json:"rows"`     // rows ingested; 0 until Ingested
	Skipped  int       `json:"skipped"`  // rows left out; Reading says why
	Positive int       `json:"positive"` // of Rows
	Ingested bool      `json:"ingested"`
	Reading  *Reading  `json:"reading,omitempty"` // how the file was read, once it was
}

// Ref names the revision.
func (d *Dataset) Ref() DatasetRef { return DatasetRef{d.Name, d.ID, d.SHA256} }

// DatasetRef names one revision of a dataset.
type DatasetRef struct {
	Name   string `json:"name"`
	ID     string `json:"id"`
	SHA256 string `json:"sha256"`
}

// Reading says what a training file was taken for, and what of it was left out or mended.
type Reading struct {
	Format    string     `json:"format"`              // csv, tsv, jsonl, json, fasttext, spaces or xlsx
	Packed    string     `json:"packed,omitempty"`    // gzip or zip
	Encoding  string     `json:"encoding,omitempty"`  // as IANA calls it
	Delimiter string     `json:"delimiter,omitempty"` // between the columns
	Sheet     string     `json:"sheet,omitempty"`     // of a workbook
	Header    int        `json:"header,omitempty"`    // its line; 0 for none
	Text      []string   `json:"text"`                // names or numbers of the columns that are the text
	Label     []string   `json:"label,omitempty"`     // names or numbers of the columns that are the label
	Scale     string     `json:"scale"`               // how numbers are meant, such as "1 to 5"; words; columns, for praise and complaint by column
	Rows      int        `json:"rows"`                // opinions read
	LeftOut   []RowCount `json:"left_out,omitempty"`  // rows left out, by why: no_text, no_label, neutral, or the code of an error
	Mended    []RowCount `json:"mended,omitempty"`    // rows that were mended, by what
}

// RowCount is how many rows of a file something happened to, and the lines of the first of them.
type RowCount struct {
	What  string `json:"what"`
	Rows  int    `json:"rows"`
	Lines []int  `json:"lines"`
}
