package animo

import "time"

// Person is somebody whom a tenant introduced by photos, or by saying of a recorded face who it is. The ID stays
// the same when the name changes; somebody introduced again after an erasure is another person.
type Person struct {
	ID         string    `json:"id"`
	Name       string    `json:"name"`
	Introduced time.Time `json:"introduced_at"`
	Changed    time.Time `json:"changed_at"` // when an example came or went, or the name changed
	Examples   []Example `json:"examples"`   // by which the person is known; the first introduced first
}

// Example is a face by which a person is known.
type Example struct {
	ID    string    `json:"id"`
	Added time.Time `json:"added_at"`
	Face  string    `json:"face_id,omitempty"` // the recorded face that was said to be the person's; empty for an introduction's
}
