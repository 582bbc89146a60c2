package vision

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"animo"
)

func TestMood_is_that_whose_expressions_add_up_to_most(t *testing.T) {
	for name, c := range map[string]struct {
		e    Expressions
		want animo.Mood
		p    float64
	}{
		"one emotion":                   {Expressions{Happy: 0.9, Calm: 0.1}, animo.Happy, 0.9},
		"calm is other":                 {Expressions{Calm: 1}, animo.Other, 1},
		"several of other beat the top": {Expressions{Sad: 0.35, Calm: 0.3, Fear: 0.2, Angry: 0.15}, animo.Other, 0.65},
		"disgust and anger are other":   {Expressions{Surprised: 0.4, Disgusted: 0.3, Angry: 0.3}, animo.Other, 0.6},
		"surprise":                      {Expressions{Surprised: 0.6, Fear: 0.4}, animo.Surprised, 0.6},
		"of equals the first":           {Expressions{Sad: 0.5, Calm: 0.5}, animo.Sad, 0.5},
	} {
		if m, p := c.e.Mood(); m != c.want || math.Abs(p-c.p) > 1e-12 {
			t.Errorf("%s: %s with %g, not %s with %g", name, m, p, c.want, c.p)
		}
	}
}

// Mood and animo.MoodOf, which takes names and percentages, agree.
func TestMood_is_what_MoodOf_says(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	for range 1000 {
		var e Expressions
		sum := 0.0
		for i := range e {
			e[i] = math.Pow(random.Float64(), 3)
			sum += e[i]
		}
		var emotions []animo.Emotion
		for i := range e {
			e[i] /= sum
			emotions = append(emotions, animo.Emotion{Type: Expression(i).String(), Confidence: 100 * e[i]})
		}
		got, _ := e.Mood()
		if want, _ := animo.MoodOf(emotions, "", 0); got != want {
			t.Fatalf("%v: %s, not %s", e, got, want)
		}
	}
}

func TestUnreadable_tells_why_an_expression_does_not_count(t *testing.T) {
	good := Face{Box: Rect{0, 0, 60, 80}, Quality: Quality{Brightness: 50, Sharpness: 50}, Covered: 0.1}
	for name, c := range map[string]struct {
		change func(f *Face)
		want   []animo.Code
	}{
		"good":             {func(*Face) {}, nil},
		"leaning":          {func(f *Face) { f.Pose.Roll = 80 }, nil}, // it is read upright
		"tiny":             {func(f *Face) { f.Box.W = 9 }, []animo.Code{animo.SmallFace}},
		"covered":          {func(f *Face) { f.Covered = 0.9 }, []animo.Code{animo.CoveredFace}},
		"blurred":          {func(f *Face) { f.Quality.Sharpness = 1 }, []animo.Code{animo.BlurredFace}},
		"dark":             {func(f *Face) { f.Quality.Brightness = 3 }, []animo.Code{animo.BadLight}},
		"bright":           {func(f *Face) { f.Quality.Brightness = 99 }, []animo.Code{animo.BadLight}},
		"in profile":       {func(f *Face) { f.Pose.Yaw = -75 }, []animo.Code{animo.TurnedFace}},
		"tiny and covered": {func(f *Face) { f.Box.H, f.Covered = 5, 1 }, []animo.Code{animo.SmallFace, animo.CoveredFace}},
	} {
		f := good
		c.change(&f)
		var got []animo.Code
		for _, r := range f.Unreadable() {
			got = append(got, r.Code)
			if r.EN == "" || r.ES == "" {
				t.Errorf("%s: %+v says nothing", name, r)
			}
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%s: %v, not %v", name, got, c.want)
		}
	}
}
