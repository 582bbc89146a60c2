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

// ordinary are rows that show a file's format whatever stands beside them.
var ordinary = []animo.Opinion{{Text: "Muy buen hotel", Label: animo.Positive}, {Text: "El baño estaba sucio", Label: animo.Negative},
	{Text: "Volveremos sin dudarlo", Label: animo.Positive}, {Text: "No funcionaba el ascensor", Label: animo.Negative}}

// FuzzReader_reads_back_what_was_written holds that rows read the same from every format they can be
// written in: each text as clean gives it.
func FuzzReader_reads_back_what_was_written(f *testing.F) {
	f.Add("Muy bueno", "Muy malo", false)
	f.Add(`"Genial" fue poco`, `un "spa"`, true)
	f.Add("dos\nlíneas", "a;b,c\td", true)
	f.Add(`{"text":"a"}`, `a""`, false)
	f.Add("text,label", "texto;etiqueta", true)
	f.Add("a\ufeff", `"a`, true)
	f.Add(`acaba en \`, `dice \"no\"`, true)
	f.Fuzz(func(t *testing.T, first, second string, positive bool) {
		rows := append(slices.Clone(ordinary), animo.Opinion{Text: first, Label: animo.Negative}, animo.Opinion{Text: second, Label: animo.Negative})
		if positive {
			rows[len(rows)-1].Label = animo.Positive
		}
		var want []animo.Opinion
		for _, r := range rows {
			// Carriage returns before a newline and NUL bytes do not survive, an empty text is left out, and lines of a text that
			// look like rows may be taken for them.
			cleaned, _ := clean([]byte(r.Text))
			if wordless(cleaned) || !utf8.ValidString(r.Text) || strings.ContainsAny(r.Text, "\r\x00") ||
				strings.Contains(r.Text, "\n") && strings.ContainsAny(r.Text, "\t,;|") {
				return
			}
			want = append(want, animo.Opinion{Text: string(cleaned), Label: r.Label})
		}
		for name, write := range map[string]func([]animo.Opinion) []byte{
			"tsv": writeTSV, "csv": writeCSV(','), "semicolon csv": writeCSV(';'), "tab csv": writeCSV('\t'), "jsonl": writeJSONL,
		} {
			if name == "tsv" && (strings.Contains(first+second, "\t") || strings.Contains(first+second, "__label__")) {
				continue // which stands for another column, or another format
			}
			file := write(rows)
			read, _, err := readAll(from(file), Options{})
			if err != nil {
				t.Fatalf("%s: %v\n%q", name, err, file)
			}
			var got []animo.Opinion
			for _, r := range read {
				got = append(got, r.Opinion)
			}
			if !slices.Equal(got, want) {
				t.Fatalf("%s: got %q, want %q\n%q", name, got, want, file)
			}
		}
	})
}

// FuzzReader_answers_any_bytes holds that any input gives rows and then the end or a coded error that
// names a line of the input, and the same ones again.
func FuzzReader_answers_any_bytes(f *testing.F) {
	for _, seed := range []string{"", "a\t1\nb\t0", "text,label\n\"a\n\"\"b\",1", `{"text":"a","label":1}`, "\"a\nb\"\t1",
		"\xff\xfe", "PK\x03\x04", "\x1f\x8b\x08\x00", "[{\"text\":\"a\",\"label\":1},", "{\"text\":{\"0\":\"a\"},\"label\":{\"0\":1}}", "__label__1 a\n", "a  1\nb  0", "| a | 1 |\r| b | 0 |", "texto\testrellas\n\"a\t3\n", "[1]", "a\t\"1\n", "\"\"\"\t\"\t\"\n"} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, in []byte) {
		limits := Limits{RowBytes: 200, Rows: 20, Bytes: 5000}
		rows, _, err := readAll(from(in), Options{Limits: limits})
		for _, r := range rows {
			if wordless([]byte(r.Text)) || !utf8.ValidString(r.Text) || r.Label != animo.Positive && r.Label != animo.Negative {
				t.Fatalf("row %+v", r)
			}
		}
		if err != nil {
			e, ok := errors.AsType[*animo.Error](err)
			if !ok || e.Line < 0 || e.Line > 1+bytes.Count(in, []byte("\n"))+bytes.Count(in, []byte("\r")) || e.ES == "" {
				t.Fatalf("error %#v", err)
			}
		}
		again, _, errAgain := readAll(from(in), Options{Limits: limits})
		if !slices.Equal(rows, again) || fmt.Sprint(err) != fmt.Sprint(errAgain) {
			t.Fatalf("read again: %v %v, then %v %v", rows, err, again, errAgain)
		}
	})
}
