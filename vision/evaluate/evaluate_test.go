package evaluate

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"animo"
	"animo/vision"
)

func near(a, b float64) bool { return math.Abs(a-b) < 5e-4 }

// TestRateOf compares with the intervals of R's binom.confint(method = "wilson").
func TestRateOf(t *testing.T) {
	for _, c := range []struct {
		hits, of           int
		value, least, most float64
	}{
		{8, 10, 0.8, 0.4902, 0.9433},
		{0, 20, 0, 0, 0.1611},
		{300, 300, 1, 0.9874, 1},
		{0, 0, 0, 0, 1},
	} {
		if r := RateOf(c.hits, c.of); !near(r.Value, c.value) || !near(r.Range[0], c.least) || !near(r.Range[1], c.most) || r.Of != c.of {
			t.Errorf("%d of %d: %+v, want %g in %g … %g", c.hits, c.of, r, c.value, c.least, c.most)
		}
	}
}

func TestEmotionOf(t *testing.T) {
	for name, want := range map[string]vision.Expression{"neutral": vision.Calm, "HAPPY": vision.Happy, "Alegría": vision.Happy, "disgust": vision.Disgusted, "ENOJO": vision.Angry, "surprise": vision.Surprised} {
		if e, ok := EmotionOf(name); !ok || e != want {
			t.Errorf("%s: %v, %v, want %v", name, e, ok, want)
		}
	}
	if e, ok := EmotionOf("contempt"); ok {
		t.Errorf("contempt is %v", e)
	}
	for e := range vision.Expression(len(vision.Expressions{})) {
		if got, ok := EmotionOf(e.String()); !ok || got != e {
			t.Errorf("%v: %v, %v", e, got, ok)
		}
	}
}

// said makes expressions of which one has the given probability.
func said(e vision.Expression, p float64) (all vision.Expressions) {
	for i := range all {
		all[i] = (1 - p) / float64(len(all)-1)
	}
	all[e] = p
	return all
}

func TestEmotionsOf(t *testing.T) {
	faces := []Face{
		{vision.Happy, true, said(vision.Happy, 0.9)},
		{vision.Happy, true, said(vision.Happy, 0.9)},
		{vision.Happy, true, said(vision.Sad, 0.9)},
		{vision.Happy, false, vision.Expressions{}},
		{vision.Sad, true, said(vision.Sad, 0.9)},
		{vision.Angry, true, said(vision.Fear, 0.5)}, // both are OTHER
	}
	e := EmotionsOf(faces)
	for name, c := range map[string][2]float64{
		"n": {float64(e.N), 6}, "missed": {float64(e.Missed), 1}, "missed rate": {e.MissedRate.Value, 1. / 6},
		"accuracy": {e.Accuracy.Value, 3. / 5}, "mood accuracy": {e.MoodAccuracy.Value, 4. / 5},
		"macro recall": {e.MacroRecall.Value, (2./3 + 1 + 0) / 3},
		"ece":          {e.ECE.Value, (math.Abs(4*0.9-3) + 0.5) / 5},
		"recall":       {e.Classes["HAPPY"].Recall.Value, 2. / 3}, "precision": {e.Classes["SAD"].Precision.Value, 1. / 2},
		"never said": {float64(e.Classes["ANGRY"].Precision.Of), 0}, "never there": {float64(e.Classes["FEAR"].Recall.Of), 0},
		"confusion": {float64(e.Confusion["HAPPY"]["SAD"]), 1},
	} {
		if !near(c[0], c[1]) {
			t.Errorf("%s is %g, want %g", name, c[0], c[1])
		}
	}
	if _, there := e.Classes["SURPRISED"]; there {
		t.Error("an emotion that nobody showed or was said to show is among the classes")
	}
}

