package text

import (
	"strconv"
	"testing"
)

// BenchmarkAccuracy measures every trainer as README.md tells: cross-validation on the report's two large
// files with the reference folds of seeds 3 to 9, and, of a model of the larger one, the accuracy on
// reviews of restaurants. Its time is of training once. Run it with -benchtime 1x.
func BenchmarkAccuracy(b *testing.B) {
	all, some, others := reportRows(b, "DB_proyecto_SA"), reportRows(b, "Ingesta11"), restaurantRows(b)
	allFolds, someFolds := referenceFolds(b, len(all)), referenceFolds(b, len(some))
	for _, trainer := range Trainers() {
		b.Run(trainer, func(b *testing.B) {
			var m *Model
			for b.Loop() {
				var err error
				if m, _, err = Train(b.Context(), FromSlice(all), Options{Trainer: trainer, FoldOf: allFolds["3"]}); err != nil {
					b.Fatal(err)
				}
			}
			s, err := Evaluate(b.Context(), m, FromSlice(others))
			if err != nil {
				b.Fatal(err)
			}
			var large, small, f1 float64
			for seed := 3; seed <= 9; seed++ {
				_, r, err := Train(b.Context(), FromSlice(all), Options{Trainer: trainer, FoldOf: allFolds[strconv.Itoa(seed)]})
				if err != nil {
					b.Fatal(err)
				}
				_, r2, err := Train(b.Context(), FromSlice(some), Options{Trainer: trainer, FoldOf: someFolds[strconv.Itoa(seed)]})
				if err != nil {
					b.Fatal(err)
				}
				large += r.Accuracy.Mean / 7
				f1 += r.F1.Mean / 7
				small += r2.Accuracy.Mean / 7
			}
			b.ReportMetric(100*large, "%1002rows")
			b.ReportMetric(100*f1, "%F1")
			b.ReportMetric(100*small, "%500rows")
			b.ReportMetric(100*s.Accuracy, "%restaurants")
		})
	}
}
