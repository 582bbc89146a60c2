package vision

import (
	"path/filepath"
	"testing"
)

// BenchmarkAnalyze takes the photos that come with the npm package, of about 1920×1400 pixels with 22 faces,
// through the whole pipeline; they are decoded before. The peer (face-api on tfjs's wasm backend) takes 628
// to 996 ms for each on one core of the same kind.
func BenchmarkAnalyze(b *testing.B) {
	paths, _ := filepath.Glob(filepath.Join(demoFolder, "sample*.jpg"))
	if len(paths) == 0 {
		b.Skip("the npm package is not there; run make weights")
	}
	var images []Image
	for _, p := range paths {
		images = append(images, plainJPEG(b, p))
	}
	for _, bench := range []struct {
		name string
		o    Options
	}{
		{"original/1core", Options{Original: true, Workers: 1}},
		{"original/cores", Options{Original: true}},
		{"default/1core", Options{Workers: 1}},
		{"default/cores", Options{}},
		{"tiny/1core", Options{Detector: Tiny, Workers: 1}},
	} {
		b.Run(bench.name, func(b *testing.B) {
			e := newEngine(b, bench.o)
			faces := 0
			b.ReportAllocs()
			for b.Loop() {
				results, err := e.AnalyzeAll(b.Context(), images)
				if err != nil {
					b.Fatal(err)
				}
				for _, r := range results {
					faces += len(r)
				}
			}
			b.ReportMetric(float64(b.N*len(images))/b.Elapsed().Seconds(), "photos/s")
			b.ReportMetric(float64(faces)/b.Elapsed().Seconds(), "faces/s")
		})
	}
}
