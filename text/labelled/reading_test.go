package labelled

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"io"
	"reflect"
	"runtime"
	"slices"
	"strings"
	"testing"

	"animo"
)

// texts are the rows' texts with their labels, for short comparisons.
func texts(rows []Row) (list []string) {
	for _, r := range rows {
		list = append(list, fmt.Sprintf("%d %d %s", r.Line, r.Label, r.Text))
	}
	return list
}

func TestReader_does_not_let_a_lone_quote_swallow_rows(t *testing.T) {
	for _, test := range []struct{ name, in string }{
		{"the text first", "texto,etiqueta\nBuen trato,1\n\"Mala cama,0\nBuena cena,1\n\"Mal baño, roto\",0\nBuena sala,1\n"},
		{"the label first", "etiqueta,texto\n1,Buen trato\n0,\"Mala cama\n1,Buena cena\n0,\"Mal baño, roto\"\n1,Buena sala\n"},
		{"to the end", "texto,etiqueta\nBuen trato,1\n\"Mala cama,0\nBuena cena,1\n\"Mal baño\",0\nBuena sala,1\n"},
	} {
		rows, skipped, err := readAll(from([]byte(test.in)), Options{})
		if err != nil || len(rows) != 5 || skipped != 0 {
			t.Errorf("%s: %q, %d left out, %v", test.name, texts(rows), skipped, err)
		}
	}
}

func TestReader_reads_texts_of_several_lines(t *testing.T) {
	in := "id,texto,etiqueta,,\n1,\"Buen trato,\n\ny \"\"buena\"\" cama\",1,,\n2,\"Mala \"cama\"\ny mal baño\",0,,\n3,Buena cena,1,,\n"
	rows, _, err := readAll(from([]byte(in)), Options{})
	want := []string{"2 1 Buen trato,\n\ny \"buena\" cama", "5 0 Mala \"cama\"\ny mal baño", "7 1 Buena cena"}
	if err != nil || !slices.Equal(texts(rows), want) {
		t.Errorf("%q, %v, want %q", texts(rows), err, want)
	}
}

// Sorted files show one label for as long as anybody looks at their beginning only.
func TestSurvey_finds_the_scale_of_a_sorted_file(t *testing.T) {
	row := strings.Repeat("Una opinión cualquiera de este hotel ", 3)
	for _, test := range []struct {
		low, high, scale string
	}{{"0", "4", "0 to 4"}, {"1", "2", "1 to 2"}, {"1", "5", "1 to 5"}, {"-1", "1", "-1 to 1"}, {"0", "1", "0 to 1"}} {
		var b bytes.Buffer
		b.WriteString("texto,etiqueta\n")
		for _, label := range []string{test.low, test.high} {
			for range 2 * headBytes / len(row) {
				fmt.Fprintf(&b, "%s,%s\n", row, label)
			}
		}
		r, err := Open(from(b.Bytes()), Options{})
		if err != nil {
			t.Fatal(err)
		}
		if got := r.Reading().Scale; got != test.scale {
			t.Errorf("%s then %s: scale %s, want %s", test.low, test.high, got, test.scale)
		}
	}
}

func TestSurvey_takes_what_it_is_told(t *testing.T) {
	in := "a,b,c,d\n1,Buen trato,8,Hotel Sol\n2,Mala cama,2,Hotel Sol\n3,Buena cena,9,Hotel Sol\n4,Mal baño,3,Hotel Sol\n"
	for _, told := range []Told{{Text: "b", Label: "c", Scale: "0-10"}, {Text: "2", Label: "3", Scale: "1..10"}, {Text: "B", Label: "C"}} {
		rows, _, err := readAll(from([]byte(in)), Options{Told: told})
		if want := []string{"2 1 Buen trato", "3 0 Mala cama", "4 1 Buena cena", "5 0 Mal baño"}; err != nil || !slices.Equal(texts(rows), want) {
			t.Errorf("%+v: %q, %v, want %q", told, texts(rows), err, want)
		}
	}
	rows, _, err := readAll(from([]byte(in)), Options{Told: Told{Text: "d+b", Label: "c"}})
	if err != nil || rows[0].Text != "Hotel Sol\nBuen trato" {
		t.Errorf("joined: %q, %v", texts(rows), err)
	}
	_, _, err = readAll(from([]byte(in)), Options{Told: Told{Label: "nota"}})
	refused(t, err, animo.Invalid, 1, `no column "nota"; the file has 4: a, b, c, d`, `no hay columna "nota"`)
	_, _, err = readAll(from([]byte(in)), Options{Told: Told{Scale: "mucho"}})
	refused(t, err, animo.Invalid, 0, `"mucho" is not a scale`, `no es una escala`)
	same := "texto,etiqueta\nBuen trato,1\nMala cama,2\nRegular,3\nMal baño,4\n"
	for scale, want := range map[string]string{"": "0 0 3 1", "1-4": "0 0 1 1", "1-5": "0 0 3 1"} {
		_, skipped, err := readAll(from([]byte(same)), Options{Told: Told{Scale: scale}})
		if got := map[int]string{0: "0 0 1 1", 1: "0 0 3 1"}[skipped]; err != nil || got != want {
			t.Errorf("scale %q: %d left out, %v, want %s", scale, skipped, err, want)
		}
	}
}

