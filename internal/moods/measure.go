package moods

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"animo"
	"animo/internal/faces"
	"animo/internal/rates"
	"animo/internal/table"
)

// byClient marks the records of faces that a client measured. Such a face has no photo here. In place of the photo's row,
// one of its own says that it is there: whoever records the face expects that row, and whoever erases it removes it first.
const byClient = "client"

// roomOfFace is about how many bytes a measured face takes while it comes in, as an event and as rows.
const roomOfFace = 8 << 10

// MeasuredFace is a face as a client measured it, in a picture that stayed there.
type MeasuredFace struct {
	Name       string          `json:"image_id"`         // of the picture or camera; as Upload.Name
	Source     string          `json:"source"`           // as Upload.Source
	Taken      time.Time       `json:"taken_at"`         // kept to the millisecond
	Emotions   []animo.Emotion `json:"emotions"`         // at least one, each type once
	Box        animo.Box       `json:"box"`              // each from -1 to 2; zero if not known
	Age        float64         `json:"age"`              // 0 to 150; 0 if not known
	Gender     animo.Gender    `json:"gender"`           // zero if not known
	Confidence float64         `json:"confidence"`       // in percent; 0 if not known
	Unsure     animo.Code      `json:"unsure,omitempty"` // one of animo.Unsures, where the expression could not be read; then the face is OTHER
}

// Measure accepts faces that a client measured, and says of each which mood it has. When it returns nil, all of
// that is on disk. A face's ID follows from all that is said of it, so the same faces again change nothing. Of faces in
// which nothing differs, each of one call is one.
//
// It answers Invalid or UnsafeName with the field of what cannot be, what Policy does, TooLarge for more faces
// than may ever come at once, TooManyRequests, NoSpace, and Conflict for a face that was erased a few minutes ago.
func (m *Moods) Measure(ctx context.Context, tenant string, list []MeasuredFace) ([]animo.MoodRecord, error) {
	for i := range list {
		if err := list[i].check(fmt.Sprintf("items[%d].", i), m.now().Add(m.clockSkew)); err != nil {
			return nil, err
		}
	}
	if err := m.admit(ctx, tenant, len(list)); err != nil {
		return nil, err
	}
	if err := m.room(int64(len(list)) * roomOfFace); err != nil {
		return nil, err
	}
	records, err := m.recordsOf(tenant, list)
	if err != nil {
		return nil, err
	}
	var events []animo.Event
	for i := 0; i < len(records) && err == nil; i += measuredAtOnce {
		var said []animo.Event
		said, err = m.keep(ctx, tenant, records[i:min(i+measuredAtOnce, len(records))], i)
		events = append(events, said...)
	}
	if err != nil {
		return nil, err
	}
	return records, m.events.Publish(ctx, events...)
}

// measuredAtOnce is how many measured faces are kept in one commit, of two writes and an expectation each.
const measuredAtOnce = 25

// keep notes that faces are there, and returns the events of those that are not recorded yet. Into the records of those that
// were there already it puts what was decided when they were accepted. first is the index of the first record in the call.
func (m *Moods) keep(ctx context.Context, tenant string, records []animo.MoodRecord, first int) (events []animo.Event, err error) {
	err = m.tables.Update(ctx, tenant, func(tx *table.Tx) error {
		events = nil
		var keys []table.Key
		for i := range records {
			id := records[i].FaceID
			keys = append(keys, table.Key{Table: faces.MeasuredTable, Key: id}, table.Key{Table: erasedTable, Key: id})
		}
		rows, err := tx.Read(keys...)
		if err != nil {
			return err
		}
		recorded := make([]bool, len(records))
		var known []int
		revs := make([]int64, len(records))
		for i := range records {
			r, row, erased := &records[i], rows[2*i], rows[2*i+1]
			if erased.Rev != 0 {
				return m.wasErased(erased, first+i)
			}
			if revs[i] = row.Rev; row.Rev != 0 {
				var kept faces.Measured
				if err := table.Decode(faces.MeasuredTable, row, &kept); err != nil {
					return err
				}
				r.Mood, r.LeanedTo, r.Accepted = kept.Mood, kept.LeanedTo, kept.Accepted
				if kept.Record != nil { // it was recorded, and corrected then
					kept.Correct(r)
					recorded[i] = true
					continue
				}
				known = append(known, i)
				continue
			}
			revs[i] = tx.Rev()
			if err := tx.PutJSON(faces.MeasuredTable, r.FaceID, faces.Measured{Mood: r.Mood, LeanedTo: r.LeanedTo, Accepted: r.Accepted}); err != nil {
				return err
			}
			tx.Put(sinceTable, faces.MomentKey(r.Accepted, r.FaceID), []byte(r.Mood))
		}
		keys = keys[:0]
		for _, i := range known {
			keys = append(keys, table.Key{Table: faces.Table(records[i].Mood), Key: faces.KeyOf(&records[i]).Key})
		}
		there, err := m.tables.Read(ctx, tenant, keys...)
		if err != nil {
			return err
		}
		for j, i := range known {
			recorded[i] = there[j].Rev != 0
		}
		for i := range records {
			if recorded[i] {
				continue
			}
			e, err := Event(&records[i], m.now(), revs[i], faces.Who{}, false)
			if err != nil {
				return err
			}
			events = append(events, e)
		}
		return nil
	})
	return events, err
}