// TestEmotionsOf_intervals draws samples of faces of which 70 % are read right, of two labels: the true figure lies within the
// interval nearly always.
func TestEmotionsOf_intervals(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	const samples = 60
	within := 0
	for range samples {
		var faces []Face
		for i := range 120 {
			f := Face{vision.Happy, true, said(vision.Happy, 0.7)}
			if i%4 == 0 {
				f.Label, f.Said = vision.Sad, said(vision.Sad, 0.7)
			}
			if rng.Float64() > 0.7 {
				f.Said = said(vision.Fear, 0.7)
			}
			faces = append(faces, f)
		}
		if r := EmotionsOf(faces).MacroRecall; r.Range[0] <= 0.7 && 0.7 <= r.Range[1] {
			within++
		}
	}
	if within < 52 || within == samples {
		t.Errorf("the interval holds the true figure in %d of %d samples, want about 57", within, samples)
	}
}

// at returns a descriptor so far from the origin along an axis; those of different axes are far from each other.
func at(axis int, offset float32) (d vision.Descriptor) {
	d[axis] = 1
	d[127] = offset
	return d
}

func TestIdentificationOf(t *testing.T) {
	photo := func(name string, axis int, offset float32) Photo {
		return Photo{Person: name, Introduces: true, Found: true, Descriptor: at(axis, offset)}
	}
	photos := []Photo{
		photo("Ana", 0, 0), photo("Ana", 0, 0.25), photo("Ana", 0, 0.45),
		photo("Eva", 1, 0), photo("Eva", 1, 0.1), {Person: "Eva"}, // the last without a face
		photo("Luz", 2, 0), photo("Luz", 0, 0.1), // who looks like Ana there
		photo("Sol", 3, 0), // a stranger
		{Person: "Mar", Found: true, Descriptor: at(0, 0.3)}, {Person: "Mar", Found: true, Descriptor: at(4, 0)}, // refused
	}
	id := IdentificationOf(photos)
	if id.People != 5 || id.Photos != len(photos) || id.Missed != 1 || id.Refused != 1 || len(id.Curves) != 1 {
		t.Fatalf("%+v", id)
	}
	c := id.Curves[0]
	if c.Gallery != 3 || c.Known != 5 || c.Strangers != 7 {
		t.Errorf("gallery of %d, %d known, %d strangers; want 3, 5 and 7", c.Gallery, c.Known, c.Strangers)
	}
	i := slices.IndexFunc(c.Points, func(p Point) bool { return p.Distance == 0.4 })
	if i < 0 {
		t.Fatalf("no point at 0.4: %v", c.Points)
	}
	// Within 0.4: Ana's second photo and Eva's; Luz is taken for Ana, as is one of Mar's, who is a stranger.
	p := c.Points[i]
	for name, r := range map[string][2]Rate{"true positive": {p.TruePositive, RateOf(2, 5)}, "wrong": {p.Wrong, RateOf(1, 5)}, "false positive": {p.FalsePositive, RateOf(2, 7)}} {
		if r[0] != r[1] {
			t.Errorf("%s is %+v, want %+v", name, r[0], r[1])
		}
	}
	// Three people are few, so the distance decides: all but Luz's and Eva's without a face are right, and Luz is taken for Ana.
	if n := c.Named[1]; len(c.Named) != 3 || n.Caution != animo.Usual || n.TruePositive != RateOf(3, 5) || n.Wrong != RateOf(1, 5) || n.FalsePositive != RateOf(2, 7) || n.Perhaps.TruePositive != RateOf(3, 5) {
		t.Errorf("as it is named usually: %+v", n)
	}
	for _, b := range c.AtMost {
		if b.FalsePositive.Value > b.FalsePositives {
			t.Errorf("at most %g: %+v", b.FalsePositives, b.Point)
		}
	}
	if len(c.AtMost) != len(shares) || c.AtMost[0].Distance > 0.101 || c.AtMost[0].TruePositive.Value == 1 {
		t.Errorf("bounded points: %+v", c.AtMost)
	}
}