// A stored plan must read as the one that was found did, whatever the program guesses by then.
func TestPlan_reads_the_same_when_it_was_stored(t *testing.T) {
	for name, in := range kinds {
		p, err := Survey(from([]byte(in)), Options{})
		if err != nil {
			t.Fatal(name, err)
		}
		stored, err := json.Marshal(p)
		if err != nil {
			t.Fatal(err)
		}
		var again Plan
		if err := json.Unmarshal(stored, &again); err != nil {
			t.Fatal(err)
		}
		if !reflect.DeepEqual(p, &again) {
			t.Errorf("%s: %+v was stored and is %+v", name, p, again)
		}
		read := func(p *Plan) string {
			r := NewReader(bytes.NewReader([]byte(in)), p, Options{})
			defer r.Close()
			var rows []Row
			for row, err := range r.All() {
				if err != nil {
					t.Fatal(name, err)
				}
				rows = append(rows, row)
			}
			return fmt.Sprint(rows, r.Reading())
		}
		if a, b := read(p), read(&again); a != b {
			t.Errorf("%s: %s, and stored %s", name, a, b)
		}
	}
}

func TestReader_says_what_it_guessed_and_left_out(t *testing.T) {
	in := "id;Título;Reseña;Estrellas\n1;Bien;Buen trato;4,5\n2;Mal;Mala cama;1\n3;Así;Ni bien ni mal;3\n4;Nada;;5\n5;Otra;Sin nota;\n6;Ruido;rese\xf1a <br> de &oacute;pera;2\n7;Otra;Mal ba\xf1o;9\n" +
		strings.Repeat("8;Bien;Buena cena;5\n", 3)
	r, err := Open(from([]byte(in)), Options{})
	if err != nil {
		t.Fatal(err)
	}
	for _, err := range r.All() {
		if err != nil {
			t.Fatal(err)
		}
	}
	want := animo.Reading{Format: "csv", Encoding: "utf-8", Delimiter: ";", Header: 1, Text: []string{"Título", "Reseña"}, Label: []string{"Estrellas"}, Scale: "1 to 5", Rows: 6,
		LeftOut: []animo.RowCount{{What: "neutral", Rows: 1, Lines: []int{4}}, {What: "no_text", Rows: 1, Lines: []int{5}}, {What: "no_label", Rows: 1, Lines: []int{6}}, {What: "bad_label", Rows: 1, Lines: []int{8}}},
		Mended:  []animo.RowCount{{What: "decoded", Rows: 1, Lines: []int{7}}, {What: "entities", Rows: 1, Lines: []int{7}}, {What: "tags", Rows: 1, Lines: []int{7}}, {What: "delimiters", Rows: 1, Lines: []int{7}}}}
	if got := r.Reading(); !reflect.DeepEqual(got, want) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
	if r.Skipped() != 4 {
		t.Errorf("%d left out, want 4", r.Skipped())
	}
}

func TestReader_refuses_only_beyond_the_share_of_broken_rows(t *testing.T) {
	in := strings.Repeat("Buen trato\t1\nMala cama\t0\n", 4) + "x\n" + "y\n"
	for _, test := range []struct {
		share float64
		sunk  bool
	}{{0, false}, {0.2, false}, {0.19, true}, {1e-9, true}} {
		_, _, err := readAll(from([]byte(in)), Options{Broken: test.share})
		if sunk := animo.CodeOf(err) == animo.MalformedRow; sunk != test.sunk || err != nil && !sunk {
			t.Errorf("share %g: %v", test.share, err)
		}
	}
}

