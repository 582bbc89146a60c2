package labelled

import (
	"io"
	"testing"

	"animo"
)

// BenchmarkReader reads 10,000 rows of 128 bytes, the mean of the report's, in each format.
func BenchmarkReader(b *testing.B) {
	const text = "La habitación era pequeña y fría, el desayuno escaso, pero el personal muy amable y la ubicación inmejorable, volvería sin dudar."
	rows := make([]animo.Opinion, 10_000)
	for i := range rows {
		rows[i] = animo.Opinion{Text: text, Label: animo.Label(i % 2)}
	}
	for _, format := range []struct {
		name  string
		write func([]animo.Opinion) []byte
	}{{"tsv", writeTSV}, {"csv", writeCSV(',')}, {"jsonl", writeJSONL}} {
		b.Run(format.name, func(b *testing.B) {
			file := format.write(rows)
			b.SetBytes(int64(len(file)))
			b.ReportAllocs()
			for b.Loop() {
				r, err := Open(from(file), Options{})
				if err != nil {
					b.Fatal(err)
				}
				for range rows {
					if _, err := r.Read(); err != nil {
						b.Fatal(err)
					}
				}
				if _, err := r.Read(); err != io.EOF {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(b.N*len(rows))/b.Elapsed().Seconds(), "rows/s")
		})
	}
}

// BenchmarkReader_long reads one file of 200,000 such rows, as an ingest does.
func BenchmarkReader_long(b *testing.B) {
	rows := make([]animo.Opinion, 200_000)
	for i := range rows {
		rows[i] = animo.Opinion{Text: "La habitación era pequeña y fría, el desayuno escaso, pero el personal muy amable y la ubicación inmejorable, volvería sin dudar.", Label: animo.Label(i % 2)}
	}
	file := writeTSV(rows)
	for b.Loop() {
		r, err := Open(from(file), Options{})
		if err != nil {
			b.Fatal(err)
		}
		for _, err := range r.All() {
			if err != nil {
				b.Fatal(err)
			}
		}
	}
	b.ReportMetric(float64(b.N*len(rows))/b.Elapsed().Seconds(), "rows/s")
}
