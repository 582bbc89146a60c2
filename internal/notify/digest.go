package notify

import (
	"bytes"
	"context"
	_ "embed"
	"encoding/json"
	"html/template"
	"io"
	"slices"
	"strconv"
	"strings"
	texttemplate "text/template"
	"time"

	"animo"
	"animo/internal/faces"
	"animo/internal/object"
)

// The limits of one digest. Faces beyond them come in the next digest.
const (
	digestFaces  = 10_000
	digestImages = 12      // the photos that came last
	imageBytes   = 1 << 20 // of one thumbnail
)

//go:embed digest.html
var digestHTML string

//go:embed digest.txt
var digestText string

var (
	digestPage  = template.Must(template.New("digest").Parse(digestHTML))
	digestPlain = texttemplate.Must(texttemplate.New("digest").Parse(digestText))
)

// digest is what one mail tells of the faces that came within an interval.
type digest struct {
	ES          bool
	From, To    time.Time
	Faces       int
	Moods       []digestMood
	Photos      []digestPhoto
	Unsubscribe string

	first, last int64 // places in the line
}

type digestMood struct {
	Name  string
	Faces int
}

type digestPhoto struct {
	ID, Name string
	Image    template.URL // cid: of the picture in the mail; "" where there is none
}

// Count says in words how many faces there are.
func (d digest) Count() string {
	n := strconv.Itoa(d.Faces)
	switch {
	case d.ES && d.Faces == 1:
		return n + " rostro"
	case d.ES:
		return n + " rostros"
	case d.Faces == 1:
		return n + " face"
	}
	return n + " faces"
}

// tellDigest tells in one mail what came before the end of an interval, once that end has come. The line's position alone
// says what was told: of a mail's parcels all were told, or none.
func (n *Notifier) tellDigest(ctx context.Context, sub stored, at lineID, l *line, end time.Time) (again time.Duration, err error) {
	if wait := end.Sub(n.now()); wait > 0 {
		return wait, nil
	}
	d, err := n.collect(ctx, sub, at, l.Position, end)
	if err != nil {
		return never, err
	}
	mail, err := n.digestLetter(ctx, at.tenant, sub, d)
	if err != nil {
		return never, err
	}
	a := n.sendMail(ctx, mail)
	if a.Reason != nil && ctx.Err() != nil {
		return 0, nil
	}
	if a.Reason != nil {
		return n.backOff(ctx, at, l, a)
	}
	l.Position, l.Attempts, l.Since, l.Next = d.last, 0, time.Time{}, time.Time{}
	return 0, nil
}

// collect reads the parcels after a place that were added before the interval's end.
func (n *Notifier) collect(ctx context.Context, sub stored, at lineID, after int64, end time.Time) (digest, error) {
	d := digest{ES: sub.Language == "es", From: end.Add(-sub.Digest), To: end, first: after + 1, last: after}
	faces := map[animo.Mood]int{}
	for d.Faces < digestFaces {
		places, err := n.tables.Log(ctx, at.tenant, outboxLog(at.subscription), d.last, lineBatch)
		if err != nil {
			return d, err
		}
		over := len(places) < lineBatch
		for _, p := range places {
			_, parcel, err := n.parcel(ctx, at.tenant, p)
			if err != nil && animo.CodeOf(err) != animo.NotFound {
				return d, err
			}
			if err == nil && parcel.Outcome == Waits && !parcel.Added.Before(end) {
				over = true
				break
			}
			d.last = p.Seq
			if err == nil && parcel.Outcome == Waits {
				if err := d.add(parcel, faces); err != nil {
					return d, err
				}
			}
		}
		if over {
			break
		}
	}
	for _, m := range animo.Moods() {
		if faces[m] > 0 {
			d.Moods = append(d.Moods, digestMood{moodIn(sub.Language, m), faces[m]})
		}
	}
	return d, nil
}

// add counts a parcel.
func (d *digest) add(p parcel, faces map[animo.Mood]int) error {
	var r animo.MoodRecord
	if err := json.Unmarshal(p.Data, &r); err != nil {
		return err
	}
	d.Faces++
	faces[r.Mood]++
	if r.MeasuredBy != "" { // such a face has no photo here
		return nil
	}
	photo := digestPhoto{ID: r.PhotoID, Name: r.ImageID}
	d.Photos = slices.DeleteFunc(d.Photos, func(q digestPhoto) bool { return q.ID == photo.ID })
	if d.Photos = append(d.Photos, photo); len(d.Photos) > digestImages {
		d.Photos = d.Photos[1:]
	}
	return nil
}

// digestLetter writes a digest as a mail. A photo that has no thumbnail any more is named without one.
func (n *Notifier) digestLetter(ctx context.Context, tenant string, sub stored, d digest) (letter, error) {
	l := n.envelope(tenant, sub, messageID(tenant, sub.ID, "digest/"+strconv.FormatInt(d.first, 10)))
	d.Unsubscribe = l.unsubscribe
	for i := range d.Photos {
		jpeg, err := n.thumbnail(ctx, tenant, d.Photos[i].ID)
		if animo.CodeOf(err) == animo.NotFound {
			continue
		}
		if err != nil {
			return l, err
		}
		name := "photo" + strconv.Itoa(i+1) + ".jpg"
		l.images = append(l.images, image{name, jpeg})
		d.Photos[i].Image = template.URL("cid:" + name)
	}
	var text, page bytes.Buffer
	if err := digestPlain.Execute(&text, d); err != nil {
		return l, err
	}
	err := digestPage.Execute(&page, d)
	l.text, l.html = strings.TrimSpace(text.String()), page.String()
	return l, err
}

func (n *Notifier) thumbnail(ctx context.Context, tenant, photo string) ([]byte, error) {
	r, _, err := n.objects.Get(ctx, tenant, faces.ThumbnailObject(photo), object.Range{})
	if err != nil {
		return nil, err
	}
	defer r.Close()
	return io.ReadAll(io.LimitReader(r, imageBytes))
}

var moodsES = map[animo.Mood]string{animo.Happy: "FELIZ", animo.Sad: "TRISTE", animo.Surprised: "SORPRESA", animo.Other: "OTRO"}

func moodIn(lang string, m animo.Mood) string { return in(lang, string(m), moodsES[m]) }
