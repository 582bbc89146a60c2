package rekognition

import (
	"encoding/json"
	"math"
	"slices"
	"testing"

	"animo/vision"
)

func TestFaceDetailOf(t *testing.T) {
	f := vision.Face{
		Box: vision.Rect{X: -20, Y: 50, W: 100, H: 125}, Score: 0.9876,
		Pose: vision.Pose{Roll: 1, Pitch: 2, Yaw: 3}, Quality: vision.Quality{Brightness: 40, Sharpness: 60},
		Expressions: vision.Expressions{vision.Calm: 0.3, vision.Happy: 0.6, vision.Fear: 0.1},
		Age:         40, Gender: vision.Female, GenderProbability: 0.75,
	}
	for i := range f.Landmarks {
		f.Landmarks[i] = vision.Point{X: float64(2 * i), Y: float64(i)}
	}
	d := FaceDetailOf(f, 200, 500)
	if want := (BoundingBox{Width: 0.5, Height: 0.25, Left: -0.1, Top: 0.1}); d.BoundingBox != want {
		t.Errorf("box %+v, want %+v", d.BoundingBox, want)
	}
	if want := (Pose{Roll: 1, Yaw: 3, Pitch: 2}); d.Pose != want {
		t.Errorf("pose %+v, want %+v", d.Pose, want)
	}
	if want := (Quality{Brightness: 40, Sharpness: 60}); d.Quality != want {
		t.Errorf("quality %+v, want %+v", d.Quality, want)
	}
	if math.Abs(d.Confidence-98.76) > 1e-9 || d.AgeRange != (AgeRange{33, 47}) || d.Gender != (Gender{"Female", 75}) || d.Smile != (Smile{true, 60}) {
		t.Errorf("got %+v", d)
	}
	if d.Emotions[0] != (Emotion{"HAPPY", 60}) || d.Emotions[1] != (Emotion{"CALM", 30}) || d.Emotions[2] != (Emotion{"FEAR", 10}) || len(d.Emotions) != 7 {
		t.Errorf("emotions %v", d.Emotions)
	}
	places := map[string]Landmark{}
	for _, l := range d.Landmarks {
		places[l.Type] = l
	}
	if len(places) != 30 {
		t.Errorf("%d kinds of landmarks, want Rekognition's 30", len(places))
	}
	for name, point := range map[string]float64{"eyeLeft": 38.5, "eyeRight": 44.5, "nose": 30, "mouthRight": 54, "leftEyeUp": 37.5, "chinBottom": 8} {
		if l := places[name]; math.Abs(l.X-2*point/200) > 1e-12 || math.Abs(l.Y-point/500) > 1e-12 {
			t.Errorf("%s at (%g, %g), want point %g", name, l.X, l.Y, point)
		}
	}
	if first := d.Landmarks[0].Type; first != "eyeLeft" {
		t.Errorf("the first landmark is %s", first)
	}
}

// TestFaceDetail_names compares with the names in AWS's documentation of FaceDetail.
func TestFaceDetail_names(t *testing.T) {
	encoded, err := json.Marshal(FaceDetailOf(vision.Face{}, 10, 10))
	if err != nil {
		t.Fatal(err)
	}
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(encoded, &fields); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"BoundingBox", "AgeRange", "Smile", "Gender", "Emotions", "Landmarks", "Pose", "Quality", "Confidence"} {
		if fields[name] == nil {
			t.Errorf("%s is missing in %s", name, encoded)
		}
	}
	for name, want := range map[string]string{
		"BoundingBox": `{"Width":0,"Height":0,"Left":0,"Top":0}`,
		"Smile":       `{"Value":false,"Confidence":100}`,
		"AgeRange":    `{"Low":0,"High":3}`,
	} {
		if got := string(fields[name]); got != want {
			t.Errorf("%s is %s, want %s", name, got, want)
		}
	}
}

// TestLandmarks_mirror: what is left of one side must be right of the other in the 68 points' order.
func TestLandmarks_mirror(t *testing.T) {
	twin := map[int]int{0: 16, 4: 12, 17: 26, 19: 24, 21: 22, 31: 35, 36: 45, 37: 44, 38: 43, 39: 42, 40: 47, 41: 46, 48: 54}
	for a, b := range twin {
		twin[b] = a
	}
	points := map[string][]int{}
	for _, l := range landmarks {
		points[l.name] = l.points
	}
	for left, right := range map[string]string{
		"eyeLeft": "eyeRight", "mouthLeft": "mouthRight", "leftEyeBrowLeft": "rightEyeBrowRight", "leftEyeBrowUp": "rightEyeBrowUp",
		"leftEyeBrowRight": "rightEyeBrowLeft", "leftEyeLeft": "rightEyeRight", "leftEyeRight": "rightEyeLeft", "leftEyeUp": "rightEyeUp",
		"leftEyeDown": "rightEyeDown", "noseLeft": "noseRight", "leftPupil": "rightPupil", "upperJawlineLeft": "upperJawlineRight",
		"midJawlineLeft": "midJawlineRight",
	} {
		var mirrored []int
		for _, p := range points[left] {
			mirrored = append(mirrored, twin[p])
		}
		slices.Sort(mirrored)
		want := slices.Clone(points[right])
		slices.Sort(want)
		if !slices.Equal(mirrored, want) || len(want) == 0 {
			t.Errorf("%s mirrored is points %v, but %s is %v", left, mirrored, right, want)
		}
	}
}
