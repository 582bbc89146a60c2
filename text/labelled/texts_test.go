package labelled

import (
	"fmt"
	"io"
	"strings"
	"testing"

	"animo"
)

// readTexts returns the column and the texts of a file.
func readTexts(t *testing.T, content, told string) (string, error) {
	t.Helper()
	rows, err := OpenTexts(func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(content)), nil }, Options{Told: Told{Text: told}})
	if err != nil {
		return "", err
	}
	defer rows.Close()
	got := []string{rows.ColumnName()}
	for {
		row, err := rows.Next()
		if err == io.EOF {
			return strings.Join(got, "|"), nil
		}
		if err != nil {
			return "", err
		}
		got = append(got, fmt.Sprint(row.Line, " ", row.Text))
	}
}

func TestTexts_are_read_without_labels(t *testing.T) {
	for _, c := range []struct{ name, content, told, want string }{
		{"a header", "id,texto\n1,Muy bien\n2,\"Frío, caro\"\n", "", "texto|2 Muy bien|3 Frío, caro"},
		{"semicolons and Windows-1252", "id;rese\xf1a\n1;Muy fr\xedo\n2;Buen\xedsimo\n", "", "reseña|2 Muy frío|3 Buenísimo"},
		{"tabs and no header", "1\tTodo muy bien aquí\n2\tMal\n", "", "2|1 Todo muy bien aquí|2 Mal"},
		{"a text a line", "Muy bien, todo\n\nMal; caro, y frío\nRegular\n", "", "1|1 Muy bien, todo|3 Mal; caro, y frío|4 Regular"},
		{"a column that was told", "a,b\nhola,una frase bastante larga\n", "a", "a|2 hola"},
		{"its number", "uno;largo y más largo\ndos;largo y más largo\n", "1", "1|1 uno|2 dos"},
		{"a quoted text of two lines", "id,texto\n1,\"Muy\nbien\"\n2,Mal\n", "", "texto|2 Muy\nbien|4 Mal"},
		{"lines of JSON", "{\"id\":1,\"review_text\":\"Muy bien\"}\n{\"review_text\":\"Mal\",\"id\":2}\n", "", "review_text|1 Muy bien|2 Mal"},
		{"an array of JSON", "[{\"a\":1,\"texto\":\"Muy bien\"},\n{\"texto\":\"Mal\"}]", "", "texto|1 Muy bien|2 Mal"},
		{"titles above the header", "Informe\n\nid;texto\n1;Muy bien\n2;Mal\n", "", "texto|4 Muy bien|5 Mal"},
		{"two columns joined", "titulo,texto\nBuen hotel,Muy bien\n,Mal\n", "titulo+texto", "titulo + texto|2 Buen hotel\nMuy bien|3 Mal"},
		{"a row without a text", "id,texto\n1,Muy bien\n2,nan\n3,Mal\n", "", "texto|2 Muy bien|3 |4 Mal"},
		{"a label first and no header", "POSITIVE,La habitación tenía buena nota\nNEGATIVE,Mal\nPOSITIVE,Bien\n", "", "2|1 La habitación tenía buena nota|2 Mal|3 Bien"},
		{"a header that could be a label", "opinion,recomendado\nMuy bien,sí\nMuy mal,no\n", "", "opinion|2 Muy bien|3 Muy mal"},
		{"labels of fastText", "__label__positive Un texto muy bueno\n__label__negative Mal\n", "", "1|1 Un texto muy bueno|2 Mal"},
		{"texts of several lines", "text,stars\n\"Muy\n\nbien\nde\nveras\",5\n\"Muy\n\nmal\nde\nveras\",1\n", "", "text|2 Muy\n\nbien\nde\nveras|7 Muy\n\nmal\nde\nveras"},
		{"a short row", "texto,nota\nMuy bien,5\nMal\n", "", "texto|2 Muy bien|3 Mal"},
	} {
		got, err := readTexts(t, c.content, c.told)
		if err != nil || got != c.want {
			t.Errorf("%s: %q, %v, want %q", c.name, got, err, c.want)
		}
	}
	for _, c := range []struct {
		content, told string
		code          animo.Code
	}{
		{"", "", animo.EmptyFile}, {"id,texto\n1,x\n", "nombre", animo.Invalid}, {`[{"text":"hola"},`, "", animo.UnknownFormat},
	} {
		_, err := readTexts(t, c.content, c.told)
		if e, ok := err.(*animo.Error); !ok || e.Code != c.code {
			t.Errorf("%q: %v, want %s", c.content, err, c.code)
		}
	}
}

func TestTexts_rows_that_cannot_be_read_are_left_out_up_to_a_share(t *testing.T) {
	good := strings.Repeat("{\"texto\":\"Muy bien\"}\n", 9)
	open := func(content string) *Texts {
		rows, err := OpenTexts(func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(content)), nil }, Options{})
		if err != nil {
			t.Fatal(err)
		}
		return rows
	}
	all := func(rows *Texts) (n int, err error) {
		for {
			if _, err := rows.Next(); err != nil {
				return n, err
			}
			n++
		}
	}
	rows := open(good + "{rota\n{\"texto\":\"\"}\n")
	n, err := all(rows)
	if r := rows.Reading(); n != 10 || err != io.EOF || r.Rows != 9 || fmt.Sprint(r.LeftOut) != "[{malformed_row 1 [10]} {no_text 1 [11]}]" || r.Format != "jsonl" {
		t.Errorf("%d rows, %v, %+v", n, err, r)
	}
	if n, err := all(open(good + strings.Repeat("{rota\n", 3))); n != 9 || err == nil || !strings.Contains(err.Error(), "lines 10, 11, 12") {
		t.Errorf("%d rows, %v; want a refusal that names the lines", n, err)
	}
}
