package labelled

import (
	"errors"
	"io"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"animo"
)

const (
	pos = animo.Positive
	neg = animo.Negative
)

func row(line int, label animo.Label, text string) Row {
	return Row{animo.Opinion{Text: text, Label: label}, line}
}

// readAll gives the rows before the error, and the error.
func readAll(in io.Reader, l Limits) (rows []Row, skipped int, err error) {
	r := NewReader(in, l)
	for row, err := range r.All() {
		if err != nil {
			return rows, r.Skipped(), err
		}
		rows = append(rows, row)
	}
	return rows, r.Skipped(), nil
}

func TestReader_reads_rows(t *testing.T) {
	for _, test := range []struct {
		name, in string
		want     []Row
		skipped  int
	}{
		{"tsv", "Muy bueno\t1\nMuy malo\t0\n", []Row{row(1, pos, "Muy bueno"), row(2, neg, "Muy malo")}, 0},
		{"tsv with crlf and no newline at the end", "Muy bueno\t1\r\nMuy malo\t0", []Row{row(1, pos, "Muy bueno"), row(2, neg, "Muy malo")}, 0},
		{"tsv with a byte order mark", "\ufeffMuy bueno\t1\n", []Row{row(1, pos, "Muy bueno")}, 0},
		{"tsv with blank lines", "\n\nMuy bueno\t1\n  \t \r\n\nMuy malo\t0\n\n", []Row{row(3, pos, "Muy bueno"), row(6, neg, "Muy malo")}, 0},
		{"tsv with words as labels", "a\tPositivo\nb\tNEGATIVE\nc\tpos\nd\t negativa \n", []Row{row(1, pos, "a"), row(2, neg, "b"), row(3, pos, "c"), row(4, neg, "d")}, 0},
		{"tsv with a quoted word first", "\"Genial\" fue poco\t1\nun \"spa\" frío\t0\n", []Row{row(1, pos, `"Genial" fue poco`), row(2, neg, `un "spa" frío`)}, 0},
		{"tsv with a quote that never closes", "\"Genial\t1\nMalo\t0\n", []Row{row(1, pos, `"Genial`), row(2, neg, "Malo")}, 0},
		{"tsv with a quoted text", "\"Un \"\"spa\"\",\tfrío\"\t0\n\"Bien\"\t1\n", []Row{row(1, neg, "Un \"spa\",\tfrío"), row(2, pos, "Bien")}, 0},
		{"tsv with a quoted text of two lines", "\"Bien.\nMuy \"\"bien\"\"\"\t1\r\nMal\t0", []Row{row(1, pos, "Bien.\nMuy \"bien\""), row(3, neg, "Mal")}, 0},
		{"tsv keeps spaces", " a b \t1", []Row{row(1, pos, " a b ")}, 0},
		{"tsv whose text looks like other formats", "{a,b;c}\t1\n[x]\t0\n", []Row{row(1, pos, "{a,b;c}"), row(2, neg, "[x]")}, 0},
		{"tsv of one star is binary", "a\t1\n", []Row{row(1, pos, "a")}, 0},
		{"csv", "text,label\nBien,1\nMal,0\n", []Row{row(2, pos, "Bien"), row(3, neg, "Mal")}, 0},
		{"csv with quotes and line breaks", "label,text\r\n1,\"Bien, \"\"muy\"\" bien\r\ny más\"\r\n0,Mal\r\n", []Row{row(2, pos, "Bien, \"muy\" bien\ny más"), row(4, neg, "Mal")}, 0},
		{"csv with blank lines inside quotes", "text,label\n\"a\n\n\nb\",1\n", []Row{row(2, pos, "a\n\n\nb")}, 0},
		{"csv with semicolons, accents and quotes in the header", "\ufeff\"Título\";\"Reseña\";\"Puntuación\"\nx;Bien, sí;5\ny;Mal;1\n", []Row{row(2, pos, "Bien, sí"), row(3, neg, "Mal")}, 0},
		{"csv of stars", "title,text,stars,type\nx,a,1,R\nx,b,2,R\nx,c,3,R\nx,d,4.0,R\nx,e,5,R\n", []Row{row(2, neg, "a"), row(3, neg, "b"), row(5, pos, "d"), row(6, pos, "e")}, 1},
		{"csv prefers the label to the stars", "stars,review_text,label\n5,a,0\n1,b,1\n", []Row{row(2, neg, "a"), row(3, pos, "b")}, 0},
		{"csv prefers the first known name", "comentario,texto,etiqueta\nno,a,1\n", []Row{row(2, pos, "a")}, 0},
		{"csv with a quote inside a bare field", "text,label\nPantalla de 5\" rota,0\n", []Row{row(2, neg, `Pantalla de 5" rota`)}, 0},
		{"csv with rows nobody filled in", "text,label\n,\na,1\n,\n", []Row{row(3, pos, "a")}, 0},
		{"tsv with a header", "ID\tSENTIMIENTO\tOpinión\n7\tpositivo\t\"Genial\" fue poco\n8\tnegativo\t\"Mal, \"\"muy\"\" mal\"\n", []Row{row(2, pos, `"Genial" fue poco`), row(3, neg, `Mal, "muy" mal`)}, 0},
		{"jsonl", "{\"text\":\"Bien\",\"label\":1}\r\n\r\n{\"label\":\"negativo\",\"text\":\"M\\u00e1l \\\"a\\\"\\n\",\"x\":[1,{}]}", []Row{row(1, pos, "Bien"), row(3, neg, "Mál \"a\"\n")}, 0},
		{"jsonl of stars", `{"Comentario":"a","estrellas":1}` + "\n" + `{"comentario":"b","estrellas":3}` + "\n" + `{"comentario":"c","estrellas":"5"}`, []Row{row(1, neg, "a"), row(3, pos, "c")}, 1},
		{"csv with decomposed accents in the header", "Opinio\u0301n,Puntuacio\u0301n\na,5\n", []Row{row(2, pos, "a")}, 0},
		{"jsonl with two spellings of a key", strings.Repeat(`{"text":"no","Text":"a","label":1}`+"\n", 3), []Row{row(1, pos, "a"), row(2, pos, "a"), row(3, pos, "a")}, 0},
		{"jsonl with tabs between its parts", "{\"text\":\t\"a\",\t\"label\":\t1.0}", []Row{row(1, pos, "a")}, 0},
	} {
		t.Run(test.name, func(t *testing.T) {
			for _, in := range []io.Reader{strings.NewReader(test.in), iotest.OneByteReader(strings.NewReader(test.in))} {
				rows, skipped, err := readAll(in, Limits{})
				if err != nil {
					t.Fatal(err)
				}
				if !slices.Equal(rows, test.want) {
					t.Errorf("got  %+v\nwant %+v", rows, test.want)
				}
				if skipped != test.skipped {
					t.Errorf("skipped %d rows, want %d", skipped, test.skipped)
				}
			}
		})
	}
}

