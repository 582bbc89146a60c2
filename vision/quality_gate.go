package vision

import (
	"cmp"
	"math"

	"animo"
)

// Gates are what a face must pass so that a person can be known by it. Each field may be left 0 for its usual
// value, with which faces like those of LFW pass: 98 of 100 have a sharpness of 46 and more and a brightness
// between 28 and 70. A blur over a twentieth of the face's width brings the typical sharpness from 69 down to
// 23. The descriptor's network takes 150 pixels; a face of 50 still has most of what it looks at. A person is known
// as well by a face that is turned by 45 degrees to a side, or 40 up or down, as by one from the front.
type Gates struct {
	MinSide       float64 // pixels of the box's shorter side; usually 50
	MinSharpness  float64 // of Quality.Sharpness; usually 15
	MinBrightness float64 // of Quality.Brightness; usually 15
	MaxBrightness float64 // usually 90
	MaxRoll       float64 // degrees to either side; usually 40
	MaxPitch      float64 // degrees up or down; usually 40
	MaxYaw        float64 // degrees to either side; usually 45
}

var usualGates = Gates{MinSide: 50, MinSharpness: 15, MinBrightness: 15, MaxBrightness: 90, MaxRoll: 40, MaxPitch: 40, MaxYaw: 45}

// Check tells why a person should not be known by f, in an order that puts first what a person would mend
// first; it is empty for a good face. f needs landmarks and quality.
func (g Gates) Check(f Face) []animo.Reason {
	g = g.withDefaults()
	var why []animo.Reason
	refuse := func(code animo.Code, en, es string, args ...any) {
		why = append(why, animo.ReasonOf(animo.Errorf(code, en, es, args...)))
	}
	if side := min(f.Box.W, f.Box.H); side < g.MinSide {
		refuse(animo.SmallFace, "the face has %.0f pixels; it needs %.0f: come nearer or use a larger photo",
			"el rostro tiene %.0f píxeles; necesita %.0f: acérquese o use una foto más grande", side, g.MinSide)
	}
	if b := f.Quality.Brightness; b < g.MinBrightness {
		refuse(animo.BadLight, "the face is too dark (%.0f of 100; at least %.0f): take the photo in more light",
			"el rostro está demasiado oscuro (%.0f de 100; al menos %.0f): tome la foto con más luz", b, g.MinBrightness)
	} else if b > g.MaxBrightness {
		refuse(animo.BadLight, "the face is too bright (%.0f of 100; at most %.0f): take the photo in less light",
			"el rostro está demasiado claro (%.0f de 100; como mucho %.0f): tome la foto con menos luz", b, g.MaxBrightness)
	}
	if s := f.Quality.Sharpness; s < g.MinSharpness {
		refuse(animo.BlurredFace, "the face is blurred (sharpness %.0f of 100; at least %.0f): use a photo in focus, taken without moving",
			"el rostro está borroso (nitidez %.0f de 100; al menos %.0f): use una foto enfocada y sin movimiento", s, g.MinSharpness)
	}
	if d := math.Abs(f.Pose.Yaw); d > g.MaxYaw {
		refuse(animo.TurnedFace, "the face looks to the side by %.0f degrees; at most %.0f: use a photo in which it looks at the camera",
			"el rostro mira %.0f grados hacia un lado; como mucho %.0f: use una foto en la que mire a la cámara", d, g.MaxYaw)
	}
	if d := math.Abs(f.Pose.Pitch); d > g.MaxPitch {
		refuse(animo.TurnedFace, "the face looks up or down by %.0f degrees; at most %.0f: use a photo in which it looks at the camera",
			"el rostro mira %.0f grados hacia arriba o abajo; como mucho %.0f: use una foto en la que mire a la cámara", d, g.MaxPitch)
	}
	if d := math.Abs(f.Pose.Roll); d > g.MaxRoll {
		refuse(animo.TurnedFace, "the head leans to a shoulder by %.0f degrees; at most %.0f: use a photo in which it is upright",
			"la cabeza se inclina %.0f grados hacia un hombro; como mucho %.0f: use una foto en la que esté derecha", d, g.MaxRoll)
	}
	return why
}

// besides is how prominent another face may be, in relation to that of the person whom a photo introduces.
const besides = 1.0 / 3

// Only returns the face of a photo of w×h pixels that introduces a person, of all its faces, the most prominent first: people in
// the background do not matter. The error is an animo.Error: NoFace, SeveralFaces where another is nearly as prominent, or the first
// reason of Check.
func (g Gates) Only(faces []Face, w, h int) (Face, error) {
	if len(faces) == 0 {
		return Face{}, animo.Errorf(animo.NoFace, "there is no face in it; use a photo that shows one from the front",
			"no hay ningún rostro; use una foto que muestre uno de frente")
	}
	for _, other := range faces[1:] {
		if prominence(other.Box, w, h) > besides*prominence(faces[0].Box, w, h) {
			return Face{}, animo.Errorf(animo.SeveralFaces, "there are %d faces in it; cut out the one that is meant",
				"hay %d rostros; recorte el que corresponde", len(faces))
		}
	}
	if why := g.Check(faces[0]); len(why) > 0 {
		return Face{}, &animo.Error{Code: why[0].Code, EN: why[0].EN, ES: why[0].ES}
	}
	return faces[0], nil
}

func (g Gates) withDefaults() Gates {
	return Gates{
		cmp.Or(g.MinSide, usualGates.MinSide), cmp.Or(g.MinSharpness, usualGates.MinSharpness),
		cmp.Or(g.MinBrightness, usualGates.MinBrightness), cmp.Or(g.MaxBrightness, usualGates.MaxBrightness),
		cmp.Or(g.MaxRoll, usualGates.MaxRoll), cmp.Or(g.MaxPitch, usualGates.MaxPitch), cmp.Or(g.MaxYaw, usualGates.MaxYaw),
	}
}