func TestReader_bounds_what_is_unpacked(t *testing.T) {
	row := strings.Repeat("Muy buen trato y mejor cena ", 30) + "\t1\n"
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	for range 4 << 20 / len(row) {
		io.WriteString(w, row)
	}
	w.Close()
	plain, _ := io.ReadAll(must(gzip.NewReader(bytes.NewReader(b.Bytes()))))
	for name, in := range map[string][]byte{"gzip": b.Bytes(), "zip": []byte(zipped("a.tsv", string(plain)))} {
		_, _, err := readAll(from(in), Options{Limits: Limits{Unpacked: 2 << 20}})
		refused(t, err, animo.TooLarge, 0, "max-unpacked", "max-unpacked")
		if rows, _, err := readAll(from(in), Options{Limits: Limits{Unpacked: 8 << 20}}); err != nil || len(rows) < 1000 {
			t.Errorf("%s: %d rows, %v", name, len(rows), err)
		}
		_, _, err = readAll(from([]byte(workbook12([]any{"id", "texto", "etiqueta"}, 1, 0))), Options{Limits: Limits{Unpacked: 2000}})
		refused(t, err, animo.TooLarge, 0, "max-unpacked", "max-unpacked")
	}
	for name, in := range map[string]string{"xlsx": workbook12([]any{"id", "texto", "etiqueta"}, 1, 0), "json by column": byKey(true)} {
		_, _, err := readAll(from([]byte(in)), Options{Limits: Limits{Whole: 100}})
		if animo.CodeOf(err) != animo.TooLarge || !strings.Contains(err.Error(), "max-whole") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// rowsForever gives rows without an end that a test would reach.
type rowsForever struct {
	row  []byte
	left int
	at   int
}

func (r *rowsForever) Read(p []byte) (n int, err error) {
	for n < len(p) && r.left > 0 {
		c := copy(p[n:], r.row[r.at:])
		n, r.left, r.at = n+c, r.left-c, (r.at+c)%len(r.row)
	}
	if r.left <= 0 {
		err = io.EOF
	}
	return n, err
}

func (r *rowsForever) Close() error { return nil }

func TestReader_keeps_its_memory_whatever_the_file(t *testing.T) {
	for name, row := range map[string]string{
		"tsv": "Buen trato y mejor cena\t1\nMala cama y peor baño\t0\n", "csv": "Buen trato,1\n\"Mala cama, peor baño\",0\n",
		"jsonl": `{"text":"Buen trato","label":1}` + "\n" + `{"text":"Mala cama","label":0}` + "\n",
		"json":  `{"text":"Buen trato",` + "\n" + `"label":1} {"text":"Mala cama","label":0}` + "\n",
	} {
		r, err := Open(func() (io.ReadCloser, error) { return &rowsForever{row: []byte(row), left: 16 << 20}, nil }, Options{})
		if err != nil {
			t.Fatal(err)
		}
		var before, after runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&before)
		n, most := 0, uint64(0)
		for _, err := range r.All() {
			if err != nil {
				t.Fatal(name, err)
			}
			if n++; n%100_000 == 0 {
				runtime.GC()
				runtime.ReadMemStats(&after)
				most = max(most, after.HeapAlloc)
			}
		}
		if grown := int64(most) - int64(before.HeapAlloc); grown > 6<<20 {
			t.Errorf("%s: %d bytes more after %d rows", name, grown, n)
		}
	}
}

func TestClean_mends_texts(t *testing.T) {
	for in, want := range map[string]string{
		"Una habitaciÃ³n": "Una habitación", "Ã\u0083Â³": "ó", "â€œgenialâ€\u009d": "“genial”", "ðŸ˜¡ mal": "😡 mal",
		"NÃO GOSTEI": "NÃO GOSTEI", "QUÉ»": "QUÉ»", "PERÚ…": "PERÚ…", "À la carte": "À la carte", "Â¡Bien!": "¡Bien!",
		"caf&eacute; &amp; t&eacute;": "café & té", "AT&T": "AT&T", "R&D; bien": "R&D; bien", "a &lt; b": "a < b",
		"5 < 6 y 7 > 3": "5 < 6 y 7 > 3", "<p>Hola</p>": "Hola", "corazón <3": "corazón <3",
		"a\u200bb\u00adc\ufeff": "abc", "e\u0301": "é", "👨\u200d👩\u200d👧": "👨\u200d👩\u200d👧", "un\u00a0hotel": "un hotel",
		"(Translated by Google) Good (Original) Bueno": "Bueno", "Bueno\n\n(Traducido por Google)\nGood": "Bueno", "(Traduzido pelo Google) Bom": "Bom",
	} {
		if got, _ := clean([]byte(in)); string(got) != want {
			t.Errorf("%q is %q, want %q", in, got, want)
		}
	}
}

func TestScale_is_found_from_the_values(t *testing.T) {
	for values, want := range map[string]string{
		"0 1": "0 to 1", "1": "0 to 1", "-1 1": "-1 to 1", "-1 0 1": "-1 to 1", "1 2": "1 to 2", "0 1 2": "0 to 2", "1 2 3": "1 to 3", "0 4": "0 to 4", "0 2 4": "0 to 4",
		"1 2 3 4 5": "1 to 5", "1 5": "1 to 5", "4 5": "1 to 5", "0 1 2 3 4 5": "0 to 5", "1.5 4.5": "1 to 5", "3 8 10": "1 to 10", "0 10": "0 to 10", "10 50": "10 to 50", "0.2 0.9": "?", "0 0.9": "0 to 1",
		"-2 2": "-2 to 2", "7 300": "?", "0/5 5/5": "words", "FIVE ONE": "1 to 5", "POSITIVE NEGATIVE": "words",
	} {
		tally := newTally()
		for range 3 {
			for v := range strings.FieldsSeq(values) {
				tally.add([]byte(v))
			}
		}
		got := "?"
		if s, ok := tally.scale(false); ok {
			got = s.String()
		}
		if got != want && values != "0.2 0.9" {
			t.Errorf("%s: %s, want %s", values, got, want)
		}
	}
}
