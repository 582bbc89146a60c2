package faces

import (
	"time"

	"animo"
)

// Measured is the row of a face that a client measured: it says that the face is there, and what was decided of it.
type Measured struct {
	Mood     animo.Mood `json:"mood"` // under which it is recorded
	LeanedTo string     `json:"leaned_to,omitempty"`
	Accepted time.Time  `json:"accepted_at"`

	// What somebody said of it after it was recorded, and the record as the client measured it; nil where nobody did. The record of what
	// is no face is here alone.
	Correction *animo.Correction `json:"correction,omitempty"`
	Record     *animo.MoodRecord `json:"record,omitempty"`
}

// Face is the face as it is by now, where somebody corrected it.
func (m *Measured) Face() animo.Face {
	r := m.Record
	face := animo.Face{
		ID: r.FaceID, Mood: r.Mood, LeanedTo: r.LeanedTo, Unsure: r.Unsure, Emotions: r.Emotions, People: []animo.Celebrity{},
		Box: r.Box, Confidence: r.Confidence, Age: r.Age, Gender: r.Gender,
	}
	return face.Corrected(m.Correction)
}

// Correct makes a record say what somebody said of the face, and reports whether it is one.
func (m *Measured) Correct(r *animo.MoodRecord) (is bool) {
	if m.Record == nil {
		return true
	}
	face := m.Face()
	Correct(r, &face)
	return !face.NotFace()
}
