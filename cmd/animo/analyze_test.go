package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"image"
	_ "image/jpeg"
	"image/png"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"golang.org/x/image/draw"

	"animo"
	"animo/internal/pictures"
	"animo/internal/sharedtest"
	"animo/vision"
)

// networks tells whether the networks are there.
var networks = sync.OnceValue(func() error {
	_, err := vision.New(vision.Options{})
	return err
})

// analyze runs the command line in this process, after having checked that the networks are there.
func analyze(t *testing.T, stdin []byte, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	if err := networks(); animo.CodeOf(err) == animo.Unavailable {
		if os.Getenv("ANIMO_REQUIRE_SHARED") == "1" {
			t.Fatal(err)
		}
		t.Skipf("SKIPPED, NOT TESTED: %v", err)
	}
	for _, name := range []string{"LC_ALL", "LC_MESSAGES", "LANG"} {
		t.Setenv(name, "")
	}
	var out, errs bytes.Buffer
	code = run(append([]string{"analyze"}, args...), bytes.NewReader(stdin), &out, &errs)
	return code, out.String(), errs.String()
}

// photoFile returns the path and the content of a real photo.
func photoFile(t *testing.T, name string) (path string, content []byte) {
	t.Helper()
	path = sharedtest.Path(t, "data", "photos", name)
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return path, content
}

// place writes a file, and the folders that it lies in.
func place(t *testing.T, path string, content []byte) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, content, 0o666); err != nil {
		t.Fatal(err)
	}
}

func TestAnalyze_table(t *testing.T) {
	_, photo := photoFile(t, "two_people.jpg")
	t.Chdir(t.TempDir())
	place(t, "fotos/dos.png", photo) // by content, not by name
	place(t, "fotos/.oculta.jpg", photo)
	place(t, "fotos/notas.txt", []byte("no soy una foto"))
	place(t, "fotos/más/nada.gif", []byte("GIF87a\x01\x00\x01\x00\x80\x01\x00\x00\x00\x00\xff\xff\xff,\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x02D\x01\x00;"))
	code, stdout, stderr := analyze(t, nil, "fotos")
	if code != 0 || stderr != "animo: passed over files that are no pictures: 1\n" {
		t.Errorf("exit code %d, stderr %q", code, stderr)
	}
	var rows [][]string
	for line := range strings.Lines(stdout) {
		rows = append(rows, strings.Fields(line))
	}
	want := []string{"PICTURE FACE EMOTION AGE GENDER BOX", "fotos/dos.png 1 ", "fotos/dos.png 2 ", "fotos/más/nada.gif - no face"}
	if len(rows) != len(want) {
		t.Fatalf("stdout is\n%s", stdout)
	}
	for i, w := range want {
		if got := strings.Join(rows[i], " "); !strings.HasPrefix(got, w) {
			t.Errorf("line %d is %q, want %q", i+1, got, w)
		}
	}
}

func TestAnalyze_JSON_from_stdin(t *testing.T) {
	_, photo := photoFile(t, "two_people.jpg")
	code, stdout, stderr := analyze(t, photo, "-", "--json")
	if code != 0 || stderr != "" {
		t.Fatalf("exit code %d, stderr %q", code, stderr)
	}
	var got struct {
		File          string
		Width, Height int
		FaceDetails   []struct {
			BoundingBox struct{ Left, Top, Width, Height float64 }
			Emotions    []struct {
				Type       string
				Confidence float64
			}
			Landmarks []struct {
				Type string
				X, Y float64
			}
			Confidence float64
			Person     any
		}
	}
	d := json.NewDecoder(strings.NewReader(stdout))
	if err := d.Decode(&got); err != nil || d.More() {
		t.Fatalf("%v in %s", err, stdout)
	}
	if got.File != "-" || got.Width != 1126 || got.Height != 661 || len(got.FaceDetails) != 2 {
		t.Fatalf("got %+v", got)
	}
	for i, f := range got.FaceDetails {
		sum := 0.0
		for _, e := range f.Emotions {
			sum += e.Confidence
		}
		if f.Confidence < 50 || f.Confidence > 100 || sum < 99.99 || sum > 100.01 || f.Person != nil {
			t.Errorf("face %d: confidence %g, emotions add up to %g, person %v", i, f.Confidence, sum, f.Person)
		}
		b := f.BoundingBox
		for _, l := range f.Landmarks {
			inside := l.X > b.Left-b.Width/2 && l.X < b.Left+1.5*b.Width && l.Y > b.Top-b.Height/2 && l.Y < b.Top+1.5*b.Height
			if !inside {
				t.Errorf("face %d: %s at (%g, %g) is far from the box %+v", i, l.Type, l.X, l.Y, b)
			}
		}
	}
}

