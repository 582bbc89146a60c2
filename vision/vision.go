// Package vision finds the faces in a picture and tells about each: its box, 68 landmarks, how the head is
// turned, seven expressions, age, gender, and a descriptor of 128 numbers by which a person is known again.
//
// The networks are YuNet and those of the npm package @vladmandic/face-api; the code that runs them is plain Go with
// vector twins, without cgo, network access or global state. Only for HEIC and AVIF Decode starts a program. An Engine may be used by any number of
// goroutines at once.
package vision

import (
	"fmt"
	"io/fs"
)

// Image is a picture of 8-bit sRGB pixels, three bytes each (red, green, blue), row by row from the top
// without padding: the pixel (x, y) begins at Pix[3*(y*W+x)], and Pix has 3·W·H bytes. Orientation has been
// applied and transparency removed.
type Image struct {
	W, H int
	Pix  []uint8
}

// NewImage makes a black picture.
func NewImage(w, h int) Image { return Image{w, h, make([]uint8, 3*w*h)} }

// Point is a place in a picture in pixels; (0, 0) is the corner of the top left pixel.
type Point struct{ X, Y float64 }

// Rect is a part of a picture in pixels: the corner with the smallest coordinates, and the size.
type Rect struct{ X, Y, W, H float64 }

// Detector names a way to find faces.
type Detector string

// The detectors. SSD misses fewer faces: the network YuNet proposes them, at several sizes, in better light and from other sides where
// nothing is found, and the network SSD is asked where YuNet is not sure. With Options.Original the network SSD looks alone. Tiny, one look of
// one network, takes a tenth of the time.
const (
	SSD  Detector = "ssd"
	Tiny Detector = "tiny"
)

// Attributes is a set of what is computed for each face besides its box and score.
type Attributes uint

// The attributes. Expressions, age, gender and descriptor need the landmarks, and bring them along.
const (
	WithLandmarks   Attributes = 1 << iota // Face.Landmarks and Face.Pose
	WithExpressions                        // Face.Expressions
	WithAgeGender                          // Face.Age, Face.Gender and Face.GenderProbability
	WithDescriptor                         // Face.Descriptor
	WithQuality                            // Face.Quality

	// AllAttributes is the default.
	AllAttributes = WithLandmarks | WithExpressions | WithAgeGender | WithDescriptor | WithQuality
)

// Options say how an Engine works. The zero value is a good choice.
type Options struct {
	// Models holds the weights: the files <name>_model-weights_manifest.json and <name>_model.bin of each
	// network. Nil means those that the binary carries.
	Models fs.FS
	// Detector is SSD when empty.
	Detector Detector
	// MinScore is the confidence, above 0 and below 1, that a detection must exceed. 0 stands for 0.5.
	MinScore float64
	// MaxFaces bounds the faces per picture; those with the highest scores are kept. 0 stands for 100.
	// Detections that show the same face count as one.
	MaxFaces int
	// Attributes is AllAttributes when 0.
	Attributes Attributes
	// TinyLandmarks takes the smaller landmark network: somewhat faster, less exact.
	TinyLandmarks bool
	// TinySize is the side of the square that Tiny looks at, a multiple of 32. 0 stands for 416.
	TinySize int
	// Original runs the steps of the original and nothing else: its crops, its single scale, its yaw in
	// pixels, its order (by descending score). It is for comparing with it. Otherwise SSD means more than that network; landmarks are
	// found again where the head leans; expressions come from a network of our own, where the build carries it; and all but the
	// landmarks come from a square that is turned upright, and from its mirror image.
	Original bool
	// Workers bounds the goroutines that one call uses. 0 stands for GOMAXPROCS. Results do not depend
	// on it.
	Workers int
}

// Face is one face in a picture. What was not asked for (Options.Attributes) is zero.
type Face struct {
	Box       Rect    // may reach beyond the picture
	Score     float64 // how probably it is a face, 0 to 1
	Landmarks [68]Point
	Pose      Pose
	// Expressions are probabilities that add up to 1.
	Expressions Expressions
	// Covered is the probability that something covers a part of the face, such as a mask or a hand. It comes with
	// Expressions where they come from a network of our own, and is 0 else.
	Covered float64
	Age     float64 // years
	Gender  Gender
	// GenderProbability is the probability of Gender, 0.5 to 1.
	GenderProbability float64
	Descriptor        Descriptor
	Quality           Quality

	lean float64 // by how much the head leans, in radians, as the detector saw it
}

// Pose says how a head is turned, in degrees: Roll is positive when it leans towards the picture's right,
// Pitch when it looks up, Yaw when it looks towards the picture's right. With Options.Original the three are
// what the original calls so, Yaw being a difference in pixels.
type Pose struct{ Roll, Pitch, Yaw float64 }

// Quality says how useful the pixels of a face are, each from 0 to 100.
type Quality struct{ Brightness, Sharpness float64 }

// Descriptor is a face in the space where the same person's faces are near each other: a Euclidean distance
// below 0.6 means the same person.
type Descriptor [128]float32

// Gender is what the network takes a face for; it has seen two.
type Gender string

// The genders.
const (
	Male   Gender = "male"
	Female Gender = "female"
)

// Expression is what a face shows.
type Expression int

// The expressions, in the order of the network's outputs.
const (
	Calm Expression = iota
	Happy
	Sad
	Angry
	Fear
	Disgusted
	Surprised
)

var expressionNames = [...]string{"CALM", "HAPPY", "SAD", "ANGRY", "FEAR", "DISGUSTED", "SURPRISED"}

// String returns the name that Rekognition uses, such as HAPPY.
func (e Expression) String() string {
	if e < 0 || int(e) >= len(expressionNames) {
		return fmt.Sprintf("Expression(%d)", int(e))
	}
	return expressionNames[e]
}

// Expressions holds the probability of each Expression.
type Expressions [7]float64

// Top returns the most probable expression; of equals, the first.
func (e Expressions) Top() (Expression, float64) {
	best := Calm
	for i, p := range e {
		if p > e[best] {
			best = Expression(i)
		}
	}
	return best, e[best]
}
