package photos

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"animo"
	"animo/internal/bus"
	"animo/internal/table"
)

// A face that a client measured has no photo here. In place of the photo's row, one of its own says that it is
// there: whoever records the face asks for that row before and after, and whoever erases it removes that row first.
const (
	measuredTable  = "measured"        // face id -> measuredRow
	sinceTable     = "measured-since"  // moment accepted/face id -> the mood, to be retired by
	forgottenTable = "measured-erased" // face id -> forgotten, of faces of which something may still come
)

// byClient marks the records of faces that a client measured.
const byClient = "client"

// roomOfFace is about how many bytes a measured face takes while it comes in, as an event and as rows.
const roomOfFace = 8 << 10

// MeasuredFace is a face as a client measured it, in a picture that stayed there.
type MeasuredFace struct {
	Name       string          `json:"image_id"`   // of the picture or camera; as Upload.Name
	Source     string          `json:"source"`     // as Upload.Source
	Taken      time.Time       `json:"taken_at"`   // kept to the millisecond
	Emotions   []animo.Emotion `json:"emotions"`   // at least one, each type once
	Box        animo.Box       `json:"box"`        // each from -1 to 2; zero if not known
	Age        float64         `json:"age"`        // 0 to 150; 0 if not known
	Gender     animo.Gender    `json:"gender"`     // zero if not known
	Confidence float64         `json:"confidence"` // in percent; 0 if not known
}

// measuredRow says that a measured face is there, and what was decided when it was accepted.
type measuredRow struct {
	Mood     animo.Mood `json:"mood"`
	LeanedTo string     `json:"leaned_to,omitempty"`
	Accepted time.Time  `json:"accepted_at"`
}

// Measure accepts faces that a client measured, and says of each which mood it has. When it returns nil, all of
// that is on disk. A face's ID follows from all that is said of it, so the same faces again change nothing. Of faces in
// which nothing differs, each of one call is one.
//
// It answers Invalid or UnsafeName with the field of what cannot be, what Policy does, TooLarge for more faces
// than may ever come at once, TooManyRequests, NoSpace, and Conflict for a face that was erased a few minutes ago.
func (f *Flow) Measure(ctx context.Context, tenant string, faces []MeasuredFace) ([]animo.MoodRecord, error) {
	for i := range faces {
		if err := faces[i].check(fmt.Sprintf("items[%d].", i)); err != nil {
			return nil, err
		}
	}
	if err := f.admitFaces(ctx, tenant, len(faces)); err != nil {
		return nil, err
	}
	if err := f.spool.Room(int64(len(faces)) * roomOfFace); err != nil {
		return nil, err
	}
	records, err := f.measured(tenant, faces)
	if err != nil {
		return nil, err
	}
	for i, r := range records {
		if err := f.notErased(ctx, tenant, r.FaceID, i); err != nil {
			return nil, err
		}
	}
	news, err := f.keepMeasured(ctx, tenant, records)
	if err != nil {
		return nil, err
	}
	for i, r := range records { // again: whoever erases it notes that first, and may have removed the row before it was written
		if !news[r.FaceID] {
			continue
		}
		if err := f.notErased(ctx, tenant, r.FaceID, i); err != nil {
			if conflict(err) {
				_, removeErr := f.removeMeasured(ctx, tenant, r.FaceID)
				err = cmp.Or(removeErr, err)
			}
			return nil, err
		}
	}
	events := make([]animo.Event, 0, len(records))
	for i := range records {
		r := &records[i]
		if !news[r.FaceID] {
			if _, err := f.tables.Get(ctx, tenant, moodTable(r.Mood), momentKey(r.Taken, r.FaceID)); err == nil {
				continue // it was recorded
			} else if !gone(err) {
				return nil, err
			}
		}
		e, err := animo.NewEvent(faceEventID(tenant, r.FaceID), source, FaceType(r.Mood), string(r.Mood), tenant, f.now(), r)
		if err != nil {
			return nil, err
		}
		events = append(events, e)
	}
	return records, f.events.Publish(ctx, events...)
}

// notErased answers Conflict for a face that was erased a few minutes ago, the one at a place in its call.
func (f *Flow) notErased(ctx context.Context, tenant, face string, at int) error {
	var e forgotten
	_, err := f.tables.GetJSON(ctx, tenant, forgottenTable, face, &e)
	if gone(err) {
		return nil
	}
	if err != nil {
		return err
	}
	return animo.Errorf(animo.Conflict, "face %d was erased at %[2]s, and stays so; it can come again %[3]v later", "el rostro %d se borró a las %[2]s, y así queda; puede volver %[3]v después",
		at+1, e.At.Format(time.RFC3339), f.eraseTime()).Of(fmt.Sprintf("items[%d]", at))
}

