package text

import (
	"testing"
)

func BenchmarkScan(b *testing.B) {
	texts := textsOf(reportRows(b, "DB_proyecto_SA"))
	n := 0
	for _, t := range texts {
		n += len(t)
	}
	b.SetBytes(int64(n))
	var s scanner
	for b.Loop() {
		for _, t := range texts {
			s.scan(t)
		}
	}
}

func BenchmarkAnalyze(b *testing.B) {
	texts := textsOf(reportRows(b, "DB_proyecto_SA"))
	n := 0
	for _, t := range texts {
		n += len(t)
	}
	b.SetBytes(int64(n))
	for b.Loop() {
		for _, t := range texts {
			Analyze(t)
		}
	}
}

// BenchmarkTrain measures ten folds and the fit on all rows.
func BenchmarkTrain(b *testing.B) {
	rows, folds := reportRows(b, "DB_proyecto_SA"), referenceFolds(b, 1002)
	for _, trainer := range Trainers() {
		if trainer == "mlp" {
			continue // has a benchmark of its own
		}
		b.Run(trainer, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, _, err := Train(b.Context(), FromSlice(rows), Options{Trainer: trainer, FoldOf: folds["0"]}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkClassify(b *testing.B) {
	rows := reportRows(b, "DB_proyecto_SA")
	texts := textsOf(rows)
	for _, trainer := range []string{"nb", "blend", "lexblend", "svm", sgdName} {
		m, _, err := Train(b.Context(), FromSlice(rows), Options{Trainer: trainer, Folds: 2})
		if err != nil {
			b.Fatal(err)
		}
		b.Run(trainer+"/one", func(b *testing.B) {
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				m.Classify(texts[i%len(texts)])
			}
		})
		b.Run(trainer+"/file", func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				m.Classify(texts...)
			}
			b.ReportMetric(float64(len(texts)*b.N)/b.Elapsed().Seconds(), "texts/s")
		})
	}
}

func BenchmarkDecode(b *testing.B) {
	rows := reportRows(b, "DB_proyecto_SA")
	for _, trainer := range []string{"nb", "blend", "lexblend", sgdName} {
		m, _, err := Train(b.Context(), FromSlice(rows), Options{Trainer: trainer, Folds: 2})
		if err != nil {
			b.Fatal(err)
		}
		vectorizer, network, err := m.Encode()
		if err != nil {
			b.Fatal(err)
		}
		b.Run(trainer, func(b *testing.B) {
			b.SetBytes(int64(len(vectorizer) + len(network)))
			for b.Loop() {
				if _, err := Decode(vectorizer, network); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
