package export

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"iter"
	"strings"
	"testing"
	"time"

	"animo"
)

// twice is a record twice, and then an error if there is one.
func twice(r animo.MoodRecord, err error) iter.Seq2[animo.MoodRecord, error] {
	return func(yield func(animo.MoodRecord, error) bool) {
		for range 2 {
			if !yield(r, nil) {
				return
			}
		}
		if err != nil {
			yield(animo.MoodRecord{}, err)
		}
	}
}

func TestCSV_has_a_column_for_each_field(t *testing.T) {
	var b bytes.Buffer
	at := time.Date(2026, 8, 1, 21, 15, 0, 0, time.FixedZone("", -5*3600))
	r := animo.MoodRecord{
		TenantID: "sol", Mood: animo.Happy, ImageID: "=1+1", FaceID: "f-0", PhotoID: "f", Source: "puerta, norte",
		ImageData: animo.ImageData{Celebrities: []animo.Celebrity{{Name: "@Ana", Similarity: 99.5}, {Name: "Bea", Similarity: 80}}, Emotion: animo.Emotion{Type: "HAPPY", Confidence: 91.25}},
		Emotions:  []animo.Emotion{{Type: "HAPPY", Confidence: 91.25}, {Type: "CALM", Confidence: 0}},
		Box:       animo.Box{Left: -0.1, Top: 0.2, Width: 0.3, Height: 0.4}, Confidence: 99, Age: 31.5, Gender: animo.Gender{Value: "Female", Confidence: 97},
		Taken: at, Accepted: at, Analysed: at, Unsure: animo.CoveredFace,
	}
	if err := Formats()[0].Write(&b, twice(r, nil)); err != nil {
		t.Fatal(err)
	}
	text, marked := strings.CutPrefix(b.String(), "\ufeff")
	if !marked {
		t.Error("the file has no byte order mark, without which Excel does not take it for UTF-8")
	}
	rows, err := csv.NewReader(strings.NewReader(text)).ReadAll()
	if err != nil || len(rows) != 3 {
		t.Fatalf("%d rows, %v", len(rows), err)
	}
	for i, want := range map[string]string{
		"tenant_id": "sol", "mood": "HAPPY", "image_id": "'=1+1", "celebrities": "'@Ana;Bea", "celebrities_similarity": "99.5;80",
		"emotion": "HAPPY", "emotion_confidence": "91.25", "face_id": "f-0", "photo_id": "f", "source": "puerta, norte", "leaned_to": "",
		"emotion_HAPPY": "91.25", "emotion_SAD": "", "emotion_CALM": "0", "emotion_UNKNOWN": "",
		"box_left": "-0.1", "box_height": "0.4", "confidence": "99", "age": "31.5", "gender": "Female", "gender_confidence": "97",
		"taken_at": "2026-08-02T02:15:00Z", "analysed_at": "2026-08-02T02:15:00Z", "measured_by": "", "unsure": "covered_face",
	} {
		column := -1
		for c, name := range rows[0] {
			if name == i {
				column = c
			}
		}
		if column < 0 || rows[1][column] != want || rows[2][column] != want {
			t.Errorf("column %s is %d in %q, want %q", i, column, rows[1], want)
		}
	}
}

func TestFreeText_is_no_formula(t *testing.T) {
	for in, want := range map[string]string{
		"": "", "a": "a", "a=b": "a=b", "1-2": "1-2", "=a": "'=a", "+1": "'+1", "-1": "'-1", "@a": "'@a", "\ta": "'\ta", "\ra": "'\ra", "'=a": "'=a", "ñ": "ñ",
	} {
		if got := freeText(in); got != want {
			t.Errorf("%q becomes %q, want %q", in, got, want)
		}
	}
}

func TestJSONL_has_a_record_a_line(t *testing.T) {
	var b bytes.Buffer
	want := animo.MoodRecord{TenantID: "sol", Mood: animo.Sad, FaceID: "f-0"}
	if err := Formats()[1].Write(&b, twice(want, nil)); err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSuffix(b.String(), "\n"), "\n")
	if len(lines) != 2 {
		t.Fatalf("%q", b.String())
	}
	for _, line := range lines {
		var got animo.MoodRecord
		if err := json.Unmarshal([]byte(line), &got); err != nil || got.TenantID != want.TenantID || got.Mood != want.Mood || got.FaceID != want.FaceID {
			t.Errorf("%s: %v", line, err)
		}
	}
}

func TestWrite_that_fails_early_has_written_nothing(t *testing.T) {
	failure := errors.New("the disk is on fire")
	for _, f := range Formats() {
		var b bytes.Buffer
		if err := f.Write(&b, twice(animo.MoodRecord{}, failure)); err != failure || b.Len() != 0 {
			t.Errorf("%s: %v, and %d bytes were written", f.Name, err, b.Len())
		}
	}
}