// admitFaces answers why a tenant may not send so many measured faces now.
func (f *Flow) admitFaces(ctx context.Context, tenant string, n int) error {
	p, err := f.policy(ctx, tenant)
	if gone(err) {
		f.faceRates.forget(tenant)
	}
	if err != nil || p.FacesPerMinute == 0 {
		return err
	}
	if most := burst(p.FacesPerMinute); n > most {
		return animo.Errorf(animo.TooLarge, "%d faces are more than the %d that may come at once; send fewer", "%d rostros son más que los %d que pueden llegar de una vez; envíe menos", n, most).Of("items")
	}
	if !f.faceRates.allow(tenant, p.FacesPerMinute, n, f.now()) {
		return animo.Errorf(animo.TooManyRequests, "more than %d measured faces a minute; send the rest a little later", "más de %d rostros medidos por minuto; envíe el resto un poco más tarde", p.FacesPerMinute)
	}
	return nil
}

// measured makes the records of faces.
func (f *Flow) measured(tenant string, faces []MeasuredFace) ([]animo.MoodRecord, error) {
	now := f.moment()
	records := make([]animo.MoodRecord, len(faces))
	same := map[string]int{}
	for i, m := range faces {
		m.Taken = m.Taken.UTC().Truncate(time.Millisecond)
		m.Emotions = slices.Clone(m.Emotions)
		slices.SortStableFunc(m.Emotions, byConfidence)
		content, err := json.Marshal(m)
		if err != nil {
			return nil, err
		}
		number := same[string(content)]
		same[string(content)]++
		r := animo.MoodRecord{
			TenantID: tenant, ImageID: m.Name, ImageData: animo.ImageData{Celebrities: []animo.Celebrity{}, Emotion: m.Emotions[0]},
			FaceID: measuredID(m.Taken, animo.ID(measuredTable, tenant, string(content), strconv.Itoa(number))), Source: m.Source, MeasuredBy: byClient,
			Emotions: m.Emotions, Box: m.Box, Confidence: m.Confidence, Age: m.Age, Gender: m.Gender, Taken: m.Taken, Accepted: now, Analysed: m.Taken,
		}
		r.Mood, r.LeanedTo = animo.MoodOf(m.Emotions, f.limits.MoodConfidence)
		records[i] = r
	}
	return records, nil
}

// measuredMark stands before the last part of a measured face's ID, which begins with the moment when it was taken.
const measuredMark = "-m" // no hexadecimal digit, with which the last part of a photo's ID begins

func measuredID(taken time.Time, content string) string {
	return animo.Moment(taken) + measuredMark + content[:16]
}

// isMeasured reports whether an ID can be that of a measured face.
func isMeasured(id string) bool {
	return strings.Contains(id, measuredMark) && strings.Count(id, "-") == 1
}

// keepMeasured notes that faces are there, and tells which were not. Into the records of the others it puts what
// was decided when they were accepted.
func (f *Flow) keepMeasured(ctx context.Context, tenant string, records []animo.MoodRecord) (news map[string]bool, err error) {
	for {
		news = map[string]bool{}
		var rows, since []table.Row
		for i := range records {
			r := &records[i]
			var kept measuredRow
			_, err := f.tables.GetJSON(ctx, tenant, measuredTable, r.FaceID, &kept)
			if err == nil {
				r.Mood, r.LeanedTo, r.Accepted = kept.Mood, kept.LeanedTo, kept.Accepted
				continue
			}
			if !gone(err) {
				return nil, err
			}
			value, err := json.Marshal(measuredRow{r.Mood, r.LeanedTo, r.Accepted})
			if err != nil {
				return nil, err
			}
			news[r.FaceID] = true
			rows = append(rows, table.Row{Key: r.FaceID, Value: value})
			since = append(since, table.Row{Key: momentKey(r.Accepted, r.FaceID), Value: []byte(r.Mood)})
		}
		// First what it will be retired by: what is noted there and is not there itself harms nobody.
		if _, err := f.tables.PutNew(ctx, tenant, sinceTable, since...); err != nil {
			return nil, err
		}
		added, err := f.tables.PutNew(ctx, tenant, measuredTable, rows...)
		if err != nil || added == len(rows) {
			return news, err
		}
	}
}

// recordMeasured writes a measured face into its mood's table, unless it was erased.
func (f *Flow) recordMeasured(ctx context.Context, e animo.Event, r animo.MoodRecord) error {
	if err := f.Measured(ctx, e.Tenant, r.FaceID); err != nil {
		if gone(err) {
			err = nil
		}
		return err
	}
	entry := entryOf(r, e.Data)
	if _, err := f.tables.Add(ctx, e.Tenant, moodTable(r.Mood), entry); err != nil {
		return err
	}
	err := f.Measured(ctx, e.Tenant, r.FaceID)
	if gone(err) { // erased since
		_, err = f.tables.Remove(ctx, e.Tenant, moodTable(r.Mood), entry)
	}
	f.feeds.wake(e.Tenant)
	return err
}

