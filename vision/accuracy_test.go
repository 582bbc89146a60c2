package vision

import (
	"bytes"
	"encoding/csv"
	"encoding/xml"
	"math"
	"os"
	"path/filepath"
	"testing"

	"animo/internal/sharedtest"
	"animo/nn/kernel"
)

// decodeAll decodes the given files of a folder.
func decodeAll(t testing.TB, folder string, names []string) []Image {
	t.Helper()
	images := make([]Image, len(names))
	for i, name := range names {
		images[i] = plainJPEG(t, filepath.Join(folder, name))
	}
	return images
}

func listJPEGs(t testing.TB, folder string) []string {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join(folder, "*.jpg"))
	if err != nil || len(paths) == 0 {
		t.Fatalf("no photos in %s (%v)", folder, err)
	}
	for i, p := range paths {
		paths[i] = filepath.Base(p)
	}
	return paths
}

func euclidean(a, b *Descriptor) float64 {
	sum := 0.0
	for i := range a {
		d := float64(a[i] - b[i])
		sum += d * d
	}
	return math.Sqrt(sum)
}

// Portraits from LFW: at least 99 % of the pairs are judged right at a distance of 0.6, by the face that comes
// first in each picture. A picture without a face makes its pairs wrong.
func TestAccuracy_same_person_or_not(t *testing.T) {
	if testing.Short() || kernel.Name() == "plain" {
		t.Skip("skipped: takes a minute with the fast kernels, and half an hour without")
	}
	folder := sharedtest.Path(t, "data", "faces_lfw")
	e := newEngine(t, Options{Attributes: WithDescriptor})
	file, err := os.Open(filepath.Join(folder, "pairs.csv"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	rows, err := csv.NewReader(file).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	rows = rows[1:] // a, b, same
	var names []string
	index := map[string]int{}
	for _, row := range rows {
		for _, name := range row[:2] {
			if _, ok := index[name]; !ok {
				index[name] = len(names)
				names = append(names, name)
			}
		}
	}
	faces, err := e.AnalyzeAll(t.Context(), decodeAll(t, folder, names))
	if err != nil {
		t.Fatal(err)
	}
	missed := 0
	for i, f := range faces {
		if len(f) == 0 {
			missed++
			t.Logf("no face in %s", names[i])
		}
	}
	right := 0
	for _, row := range rows {
		a, b := faces[index[row[0]]], faces[index[row[1]]]
		if len(a) == 0 || len(b) == 0 {
			continue
		}
		if d := euclidean(&a[0].Descriptor, &b[0].Descriptor); d < 0.6 == (row[2] == "1") {
			right++
		} else {
			t.Logf("wrong: %s and %s at %.3f, same=%s", row[0], row[1], d, row[2])
		}
	}
	share := float64(right) / float64(len(rows))
	t.Logf("%d of %d pairs right (%.2f %%), no face in %d of %d pictures", right, len(rows), 100*share, missed, len(names))
	if share < 0.99 {
		t.Errorf("%.2f %% of the pairs are right, 99 are wanted", 100*share)
	}
}

// dlibBoxes reads the faces of dlib's XML files.
func dlibBoxes(t testing.TB, path string) map[string][]Rect {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	// The files are ASCII, whatever they say.
	data = bytes.Replace(data, []byte("ISO-8859-1"), []byte("UTF-8"), 1)
	var set struct {
		Images []struct {
			File  string `xml:"file,attr"`
			Boxes []struct {
				X float64 `xml:"left,attr"`
				Y float64 `xml:"top,attr"`
				W float64 `xml:"width,attr"`
				H float64 `xml:"height,attr"`
			} `xml:"box"`
		} `xml:"images>image"`
	}
	if err := xml.Unmarshal(data, &set); err != nil {
		t.Fatal(err)
	}
	boxes := map[string][]Rect{}
	for _, m := range set.Images {
		for _, b := range m.Boxes {
			boxes[filepath.Base(m.File)] = append(boxes[filepath.Base(m.File)], Rect(b))
		}
	}
	return boxes
}

func TestAccuracy_every_face_of_the_groups(t *testing.T) {
	folder := sharedtest.Path(t, "data", "groups")
	e := newEngine(t, Options{Attributes: WithQuality})
	found, all, beside := 0, 0, 0
	for name, boxes := range groupBoxes(t) {
		hit, rest := matched(analyze(t, e, plainJPEG(t, filepath.Join(folder, name))), boxes)
		found, all = found+hit, all+len(boxes)
		for _, f := range rest {
			// People in the background, of few pixels, are found, too; the set does not name them.
			if f.Box.W >= 20 {
				beside++
				t.Errorf("%s: a face at %.0f, which the set does not know", name, f.Box)
			}
		}
	}
	t.Logf("%d of %d faces found; %d boxes beside them", found, all, beside)
	if all != 43 || found != all {
		t.Errorf("%d of %d faces are found; 43 are known", found, all)
	}
}

func TestAccuracy_no_face_where_there_is_none(t *testing.T) {
	folder := sharedtest.Path(t, "data", "noface")
	names := listJPEGs(t, folder)
	e := newEngine(t, Options{Attributes: WithQuality})
	faces, err := e.AnalyzeAll(t.Context(), decodeAll(t, folder, names))
	if err != nil {
		t.Fatal(err)
	}
	for i, f := range faces {
		if len(f) > 0 {
			t.Errorf("%d faces in %s, the first at %.0f with %.2f", len(f), names[i], f[0].Box, f[0].Score)
		}
	}
}