// wasErased answers Conflict for a face that was erased a few minutes ago; at is the face's index in the call.
func (m *Moods) wasErased(row table.Row, at int) error {
	var e erasedFace
	if err := table.Decode(erasedTable, row, &e); err != nil {
		return err
	}
	return animo.Errorf(animo.Conflict, "face %d was erased at %[2]s, and stays so; it can come again %[3]v later", "el rostro %d se borró a las %[2]s, y así queda; puede volver %[3]v después",
		at+1, e.At.Format(time.RFC3339), m.eraseTime).Of(fmt.Sprintf("items[%d]", at))
}

// admit answers why a tenant may not send so many measured faces now.
func (m *Moods) admit(ctx context.Context, tenant string, n int) error {
	p, err := m.policy(ctx, tenant)
	if animo.CodeOf(err) == animo.NotFound {
		m.rates.Evict(tenant)
	}
	if err != nil || p.FacesPerMinute == 0 {
		return err
	}
	if most := rates.Burst(p.FacesPerMinute); n > most {
		return animo.Errorf(animo.TooLarge, "%d faces are more than the %d that may come at once; send fewer", "%d rostros son más que los %d que pueden llegar de una vez; envíe menos", n, most).Of("items")
	}
	if !m.rates.Allow("faces", tenant, p.FacesPerMinute, n, m.now()) {
		return animo.Errorf(animo.TooManyRequests, "more than %d measured faces a minute; send the rest a little later", "más de %d rostros medidos por minuto; envíe el resto un poco más tarde", p.FacesPerMinute)
	}
	return nil
}

// moment is the time as rows keep it.
func (m *Moods) moment() time.Time { return m.now().UTC().Truncate(time.Millisecond) }

// recordsOf makes the records of faces.
func (m *Moods) recordsOf(tenant string, list []MeasuredFace) ([]animo.MoodRecord, error) {
	now := m.moment()
	records := make([]animo.MoodRecord, len(list))
	same := map[string]int{}
	for i, f := range list {
		f.Taken = f.Taken.UTC().Truncate(time.Millisecond)
		f.Emotions = slices.Clone(f.Emotions)
		animo.SortEmotions(f.Emotions)
		content, err := json.Marshal(f)
		if err != nil {
			return nil, err
		}
		number := same[string(content)]
		same[string(content)]++
		r := animo.MoodRecord{
			TenantID: tenant, ImageID: f.Name, ImageData: animo.ImageData{Celebrities: []animo.Celebrity{}, Emotion: f.Emotions[0]},
			FaceID: faces.MeasuredID(f.Taken, animo.ID(faces.MeasuredTable, tenant, string(content), strconv.Itoa(number))), Source: f.Source, MeasuredBy: byClient,
			Unsure: f.Unsure, Emotions: f.Emotions, Box: f.Box, Confidence: f.Confidence, Age: f.Age, Gender: f.Gender, Taken: f.Taken, TakenBy: animo.BySender, Accepted: now, Analysed: f.Taken,
		}
		r.Mood, r.LeanedTo = animo.MoodOf(f.Emotions, f.Unsure, m.confidence)
		records[i] = r
	}
	return records, nil
}

// Measured answers NotFound unless there is such a face that a client measured: once it is erased, or where it is a
// photo's.
func (m *Moods) Measured(ctx context.Context, tenant, face string) error {
	rows, err := m.tables.Read(ctx, tenant, table.Key{Table: faces.MeasuredTable, Key: face})
	if err == nil && rows[0].Rev == 0 {
		err = noMeasured(face)
	}
	return err
}

func noMeasured(face string) error {
	if photo, _, ok := faces.ParseID(face); ok {
		return animo.Errorf(animo.NotFound, "no client measured a face %q; if it is a photo's, erase the photo: DELETE /v1/photos/%s", "ningún cliente midió un rostro %q; si es de una foto, borre la foto: DELETE /v1/photos/%s", animo.Clip(face), animo.Clip(photo)).Of("face")
	}
	return animo.Errorf(animo.NotFound, "no client measured a face %q", "ningún cliente midió un rostro %q", animo.Clip(face)).Of("face")
}

// check answers Invalid or UnsafeName, with the field after the prefix, for what cannot be.
func (m *MeasuredFace) check(prefix string, latest time.Time) error {
	err := animo.CheckPicture(m.Name, m.Source, m.Taken, latest)
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
	if m.Unsure != "" && !slices.Contains(animo.Unsures(), m.Unsure) {
		var known []string
		for _, code := range animo.Unsures() {
			known = append(known, string(code))
		}
		return animo.Errorf(animo.Invalid, "%q does not say why a face cannot be read; use one of %s, or leave it out", "%q no dice por qué no se puede leer un rostro; use uno de %s, o quítelo",
			animo.Clip(string(m.Unsure)), strings.Join(known, ", ")).Of(prefix + "unsure")
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