// failRecord is called before a face's event becomes a dead letter, and prevents that where its face was recorded or
// erased.
func (f *Flow) failRecord(ctx context.Context, e animo.Event, why animo.Reason) error {
	var r animo.MoodRecord
	if json.Unmarshal(e.Data, &r) != nil || r.MeasuredBy == "" {
		return f.fail(ctx, e, why)
	}
	err := f.Measured(ctx, e.Tenant, r.FaceID)
	if err == nil {
		_, err = f.tables.Get(ctx, e.Tenant, moodTable(r.Mood), momentKey(r.Taken, r.FaceID))
		if gone(err) {
			return nil
		}
		if err == nil {
			return bus.ErrDone
		}
	}
	if gone(err) {
		return bus.ErrDone
	}
	return err
}

// Measured answers NotFound unless there is such a face that a client measured: once it is erased, or where it is a
// photo's.
func (f *Flow) Measured(ctx context.Context, tenant, face string) error {
	_, err := f.measuredRow(ctx, tenant, face)
	return err
}

func (f *Flow) measuredRow(ctx context.Context, tenant, face string) (row measuredRow, err error) {
	err = noMeasured(face)
	if face != "" {
		if _, err = f.tables.GetJSON(ctx, tenant, measuredTable, face, &row); gone(err) {
			err = noMeasured(face)
		}
	}
	return row, err
}

func noMeasured(face string) error {
	if photo, _, ok := parseFaceID(face); ok {
		return animo.Errorf(animo.NotFound, "no client measured a face %q; if it is a photo's, erase the photo: DELETE /v1/photos/%s", "ningún cliente midió un rostro %q; si es de una foto, borre la foto: DELETE /v1/photos/%s", animo.Clip(face), animo.Clip(photo)).Of("face")
	}
	return animo.Errorf(animo.NotFound, "no client measured a face %q", "ningún cliente midió un rostro %q", animo.Clip(face)).Of("face")
}

// check answers Invalid or UnsafeName, with the field after the prefix, for what cannot be.
func (m *MeasuredFace) check(prefix string) error {
	err := Upload{Name: m.Name, Source: m.Source, Taken: m.Taken}.check()
	if e, ok := err.(*animo.Error); ok {
		field := e.Field
		if field == "name" {
			field = "image_id"
		}
		return e.Of(prefix + field)
	}
	if m.Taken.IsZero() {
		return animo.Errorf(animo.Invalid, "say when the face was seen", "diga cuándo se vio el rostro").Of(prefix + "taken_at")
	}
	if len(m.Emotions) == 0 {
		return animo.Errorf(animo.Invalid, "a face needs at least one emotion", "un rostro necesita al menos una emoción").Of(prefix + "emotions")
	}
	for i, e := range m.Emotions {
		at := fmt.Sprintf("%semotions[%d].", prefix, i)
		if !slices.Contains(animo.EmotionTypes(), e.Type) {
			return animo.Errorf(animo.Invalid, "there is no emotion %q; use one of %s", "no existe la emoción %q; use una de %s", animo.Clip(e.Type), strings.Join(animo.EmotionTypes(), ", ")).Of(at + "Type")
		}
		if slices.ContainsFunc(m.Emotions[:i], func(o animo.Emotion) bool { return o.Type == e.Type }) {
			return animo.Errorf(animo.Invalid, "the emotion %s is there twice", "la emoción %s aparece dos veces", e.Type).Of(at + "Type")
		}
		if err := within(e.Confidence, 0, 100, at+"Confidence"); err != nil {
			return err
		}
	}
	if g := m.Gender.Value; g != "" && g != "Male" && g != "Female" {
		return animo.Errorf(animo.Invalid, "there is no gender %q; use Male or Female, or leave it out", "no existe el género %q; use Male o Female, o quítelo", animo.Clip(g)).Of(prefix + "gender.value")
	}
	for _, v := range []struct {
		name           string
		v, least, most float64
	}{
		{"box.left", m.Box.Left, -1, 2}, {"box.top", m.Box.Top, -1, 2}, {"box.width", m.Box.Width, 0, 2}, {"box.height", m.Box.Height, 0, 2},
		{"age", m.Age, 0, 150}, {"gender.confidence", m.Gender.Confidence, 0, 100}, {"confidence", m.Confidence, 0, 100},
	} {
		if err := within(v.v, v.least, v.most, prefix+v.name); err != nil {
			return err
		}
	}
	return nil
}

// within answers Invalid for a number that is not from least to most.
func within(v, least, most float64, field string) error {
	if v >= least && v <= most {
		return nil
	}
	return animo.Errorf(animo.Invalid, "%g is not possible; use %g to %g", "%g no es posible; use de %g a %g", v, least, most).Of(field)
}
