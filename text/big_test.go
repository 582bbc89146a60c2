package text

import (
	"context"
	"io"
	"iter"
	"os"
	"testing"

	"animo"
	"animo/text/labelled"
)

// fileSource reads a file of labelled opinions at every call.
func fileSource(name string) Source {
	return func(ctx context.Context) iter.Seq2[animo.Opinion, error] {
		return func(yield func(animo.Opinion, error) bool) {
			rows, err := labelled.Open(func() (io.ReadCloser, error) { return os.Open(name) }, labelled.Options{})
			if err != nil {
				yield(animo.Opinion{}, err)
				return
			}
			defer rows.Close()
			for row, err := range rows.All() {
				if !yield(row.Opinion, err) {
					return
				}
			}
		}
	}
}

// BenchmarkTrain_big trains on the file that ANIMO_BIG names, made by internal/bigfile.
func BenchmarkTrain_big(b *testing.B) {
	name := os.Getenv("ANIMO_BIG")
	if name == "" {
		b.Skip("ANIMO_BIG names no file; see internal/bigfile")
	}
	for b.Loop() {
		_, r, err := Train(b.Context(), fileSource(name), Options{})
		if err != nil {
			b.Fatal(err)
		}
		b.Logf("%d rows, %d features, accuracy %.4f ± %.4f in %.2f s, peak %d MiB: %s", r.Rows, r.Features, r.Accuracy.Mean, r.Accuracy.Std, r.Seconds, r.PeakBytes>>20, r.Why)
	}
}
