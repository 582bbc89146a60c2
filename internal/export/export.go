// Package export writes recorded faces as files, CSV for spreadsheets and JSONL for programs, and classified texts as CSV. Begin at Formats and Texts.
package export

import (
	"bufio"
	"encoding/csv"
	"encoding/json"
	"io"
	"iter"
	"slices"
	"strconv"
	"strings"
	"time"

	"animo"
)

// Format is one way to write recorded faces as a file.
type Format struct {
	Name      string // csv or jsonl, also the ending of the file's name
	MediaType string // as the header Content-Type has it
	write     func(w *bufio.Writer, records iter.Seq2[animo.MoodRecord, error]) error
}

// Formats are those that there are: CSV, then JSONL.
func Formats() []Format {
	return []Format{
		{"csv", "text/csv; charset=utf-8", writeCSV},
		{"jsonl", "application/jsonl", writeJSONL},
	}
}

// buffer is how many bytes of a file are held before they are written.
const buffer = 32 << 10

// Write writes the records as a file. It answers the error of w or of the records, whichever comes first, and what it still holds then is
// not written: where the records' error comes early enough, w has got nothing.
func (f Format) Write(w io.Writer, records iter.Seq2[animo.MoodRecord, error]) error {
	out := bufio.NewWriterSize(w, buffer)
	if err := f.write(out, records); err != nil {
		return err
	}
	return out.Flush()
}

// emotionTypes are the emotions there are, each a column of its own.
var emotionTypes = animo.EmotionTypes()

// Columns names the columns of a CSV file, in their order.
func Columns() []string { return slices.Clone(columns) }

var columns = func() []string {
	h := []string{"tenant_id", "mood", "image_id", "celebrities", "celebrities_similarity", "emotion", "emotion_confidence", "face_id", "photo_id", "source", "leaned_to"}
	for _, e := range emotionTypes {
		h = append(h, "emotion_"+e)
	}
	return append(h, "box_left", "box_top", "box_width", "box_height", "confidence", "age", "gender", "gender_confidence", "taken_at", "accepted_at", "analysed_at", "measured_by", "taken_by", "unsure")
}()

// csvRow is a face as a row under the columns. An emotion that the face has no figure for is an empty cell.
func csvRow(row []string, r animo.MoodRecord) []string {
	var names, similarities []string
	for _, c := range r.ImageData.Celebrities {
		names, similarities = append(names, c.Name), append(similarities, number(c.Similarity))
	}
	row = append(row, r.TenantID, string(r.Mood), freeText(r.ImageID), freeText(strings.Join(names, ";")), strings.Join(similarities, ";"),
		r.ImageData.Emotion.Type, number(r.ImageData.Emotion.Confidence), r.FaceID, r.PhotoID, freeText(r.Source), r.LeanedTo)
	for _, kind := range emotionTypes {
		cell := ""
		for _, e := range r.Emotions {
			if e.Type == kind {
				cell = number(e.Confidence)
			}
		}
		row = append(row, cell)
	}
	return append(row, number(r.Box.Left), number(r.Box.Top), number(r.Box.Width), number(r.Box.Height), number(r.Confidence), number(r.Age),
		r.Gender.Value, number(r.Gender.Confidence), moment(r.Taken), moment(r.Accepted), moment(r.Analysed), r.MeasuredBy, string(r.TakenBy), string(r.Unsure))
}

func number(v float64) string { return strconv.FormatFloat(v, 'g', -1, 64) }

func moment(t time.Time) string { return t.UTC().Format(time.RFC3339Nano) }

// freeText is a text that people chose as a cell. Spreadsheets run a cell that begins like a formula; an apostrophe
// in front of it makes it a text (OWASP, CSV injection).
func freeText(s string) string {
	if s != "" && strings.ContainsRune("=+-@\t\r", rune(s[0])) {
		return "'" + s
	}
	return s
}

// byteOrderMark begins a CSV file, because Excel takes a file without it for Windows-1252.
const byteOrderMark = "\ufeff"

func writeCSV(out *bufio.Writer, records iter.Seq2[animo.MoodRecord, error]) error {
	if _, err := out.WriteString(byteOrderMark); err != nil {
		return err
	}
	w := csv.NewWriter(out)
	if err := w.Write(columns); err != nil {
		return err
	}
	var row []string
	for r, err := range records {
		if err != nil {
			return err
		}
		row = csvRow(row[:0], r)
		if err := w.Write(row); err != nil {
			return err
		}
	}
	w.Flush()
	return w.Error()
}

func writeJSONL(out *bufio.Writer, records iter.Seq2[animo.MoodRecord, error]) error {
	enc := json.NewEncoder(out)
	for r, err := range records {
		if err != nil {
			return err
		}
		if err := enc.Encode(r); err != nil {
			return err
		}
	}
	return nil
}
