package text

import (
	"cmp"
	"encoding/csv"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"animo"
	"animo/internal/sharedtest"
)

// csvRows reads a CSV file but for its header.
func csvRows(t testing.TB, path string) [][]string {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	records, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	return records[1:]
}

// A kindRow is an opinion with what makes it hard.
type kindRow struct {
	animo.Opinion
	kind string
}

// readKinds reads sentences that this project wrote to measure by: a text, its label, and its kind, such as litotes or irony. They
// were written before the code that they measure, and nothing is fitted to them.
func readKinds(t testing.TB, name string) (rows []kindRow) {
	t.Helper()
	for _, r := range csvRows(t, "testdata/"+name) {
		label, ok := map[string]animo.Label{"Positivo": animo.Positive, "Negativo": animo.Negative}[r[1]]
		if !ok {
			t.Fatalf("%s: the label %q", name, r[1])
		}
		rows = append(rows, kindRow{animo.Opinion{Text: r[0], Label: label}, r[2]})
	}
	return rows
}

// rightOfKinds counts by kind how many rows there are and how many of them a model is right about; "" is all of them.
func rightOfKinds(m *Model, rows []kindRow) (right, all map[string]int) {
	right, all = map[string]int{}, map[string]int{}
	for _, r := range rows {
		for _, kind := range []string{r.kind, ""} {
			all[kind]++
			if m.Classify(r.Text)[0].Label == r.Label {
				right[kind]++
			}
		}
	}
	return right, all
}

func TestKinds_are_400_sentences_of_both_labels_that_are_in_no_training_file(t *testing.T) {
	rows := readKinds(t, "kinds_es.csv")
	known := map[string]bool{}
	for _, text := range textsOf(reportRows(t, "DB_proyecto_SA")) {
		known[text] = true
	}
	by := map[string][2]int{}
	for _, r := range rows {
		if known[r.Text] {
			t.Errorf("%q is there twice, or among the report's rows", r.Text)
		}
		known[r.Text] = true
		n := by[r.kind]
		n[r.Label]++
		by[r.kind] = n
	}
	if len(rows) != 400 || len(by) != 13 {
		t.Errorf("%d rows of %d kinds", len(rows), len(by))
	}
	for kind, n := range by {
		if n[0] < 7 || n[1] < 7 {
			t.Errorf("%s has %d Negativo, %d Positivo", kind, n[0], n[1])
		}
	}
}

// starred is a review with the number of its stars.
type starred struct {
	title, text, stars string
}

func restaurantStars(t testing.TB) (rows []starred) {
	t.Helper()
	for _, r := range csvRows(t, sharedtest.Path(t, "data", "opinions", "cuba_restaurants.csv")) {
		rows = append(rows, starred{r[0], r[1], r[2]})
	}
	return rows
}

// BenchmarkKinds measures models of the report's 1,002 rows abroad: on the sentences of each kind, and on what people say of
// restaurants in Cuba, by title, by text and by both. Of each it prints how many of 100 of either label are found, their mean,
// and how many reviews with four stars are called Negativo. Run it with -benchtime 1x.
func BenchmarkKinds(b *testing.B) {
	rows, kinds, reviews := reportRows(b, "DB_proyecto_SA"), readKinds(b, "kinds_es.csv"), restaurantStars(b)
	for _, trainer := range []string{"lexblend", "lexnb", sgdName} {
		b.Run(trainer, func(b *testing.B) {
			var m *Model
			for b.Loop() {
				var err error
				if m, _, err = Train(b.Context(), FromSlice(rows), Options{Trainer: trainer, Folds: 2}); err != nil {
					b.Fatal(err)
				}
			}
			var out strings.Builder // of one line, because go test cuts a benchmark's log after ten
			right, all := rightOfKinds(m, kinds)
			for _, kind := range slices.Sorted(maps.Keys(all)) {
				fmt.Fprintf(&out, "%s %d/%d; ", cmp.Or(kind, "all"), right[kind], all[kind])
			}
			b.Log(out.String())
			for _, of := range []struct {
				name string
				text func(starred) string
			}{
				{"titles", func(s starred) string { return s.title }},
				{"texts", func(s starred) string { return s.text }},
				{"both", func(s starred) string { return s.title + ". " + s.text }},
			} {
				found, all := map[string]int{}, map[string]int{}
				for _, r := range reviews {
					said := m.Classify(of.text(r))[0].Label
					all[r.stars]++
					if (said == animo.Positive) == (r.stars > "3") {
						found[r.stars]++
					}
				}
				good := ratio(found["4"]+found["5"], all["4"]+all["5"])
				bad := ratio(found["1"]+found["2"], all["1"]+all["2"])
				b.Logf("%-7s good %.1f, bad %.1f, balanced %.1f; of four stars called Negativo %.1f %%", of.name, 100*good, 100*bad, 50*(good+bad), 100-100*ratio(found["4"], all["4"]))
			}
			b.ReportMetric(100*ratio(right[""], all[""]), "%kinds")
		})
	}
}
