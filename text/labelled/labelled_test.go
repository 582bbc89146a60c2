package labelled

import (
	"bytes"
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
	return Row{Opinion: animo.Opinion{Text: text, Label: label}, Line: line}
}

// from returns data from its beginning, each time.
func from(data []byte) func() (io.ReadCloser, error) {
	return func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(data)), nil }
}

// slowly returns data byte by byte.
func slowly(data []byte) func() (io.ReadCloser, error) {
	return func() (io.ReadCloser, error) { return io.NopCloser(iotest.OneByteReader(bytes.NewReader(data))), nil }
}

// readAll returns the rows before the error, and the error.
func readAll(open func() (io.ReadCloser, error), o Options) (rows []Row, skipped int, err error) {
	r, err := Open(open, o)
	if err != nil {
		return nil, 0, err
	}
	defer r.Close()
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
		{"csv with semicolons, accents and quotes in the header", "\ufeff\"Título\";\"Reseña\";\"Puntuación\"\nx;Bien, sí;5\ny;Mal;1\n", []Row{row(2, pos, "x\nBien, sí"), row(3, neg, "y\nMal")}, 0},
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
			for _, in := range []func() (io.ReadCloser, error){from([]byte(test.in)), slowly([]byte(test.in))} {
				rows, skipped, err := readAll(in, Options{})
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
	rows := strings.Repeat("Buen trato\t1\nMala cama\t0\n", 2)
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
		{"an empty array", "[]", animo.EmptyFile, 0, "no row", "ninguna fila"},
		{"only three stars", "text,stars\na,3\n", animo.EmptyFile, 0, "three stars", "tres estrellas"},
		{"only empty texts", "text,label\n\"  \",1\n", animo.EmptyFile, 0, "1 without a text", "1 sin texto"},
		{"an old spreadsheet", "\xd0\xcf\x11\xe0....", animo.UnknownFormat, 1, "save it as XLSX", "guárdelo como XLSX"},
		{"a database", "SQLite format 3\x00", animo.UnknownFormat, 1, "SQLite", "base de datos"},
		{"parquet", "PAR1....", animo.UnknownFormat, 1, "to_csv", "to_csv"},
		{"a broken archive", "PK\x03\x04....", animo.UnknownFormat, 0, "damaged", "dañado"},
		{"a nul byte", "bi\x00en\t1\n", animo.UnknownFormat, 1, "NUL", "NUL"},
		{"prose", "Érase una vez un hotel, en Madrid.\n", animo.UnknownFormat, 1, "no text and label", "no se encuentran"},
		{"a header without a label", "id,texto\n1,a\n", animo.UnknownFormat, 1, `text column "texto"`, `columna de texto "texto"`},
		{"a header without a text", "\nid;Estrellas\n1;5\n", animo.UnknownFormat, 2, `label column "Estrellas"`, `columna de etiqueta "Estrellas"`},
		{"unknown labels", "texto,etiqueta\na,azul\nb,rojo\n", animo.BadLabel, 1, `"azul", "rojo"`, `"azul", "rojo"`},
		{"names that say nothing", "a,b\nMuy bien,1\nMuy mal,0\n", animo.UnknownFormat, 1, "tell which it is (label)", "diga cuál es (label)"},
		{"no tab", rows + "regular\nfatal\n", animo.MalformedRow, 5, "no tab", "tabulador"},
		{"several reasons", rows + "regular\nfatal\tquizás\n", animo.MalformedRow, 5, `2 of 6 rows cannot be used, and only 20 % may be so`, `"quizás" no es válida`},
		{"too few columns", "id,text,label\n1,a,1\n2,b\n", animo.MalformedRow, 3, "2 of 3 columns", "2 de 3 columnas"},
		{"too many columns", "id\ttext\tlabel\n1\ta\t1\n2\tb\t0\n3\tc\td\te\n", animo.MalformedRow, 4, "more than 3 columns", "más de 3 columnas"},
		{"an unclosed quote", "id,text,label\n1,a,1\n2,\"b\n", animo.MalformedRow, 3, "missing", "falta"},
		{"not json", "{\"text\":\"a\",\"label\":1}\n{\"text\":\n", animo.MalformedRow, 2, "not one JSON object", "no es un objeto JSON"},
		{"an array that breaks off", "[{\"text\":\"a\",\"label\":1},\n{\"text\":\"b\",\"la", animo.UnknownFormat, 2, "breaks off", "se interrumpe"},
		{"json without a text", "{\"label\":1}\n{\"label\":0}\n", animo.UnknownFormat, 1, "no text column", "ninguna de texto"},
		{"json without a label", "{\"text\":\"a\"}\n{\"text\":\"b\"}\n", animo.UnknownFormat, 1, "no label column", "ninguna de etiqueta"},
		{"a label that is not one", rows + "Mala mesa\tquizás\r\nBuena mesa\tno sé\n", animo.BadLabel, 5, `label "quizás" is not one on the scale 0 to 1`, `etiqueta "quizás" no es válida en la escala 0 a 1`},
		{"a long label is cut", rows + "a\t" + strings.Repeat("ñ", 45) + "\nb\tx\n", animo.BadLabel, 5, `"` + strings.Repeat("ñ", 40) + `"…`, "ñ"},
		{"a long line", "bien\t1\n" + strings.Repeat("x", 101) + "\t1\n", animo.LineTooLong, 2, "longer than 100 bytes", "más de 100 bytes"},
		{"too many rows", strings.Repeat("a\t1\n", 8), animo.TooManyRows, 7, "more than 6 rows", "más de 6 filas"},
		{"too many rows left out", "text,stars\n" + strings.Repeat("a,3\n", 8), animo.TooManyRows, 8, "more than 6 rows", "más de 6 filas"},
		{"too large", "a\t1\n" + strings.Repeat("\n", 1000), animo.TooLarge, 998, "larger than 1000 bytes", "más de 1000 bytes"},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, _, err := readAll(from([]byte(test.in)), Options{Limits: Limits{RowBytes: 100, Rows: 6, Bytes: 1000}})
			refused(t, err, test.code, test.line, test.en, test.es)
		})
	}
}