func TestReader_names_line_and_reason_of_bad_input(t *testing.T) {
	for _, test := range []struct {
		name, in string
		code     animo.Code
		line     int
		en, es   string // parts of the texts
	}{
		{"nothing", "", animo.EmptyFile, 0, "no row", "ninguna fila"},
		{"only blank lines", "\n \n\t\n", animo.EmptyFile, 0, "no row", "ninguna fila"},
		{"only a byte order mark", "\ufeff", animo.EmptyFile, 0, "no row", "ninguna fila"},
		{"only a header", "text,label\n", animo.EmptyFile, 0, "no row", "ninguna fila"},
		{"only three stars", "text,stars\na,3\n", animo.EmptyFile, 0, "three stars", "tres estrellas"},
		{"latin-1", "bien\t1\nrese\xf1a\t1\n", animo.NotUTF8, 2, "byte 5 (0xF1)", "el byte 5 (0xF1)"},
		{"utf-16", "\xff\xfeB\x00i\x00", animo.NotUTF8, 1, "UTF-16", "UTF-16"},
		{"a spreadsheet", "PK\x03\x04....", animo.UnknownFormat, 1, "XLSX", "hoja de cálculo"},
		{"a database", "SQLite format 3\x00", animo.UnknownFormat, 1, "SQLite", "base de datos"},
		{"a nul byte", "bien\t1\nbi\x00en\t1\n", animo.UnknownFormat, 2, "NUL", "NUL"},
		{"prose", "Érase una vez un hotel, en Madrid.\n", animo.UnknownFormat, 1, "none of", "nada de esto"},
		{"a header without a label", "id,texto\n", animo.UnknownFormat, 1, `text column "texto"`, `columna de texto "texto"`},
		{"a header without a text", "\nid;Estrellas\n", animo.UnknownFormat, 2, `label column "Estrellas"`, `columna de etiqueta "Estrellas"`},
		{"a json array", "[{\"text\":\"a\",\"label\":1}]", animo.UnknownFormat, 1, "JSON array", "arreglo JSON"},
		{"no tab", "bien\t1\nmal 0\n", animo.MalformedRow, 2, "no tab", "tabulador"},
		{"no tab after a quoted word", "bien\t1\n\"mal\" 0\n", animo.MalformedRow, 2, "no tab", "tabulador"},
		{"two tabs", "bien\t1\n7\tmal\t0\n", animo.MalformedRow, 2, "more than 2 columns", "más de 2 columnas"},
		{"no text", "\t1\n", animo.MalformedRow, 1, "text is empty", "texto está vacío"},
		{"a text of spaces", "text,label\n\"  \",1\n", animo.MalformedRow, 2, "text is empty", "texto está vacío"},
		{"too few columns", "id,text,label\n1,a\n", animo.MalformedRow, 2, "2 of 3 columns", "2 de 3 columnas"},
		{"an unclosed quote", "text,label\na,1\n\"b,1\nc,0\n", animo.MalformedRow, 3, "missing", "falta"},
		{"an unclosed quote in a tsv", "a\t1\n\"b\nc", animo.MalformedRow, 2, "missing", "falta"},
		{"text after a closing quote", "text,label\n\"a\"b,1\n", animo.MalformedRow, 2, "follows", "tras una"},
		{"not json", "{\"text\":\"a\",\"label\":1}\n{\"text\":\n", animo.MalformedRow, 2, "not one JSON object", "no es un objeto JSON"},
		{"json that is no object", "{\"text\":\"a\",\"label\":1}\n7\n", animo.MalformedRow, 2, "not one JSON object", "no es un objeto JSON"},
		{"json without a text", "{\"label\":1}\n", animo.MalformedRow, 1, "no key for the text", "clave para el texto"},
		{"json without a label", "{\"text\":\"a\"}\n", animo.MalformedRow, 1, "no key for the label", "clave para la etiqueta"},
		{"json with a number as text", "{\"text\":7,\"label\":1}\n", animo.MalformedRow, 1, `"text" is not a string`, `"text" no es una cadena`},
		{"json with a null label", "{\"text\":\"a\",\"label\":null}\n", animo.BadLabel, 1, `"null"`, `"null"`},
		{"no label", "bien\t1\nmal\t\n", animo.BadLabel, 2, `label ""`, `etiqueta ""`},
		{"a label that is not one", "bien\t1\r\nmal\tquizás\r\n", animo.BadLabel, 2, `label "quizás" is not one; allowed are 1 and 0`, `etiqueta "quizás" no es válida`},
		{"stars without a header", "bien\t5\n", animo.BadLabel, 1, "only in a column named stars", "solo en una columna llamada stars"},
		{"stars in a label column", "text,label\na,1\nb,4\n", animo.BadLabel, 3, "only in a column named stars", "solo en una columna llamada stars"},
		{"six stars", "text,stars\na,6\n", animo.BadLabel, 2, `"6" is not a number of stars`, `"6" no es un número de estrellas`},
		{"half a star", "text,stars\na,4.5\n", animo.BadLabel, 2, `"4.5"`, `"4.5"`},
		{"a long label is cut", "a\t" + strings.Repeat("ñ", 45), animo.BadLabel, 1, `"` + strings.Repeat("ñ", 40) + `"…`, "ñ"},
		{"a long line", "bien\t1\n" + strings.Repeat("x", 101) + "\t1\n", animo.LineTooLong, 2, "longer than 100 bytes", "más de 100 bytes"},
		{"a long first line", strings.Repeat("x", 300<<10), animo.LineTooLong, 1, "longer than 100 bytes", "más de 100 bytes"},
		{"a long quoted text", "text,label\n\"" + strings.Repeat("x\n", 60), animo.LineTooLong, 2, "closing", "que cierra"},
		{"too many rows", "a\t1\nb\t1\nc\t1\nd\t1\n", animo.TooManyRows, 4, "more than 3 rows", "más de 3 filas"},
		{"too many rows left out", "text,stars\na,3\nb,3\nc,3\nd,3\n", animo.TooManyRows, 5, "more than 3 rows", "más de 3 filas"},
		{"too large", "a\t1\n" + strings.Repeat("\n", 1000), animo.TooLarge, 998, "larger than 1000 bytes", "más de 1000 bytes"},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, _, err := readAll(strings.NewReader(test.in), Limits{RowBytes: 100, Rows: 3, Bytes: 1000})
			e, ok := errors.AsType[*animo.Error](err)
			if !ok {
				t.Fatalf("error is %v, want an animo.Error", err)
			}
			if e.Code != test.code || e.Line != test.line {
				t.Errorf("%s at line %d, want %s at line %d", e.Code, e.Line, test.code, test.line)
			}
			if !strings.Contains(e.In("en"), test.en) || !strings.Contains(e.In("es"), test.es) {
				t.Errorf("texts %q and %q, want them to say %q and %q", e.In("en"), e.In("es"), test.en, test.es)
			}
		})
	}
}

