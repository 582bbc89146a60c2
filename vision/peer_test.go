package vision

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"animo/vision/internal/net"
)

// TestPeer runs the original, face-api on tfjs's wasm backend under Node, beside this package: the same
// photos, one thread each, one after the other. `make bench-peer` installs it and prints the result.
func TestPeer(t *testing.T) {
	if os.Getenv("ANIMO_PEER") != "1" {
		t.Skip("make bench-peer runs this")
	}
	folder := t.TempDir()
	var photos []Image
	var files []string
	for i := range 6 {
		m := demo(t, fmt.Sprintf("sample%d.jpg", i+1))
		name := filepath.Join(folder, fmt.Sprintf("%dx%d.sample%d.rgb", m.W, m.H, i+1))
		if err := os.WriteFile(name, m.Pix, 0o600); err != nil {
			t.Fatal(err)
		}
		photos, files = append(photos, m), append(files, name)
	}
	node := exec.CommandContext(t.Context(), "node", append([]string{"peer/peer.cjs"}, files...)...)
	node.Stderr = os.Stderr
	text, err := node.Output()
	if err != nil {
		t.Fatal(err)
	}
	peer := map[string]float64{}
	if err := json.Unmarshal(text, &peer); err != nil {
		t.Fatalf("%v in %q", err, text)
	}

	e := newEngine(t, Options{Original: true, Workers: 1})
	o := newEngine(t, Options{Detector: Tiny, Workers: 1, Attributes: WithQuality})
	small, err := net.LoadLandmarksTiny(os.DirFS("model"))
	if err != nil {
		t.Fatal(err)
	}
	ws, img, face := net.NewWorkspace(1), net.Image(photos[0]), net.Crop{X: 400, Y: 300, W: 220, H: 200}
	whole := net.Crop{W: img.W, H: img.H}
	var r net.SSDResult
	n := &e.networks
	fmt.Printf("%-16s %12s %12s %7s\n", "one core", "here, ms", "peer, ms", "ratio")
	for _, b := range []struct {
		name    string
		repeats int
		run     func()
	}{
		{"ssd", 15, func() { n.ssd.Run(ws, img, whole, net.SSDSide, &r) }},
		{"tiny", 25, func() { o.networks.tiny.Run(ws, img, whole, 416) }},
		{"landmarks", 101, func() { n.landmarks.Run(ws, img, face) }},
		{"landmarks_tiny", 101, func() { small.Run(ws, img, face) }},
		{"expressions", 101, func() { n.expressions.Run(ws, img, face) }},
		{"agegender", 101, func() { n.ageGender.Run(ws, img, face) }},
		{"descriptor", 51, func() { n.descriptor.Run(ws, img, face) }},
		{"photo", 3, func() {
			if _, err := e.AnalyzeAll(t.Context(), photos); err != nil {
				t.Fatal(err)
			}
		}},
	} {
		ms := medianMillis(b.run, b.repeats)
		if b.name == "photo" {
			ms /= float64(len(photos))
		}
		fmt.Printf("%-16s %12.2f %12.2f %7.1f\n", b.name, ms, peer[b.name], peer[b.name]/ms)
	}
}

// medianMillis times a warm function.
func medianMillis(run func(), repeats int) float64 {
	run()
	var list []time.Duration
	for range repeats {
		start := time.Now()
		run()
		list = append(list, time.Since(start))
	}
	slices.Sort(list)
	return list[len(list)/2].Seconds() * 1e3
}
