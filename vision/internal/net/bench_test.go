package net

import (
	"io/fs"
	"testing"
	"time"
)

// BenchmarkNetworks runs each network on one core, with the sampling of its input. best-ms is the fastest
// run, for machines that do other work at the same time.
func BenchmarkNetworks(b *testing.B) {
	img := Image{1920, 1280, make([]uint8, 3*1920*1280)}
	for i := range img.Pix {
		img.Pix[i] = uint8(i * i >> 7)
	}
	face := Crop{400, 300, 220, 200}
	var r SSDResult
	ssd := load(b, func(f fs.FS) (*SSD, error) { return LoadSSD(f) })
	tiny := load(b, func(f fs.FS) (*Tiny, error) { return LoadTiny(f) })
	landmarks := load(b, func(f fs.FS) (*Landmarks, error) { return LoadLandmarks(f) })
	landmarksTiny := load(b, func(f fs.FS) (*Landmarks, error) { return LoadLandmarksTiny(f) })
	expressions := load(b, func(f fs.FS) (*Expressions, error) { return LoadExpressions(f) })
	ageGender := load(b, func(f fs.FS) (*AgeGender, error) { return LoadAgeGender(f) })
	descriptor := load(b, func(f fs.FS) (*Descriptor, error) { return LoadDescriptor(f) })
	yunet := loadYuNet(b)
	emotions := madeUpEmotions(b, 32)
	turned := Similarity{A: 1.4, B: 0.2, X: 400, Y: 300} // of the descriptor's square; that of the emotions covers as much of the picture
	small := Similarity{A: 4.4, B: 0.6, X: 400, Y: 300}
	for _, n := range []struct {
		name  string
		gmacs float64
		run   func(ws *Workspace)
	}{
		{"ssd", 3.14301, func(ws *Workspace) { ssd.Run(ws, img, img.whole(), SSDSide, &r) }},
		{"yunet", 0.83646, func(ws *Workspace) { yunet.Run(ws, img, View{Crop: img.whole(), W: 1152, H: 864}, 0.5) }},
		{"tiny", 0.19876, func(ws *Workspace) { tiny.Run(ws, img, img.whole(), 416) }},
		{"landmarks", 0.05157, func(ws *Workspace) { landmarks.Run(ws, img, face) }},
		{"landmarks_tiny", 0.02871, func(ws *Workspace) { landmarksTiny.Run(ws, img, face) }},
		{"expressions", 0.05154, func(ws *Workspace) { expressions.Run(ws, img, face) }},
		{"agegender", 0.09723, func(ws *Workspace) { ageGender.Run(ws, img, face) }},
		{"descriptor", 0.27085, func(ws *Workspace) { descriptor.Run(ws, img, face) }},
		{"descriptor_and_mirror", 0.5417, func(ws *Workspace) { descriptor.RunTurned(ws, img, turned) }},
		{"emotions_and_mirror", 0.22214, func(ws *Workspace) { emotions.Run(ws, img, small) }},
	} {
		b.Run(n.name, func(b *testing.B) {
			ws := NewWorkspace(1)
			best := time.Hour
			b.ReportAllocs()
			for b.Loop() {
				start := time.Now()
				n.run(ws)
				best = min(best, time.Since(start))
			}
			b.ReportMetric(best.Seconds()*1e3, "best-ms")
			b.ReportMetric(2*n.gmacs/best.Seconds(), "best-GFLOP/s")
		})
	}
}