func TestAnalyze_bad_files_do_not_stop_the_others(t *testing.T) {
	_, photo := photoFile(t, "kit2.jpeg")
	t.Chdir(t.TempDir())
	place(t, "a.jpg", photo[:200])
	place(t, "b.jpg", photo)
	place(t, "c.jpg", []byte("x"))
	code, stdout, stderr := analyze(t, nil, "nada.jpg", "a.jpg", "b.jpg", "c.jpg", "--json")
	if code != exitFailure || strings.Count(stdout, "\n") != 1 || !strings.HasPrefix(stdout, `{"File":"b.jpg"`) {
		t.Errorf("exit code %d, stdout\n%s", code, stdout)
	}
	lines := strings.Split(stderr, "\n")
	for i, want := range []string{"animo: nada.jpg: there is no such file", "animo: a.jpg: the JPEG picture ends before",
		"animo: c.jpg: this is not a picture", "animo: failed: 3"} {
		if i >= len(lines) || !strings.HasPrefix(lines[i], want) {
			t.Errorf("line %d of stderr is not %q:\n%s", i+1, want, stderr)
		}
	}
	if code, _, stderr := analyze(t, nil, "a.jpg"); code != exitFailure || strings.Count(stderr, "\n") != 1 {
		t.Errorf("a bad file alone: exit code %d, stderr %q", code, stderr)
	}
}

func TestAnalyze_JPEG_without_its_end_as_far_as_it_goes(t *testing.T) {
	_, photo := photoFile(t, "kit2.jpeg")
	t.Chdir(t.TempDir())
	place(t, "a.jpg", photo[:len(photo)-100])
	code, stdout, stderr := analyze(t, nil, "a.jpg", "--json")
	if code != 0 || !strings.Contains(stdout, `"Warning":"truncated_image"`) || !strings.Contains(stdout, `"Emotions"`) {
		t.Errorf("exit code %d, stdout\n%s", code, stdout)
	}
	if !strings.HasPrefix(stderr, "animo: a.jpg was analysed as far as it goes: the JPEG picture ends before it is complete: the lower ") || strings.Count(stderr, "\n") != 1 {
		t.Errorf("stderr is %q", stderr)
	}
	place(t, "personas/Kit/1.jpg", photo[:len(photo)-100])
	place(t, "b.jpg", photo)
	if code, _, stderr := analyze(t, nil, "b.jpg", "--people", "personas"); code != exitFailure || !strings.Contains(stderr, "is not used: the JPEG picture ends") {
		t.Errorf("a person by a photo without its end: exit code %d, stderr %q", code, stderr)
	}
}

func TestAnalyze_recognises_people(t *testing.T) {
	_, kit1 := photoFile(t, "kit1.jpeg")
	_, kit2 := photoFile(t, "kit2.jpeg")
	_, rose1 := photoFile(t, "rose1.jpg")
	_, rose2 := photoFile(t, "rose2.jpg")
	_, two := photoFile(t, "two_people.jpg")
	t.Chdir(t.TempDir())
	place(t, "personas/Kit Harington/1.jpg", kit1)
	place(t, "personas/Rosé/retrato", rose1)
	place(t, "personas/Rosé/mal.jpg", two)
	place(t, "fotos/1.jpg", kit2)
	place(t, "fotos/2.jpg", rose2)
	place(t, "fotos/3.jpg", two)
	code, stdout, stderr := analyze(t, nil, "fotos", "--people", "personas")
	if code != 0 || stderr != "animo: personas/Rosé/mal.jpg is not used: there are 2 faces in it; cut out the one that is meant\n" {
		t.Errorf("exit code %d, stderr %q", code, stderr)
	}
	var people []string
	for line := range strings.Lines(stdout) {
		_, after, _ := strings.Cut(line, "×") // in the column before
		people = append(people, strings.Join(strings.Fields(after)[min(1, len(strings.Fields(after))):], " "))
	}
	if len(people) != 5 || !strings.HasPrefix(people[1], "Kit Harington 9") || !strings.HasPrefix(people[2], "Rosé 9") || people[3] != "" || people[4] != "" {
		t.Errorf("recognised %q in\n%s", people, stdout)
	}

	place(t, "personas/Nadie/1.jpg", two)
	code, stdout, stderr = analyze(t, nil, "fotos/1.jpg", "--people", "personas", "--json")
	if code != exitFailure || !strings.Contains(stderr, "animo: Nadie stays unknown") || !strings.Contains(stdout, `"Person":{"Name":"Kit Harington"`) {
		t.Errorf("a person without a photo: exit code %d, stderr %q, stdout %s", code, stderr, stdout)
	}
	for _, folder := range []string{"fotos", "no está"} {
		if code, _, stderr := analyze(t, nil, "fotos/1.jpg", "--people", folder); code == 0 || !strings.HasPrefix(stderr, "animo: --people: ") {
			t.Errorf("--people %s: exit code %d, stderr %q", folder, code, stderr)
		}
	}
}

