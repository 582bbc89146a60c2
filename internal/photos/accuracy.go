package photos

import (
	"context"
	"slices"

	"animo"
	"animo/internal/table"
	"animo/vision/evaluate"
)

// Accuracy is how often analyses were right, of the faces of which somebody said what they show.
type Accuracy struct {
	Faces    Share // of all of which something was said: those that are faces
	Emotions Share // of the faces of which the emotion was said: those of which it is the one that was found most probable
	Moods    Share // of these, without those that were left unsure: those that were given the emotion's mood
	Unsure   int   // faces of which the emotion was said that were left unsure
	Each     []EmotionAccuracy
}

// EmotionAccuracy is a row of the confusion matrix: of the faces that show one emotion.
type EmotionAccuracy struct {
	Emotion   string
	Found     map[string]int // what was found most probable in them, and in how many
	Recall    Share          // of the faces that show it: those in which it was found
	Precision Share          // of the faces in which it was found: those that show it
}

// Share is a share of some cases, with its interval.
type Share = evaluate.Rate

// Accuracy counts what was said of faces that are kept. Each has the emotions of which something was said or found, in
// the order of animo.EmotionTypes.
func (p *Photos) Accuracy(ctx context.Context, tenant string) (a Accuracy, err error) {
	var checked, notFaces, right, moods, moodsRight int
	found := map[string]map[string]int{} // by what the faces show and what was found
	for t, err := range p.tables.Tallies(ctx, tenant, correctionsTable, table.Range{}) {
		if err != nil {
			return a, err
		}
		was, is, mood, ok := checkIn(t.Key)
		if t.N <= 0 || !ok {
			continue
		}
		n := int(t.N)
		if is == "" {
			notFaces += n
			continue
		}
		checked += n
		if was == is {
			right += n
		}
		if mood != unsure {
			moods += n
			if mood == string(animo.Emotion{Type: is}.Mood()) {
				moodsRight += n
			}
		}
		if found[is] == nil {
			found[is] = map[string]int{}
		}
		found[is][was] += n
	}
	return Accuracy{evaluate.RateOf(checked, checked+notFaces), evaluate.RateOf(right, checked), evaluate.RateOf(moodsRight, moods), checked - moods, eachEmotion(found)}, nil
}

func eachEmotion(found map[string]map[string]int) (each []EmotionAccuracy) {
	kinds, shown, said := animo.EmotionTypes(), map[string]int{}, map[string]int{}
	for is, row := range found {
		for was, n := range row {
			shown[is] += n
			if said[was] += n; !slices.Contains(kinds, was) {
				kinds = append(kinds, was) // of an engine with more emotions
			}
		}
	}
	for _, e := range kinds {
		if shown[e]+said[e] == 0 {
			continue
		}
		row := found[e]
		if row == nil {
			row = map[string]int{}
		}
		each = append(each, EmotionAccuracy{e, row, evaluate.RateOf(row[e], shown[e]), evaluate.RateOf(row[e], said[e])})
	}
	return each
}
