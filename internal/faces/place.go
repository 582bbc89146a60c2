package faces

import "animo"

// samePlace is how much the boxes of faces of two analyses overlap at least where they are one face's.
const samePlace = 0.4

// Match returns which face of a list lies in a place, of those that are not taken the one whose box overlaps it most; -1 for none.
func Match(place animo.Box, list []animo.Face, taken func(i int) bool) int {
	best, most := -1, samePlace
	for i := range list {
		if share := place.Overlap(list[i].Box); share >= most && !taken(i) {
			best, most = i, share
		}
	}
	return best
}

// ReadFace reads a face of a photo's analysis, as somebody may have corrected it; found is false where there is none.
func ReadFace(r Reader, photo string, round int, id string) (face animo.Face, found bool, err error) {
	list, err := ReadAnalysis(r, photo, round)
	for _, face := range list {
		if face.ID == id {
			return face, true, nil
		}
	}
	return animo.Face{}, false, err
}

// Correct makes a record say what a face shows by now.
func Correct(r *animo.MoodRecord, face *animo.Face) {
	r.Mood, r.LeanedTo, r.Correction, r.ImageData.Emotion = face.Mood, face.LeanedTo, face.Correction, face.Show()
	if r.Unsure = face.Unsure; face.Correction != nil { // somebody could read it
		r.Unsure = ""
	}
}
