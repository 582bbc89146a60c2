//go:build unix

package app_test

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/jpeg"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/image/draw"

	"animo/samples"
	"animo/vision"
)

// BenchmarkPhotos measures the photo flow from outside: the real program runs as a process of its own, its clients
// in this one, on the same cores. What package vision alone takes for the same photos is measured here in the same
// run, in turn with the server.
//
//	one        a photo at a time: from the first byte sent until the live stream has told its last face
//	flood      uploads that stay ahead of the analysis
//	flood12MP  the same, with photos of 12 megapixels
//	accept     from the first byte of 2 MiB sent until the 202 is there, while photos are being analysed on every core
func BenchmarkPhotos(b *testing.B) {
	bin := buildProgram(b)
	small, large := benchPhotos(b)
	alone := newAlone(b)
	for _, list := range [][]benchPhoto{small, large} {
		for i := range list {
			list[i].faces = alone.faces(b, list[i].jpeg)
		}
	}
	b.Run("one", func(b *testing.B) { benchOne(b, bin, alone, small) })
	b.Run("flood", func(b *testing.B) { benchFlood(b, bin, alone, small, 150) })
	b.Run("flood12MP", func(b *testing.B) { benchFlood(b, bin, alone, large, 60) })
	b.Run("accept", func(b *testing.B) { benchAccept(b, bin, small) })
}

// benchPhoto is a photo and how many faces there are in it.
type benchPhoto struct {
	jpeg  []byte
	faces int
}

// benchPhotos returns the sample photos, and one of them brought to 12 megapixels.
func benchPhotos(b *testing.B) (small, large []benchPhoto) {
	list, err := samples.Photos()
	if err != nil {
		b.Skip(err)
	}
	for _, p := range list {
		small = append(small, benchPhoto{jpeg: p.JPEG})
	}
	m, err := jpeg.Decode(bytes.NewReader(list[0].JPEG))
	if err != nil {
		b.Fatal(err)
	}
	scaled := image.NewRGBA(image.Rect(0, 0, 4000, 3000))
	draw.BiLinear.Scale(scaled, scaled.Rect, m, m.Bounds(), draw.Src, nil)
	var out bytes.Buffer
	if err := jpeg.Encode(&out, scaled, &jpeg.Options{Quality: 92}); err != nil {
		b.Fatal(err)
	}
	return small, []benchPhoto{{jpeg: out.Bytes()}}
}

// alone is package vision without the flow, set up as the server does.
type alone struct {
	engine *vision.Engine
	memory *vision.Memory
}

func newAlone(b *testing.B) alone {
	engine, err := vision.New(vision.Options{Workers: 1})
	if err != nil {
		b.Skip(err)
	}
	return alone{engine, new(vision.Memory)}
}

func (a alone) faces(b *testing.B, photo []byte) int {
	img, err := vision.Decode(b.Context(), bytes.NewReader(photo), vision.Limits{Memory: a.memory})
	if err != nil {
		b.Fatal(err)
	}
	defer a.memory.Recycle(&img)
	faces, err := a.engine.Analyze(b.Context(), img)
	if err != nil {
		b.Fatal(err)
	}
	return len(faces)
}

// rate tells how many photos a second vision alone makes with a goroutine for each core, and what processor time
// each takes.
func (a alone) rate(b *testing.B, photos []benchPhoto, n int) (perSecond float64, each time.Duration) {
	var next atomic.Int64
	var wg sync.WaitGroup
	before, began := cpuTime(b), time.Now()
	for range runtime.NumCPU() {
		wg.Go(func() {
			for i := int(next.Add(1)) - 1; i < n; i = int(next.Add(1)) - 1 {
				a.faces(b, photos[i%len(photos)].jpeg)
			}
		})
	}
	wg.Wait()
	return float64(n) / time.Since(began).Seconds(), (cpuTime(b) - before) / time.Duration(n)
}

