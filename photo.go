package animo

import (
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// Photo is an uploaded picture and what became of it. Its ID begins with the moment it was accepted, so the
// photos of a tenant sort by age; the same name and bytes again are the same photo for as long as it is kept.
type Photo struct {
	ID       string    `json:"id"`
	Name     string    `json:"image_id"` // the name it was given
	Source   string    `json:"source"`   // which camera or stage it came from; may be empty
	SHA256   string    `json:"sha256"`   // of the file's bytes, hexadecimal
	Bytes    int64     `json:"bytes"`
	Taken    time.Time `json:"taken_at"` // by TakenBy's word
	TakenBy  TakenBy   `json:"taken_by,omitempty"`
	Accepted time.Time `json:"accepted_at"`

	TakenNote *Reason `json:"taken_note,omitempty"` // why a clock that speaks of when it was taken is not believed

	Status   Status    `json:"status"` // Queued, Analysing, Done or Failed
	Failure  *Reason   `json:"failure,omitempty"`
	Notice   *Reason   `json:"notice,omitempty"` // what is to be known of an analysis that is Done: that the picture's end was missing
	Analysed time.Time `json:"analysed_at,omitzero"`
	Width    int       `json:"width,omitempty"` // in pixels, upright
	Height   int       `json:"height,omitempty"`
	Faces    []Face    `json:"faces,omitempty"` // the most prominent first
}

// TakenBy says by whose word a photo was taken when it was. It is empty for photos of earlier releases.
type TakenBy string

// Who says when a photo was taken, those before others where several do.
const (
	BySender  TakenBy = "sender"  // whoever sent it
	ByCamera  TakenBy = "camera"  // its EXIF data
	ByFile    TakenBy = "file"    // when its file was last changed, by who sent it
	ByArrival TakenBy = "arrival" // nobody: it is when it was accepted
)

// Face is one face in a photo: where it is, what it shows, and who it may be.
type Face struct {
	ID         string       `json:"id"` // the photo's, a hyphen, and the face's number from 0; analysed again, r1- stands before the number, then r2- …
	Mood       Mood         `json:"mood"`
	LeanedTo   string       `json:"leaned_to,omitempty"` // the emotion of a face that is OTHER for want of confidence
	Correction *Correction  `json:"correction,omitempty"`
	Unsure     Code         `json:"unsure,omitempty"`           // why its expression cannot be read, one of Unsures; then it is OTHER
	Emotions   []Emotion    `json:"emotions"`                   // the most probable first
	Network    []Emotion    `json:"network_emotions,omitempty"` // what the network said, where emotions are what the tenant's corrections made of it
	People     []Celebrity  `json:"people"`                     // whom the tenant introduced, the most similar first; empty for a stranger
	Perhaps    []Celebrity  `json:"perhaps,omitempty"`          // of a photo that is asked for: who a face without a name may be, for somebody to confirm
	Box        Box          `json:"box"`
	Confidence float64      `json:"confidence"` // in percent, that this is a face
	Age        float64      `json:"age"`        // years
	Gender     Gender       `json:"gender"`
	Pose       Pose         `json:"pose"`
	Quality    Quality      `json:"quality"`
	Landmarks  [][2]float64 `json:"landmarks,omitempty"` // x and y as fractions of the photo's width and height
}

// Box is a part of a photo: its left upper corner and its size as fractions of the photo's width and height.
// It may reach beyond the photo.
type Box struct {
	Left   float64 `json:"left"`
	Top    float64 `json:"top"`
	Width  float64 `json:"width"`
	Height float64 `json:"height"`
}

// Overlap is the area that two boxes share in relation to the area that they cover together (IoU), from 0 to 1.
func (b Box) Overlap(o Box) float64 {
	w := min(b.Left+b.Width, o.Left+o.Width) - max(b.Left, o.Left)
	h := min(b.Top+b.Height, o.Top+o.Height) - max(b.Top, o.Top)
	if w <= 0 || h <= 0 {
		return 0
	}
	return w * h / (b.Width*b.Height + o.Width*o.Height - w*h)
}

// Gender is what a face looks like to the network.
type Gender struct {
	Value      string  `json:"value"`      // Male or Female
	Confidence float64 `json:"confidence"` // in percent
}

// Pose says how a head is turned, in degrees: Roll is positive when it leans towards the photo's right, Pitch
// when it looks up, Yaw when it looks towards the photo's right.
type Pose struct {
	Roll  float64 `json:"roll"`
	Pitch float64 `json:"pitch"`
	Yaw   float64 `json:"yaw"`
}

// Quality says how useful the pixels of a face are, each from 0 to 100.
type Quality struct {
	Brightness float64 `json:"brightness"`
	Sharpness  float64 `json:"sharpness"`
}

// Receipt says what an erasure removed. It names nobody: of what was erased it keeps only the ID.
type Receipt struct {
	ID          string    `json:"id"`     // the receipt's
	Erased      string    `json:"erased"` // the photo's ID, or the person's
	Time        time.Time `json:"time"`
	Files       int       `json:"files"` // the photo's own and those made of it; a person's thumbnails
	Bytes       int64     `json:"bytes"` // of the photo's own
	Faces       int       `json:"faces"` // rows of the moods' tables; for a person, those that named them
	Descriptors int       `json:"descriptors"`
	Events      int       `json:"events"`     // queued, running or dead
	Deliveries  int       `json:"deliveries"` // to subscribers: that waited, and what was kept of those that were told

	Subscriptions int `json:"subscriptions"` // to the person
}

const (
	maxPhotoName = 255 // bytes
	maxSource    = 64  // bytes
)

// CheckPicture answers UnsafeName or Invalid for what a picture cannot be called, be from, or when it cannot have been taken:
// a name is 1 to 255 bytes without slashes and control characters, a source at most 64 bytes without control characters, a
// time from 1900 to latest or zero.
func CheckPicture(name, source string, taken, latest time.Time) error {
	printable := func(s string) bool { return utf8.ValidString(s) && !strings.ContainsFunc(s, unprintable) }
	switch {
	case name == "" || name == "." || name == ".." || len(name) > maxPhotoName || !printable(name) || strings.ContainsAny(name, `/\`):
		return Errorf(UnsafeName, "%q cannot be a photo's name: use 1 to %d bytes without slashes and control characters",
			"%q no puede ser el nombre de una foto: use de 1 a %d bytes sin barras ni caracteres de control", Clip(name), maxPhotoName).Of("name")
	case len(source) > maxSource || !printable(source):
		return Errorf(Invalid, "%q cannot be a source: use at most %d bytes without control characters",
			"%q no puede ser una fuente: use como mucho %d bytes sin caracteres de control", Clip(source), maxSource).Of("source")
	case !taken.IsZero() && taken.Year() < 1900:
		return Errorf(Invalid, "a photo taken in the year %d is not believed; use 1900 or later",
			"una foto tomada en el año %d no es creíble; use 1900 o después", taken.Year()).Of("taken_at")
	case taken.After(latest):
		return Errorf(Invalid, "%s has not come yet by the server's clock; send when it was taken, with its offset from UTC",
			"%s aún no ha llegado según el reloj del servidor; envíe cuándo se tomó, con su diferencia con UTC", taken.Format(time.RFC3339)).Of("taken_at")
	}
	return nil
}

// unprintable reports whether a character controls a terminal, or the direction in which the text round it is
// shown.
func unprintable(r rune) bool { return unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) }
