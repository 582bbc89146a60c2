package animo

import "testing"

func TestMoodOf_adds_up_the_emotions_of_a_mood(t *testing.T) {
	emotion := func(list ...any) (e []Emotion) {
		for i := 0; i < len(list); i += 2 {
			e = append(e, Emotion{list[i].(string), list[i+1].(float64)})
		}
		return e
	}
	for name, c := range map[string]struct {
		emotions []Emotion
		unsure   Code
		least    float64
		mood     Mood
		leanedTo string
	}{
		"none":                             {nil, "", 50, Other, ""},
		"one":                              {emotion("HAPPY", 97.0, "CALM", 3.0), "", 50, Happy, ""},
		"several of OTHER beat the top":    {emotion("SAD", 40.0, "CALM", 30.0, "FEAR", 20.0, "ANGRY", 10.0), "", 0, Other, ""},
		"unsure":                           {emotion("SURPRISED", 45.0, "CALM", 30.0, "HAPPY", 25.0), "", 50, Other, "SURPRISED"},
		"sure enough":                      {emotion("SURPRISED", 45.0, "CALM", 30.0, "HAPPY", 25.0), "", 45, Surprised, ""},
		"OTHER is sure by its sum":         {emotion("CALM", 30.0, "FEAR", 25.0, "HAPPY", 45.0), "", 50, Other, ""},
		"OTHER is unsure":                  {emotion("FEAR", 20.0, "CALM", 25.0, "HAPPY", 30.0, "SAD", 25.0), "", 50, Other, "CALM"},
		"Rekognition's own count as OTHER": {emotion("CONFUSED", 30.0, "UNKNOWN", 30.0, "SAD", 40.0), "", 0, Other, ""},
		"of equals the first of Moods":     {emotion("CALM", 50.0, "SAD", 50.0), "", 50, Sad, ""},
		"nothing is probable":              {emotion("HAPPY", 0.0), "", 0, Other, ""},
		"it cannot be read":                {emotion("HAPPY", 97.0, "CALM", 3.0), CoveredFace, 50, Other, "HAPPY"},
	} {
		if mood, leanedTo := MoodOf(c.emotions, c.unsure, c.least); mood != c.mood || leanedTo != c.leanedTo {
			t.Errorf("%s: %s, leaning to %q; want %s and %q", name, mood, leanedTo, c.mood, c.leanedTo)
		}
	}
}
