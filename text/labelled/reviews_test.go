package labelled

import (
	"io"
	"strconv"
	"strings"
	"testing"

	"animo"
)

func TestReviews_give_the_texts_of_any_file_with_the_labels_that_it_has(t *testing.T) {
	for _, c := range []struct{ name, file, want string }{
		{"labels, stars and none", "texto,estrellas,fuente\nMuy bueno,5,Google\nMalo,1,\nRegular,3,\nFrío,,\n", "2 Muy bueno Positivo Google; 3 Malo Negativo ; 4 Regular - ; 5 Frío - "},
		{"a word that is no label", "texto,etiqueta\nMuy bueno,bueno\nMalo,malo\nMal trato,malo\nAy,quizás\n", "2 Muy bueno Positivo ; 3 Malo Negativo ; 4 Mal trato Negativo ; 5 Ay - "},
		{"a text a line", "La cama estaba sucia\n\nTodo bien\n", "1 La cama estaba sucia - ; 3 Todo bien - "},
		{"columns that nothing names", "1;La cama estaba sucia y fría\n2;Todo muy bien, gracias\n3;Volveremos el año que viene\n7;Un sitio más\n", "1 La cama estaba sucia y fría - ; 2 Todo muy bien, gracias - ; 3 Volveremos el año que viene - ; 4 Un sitio más - "},
	} {
		t.Run(c.name, func(t *testing.T) {
			rows, err := OpenReviews(from([]byte(c.file)), Options{})
			if err != nil {
				t.Fatal(err)
			}
			defer rows.Close()
			var got []string
			for {
				row, err := rows.Next()
				if err == io.EOF {
					break
				}
				if err != nil {
					t.Fatal(err)
				}
				label := "-"
				if !row.Unlabelled {
					label = row.Label.String()
				}
				got = append(got, strings.Join([]string{strconv.Itoa(row.Line), row.Text, label, row.Source}, " "))
			}
			if s := strings.Join(got, "; "); s != c.want {
				t.Errorf("%q, want %q", s, c.want)
			}
			if r := rows.Reading(); r.Rows != len(got) {
				t.Errorf("%d rows in %+v", len(got), r)
			}
		})
	}
	if _, err := OpenReviews(from([]byte("a;b\nLa cama estaba sucia;x\n")), Options{Source: "mesa"}); !animo.CodeOf(err).Final() {
		t.Errorf("a source that is not there: %v", err)
	}
}