func TestAnalyze_annotates(t *testing.T) {
	path, photo := photoFile(t, "kit2.jpeg")
	t.Chdir(t.TempDir())
	place(t, "a/x.jpg", photo)
	place(t, "b/X.png", photo)
	if code, _, stderr := analyze(t, photo, "a", "b", "-", "--annotate", "out/here"); code != 0 || stderr != "" {
		t.Fatalf("exit code %d, stderr %q", code, stderr)
	}
	if code, _, stderr := analyze(t, nil, path, "--annotate", "one.png"); code != 0 || stderr != "" {
		t.Fatalf("exit code %d, stderr %q", code, stderr)
	}
	for name, format := range map[string]string{"out/here/x.jpg": "jpeg", "out/here/X-2.jpg": "jpeg", "out/here/stdin.jpg": "jpeg", "one.png": "png"} {
		f, err := os.Open(name)
		if err != nil {
			t.Error(err)
			continue
		}
		m, got, err := image.Decode(f)
		f.Close()
		if err != nil || got != format || m.Bounds() != image.Rect(0, 0, 630, 374) {
			t.Errorf("%s: %s, %v", name, got, err)
			continue
		}
		// The left line of the face's box, in the colour of the mood OTHER, is about here.
		want, near := pictures.MoodColour(animo.Other), func(got uint32, want uint8) bool { return max(got>>8, uint32(want))-min(got>>8, uint32(want)) < 24 }
		drawn := false
		for x := 308; x < 322; x++ {
			r, g, b, _ := m.At(x, 150).RGBA()
			drawn = drawn || near(r, want.R) && near(g, want.G) && near(b, want.B)
		}
		if !drawn {
			t.Errorf("%s: no line of the face's box", name)
		}
	}
}

func TestAnalyze_says_why_a_face_cannot_be_read(t *testing.T) {
	_, photo := photoFile(t, "two_people.jpg")
	large, _, err := image.Decode(bytes.NewReader(photo))
	if err != nil {
		t.Fatal(err)
	}
	small := image.NewRGBA(image.Rect(0, 0, large.Bounds().Dx()/10, large.Bounds().Dy()/10)) // of faces with some 17 pixels
	draw.CatmullRom.Scale(small, small.Rect, large, large.Bounds(), draw.Src, nil)
	var b bytes.Buffer
	if err := png.Encode(&b, small); err != nil {
		t.Fatal(err)
	}
	if code, stdout, stderr := analyze(t, b.Bytes(), "-"); code != 0 || stderr != "" || !strings.Contains(stdout, "too small") {
		t.Errorf("exit code %d, stderr %q, stdout\n%s", code, stderr, stdout)
	}
	if _, stdout, _ := analyze(t, b.Bytes(), "-", "--json"); !strings.Contains(stdout, `"Unsure":"small_face"`) {
		t.Errorf("stdout is\n%s", stdout)
	}
	if _, stdout, _ := analyze(t, b.Bytes(), "-", "--json", "--original"); strings.Contains(stdout, `"Unsure"`) {
		t.Errorf("face-api's steps alone tell\n%s", stdout)
	}
}

// TestAnalyze_detectors_and_the_original all find the face.
func TestAnalyze_detectors_and_the_original(t *testing.T) {
	path, _ := photoFile(t, "kit2.jpeg")
	for _, args := range [][]string{{"--detector", "tiny"}, {"--original"}, {"--workers", "1"}, {"--min-confidence", "90"}} {
		if code, stdout, stderr := analyze(t, nil, append(args, path)...); code != 0 || strings.Count(stdout, "CALM") != 1 {
			t.Errorf("%v: exit code %d, stderr %q, stdout\n%s", args, code, stderr, stdout)
		}
	}
	if _, stdout, _ := analyze(t, nil, path, "--min-confidence", "99.9999"); !strings.Contains(stdout, "no face") {
		t.Errorf("somebody is sure beyond all doubt:\n%s", stdout)
	}
}

func TestInOrder(t *testing.T) {
	for _, atOnce := range []int{1, 3, 50} {
		synctest.Test(t, func(t *testing.T) { // on a false clock; fails where a goroutine is left
			var running, most atomic.Int32
			var got []int
			for i, v := range inOrder(t.Context(), 20, atOnce, func(_ context.Context, i int) int {
				n := running.Add(1)
				for m := most.Load(); n > m && !most.CompareAndSwap(m, n); m = most.Load() {
				}
				time.Sleep(time.Duration(100-i) * time.Second) // the later, the sooner done
				running.Add(-1)
				return i * i
			}) {
				if v != i*i {
					t.Errorf("%d yields %d", i, v)
				}
				got = append(got, i)
			}
			if len(got) != 20 || !slices.IsSorted(got) || int(most.Load()) != min(atOnce, 20) {
				t.Errorf("yielded %v, with %d at once", got, most.Load())
			}
		})
	}
}

func TestInOrder_ends_early(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		waiting := func(ctx context.Context, i int) string {
			if i > 2 {
				<-ctx.Done() // only the end of the loop ends these
			}
			return fmt.Sprint(i)
		}
		for i := range inOrder(t.Context(), 100, 4, waiting) {
			if i == 2 {
				break
			}
		}
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		for i := range inOrder(ctx, 100, 4, waiting) {
			if i == 2 {
				cancel()
			}
		}
	})
}

func TestPrintable(t *testing.T) {
	for name, want := range map[string]string{"José & Co.jpg": "José & Co.jpg", "a\nb": `"a\nb"`, "\x1b[31m": `"\x1b[31m"`, "\xff": `"\xff"`} {
		if got := printable(name); got != want {
			t.Errorf("printable(%q) = %s, want %s", name, got, want)
		}
	}
}
