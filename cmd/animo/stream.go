package main

import (
	"bufio"
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"

	"animo"
)

// toldMood is a face that a live stream tells of, or what ended the stream.
type toldMood struct {
	animo.MoodRecord
	id  string // after which the stream can be taken up again
	err error
}

// maxEvent is the longest line of a stream that is read, in bytes.
const maxEvent = 1 << 20

// moods follows the live stream of faces, as the query asks; with last_event_id=0, from the first one that is still known. The
// channel is closed after an error, and when ctx ends.
func (k *client) moods(ctx context.Context, query url.Values) (<-chan toldMood, error) {
	res, _, err := k.open(ctx, http.MethodGet, "/v1/stream?"+query.Encode(), nil)
	if err != nil {
		return nil, err
	}
	if res.StatusCode != http.StatusOK {
		defer res.Body.Close()
		return nil, problemOf(res)
	}
	out := make(chan toldMood)
	go func() {
		defer close(out)
		defer res.Body.Close()
		tell := func(m toldMood) bool {
			select {
			case out <- m:
				return true
			case <-ctx.Done():
				return false
			}
		}
		lines := bufio.NewScanner(res.Body)
		lines.Buffer(nil, maxEvent)
		event, id := "", ""
		for lines.Scan() {
			field, value, _ := strings.Cut(lines.Text(), ":")
			value = strings.TrimPrefix(value, " ")
			switch {
			case lines.Text() == "":
				event = ""
			case field == "event":
				event = value
			case field == "id":
				id = value
			case field == "data" && event == "mood":
				m := toldMood{id: id}
				m.err = json.Unmarshal([]byte(value), &m.MoodRecord)
				if !tell(m) || m.err != nil {
					return
				}
			}
		}
		tell(toldMood{err: animo.Errorf(animo.Unavailable, "the live stream broke off: %v", "la transmisión en vivo se cortó: %v", lines.Err())})
	}()
	return out, nil
}
