//go:build unix

package main

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"testing"
	"time"

	"animo"
)

// try sends a request to a program that may be killed meanwhile. A 2xx is read into v where that is not nil.
func (p *process) try(method, path, kind string, body io.Reader, v any) (status int, err error) {
	req, err := http.NewRequest(method, p.url+path, body)
	if err != nil {
		return 0, err
	}
	if kind != "" {
		req.Header.Set("Content-Type", kind)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return 0, err
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err == nil && res.StatusCode < 300 && v != nil {
		err = json.Unmarshal(b, v)
	}
	return res.StatusCode, err
}

// putPhoto sends a photo, which must be accepted.
func (p *process) putPhoto(t *testing.T, name string, content []byte) (photo animo.Photo) {
	t.Helper()
	status, err := p.try(http.MethodPut, "/v1/photos/"+name, "", bytes.NewReader(content), &photo)
	if err != nil || status != http.StatusAccepted {
		t.Fatalf("upload of %s: %d, %v", name, status, err)
	}
	return photo
}

// awaitPhoto waits until a photo has ended.
func (p *process) awaitPhoto(t *testing.T, id string) animo.Photo {
	t.Helper()
	for {
		var photo struct {
			animo.Photo
			Failure *struct {
				Code    animo.Code
				Message string
			}
		}
		p.get(t, "/v1/photos/"+id+"?wait=20", &photo)
		if photo.Status.Ended() {
			if photo.Failure != nil {
				photo.Photo.Failure = &animo.Reason{Code: photo.Failure.Code, EN: photo.Failure.Message}
			}
			return photo.Photo
		}
	}
}

// pages reads a list that is answered in pages.
func pages[T any](t *testing.T, p *process, path string) (all []T) {
	t.Helper()
	for after := ""; ; {
		var page struct {
			Items []T
			Next  string
		}
		p.get(t, path+"limit=500&after="+after, &page)
		all = append(all, page.Items...)
		if after = page.Next; after == "" {
			return all
		}
	}
}

func (p *process) photos(t *testing.T) []animo.Photo {
	t.Helper()
	return pages[animo.Photo](t, p, "/v1/photos?")
}

// records reads the moods' tables, one by one: what is recorded by photo.
func (p *process) records(t *testing.T) map[string][]animo.MoodRecord {
	t.Helper()
	byPhoto := map[string][]animo.MoodRecord{}
	for _, m := range animo.Moods() {
		for _, r := range pages[animo.MoodRecord](t, p, "/v1/moods?mood="+string(m)+"&") {
			if r.Mood != m {
				t.Errorf("%s is in the table of %s", r.FaceID, m)
			}
			byPhoto[r.PhotoID] = append(byPhoto[r.PhotoID], r)
		}
	}
	return byPhoto
}

// await looks again and again until wrong finds nothing wrong, for at most 10 seconds.
func await(t *testing.T, wrong func() string) {
	t.Helper()
	late := time.NewTimer(10 * time.Second)
	defer late.Stop()
	look := time.NewTicker(20 * time.Millisecond)
	defer look.Stop()
	for {
		what := wrong()
		if what == "" {
			return
		}
		select {
		case <-look.C:
		case <-late.C:
			t.Error(what)
			return
		}
	}
}
