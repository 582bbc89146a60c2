package labelled

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"animo"
)

// writeTSV writes rows as the report's files are written, with quotes only where a text needs them.
func writeTSV(rows []animo.Opinion) []byte {
	var b bytes.Buffer
	for _, r := range rows {
		text := r.Text
		if strings.ContainsAny(text, "\t\n") || strings.HasPrefix(text, `"`) {
			text = `"` + strings.ReplaceAll(text, `"`, `""`) + `"`
		}
		fmt.Fprintf(&b, "%s\t%d\n", text, r.Label)
	}
	return b.Bytes()
}

func writeCSV(comma rune) func([]animo.Opinion) []byte {
	return func(rows []animo.Opinion) []byte {
		var b bytes.Buffer
		w := csv.NewWriter(&b)
		w.Comma = comma
		w.Write([]string{"id", "Reseña", "Estrellas"})
		for i, r := range rows {
			w.Write([]string{fmt.Sprint(i), r.Text, []string{"1", "5"}[r.Label]})
		}
		w.Flush()
		return b.Bytes()
	}
}

func writeJSONL(rows []animo.Opinion) []byte {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	for _, r := range rows {
		e.Encode(map[string]any{"text": r.Text, "label": r.Label.String(), "other": []int{1}})
	}
	return b.Bytes()
}

// FuzzReader_reads_back_what_was_written holds that rows read the same from every format they can be
// written in.
func FuzzReader_reads_back_what_was_written(f *testing.F) {
	f.Add("Muy bueno", "Muy malo", false)
	f.Add(`"Genial" fue poco`, `un "spa"`, true)
	f.Add("dos\nlíneas", "a;b,c\td", true)
	f.Add(`{"text":"a"}`, `""`, false)
	f.Add("text,label", "texto;etiqueta", true)
	f.Add("\ufeff", `"`, true)
	f.Fuzz(func(t *testing.T, first, second string, positive bool) {
		rows := []animo.Opinion{{Text: first, Label: animo.Negative}, {Text: second, Label: animo.Negative}}
		if positive {
			rows[0].Label = animo.Positive
		}
		for _, r := range rows {
			// Carriage returns before a newline and NUL bytes do not survive, an empty text is an error.
			if blank([]byte(r.Text)) || !utf8.ValidString(r.Text) || strings.ContainsAny(r.Text, "\r\x00") {
				return
			}
		}
		for name, write := range map[string]func([]animo.Opinion) []byte{
			"tsv": writeTSV, "csv": writeCSV(','), "semicolon csv": writeCSV(';'), "tab csv": writeCSV('\t'), "jsonl": writeJSONL,
		} {
			if name == "tsv" && !plainTSV(rows) {
				continue
			}
			if name == "tab csv" && (tabThenNewline(first) || tabThenNewline(second)) {
				continue
			}
			file := write(rows)
			read, _, err := readAll(bytes.NewReader(file), Limits{})
			if err != nil {
				t.Fatalf("%s: %v\n%q", name, err, file)
			}
			var got []animo.Opinion
			for _, r := range read {
				got = append(got, r.Opinion)
			}
			if !slices.Equal(got, rows) {
				t.Fatalf("%s: got %q, want %q\n%q", name, got, rows, file)
			}
		}
	})
}

// plainTSV reports whether the rows can be a TSV file without a header: a file's first row is one that
// no other format claims, and no text has a tab in a line before its last, which reads as a whole row.
func plainTSV(rows []animo.Opinion) bool {
	first := rows[0].Text
	return !strings.HasPrefix(first, "\ufeff") && !json.Valid([]byte(first)) && !strings.HasPrefix(strings.TrimLeft(first, " "), "{") &&
		findColumns(strings.FieldsFunc(first, func(r rune) bool { return strings.ContainsRune(",;\t\n\"", r) })) == columns{text: -1, label: -1} &&
		!tabThenNewline(first) && !tabThenNewline(rows[1].Text)
}

func tabThenNewline(text string) bool {
	i := strings.IndexByte(text, '\t')
	return i >= 0 && strings.IndexByte(text[i:], '\n') >= 0
}

// FuzzReader_answers_any_bytes holds that any input gives rows and then the end or a coded error that
// names a line of the input, and the same ones again.
func FuzzReader_answers_any_bytes(f *testing.F) {
	for _, seed := range []string{"", "a\t1\nb\t0", "text,label\n\"a\n\"\"b\",1", `{"text":"a","label":1}`, "\"a\nb\"\t1",
		"\xff\xfe", "PK\x03\x04", "texto\testrellas\n\"a\t3\n", "[1]", "a\t\"1\n", "\"\"\"\t\"\t\"\n"} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, in []byte) {
		limits := Limits{RowBytes: 200, Rows: 20, Bytes: 5000}
		rows, _, err := readAll(bytes.NewReader(in), limits)
		for _, r := range rows {
			if strings.TrimSpace(r.Text) == "" || !utf8.ValidString(r.Text) || r.Label != animo.Positive && r.Label != animo.Negative {
				t.Fatalf("row %+v", r)
			}
		}
		if err != nil {
			e, ok := errors.AsType[*animo.Error](err)
			if !ok || e.Line < 0 || e.Line > 1+bytes.Count(in, []byte("\n")) || e.ES == "" {
				t.Fatalf("error %#v", err)
			}
		}
		again, _, errAgain := readAll(bytes.NewReader(in), limits)
		if !slices.Equal(rows, again) || fmt.Sprint(err) != fmt.Sprint(errAgain) {
			t.Fatalf("read again: %v %v, then %v %v", rows, err, again, errAgain)
		}
	})
}