func TestReader_rows_as_long_as_the_limit_are_read(t *testing.T) {
	for _, limit := range []int{100, window - 1, window, window + 1, 3 * window} {
		text := strings.Repeat("x", limit-2)
		rows, _, err := readAll(strings.NewReader(text+"\t1\r\n"+text+"\t0"), Limits{RowBytes: limit})
		if err != nil || len(rows) != 2 || rows[0].Text != text || rows[1].Text != text {
			t.Errorf("limit %d: %d rows, %v", limit, len(rows), err)
		}
		if _, _, err = readAll(strings.NewReader(text+"x\t1\r\n"), Limits{RowBytes: limit}); animo.CodeOf(err) != animo.LineTooLong {
			t.Errorf("limit %d: one byte more gives %v", limit, err)
		}
	}
}

// xs is an endless line.
type xs struct{ read int64 }

func (x *xs) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = 'x'
	}
	x.read += int64(len(p))
	return len(p), nil
}

func TestReader_does_not_read_an_endless_line(t *testing.T) {
	in := &xs{}
	if _, _, err := readAll(in, Limits{}); animo.CodeOf(err) != animo.LineTooLong {
		t.Fatalf("error is %v", err)
	}
	if in.read > DefaultRowBytes+2*window {
		t.Errorf("read %d bytes of a line that was too long after %d", in.read, DefaultRowBytes)
	}
}

func TestReader_passes_on_what_the_stream_fails_with(t *testing.T) {
	broken := errors.New("broken")
	r := NewReader(io.MultiReader(strings.NewReader("a\t1\nb\t0"), iotest.ErrReader(broken)), Limits{})
	if row, err := r.Read(); err != nil || row.Text != "a" {
		t.Fatalf("first row %v, %v", row, err)
	}
	for range 2 {
		if _, err := r.Read(); !errors.Is(err, broken) {
			t.Errorf("error is %v, want %v", err, broken)
		}
	}
}

func TestReader_stays_at_its_end(t *testing.T) {
	r := NewReader(strings.NewReader("a\t1"), Limits{})
	r.Read()
	for range 2 {
		if _, err := r.Read(); err != io.EOF {
			t.Errorf("error is %v, want io.EOF", err)
		}
	}
}
