package text

import (
	"math/rand/v2"
	"testing"

	"animo"
	"animo/internal/sharedtest"
)

// restaurantRows reads reviews of restaurants by other people: one or two stars are negative, four or
// five positive, and of the more frequent label a sample as large as the other.
func restaurantRows(t testing.TB) []animo.Opinion {
	t.Helper()
	var by [2][]animo.Opinion
	for _, r := range csvRows(t, sharedtest.Path(t, "data", "opinions", "cuba_restaurants.csv")) {
		switch r[2] {
		case "1", "2":
			by[0] = append(by[0], animo.Opinion{Text: r[1], Label: animo.Negative})
		case "4", "5":
			by[1] = append(by[1], animo.Opinion{Text: r[1], Label: animo.Positive})
		}
	}
	rng := rand.New(rand.NewPCG(1, 2))
	n := min(len(by[0]), len(by[1]))
	var rows []animo.Opinion
	for _, of := range by {
		rng.Shuffle(len(of), func(i, j int) { of[i], of[j] = of[j], of[i] })
		rows = append(rows, of[:n]...)
	}
	return rows
}

func TestTrain_carries_over_to_restaurants(t *testing.T) {
	if testing.Short() {
		t.Skip("SKIPPED with -short: it measures, and takes long")
	}
	rows, others := reportRows(t, "DB_proyecto_SA"), restaurantRows(t)
	atLeast := map[string]float64{Auto: 0.91, "lexblend": 0.91, "lexnb": 0.9, sgdName: 0.86}
	for _, trainer := range Trainers() {
		m, _, err := Train(t.Context(), FromSlice(rows), Options{Trainer: trainer})
		if err != nil {
			t.Fatal(err)
		}
		var c Confusion
		for i, p := range m.Classify(textsOf(others)...) {
			c.count(others[i].Label == animo.Positive, p.Label == animo.Positive)
		}
		s := c.scores()
		t.Logf("%s: %d rows, accuracy %.4f, F1 %.4f, %+v", trainer, s.Rows, s.Accuracy, s.F1, c)
		if least := atLeast[trainer]; s.Accuracy < least {
			t.Errorf("%s: accuracy %.4f, want at least %.4f", trainer, s.Accuracy, least)
		}
	}
}