// refused checks an error.
func refused(t *testing.T, err error, code animo.Code, line int, en, es string) {
	t.Helper()
	e, ok := errors.AsType[*animo.Error](err)
	if !ok {
		t.Fatalf("error is %v, want an animo.Error", err)
	}
	if e.Code != code || e.Line != line {
		t.Errorf("%s at line %d, want %s at line %d", e.Code, e.Line, code, line)
	}
	if !strings.Contains(e.In("en"), en) || !strings.Contains(e.In("es"), es) {
		t.Errorf("texts %q and %q, want them to say %q and %q", e.In("en"), e.In("es"), en, es)
	}
}

func TestReader_strictly_wants_every_row_to_be_good(t *testing.T) {
	rows := strings.Repeat("Buen trato\t1\nMala cama\t0\n", 10)
	for _, test := range []struct {
		name, in string
		code     animo.Code
		en, es   string
	}{
		{"no tab", "regular\n", animo.MalformedRow, "no tab", "tabulador"},
		{"no text", "\t1\n", animo.MalformedRow, "text is empty", "texto está vacío"},
		{"no label", "regular\t\n", animo.BadLabel, "label is empty", "etiqueta está vacía"},
		{"another label", "regular\tquizás\n", animo.BadLabel, "quizás", "quizás"},
		{"a nul byte", "regu\x00lar\t1\n", animo.UnknownFormat, "NUL", "NUL"},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, _, err := readAll(from([]byte(rows+test.in)), Options{Strict: true})
			refused(t, err, test.code, 21, test.en, test.es)
			read, skipped, err := readAll(from([]byte(rows+test.in)), Options{})
			if err != nil || len(read) != 20 || skipped != 1 {
				t.Errorf("otherwise %d rows and %d left out, %v, want 20 and 1", len(read), skipped, err)
			}
		})
	}
}

func TestReader_rows_as_long_as_the_limit_are_read(t *testing.T) {
	for _, limit := range []int{100, window - 1, window, window + 1, 3 * window} {
		text := strings.Repeat("x", limit-2)
		rows, _, err := readAll(from([]byte(text+"\t1\r\n"+text+"\t0")), Options{Limits: Limits{RowBytes: limit}})
		if err != nil || len(rows) != 2 || rows[0].Text != text || rows[1].Text != text {
			t.Errorf("limit %d: %d rows, %v", limit, len(rows), err)
		}
		if _, _, err = readAll(from([]byte(text+"x\t1\r\n")), Options{Limits: Limits{RowBytes: limit}}); animo.CodeOf(err) != animo.LineTooLong {
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
	_, _, err := readAll(func() (io.ReadCloser, error) { return io.NopCloser(in), nil }, Options{Limits: Limits{RowBytes: 1000}})
	if err == nil {
		t.Fatal("it was read")
	}
	if most := int64(headBytes + (skipped+4)*window); in.read > 2*most {
		t.Errorf("read %d bytes of a line that was too long after 1000", in.read)
	}
}

func TestReader_passes_on_what_the_stream_fails_with(t *testing.T) {
	broken := errors.New("broken")
	p, err := Survey(from([]byte("a\t1\nb\t0")), Options{})
	if err != nil {
		t.Fatal(err)
	}
	r := NewReader(io.MultiReader(strings.NewReader("a\t1\nb\t0"), iotest.ErrReader(broken)), p, Options{})
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
	r, err := Open(from([]byte("a\t1")), Options{})
	if err != nil {
		t.Fatal(err)
	}
	r.Read()
	for range 2 {
		if _, err := r.Read(); err != io.EOF {
			t.Errorf("error is %v, want io.EOF", err)
		}
	}
}
