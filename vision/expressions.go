package vision

import (
	"math"

	"animo"
	"animo/vision/internal/net"
)

// read tells what a face shows, and the probability that something covers a part of it: by our own network for it, where the
// build carries one, else by face-api's. square gives the square that a network looks at, whose side is share times
// the longer side of the rectangle round the landmarks in the picture, and n of the network's pixels.
func (n *networks) read(ws *net.Workspace, img net.Image, square func(share, n float64) net.Similarity) (e Expressions, covered float64) {
	if n.emotions != nil {
		if s := square(emotionsShare, net.EmotionsSide); turned(s) {
			e, covered = n.emotions.Run(ws, img, s)
		}
		return e, covered
	}
	if s := square(expressionsShare, net.FaceSide); turned(s) {
		e = n.expressions.RunTurned(ws, img, s)
	}
	return e, 0
}

// Mood returns the mood that an expression belongs to.
func (e Expression) Mood() animo.Mood { return animo.Emotion{Type: e.String()}.Mood() }

// Mood returns the mood whose expressions' probabilities add up to most, and their sum, from 0 to 1; of equals, the first
// of animo.Moods.
func (e Expressions) Mood() (animo.Mood, float64) {
	sums := map[animo.Mood]float64{}
	for i, p := range e {
		sums[Expression(i).Mood()] += p
	}
	best := animo.Happy
	for _, m := range animo.Moods() {
		if sums[m] > sums[best] {
			best = m
		}
	}
	return best, sums[best]
}

// What a face must have so that its expressions can be read.
const (
	readableSide      = 20  // pixels of the box's shorter side: the network looks at 48
	readableSharpness = 10  // of Quality.Sharpness: blurred over a tenth of its width, every second face shows another mood
	readableDark      = 8   // of Quality.Brightness
	readableBright    = 95  //
	readableYaw       = 60  // degrees
	readableCovered   = 0.5 // of Covered
)

// Unreadable tells why the expressions of f cannot be trusted, the gravest reason first: it is tiny, covered in part, blurred,
// in bad light, or turned away; their codes are those of animo.Unsures. It is empty for a face whose expressions count. f needs landmarks, expressions and quality.
func (f Face) Unreadable() []animo.Reason {
	var why []animo.Reason
	doubt := func(code animo.Code, en, es string, args ...any) {
		why = append(why, animo.ReasonOf(animo.Errorf(code, en, es, args...)))
	}
	if side := min(f.Box.W, f.Box.H); side < readableSide {
		doubt(animo.SmallFace, "the face has %.0f pixels; its expression needs %d: use a larger photo",
			"el rostro tiene %.0f píxeles; su expresión necesita %d: use una foto más grande", side, readableSide)
	}
	if f.Covered > readableCovered {
		doubt(animo.CoveredFace, "something covers a part of the face, so that its expression cannot be read",
			"algo cubre una parte del rostro, así que su expresión no se puede leer")
	}
	if s := f.Quality.Sharpness; s < readableSharpness {
		doubt(animo.BlurredFace, "the face is too blurred for its expression to be read (sharpness %.0f of 100; at least %d)",
			"el rostro está demasiado borroso para leer su expresión (nitidez %.0f de 100; al menos %d)", s, readableSharpness)
	}
	if b := f.Quality.Brightness; b < readableDark {
		doubt(animo.BadLight, "the face is too dark for its expression to be read (%.0f of 100; at least %d)",
			"el rostro está demasiado oscuro para leer su expresión (%.0f de 100; al menos %d)", b, readableDark)
	} else if b > readableBright {
		doubt(animo.BadLight, "the face is too bright for its expression to be read (%.0f of 100; at most %d)",
			"el rostro está demasiado claro para leer su expresión (%.0f de 100; como mucho %d)", b, readableBright)
	}
	if d := math.Abs(f.Pose.Yaw); d > readableYaw {
		doubt(animo.TurnedFace, "the face looks to the side by %.0f degrees, too far for its expression to be read; at most %d",
			"el rostro mira %.0f grados hacia un lado, demasiado para leer su expresión; como mucho %d", d, readableYaw)
	}
	return why
}
