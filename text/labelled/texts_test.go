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
		{"", "", animo.EmptyFile}, {"id,texto\n1,x\n", "nombre", animo.Invalid}, {`[{"text":"hola"}]`, "", animo.UnknownFormat},
	} {
		_, err := readTexts(t, c.content, c.told)
		if e, ok := err.(*animo.Error); !ok || e.Code != c.code {
			t.Errorf("%q: %v, want %s", c.content, err, c.code)
		}
	}
}
