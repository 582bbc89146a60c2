package vision

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"image"
	"image/draw"
	"image/jpeg"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"animo/internal/sharedtest"
)

// demoFolder holds the photos that come with the npm package.
const demoFolder = "../web/node_modules/@vladmandic/face-api/demo"

// newEngine makes an engine, or skips the test where `make weights` has not run.
func newEngine(t testing.TB, o Options) *Engine {
	t.Helper()
	if _, err := os.Stat("model/LICENSE"); err != nil {
		if os.Getenv("ANIMO_REQUIRE_SHARED") == "1" {
			t.Fatal("the networks' weights are not there: run make weights")
		}
		t.Skip("SKIPPED, NOT TESTED: the networks' weights are not there; run make weights")
	}
	e, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// plainJPEG decodes a JPEG without regard to its EXIF orientation, as the reference was made.
func plainJPEG(t testing.TB, path string) Image {
	t.Helper()
	data, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) && os.Getenv("ANIMO_REQUIRE_SHARED") != "1" {
		t.Skipf("SKIPPED, NOT TESTED: %v (make weights fetches the npm package's photos)", err)
	}
	if err != nil {
		t.Fatal(err)
	}
	src, err := jpeg.Decode(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	return fromImage(src)
}

func fromImage(src image.Image) Image {
	rgba := image.NewRGBA(image.Rect(0, 0, src.Bounds().Dx(), src.Bounds().Dy()))
	draw.Draw(rgba, rgba.Rect, src, src.Bounds().Min, draw.Src)
	img := NewImage(rgba.Rect.Dx(), rgba.Rect.Dy())
	for i := range img.W * img.H {
		copy(img.Pix[3*i:][:3], rgba.Pix[4*i:])
	}
	return img
}

// referenceResults are what face-api 1.7.15 finds in 19 photos.
type referenceResults struct {
	Images []struct {
		Name, File, RGBSha256 string
		SSD                   []referenceFace
		Tiny                  []referenceFace
	}
}

type referenceFace struct {
	Score float64
	Box   struct{ X, Y, Width, Height float64 }

	Landmarks         [68][2]float64
	Angle             struct{ Roll, Pitch, Yaw float64 }
	Expressions       struct{ Neutral, Happy, Sad, Angry, Fearful, Disgusted, Surprised float64 }
	Age               float64
	Gender            string
	GenderProbability float64
	Descriptor        [128]float32
}

// photoPath finds a photo of the reference.
func photoPath(t testing.TB, name, file string) string {
	if strings.HasPrefix(file, "vladmandic/") {
		return filepath.Join(demoFolder, filepath.Base(file))
	}
	if name == "two_people" { // not among the shared photos
		return ""
	}
	return sharedtest.Path(t, "data", "photos", name+filepath.Ext(file))
}

func TestReference_whole_photos(t *testing.T) {
	data, err := os.ReadFile(sharedtest.Path(t, "reference", "vision", "results-go.json"))
	if err != nil {
		t.Fatal(err)
	}
	var reference referenceResults
	if err := json.Unmarshal(data, &reference); err != nil {
		t.Fatal(err)
	}
	ssd := newEngine(t, Options{Original: true})
	tiny := newEngine(t, Options{Original: true, Detector: Tiny})
	faces := 0
	for _, want := range reference.Images {
		t.Run(want.Name, func(t *testing.T) {
			path := photoPath(t, want.Name, want.File)
			if path == "" {
				t.Skip("SKIPPED, NOT TESTED: this photo is not here")
			}
			img := plainJPEG(t, path)
			if sum := sha256.Sum256(img.Pix); hex.EncodeToString(sum[:]) != want.RGBSha256 {
				t.Skipf("SKIPPED, NOT TESTED: this Go decodes %s to other pixels than the reference's", want.Name)
			}
			got, err := ssd.Analyze(t.Context(), img)
			if err != nil {
				t.Fatal(err)
			}
			if len(got) != len(want.SSD) {
				t.Fatalf("ssd: %d faces, the reference has %d", len(got), len(want.SSD))
			}
			for i := range got {
				compareFace(t, got[i], want.SSD[i])
				faces++
			}
			got, err = tiny.Analyze(t.Context(), img)
			if err != nil {
				t.Fatal(err)
			}
			if len(got) != len(want.Tiny) {
				t.Fatalf("tiny: %d faces, the reference has %d", len(got), len(want.Tiny))
			}
			for i := range got {
				compareBox(t, got[i], want.Tiny[i])
			}
		})
	}
	t.Logf("%d faces compared", faces)
}

func closeTo(t *testing.T, what string, got, want, limit float64) {
	t.Helper()
	if !(math.Abs(got-want) <= limit) {
		t.Errorf("%s is %g, the reference has %g", what, got, want)
	}
}

func compareBox(t *testing.T, got Face, want referenceFace) {
	t.Helper()
	closeTo(t, "score", got.Score, want.Score, 1e-4)
	closeTo(t, "box: x", got.Box.X, want.Box.X, 0.01)
	closeTo(t, "box: y", got.Box.Y, want.Box.Y, 0.01)
	closeTo(t, "box: width", got.Box.W, want.Box.Width, 0.01)
	closeTo(t, "box: height", got.Box.H, want.Box.Height, 0.01)
}

func compareFace(t *testing.T, got Face, want referenceFace) {
	t.Helper()
	compareBox(t, got, want)
	for i, p := range want.Landmarks {
		closeTo(t, "landmark", math.Hypot(got.Landmarks[i].X-p[0], got.Landmarks[i].Y-p[1]), 0, 0.02)
	}
	closeTo(t, "roll", got.Pose.Roll, want.Angle.Roll, 1) // rounded down, so that the last bit may show
	closeTo(t, "pitch", got.Pose.Pitch, want.Angle.Pitch, 1)
	closeTo(t, "yaw", got.Pose.Yaw, want.Angle.Yaw, 1)
	e := want.Expressions
	for i, p := range []float64{e.Neutral, e.Happy, e.Sad, e.Angry, e.Fearful, e.Disgusted, e.Surprised} {
		closeTo(t, Expression(i).String(), got.Expressions[i], p, 1e-4)
	}
	closeTo(t, "age", got.Age, want.Age, 1e-3)
	if string(got.Gender) != want.Gender {
		t.Errorf("gender is %s, the reference has %s", got.Gender, want.Gender)
	}
	closeTo(t, "gender's probability", got.GenderProbability, want.GenderProbability, 1e-4)
	sum := 0.0
	for i, x := range want.Descriptor {
		sum += float64((x - got.Descriptor[i]) * (x - got.Descriptor[i]))
	}
	closeTo(t, "descriptor's distance", math.Sqrt(sum), 0, 1e-4)
}