// benchOne sends one photo at a time to a server that has nothing else to do.
func benchOne(b *testing.B, bin string, alone alone, photos []benchPhoto) {
	s := startProgram(b, bin)
	ctx, cancel := context.WithCancel(b.Context())
	told := s.follow(b, ctx)
	var flow, engine, over []time.Duration
	n := max(b.N, 60)
	for i := range n + len(photos) {
		p := photos[i%len(photos)]
		began := time.Now()
		alone.faces(b, p.jpeg)
		mid := time.Now()
		s.upload(b, fmt.Sprintf("%d.jpg", i), p.jpeg)
		for range p.faces {
			if (<-told).err != nil {
				b.Fatal("the stream ended")
			}
		}
		if end := time.Now(); i >= len(photos) { // the first round warms both up
			flow, engine, over = append(flow, end.Sub(mid)), append(engine, mid.Sub(began)), append(over, end.Sub(mid)-mid.Sub(began))
		}
	}
	cancel()
	s.stop(b)
	reportQuantiles(b, "flow-", flow, 0.5, 0.99)
	reportQuantiles(b, "vision-", engine, 0.5, 0.99)
	reportQuantiles(b, "over-", over, 0.5)
	b.ReportMetric(0, "ns/op")
}

// floodAhead is how many photos of a flood are accepted and not done.
const floodAhead = 16

// benchFlood keeps a server busy with n photos.
func benchFlood(b *testing.B, bin string, alone alone, photos []benchPhoto, n int) {
	n = max(b.N, n)
	before, cpuBefore := alone.rate(b, photos, n/3)

	s := startProgram(b, bin)
	ctx, cancel := context.WithCancel(b.Context())
	told := s.follow(b, ctx)
	var mu sync.Mutex
	sent, left := map[string]time.Time{}, map[string]int{}
	slots := make(chan struct{}, floodAhead)
	began := time.Now()
	go func() {
		for i := range n {
			slots <- struct{}{}
			name, p := fmt.Sprintf("%d.jpg", i), photos[i%len(photos)]
			mu.Lock()
			sent[name], left[name] = time.Now(), p.faces
			mu.Unlock()
			s.upload(b, name, p.jpeg)
		}
	}()
	var took []time.Duration
	for len(took) < n {
		f := <-told
		if f.err != nil {
			b.Fatal(f.err)
		}
		mu.Lock()
		if left[f.image]--; left[f.image] == 0 {
			took = append(took, time.Since(sent[f.image]))
			<-slots
		}
		mu.Unlock()
	}
	rate := float64(n) / time.Since(began).Seconds()
	peak := s.peak()
	cancel()
	cpu := s.stop(b) / time.Duration(n)

	after, cpuAfter := alone.rate(b, photos, n/3)
	b.ReportMetric(rate, "photos/s")
	b.ReportMetric(before, "before/s")
	b.ReportMetric(after, "after/s")
	b.ReportMetric(100*2*rate/(before+after), "%-of-vision")
	b.ReportMetric(float64(cpu.Microseconds())/1000, "cpu-ms/photo")
	b.ReportMetric(float64((cpuBefore+cpuAfter).Microseconds())/2000, "vision-cpu-ms/photo")
	reportQuantiles(b, "", took, 0.5, 0.99)
	if peak > 0 {
		b.ReportMetric(float64(peak)/(1<<20), "peak-MiB")
	}
	b.ReportMetric(0, "ns/op")
}

// benchAccept sends 2 MiB at fixed moments, 20 a second, to a server that has more photos to analyse than it
// will have done by the end.
func benchAccept(b *testing.B, bin string, photos []benchPhoto) {
	const perSecond = 20
	s := startProgram(b, bin)
	for i := range 400 {
		s.upload(b, fmt.Sprintf("busy%d.jpg", i), photos[i%len(photos)].jpeg)
	}
	body := make([]byte, 2<<20)
	copy(body, photos[0].jpeg) // the rest, behind the picture's end, is looked at by nobody
	took := make([]time.Duration, max(b.N, 200))
	var wg sync.WaitGroup
	began := time.Now()
	for i := range took {
		due := began.Add(time.Duration(i) * time.Second / perSecond)
		time.Sleep(time.Until(due))
		wg.Go(func() {
			at := time.Now()
			s.upload(b, fmt.Sprintf("large%d.jpg", i), body)
			took[i] = time.Since(at)
		})
	}
	wg.Wait()
	if left := s.queued(b); left < 2*runtime.NumCPU() {
		b.Errorf("only %d photos were waiting in the end", left)
	}
	s.stop(b)
	reportQuantiles(b, "", took, 0.5, 0.9, 0.99)
	b.ReportMetric(0, "ns/op")
}

// reportQuantiles reports some quantiles of times, in milliseconds.
func reportQuantiles(b *testing.B, name string, took []time.Duration, quantiles ...float64) {
	slices.Sort(took)
	for _, q := range quantiles {
		b.ReportMetric(float64(took[int(q*float64(len(took)-1)+0.5)].Microseconds())/1000, fmt.Sprintf("%sp%g-ms", name, 100*q))
	}
}
