package text

import "testing"

func BenchmarkLexBlend_classify(b *testing.B) {
	rows := reportRows(b, "DB_proyecto_SA")
	m, _, err := Train(b.Context(), FromSlice(rows), Options{Trainer: "lexblend", Folds: 2})
	if err != nil {
		b.Fatal(err)
	}
	b.Run("one", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			m.Classify("La comida no era muy buena, pero el servicio excelente y volveremos sin duda el próximo año")
		}
	})
	b.Run("file", func(b *testing.B) {
		texts := textsOf(rows)
		b.ReportAllocs()
		for b.Loop() {
			m.Classify(texts...)
		}
		b.ReportMetric(float64(len(texts)*b.N)/b.Elapsed().Seconds(), "texts/s")
	})
}

func BenchmarkLexNB_train(b *testing.B) {
	rows, folds := reportRows(b, "DB_proyecto_SA"), referenceFolds(b, 1002)
	for b.Loop() {
		if _, _, err := Train(b.Context(), FromSlice(rows), Options{Trainer: "lexnb", FoldOf: folds["3"]}); err != nil {
			b.Fatal(err)
		}
	}
}
