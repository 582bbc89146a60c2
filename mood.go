package animo

import (
	"cmp"
	"slices"
	"time"
)

// Mood is where a face is routed: to that mood's queue and that mood's table.
type Mood string

// The moods.
const (
	Happy     Mood = "HAPPY"
	Sad       Mood = "SAD"
	Surprised Mood = "SURPRISED"
	Other     Mood = "OTHER"
)

// Moods lists the moods in their order.
func Moods() []Mood { return []Mood{Happy, Sad, Surprised, Other} }

// Emotion is what a face shows, in the words of Amazon Rekognition and of the photo report.
type Emotion struct {
	Type       string  `json:"Type"`       // one of EmotionTypes
	Confidence float64 `json:"Confidence"` // in percent
}

// EmotionTypes lists the types of emotions in their order.
func EmotionTypes() []string {
	return []string{"HAPPY", "SAD", "ANGRY", "CONFUSED", "DISGUSTED", "SURPRISED", "CALM", "FEAR", "UNKNOWN"}
}

// Mood returns the mood that the emotion belongs to: the one of its name, or Other for an emotion without one.
func (e Emotion) Mood() Mood {
	if m := Mood(e.Type); slices.Contains(Moods(), m) {
		return m
	}
	return Other
}

// Unsures lists why a face's expression cannot be read, the gravest first: it has few pixels, something covers a part of it, it is
// blurred, in bad light, or turned away.
func Unsures() []Code { return []Code{SmallFace, CoveredFace, BlurredFace, BadLight, TurnedFace} }

// MoodOf routes a face by its emotions: to the mood whose emotions' confidences add up to most; of equals, the first of Moods. Where
// the sum is below least percent, or where unsure says why the expression cannot be read, it is Other, and leanedTo says which
// emotion it would have been, the most probable one of that mood. A face without emotions is Other.
func MoodOf(emotions []Emotion, unsure Code, least float64) (mood Mood, leanedTo string) {
	mood = Other
	most, leading := 0.0, ""
	for _, m := range Moods() {
		all, top := 0.0, Emotion{}
		for _, e := range emotions {
			if e.Mood() != m {
				continue
			}
			all += e.Confidence
			if top.Type == "" || e.Confidence > top.Confidence {
				top = e
			}
		}
		if all > most {
			mood, leading, most = m, top.Type, all
		}
	}
	if most < least || unsure != "" {
		return Other, leading
	}
	return mood, ""
}

// SortEmotions puts the most probable first; of equally probable ones the order stays.
func SortEmotions(list []Emotion) {
	slices.SortStableFunc(list, func(a, b Emotion) int { return cmp.Compare(b.Confidence, a.Confidence) })
}

// Celebrity is a person that was introduced and recognised; the name is the photo report's.
type Celebrity struct {
	Name       string  `json:"name"`
	Similarity float64 `json:"similarity"` // in percent
}

// MoodRecord is what is recorded of a face, and what is told to whoever listens. The first four fields are
// the photo report's own.
type MoodRecord struct {
	TenantID  string    `json:"tenant_id"`
	Mood      Mood      `json:"mood"`
	ImageID   string    `json:"image_id"` // the photo's name
	ImageData ImageData `json:"image_data"`

	FaceID     string      `json:"face_id"`
	PhotoID    string      `json:"photo_id"` // empty for a face that a client measured
	Source     string      `json:"source"`
	MeasuredBy string      `json:"measured_by,omitempty"` // "client" for a face that a client measured, which has no photo here
	LeanedTo   string      `json:"leaned_to,omitempty"`
	Correction *Correction `json:"correction,omitempty"`
	Unsure     Code        `json:"unsure,omitempty"`
	Emotions   []Emotion   `json:"emotions"`
	Box        Box         `json:"box"`
	Confidence float64     `json:"confidence"` // in percent, that this is a face
	Age        float64     `json:"age"`
	Gender     Gender      `json:"gender"`
	Taken      time.Time   `json:"taken_at"`
	TakenBy    TakenBy     `json:"taken_by,omitempty"`
	Accepted   time.Time   `json:"accepted_at"`
	Analysed   time.Time   `json:"analysed_at"`
}

// ImageData is the photo report's: who it is and the most probable emotion.
type ImageData struct {
	Celebrities []Celebrity `json:"celebrities_info"`
	Emotion     Emotion     `json:"user_emotion"` // or, with 100 percent, the one that somebody said it is
}
