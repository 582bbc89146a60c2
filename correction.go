package animo

import "time"

// Correction is what somebody said of a face that an analysis found: that it is none, or which emotion it shows. One that
// names the emotion that the analysis found most probable says that this is right.
type Correction struct {
	NotFace bool      `json:"not_a_face,omitempty"` // then it is recorded and counted nowhere
	Emotion string    `json:"emotion,omitempty"`    // one of EmotionTypes
	At      time.Time `json:"at"`

	Was      string `json:"was,omitempty"`       // the emotion that the analysis found most probable
	Mood     Mood   `json:"mood"`                // that the analysis gave
	LeanedTo string `json:"leaned_to,omitempty"` // that the analysis gave
}

// Corrected returns a face as a correction says it is; without one, as the analysis found it.
func (f Face) Corrected(c *Correction) Face {
	if was := f.Correction; was != nil {
		f.Mood, f.LeanedTo = was.Mood, was.LeanedTo
	}
	if f.Correction = c; c == nil {
		return f
	}
	own := *c
	own.Mood, own.LeanedTo, own.Was = f.Mood, f.LeanedTo, ""
	if len(f.Emotions) > 0 {
		own.Was = f.Emotions[0].Type
	}
	if f.Correction = &own; own.Emotion != "" {
		f.Mood, f.LeanedTo = Emotion{Type: own.Emotion}.Mood(), ""
	}
	return f
}

// NotFace reports whether somebody said that it is none.
func (f *Face) NotFace() bool { return f.Correction != nil && f.Correction.NotFace }

// Show is the emotion that the face shows: what somebody said it is, else the most probable one.
func (f *Face) Show() Emotion {
	switch {
	case f.Correction != nil && f.Correction.Emotion != "":
		return Emotion{Type: f.Correction.Emotion, Confidence: 100}
	case len(f.Emotions) > 0:
		return f.Emotions[0]
	}
	return Emotion{}
}
