package app_test

import (
	"net/http"
	"testing"
)

func TestRoom_measured_faces_and_corrections_leave_the_disk_its_room(t *testing.T) {
	c := settings(t)
	a := start(t, c)
	a.upload("r.txt", "?trainer=nb", reviews(t))
	a.await("r.txt")
	a.stop()
	c.MinFree = 1 << 62
	a = start(t, c)
	for path, body := range map[string]string{
		"/v1/moods": `{"items":[{"image_id":"webcam","taken_at":"2026-05-01T12:00:00Z","emotions":[{"Type":"HAPPY","Confidence":90}]}]}`, "/v1/models/r.txt/corrections": `{"text":"Todo mal","label":"Negativo"}`,
	} {
		if r := a.do("POST", path, body); r.status != http.StatusInsufficientStorage || r.code() != "no_space" {
			t.Errorf("%s: %d %s", path, r.status, r.body)
		}
	}
}
