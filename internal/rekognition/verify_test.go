package rekognition

import (
	"errors"
	"net/http/httptest"
	"testing"
	"time"
)

// TestSignature_must_cover_what_matters: a signature that is right for what it covers, made as no SDK does, is
// refused where it covers too little.
func TestSignature_must_cover_what_matters(t *testing.T) {
	r := httptest.NewRequest("POST", "http://127.0.0.1/", nil)
	r.Header.Set("X-Amz-Date", "20260501T120000Z")
	r.Header.Set("X-Amz-Target", "RekognitionService.DeleteFaces")
	for _, c := range []struct {
		signed []string
		good   bool
	}{
		{[]string{"host", "x-amz-date", "x-amz-target"}, true},
		{[]string{"x-amz-date", "x-amz-target"}, false},
		{[]string{"host", "x-amz-date"}, false},
		{[]string{"host", "x-amz-target"}, false},
	} {
		s := signature{day: "20260501", region: "here", date: "20260501T120000Z", signed: c.signed}
		s.sum = s.compute(r, []byte("{}"), "secret")
		if err := s.verify(r, []byte("{}"), "secret"); (err == nil) != c.good {
			t.Errorf("%v: %v", c.signed, err)
		}
	}
}

func TestSignature_is_of_its_day(t *testing.T) {
	s := signature{day: "20260430"}
	if f, ok := errors.AsType[*failure](s.dated("20260501T000000Z")); !ok || f.code != "InvalidSignatureException" {
		t.Errorf("another day's: %v", f)
	}
	s.day = "20260501"
	if err := s.dated("20260501T000000Z"); err != nil || !s.at.Equal(time.Date(2026, 5, 1, 0, 0, 0, 0, time.UTC)) {
		t.Errorf("its own day's: %v, %v", s.at, err)
	}
	if err := s.dated("20260501T000000.5Z"); err == nil {
		t.Error("a date with half a second is taken")
	}
}
