package faces

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"animo"
)

// Prefix is how the ids of the faces begin that one analysis of a photo found: with the photo's id and a hyphen; then
// comes which of its analyses that was, but for the first.
func Prefix(photo string, round int) string {
	if round == 0 {
		return photo + "-"
	}
	return fmt.Sprintf("%s-r%d-", photo, round)
}

// ID is the id of the i-th face, from 0, that an analysis found.
func ID(photo string, round, i int) string { return Prefix(photo, round) + strconv.Itoa(i) }

// ParseID tells of which photo and of which of its analyses a face is.
func ParseID(id string) (photo string, round int, ok bool) {
	parts := strings.Split(id, "-")
	if len(parts) == 4 && strings.HasPrefix(parts[2], "r") {
		n, err := strconv.Atoi(parts[2][1:])
		round, ok = n, err == nil && n > 0
	} else {
		ok = len(parts) == 3
	}
	if !ok {
		return "", 0, false
	}
	return parts[0] + "-" + parts[1], round, true
}

// AnalysisKey is the key of what one analysis of a photo found.
func AnalysisKey(photo string, round int) string {
	if round == 0 {
		return photo
	}
	return fmt.Sprintf("%s-r%d", photo, round)
}

// ParseAnalysisKey tells which analysis of which photo a key is of.
func ParseAnalysisKey(key string) (photo string, round int) {
	photo, after, ok := strings.Cut(key, "-r")
	if !ok {
		return key, 0
	}
	round, _ = strconv.Atoi(after)
	return photo, round
}

// measuredMark stands before the last part of a measured face's id, which begins with the moment when it was taken.
const measuredMark = "-m" // no hexadecimal digit, with which the last part of a photo's id begins

// MeasuredID is the id of a face that a client measured, by when it was taken and what is said of it.
func MeasuredID(taken time.Time, content string) string {
	return animo.Moment(taken) + measuredMark + content[:16]
}

// IsMeasured reports whether an id can be that of a face that a client measured.
func IsMeasured(id string) bool {
	return strings.Contains(id, measuredMark) && strings.Count(id, "-") == 1
}

// Key is where a face is recorded: in the table of its mood, under when its photo was taken and its id.
type Key struct {
	Mood animo.Mood
	Key  string // MomentKey
}

// Table names the table of a mood's faces: MomentKey -> animo.MoodRecord.
func Table(m animo.Mood) string { return "faces-" + strings.ToLower(string(m)) }

// KeyOf is where a record is kept.
func KeyOf(r *animo.MoodRecord) Key { return Key{r.Mood, MomentKey(r.Taken, r.FaceID)} }

// Face is the id of the face.
func (k Key) Face() string { return k.Key[strings.IndexByte(k.Key, '/')+1:] }

// MomentKey is the key, or its beginning, of what was taken at a moment.
func MomentKey(taken time.Time, id string) string { return animo.Moment(taken) + "/" + id }

// EventID is the id of the event that says that a face was found.
func EventID(tenant, face string) string { return animo.ID("face.", tenant, face) }

// ObjectPrefix is how the names of a photo's objects begin.
func ObjectPrefix(photo string) string { return "photos/" + photo + "/" }

// PictureObject names the picture of a photo, as it came.
func PictureObject(photo string) string { return ObjectPrefix(photo) + "picture" }

// ThumbnailObject names the small JPEG of a photo.
func ThumbnailObject(photo string) string { return ObjectPrefix(photo) + "thumbnail" }
