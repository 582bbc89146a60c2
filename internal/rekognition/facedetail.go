package rekognition

import (
	"cmp"
	"math"
	"slices"

	"animo/vision"
)

// FaceDetail is a face as DetectFaces answers it. What Animo does not compute (beard, eyeglasses and the like)
// is absent, and so is what a client did not ask for.
type FaceDetail struct {
	BoundingBox BoundingBox
	AgeRange    AgeRange   `json:",omitzero"`
	Smile       Smile      `json:",omitzero"`
	Gender      Gender     `json:",omitzero"`
	Emotions    []Emotion  `json:",omitempty"` // the most probable first
	Landmarks   []Landmark // the five that DEFAULT gives, then the others that ALL adds
	Pose        Pose
	Quality     Quality
	Confidence  float64 // in percent, that this is a face
}

// BoundingBox is a part of a picture: its left upper corner and size as fractions of the picture's width and
// height. It may reach beyond the picture.
type BoundingBox struct{ Width, Height, Left, Top float64 }

// AgeRange holds whole years.
type AgeRange struct{ Low, High int }

// Smile tells whether a face smiles.
type Smile struct {
	Value      bool
	Confidence float64 // in percent
}

// Gender is what a face looks like to the network, Male or Female.
type Gender struct {
	Value      string
	Confidence float64 // in percent
}

// Emotion is one of HAPPY, SAD, ANGRY, DISGUSTED, SURPRISED, CALM and FEAR. Rekognition's CONFUSED is never there.
type Emotion struct {
	Type       string
	Confidence float64 // in percent
}

// Landmark is a place in a face as fractions of the picture's width and height. Left and right are the
// picture's, as in Rekognition.
type Landmark struct {
	Type string
	X, Y float64
}

// Pose holds degrees.
type Pose struct{ Roll, Yaw, Pitch float64 }

// Quality holds figures from 0 to 100.
type Quality struct{ Brightness, Sharpness float64 }

// landmarks says of which of the 68 points each of Rekognition's is the mean.
var landmarks = []struct {
	name   string
	points []int
}{
	{"eyeLeft", []int{36, 37, 38, 39, 40, 41}},
	{"eyeRight", []int{42, 43, 44, 45, 46, 47}},
	{"mouthLeft", []int{48}},
	{"mouthRight", []int{54}},
	{"nose", []int{30}},
	{"leftEyeBrowLeft", []int{17}},
	{"leftEyeBrowUp", []int{19}},
	{"leftEyeBrowRight", []int{21}},
	{"rightEyeBrowLeft", []int{22}},
	{"rightEyeBrowUp", []int{24}},
	{"rightEyeBrowRight", []int{26}},
	{"leftEyeLeft", []int{36}},
	{"leftEyeRight", []int{39}},
	{"leftEyeUp", []int{37, 38}},
	{"leftEyeDown", []int{40, 41}},
	{"rightEyeLeft", []int{42}},
	{"rightEyeRight", []int{45}},
	{"rightEyeUp", []int{43, 44}},
	{"rightEyeDown", []int{46, 47}},
	{"noseLeft", []int{31}},
	{"noseRight", []int{35}},
	{"mouthUp", []int{51}},
	{"mouthDown", []int{57}},
	{"leftPupil", []int{36, 37, 38, 39, 40, 41}}, // the 68 points have no pupils; the eyes' middles stand for them
	{"rightPupil", []int{42, 43, 44, 45, 46, 47}},
	{"upperJawlineLeft", []int{0}},
	{"midJawlineLeft", []int{4}},
	{"chinBottom", []int{8}},
	{"midJawlineRight", []int{12}},
	{"upperJawlineRight", []int{16}},
}

// FaceDetailOf puts a face from a picture of width × height pixels, with all attributes, into Rekognition's
// words.
func FaceDetailOf(f vision.Face, width, height int) FaceDetail {
	w, h := float64(width), float64(height)
	d := FaceDetail{
		BoundingBox: BoundingBox{Width: f.Box.W / w, Height: f.Box.H / h, Left: f.Box.X / w, Top: f.Box.Y / h},
		AgeRange:    ageRange(f.Age),
		Smile:       smile(f.Expressions[vision.Happy]),
		Gender:      Gender{Value: "Male", Confidence: 100 * f.GenderProbability},
		Pose:        Pose{Roll: f.Pose.Roll, Yaw: f.Pose.Yaw, Pitch: f.Pose.Pitch},
		Quality:     Quality{Brightness: f.Quality.Brightness, Sharpness: f.Quality.Sharpness},
		Confidence:  100 * f.Score,
	}
	if f.Gender == vision.Female {
		d.Gender.Value = "Female"
	}
	for e, p := range f.Expressions {
		d.Emotions = append(d.Emotions, Emotion{vision.Expression(e).String(), 100 * p})
	}
	slices.SortStableFunc(d.Emotions, func(a, b Emotion) int { return cmp.Compare(b.Confidence, a.Confidence) })
	for _, l := range landmarks {
		var x, y float64
		for _, p := range l.points {
			x += f.Landmarks[p].X
			y += f.Landmarks[p].Y
		}
		n := float64(len(l.points))
		d.Landmarks = append(d.Landmarks, Landmark{l.name, x / n / w, y / n / h})
	}
	return d
}

// ageRange widens an estimate: by 3 years and a tenth to either side, about as wide as Rekognition's ranges.
// The network says nothing of how sure it is.
func ageRange(years float64) AgeRange {
	spread := 3 + years/10
	return AgeRange{Low: int(math.Round(max(0, years-spread))), High: int(math.Round(max(0, years+spread)))}
}

// smile is read off the probability of happiness.
func smile(happy float64) Smile {
	if happy >= 0.5 {
		return Smile{true, 100 * happy}
	}
	return Smile{false, 100 * (1 - happy)}
}
