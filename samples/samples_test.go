package samples_test

import (
	"bytes"
	"errors"
	"image/jpeg"
	"os"
	"slices"
	"strings"
	"testing"

	"animo"
	"animo/samples"
)

func TestOpinions_are_half_good_and_half_bad(t *testing.T) {
	labels := map[string]int{}
	for line := range strings.Lines(string(samples.Opinions())) {
		text, label, ok := strings.Cut(strings.TrimSuffix(line, "\n"), "\t")
		if !ok || text == "" {
			t.Errorf("the line %q", line)
		}
		labels[label]++
	}
	if labels["0"] != 60 || labels["1"] != 60 || len(labels) != 2 {
		t.Errorf("labels %v, want 60 of each", labels)
	}
}

func TestPhotos_are_six_or_said_to_be_missing(t *testing.T) {
	list, err := samples.Photos()
	if _, fetched := os.Stat("photos/LICENSE"); errors.Is(fetched, os.ErrNotExist) {
		if animo.CodeOf(err) != animo.Unavailable || !strings.Contains(err.Error(), "make weights") {
			t.Errorf("without photos: %v, want unavailable", err)
		}
		return
	}
	if err != nil || len(list) != 6 {
		t.Fatalf("%d photos, %v", len(list), err)
	}
	for _, p := range list {
		if _, err := jpeg.DecodeConfig(bytes.NewReader(p.JPEG)); err != nil || !strings.HasSuffix(p.Name, ".jpg") {
			t.Errorf("%s: %v", p.Name, err)
		}
	}
}

func TestPeople_are_cut_out_of_photos(t *testing.T) {
	photos, err := samples.Photos()
	if err != nil {
		t.Skip("SKIPPED, NOT TESTED: the photos are not there; run make weights")
	}
	people, err := samples.People()
	if err != nil || len(people) != 2 {
		t.Fatalf("%d people, %v", len(people), err)
	}
	for _, p := range people {
		c, err := jpeg.DecodeConfig(bytes.NewReader(p.JPEG))
		if err != nil || c.Width != 400 || p.Name == "" || !slices.ContainsFunc(photos, func(photo samples.Photo) bool { return photo.Name == p.From }) {
			t.Errorf("%s of %s: %+v, %v", p.Name, p.From, c, err)
		}
	}
}
