package labelled

import (
	"errors"
	"io"

	"animo"
)

// Reviews reads the opinions of a file that has labels, labels for some of its rows, or none. It is not safe for concurrent use.
type Reviews struct {
	rows  *Reader
	texts *Texts // of a file in which nothing tells where labels are
}

// OpenReviews finds out how a file is read and reads it, as Open does with Options.Unlabelled or, where that finds no opinions and no source or time
// is told, as OpenTexts does. open gives the file from its beginning, each time. Whoever opened Reviews closes them.
func OpenReviews(open func() (io.ReadCloser, error), o Options) (*Reviews, error) {
	o.Unlabelled = true
	rows, err := Open(open, o)
	if err == nil {
		return &Reviews{rows: rows}, nil
	}
	if e, ok := errors.AsType[*animo.Error](err); !ok || !e.Code.Final() || o.Source+o.Time != "" || e.Field == "label" || e.Field == "scale" {
		return nil, err
	}
	texts, err2 := OpenTexts(open, o)
	if err2 != nil {
		return nil, err
	}
	return &Reviews{texts: texts}, nil
}

// Next returns the next row that has a text. After the last one the error is io.EOF; any other one is as Reader.Read or Texts.Next gives it.
func (r *Reviews) Next() (Row, error) {
	if r.rows != nil {
		return r.rows.Read()
	}
	for {
		row, err := r.texts.Next()
		if err != nil || row.Text != "" {
			return Row{Opinion: animo.Opinion{Text: row.Text}, Line: row.Line, Unlabelled: true}, err
		}
	}
}

// Reading tells what the file was taken for, and what was left out so far.
func (r *Reviews) Reading() animo.Reading {
	if r.rows != nil {
		return r.rows.Reading()
	}
	return r.texts.Reading()
}

// Close lets go of the file.
func (r *Reviews) Close() {
	if r.rows != nil {
		r.rows.Close()
		return
	}
	_ = r.texts.Close() // which was only read
}
