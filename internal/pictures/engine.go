package pictures

import (
	"context"
	"math"

	"animo"
	"animo/internal/background"
	"animo/vision"
)

// Engine finds the faces in a picture.
type Engine interface {
	// Find tells of each face in a picture of the tenant's, the most prominent first. Several goroutines may
	// call it at once. After an animo.Deferred the photo waits and has spent no attempt.
	Find(ctx context.Context, tenant string, img vision.Image) ([]Found, error)
}

// Found is a face as an Engine finds it: without an ID, a mood, or the people that the tenant introduced.
type Found struct {
	animo.Face
	Descriptor *vision.Descriptor // nil where the engine has none
}

// Vision is the Engine in this program: the networks of package vision.
type Vision struct{ engine *vision.Engine }

// NewVision makes an Engine of the networks that o asks for. Its errors are vision.New's.
func NewVision(o vision.Options) (*Vision, error) {
	engine, err := vision.New(o)
	if err != nil {
		return nil, err
	}
	return &Vision{engine}, nil
}

// Analyze tells all that the networks see; see vision.Engine. It gives way to all else that runs here.
func (v *Vision) Analyze(ctx context.Context, img vision.Image) (faces []vision.Face, err error) {
	background.Do(func() { faces, err = v.engine.Analyze(ctx, img) })
	return faces, err
}

// Find implements Engine.
func (v *Vision) Find(ctx context.Context, _ string, img vision.Image) ([]Found, error) {
	faces, err := v.Analyze(ctx, img)
	if err != nil {
		return nil, err
	}
	found := make([]Found, len(faces))
	for i := range faces {
		found[i] = Found{faceOf(&faces[i], img.W, img.H), &faces[i].Descriptor}
	}
	return found, nil
}

// faceOf puts what the networks say into the words of records: fractions of the photo's size, to five
// decimals, and percent, to two.
func faceOf(f *vision.Face, width, height int) animo.Face {
	w, h := float64(width), float64(height)
	face := animo.Face{
		Box:        animo.Box{Left: round(f.Box.X/w, 5), Top: round(f.Box.Y/h, 5), Width: round(f.Box.W/w, 5), Height: round(f.Box.H/h, 5)},
		Confidence: round(100*f.Score, 2),
		Age:        round(f.Age, 1),
		Gender:     animo.Gender{Value: "Male", Confidence: round(100*f.GenderProbability, 2)},
		Pose:       animo.Pose{Roll: round(f.Pose.Roll, 1), Pitch: round(f.Pose.Pitch, 1), Yaw: round(f.Pose.Yaw, 1)},
		Quality:    animo.Quality{Brightness: round(f.Quality.Brightness, 1), Sharpness: round(f.Quality.Sharpness, 1)},
		Emotions:   EmotionsOf(f.Expressions),
		Landmarks:  make([][2]float64, len(f.Landmarks)),
	}
	if f.Gender == vision.Female {
		face.Gender.Value = "Female"
	}
	if why := f.Unreadable(); len(why) > 0 {
		face.Unsure = why[0].Code
	}
	for i, p := range f.Landmarks {
		face.Landmarks[i] = [2]float64{round(p.X/w, 5), round(p.Y/h, 5)}
	}
	return face
}

// EmotionsOf puts expressions into the words of records, the most probable first.
func EmotionsOf(e vision.Expressions) []animo.Emotion {
	list := make([]animo.Emotion, len(e))
	for i, p := range e {
		list[i] = animo.Emotion{Type: vision.Expression(i).String(), Confidence: round(100*p, 2)}
	}
	animo.SortEmotions(list)
	return list
}

// ExpressionsOf is EmotionsOf backwards. It reports false for emotions that another engine named.
func ExpressionsOf(list []animo.Emotion) (e vision.Expressions, ok bool) {
	for _, m := range list {
		i, ok := ExpressionOf(m.Type)
		if !ok {
			return e, false
		}
		e[i] = m.Confidence / 100
	}
	return e, len(list) == len(e)
}

// ExpressionOf finds the expression of an emotion's name. It reports false for one that package vision does not tell.
func ExpressionOf(emotion string) (vision.Expression, bool) {
	for i := range len(vision.Expressions{}) {
		if vision.Expression(i).String() == emotion {
			return vision.Expression(i), true
		}
	}
	return 0, false
}

// round keeps some decimals of a figure that means no more than these.
func round(v float64, decimals int) float64 {
	scale := math.Pow10(decimals)
	return math.Round(v*scale) / scale
}
