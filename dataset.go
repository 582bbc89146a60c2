package animo

import "time"

// Label is what an opinion says of its subject.
type Label int8

// The two labels. Their numbers are those of the training files and of a classifier's class index.
const (
	Negative Label = 0
	Positive Label = 1
)

// String gives the Spanish word that the classifier's API answers with.
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
	Skipped  int       `json:"skipped"`  // rows left out because their stars are neither good nor bad
	Positive int       `json:"positive"` // of Rows
	Ingested bool      `json:"ingested"`
}

// Ref names the revision.
func (d *Dataset) Ref() DatasetRef { return DatasetRef{d.Name, d.ID, d.SHA256} }

// DatasetRef names one revision of a dataset.
type DatasetRef struct {
	Name   string `json:"name"`
	ID     string `json:"id"`
	SHA256 string `json:"sha256"`
}
