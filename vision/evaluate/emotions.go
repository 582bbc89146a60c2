package evaluate

import (
	"strings"

	"animo/vision"
)

// names are what people call the emotions: FER2013's and FER+'s labels, Rekognition's, and Spanish ones without accents.
var names = map[string]vision.Expression{
	"calm": vision.Calm, "neutral": vision.Calm, "calma": vision.Calm, "neutro": vision.Calm, "tranquilidad": vision.Calm,
	"happy": vision.Happy, "happiness": vision.Happy, "feliz": vision.Happy, "felicidad": vision.Happy, "alegria": vision.Happy, "alegre": vision.Happy,
	"sad": vision.Sad, "sadness": vision.Sad, "triste": vision.Sad, "tristeza": vision.Sad,
	"angry": vision.Angry, "anger": vision.Angry, "enfado": vision.Angry, "enojo": vision.Angry, "enojado": vision.Angry, "enfadado": vision.Angry, "ira": vision.Angry, "rabia": vision.Angry,
	"fear": vision.Fear, "fearful": vision.Fear, "miedo": vision.Fear, "temor": vision.Fear,
	"disgusted": vision.Disgusted, "disgust": vision.Disgusted, "asco": vision.Disgusted, "disgusto": vision.Disgusted,
	"surprised": vision.Surprised, "surprise": vision.Surprised, "sorpresa": vision.Surprised, "sorprendido": vision.Surprised,
}

// withoutAccents writes Spanish letters as English ones.
var withoutAccents = strings.NewReplacer("á", "a", "é", "e", "í", "i", "ó", "o", "ú", "u", "\u0301", "")

// EmotionOf tells which emotion a name stands for: one of FER2013, of Rekognition or Spanish, in whatever case.
func EmotionOf(name string) (e vision.Expression, ok bool) {
	e, ok = names[withoutAccents.Replace(strings.ToLower(name))]
	return e, ok
}

// Face is a face of which is known what it shows.
type Face struct {
	Label vision.Expression
	Found bool // a face was found in the picture
	Said  vision.Expressions
}

// Emotions are how well emotions are read. But for the missed ones, the figures are of the faces that were found.
type Emotions struct {
	N            int // pictures
	Missed       int // of them, those in which no face was found
	MissedRate   Rate
	Accuracy     Rate // the most probable emotion is the label
	MoodAccuracy Rate // the mood is that of the label
	MacroRecall  Rate // the mean of the labels' recalls, each label counted once
	// ECE is the expected calibration error: by how much the probability of the most probable emotion differs from how often
	// it is right, in 15 bins of probability (C. Guo et al., "On Calibration of Modern Neural Networks", ICML 2017).
	ECE     Rate
	Classes map[string]Class // by Rekognition's name
	// Confusion counts for each label the emotions that were said.
	Confusion map[string]map[string]int
}

// Class is how well one emotion is read.
type Class struct {
	Recall    Rate // of the faces with this label, those of which it was said
	Precision Rate // of the faces of which it was said, those with this label
}

const calibrationBins = 15

// EmotionsOf measures what was said of faces.
func EmotionsOf(faces []Face) Emotions {
	e := Emotions{N: len(faces), Classes: map[string]Class{}, Confusion: map[string]map[string]int{}}
	var found []Face
	for _, f := range faces {
		if f.Found {
			found = append(found, f)
		}
	}
	e.Missed = len(faces) - len(found)
	e.MissedRate = RateOf(e.Missed, e.N)

	right, mood := 0, 0
	var hits, labels, said [len(vision.Expressions{})]int
	for _, f := range found {
		top, _ := f.Said.Top()
		labels[f.Label]++
		said[top]++
		if top == f.Label {
			right++
			hits[top]++
		}
		if m, _ := f.Said.Mood(); m == f.Label.Mood() {
			mood++
		}
		row := e.Confusion[f.Label.String()]
		if row == nil {
			row = map[string]int{}
			e.Confusion[f.Label.String()] = row
		}
		row[top.String()]++
	}
	e.Accuracy, e.MoodAccuracy = RateOf(right, len(found)), RateOf(mood, len(found))
	for i := range labels {
		if labels[i]+said[i] > 0 {
			e.Classes[vision.Expression(i).String()] = Class{RateOf(hits[i], labels[i]), RateOf(hits[i], said[i])}
		}
	}
	e.MacroRecall = bootstrap(len(found), func(cases []int) float64 { return macroRecall(found, cases) })
	e.ECE = bootstrap(len(found), func(cases []int) float64 { return calibrationError(found, cases) })
	return e
}

func macroRecall(faces []Face, cases []int) float64 {
	var hits, labels [len(vision.Expressions{})]int
	for _, i := range cases {
		f := &faces[i]
		labels[f.Label]++
		if top, _ := f.Said.Top(); top == f.Label {
			hits[top]++
		}
	}
	sum, classes := 0.0, 0
	for i, n := range labels {
		if n > 0 {
			sum += float64(hits[i]) / float64(n)
			classes++
		}
	}
	return sum / float64(max(1, classes))
}

func calibrationError(faces []Face, cases []int) float64 {
	var excess [calibrationBins]float64 // of the probabilities over the number that is right
	for _, i := range cases {
		top, p := faces[i].Said.Top()
		bin := min(int(p*calibrationBins), calibrationBins-1)
		excess[bin] += p
		if top == faces[i].Label {
			excess[bin]--
		}
	}
	sum := 0.0
	for _, x := range excess {
		sum += max(x, -x)
	}
	return sum / float64(max(1, len(cases)))
}
