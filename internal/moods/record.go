package moods

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"animo"
	"animo/internal/faces"
	"animo/internal/table"
)

// The event types of faces. They end with the mood.
const (
	faceType  = "face."
	againType = "face-again."
)

// source is the CloudEvents source of the events of faces.
const source = "animo/photos"

// FaceType is the type of the event that says that a face of a mood was found, such as face.happy.
func FaceType(m animo.Mood) string { return faceType + strings.ToLower(string(m)) }

// AgainType is the type of the event that says that a face of a mood was found by another analysis of a photo whose
// faces were told. It is recorded, and nobody is told.
func AgainType(m animo.Mood) string { return againType + strings.ToLower(string(m)) }

// Event is the event that says that a face was found: its data is what will be recorded. Its basis is that of the rows
// the record was made of, the photo's with revision photo among them; again is for a photo whose faces were told before.
func Event(r *animo.MoodRecord, at time.Time, photo int64, who faces.Who, again bool) (animo.Event, error) {
	typ := FaceType(r.Mood)
	if again {
		typ = AgainType(r.Mood)
	}
	e, err := animo.NewEvent(faces.EventID(r.TenantID, r.FaceID), source, typ, string(r.Mood), r.TenantID, at, r)
	e.Basis = faces.Basis(photo, who)
	return e, err
}

// RecordOf is what is recorded of a photo's face.
func RecordOf(tenant string, p animo.Photo, face animo.Face) animo.MoodRecord {
	r := animo.MoodRecord{
		TenantID: tenant, ImageID: p.Name, ImageData: animo.ImageData{Celebrities: face.People},
		FaceID: face.ID, PhotoID: p.ID, Source: p.Source, Emotions: face.Emotions, Box: face.Box,
		Confidence: face.Confidence, Age: face.Age, Gender: face.Gender, Taken: p.Taken, TakenBy: p.TakenBy, Accepted: p.Accepted, Analysed: p.Analysed,
	}
	faces.Correct(&r, &face)
	return r
}

// ReadEvent reads the record that a face's event tells of, or answers Invalid.
func ReadEvent(e animo.Event) (r animo.MoodRecord, err error) {
	if err := json.Unmarshal(e.Data, &r); err != nil || r.FaceID == "" {
		return r, animo.Errorf(animo.Invalid, "the event's data is not a face's record", "los datos del evento no son el registro de un rostro").Because(err)
	}
	if _, _, ok := faces.ParseID(r.FaceID); !ok && r.MeasuredBy == "" {
		return r, animo.Errorf(animo.Invalid, "%q is no face's id", "%q no es el id de un rostro", animo.Clip(r.FaceID))
	}
	return r, nil
}

// Record writes the face that an event tells of into its mood's table. The face's key comes from its photo, so a repeat
// changes nothing. Where the rows that the event was said of are unchanged, Record is one commit, which expects them.
// Otherwise Record reads these rows: a face whose photo was erased or analysed again is not recorded, and a face that is
// somebody else's by now is recorded as that. The only face of a photo ends the photo in the same commit.
func (m *Moods) Record(ctx context.Context, e animo.Event) error {
	r, err := ReadEvent(e)
	if err != nil {
		return err
	}
	defer m.feeds.wake(e.Tenant)
	if expected, ok := faces.Expect(r.PhotoID, r.FaceID, e.Basis); ok {
		ops := append(expected, table.AddOps(faces.Table(r.Mood), entryOf(&r, e.Data, e.Type))...)
		if faces.IsOnlyFace(e.Basis) {
			ops = append(ops, table.Delete(faces.PendingTable, r.PhotoID))
		}
		err := m.tables.Commit(ctx, e.Tenant, ops...)
		if animo.CodeOf(err) != animo.Conflict {
			return err
		}
	}
	return m.tables.Update(ctx, e.Tenant, func(tx *table.Tx) error { return recordAnew(tx, e, r) })
}

func recordAnew(tx *table.Tx, e animo.Event, r animo.MoodRecord) error {
	rows, err := tx.Read(table.Key{Table: faces.Table(r.Mood), Key: faces.KeyOf(&r).Key}, table.Key{Table: faces.MeasuredTable, Key: r.FaceID})
	if err != nil || rows[0].Rev != 0 { // it is recorded
		return err
	}
	value := []byte(e.Data)
	if r.MeasuredBy != "" {
		if rows[1].Rev == 0 { // it was erased
			return nil
		}
		var kept faces.Measured
		if err := table.Decode(faces.MeasuredTable, rows[1], &kept); err != nil || kept.Record != nil { // it was recorded, and corrected then
			return err
		}
	} else {
		photo, err := faces.ReadPhoto(tx, r.PhotoID)
		_, round, _ := faces.ParseID(r.FaceID)
		if err != nil || photo.Rev == 0 || photo.Round != round { // it was erased, or analysed again
			return err
		}
		who, err := faces.ReadWho(tx, r.FaceID)
		if err != nil {
			return err
		}
		face, found, err := faces.ReadFace(tx, r.PhotoID, round, r.FaceID)
		if err != nil || face.NotFace() {
			return err
		}
		if corrected := found && face.Correction != nil; who[0].Known || corrected {
			if who[0].Known {
				r.ImageData.Celebrities = who[0].Celebrities()
			}
			if corrected {
				faces.Correct(&r, &face)
				again, err := tx.Read(table.Key{Table: faces.Table(r.Mood), Key: faces.KeyOf(&r).Key})
				if err != nil || again[0].Rev != 0 { // it is recorded as what it was corrected to
					return err
				}
			}
			if value, err = json.Marshal(r); err != nil {
				return err
			}
		}
		revive, err := faces.ReviveOps(photo) // this face's dead letter was sent again
		if err != nil {
			return err
		}
		if tx.Do(revive...); photo.Count == 1 && len(revive) == 0 {
			tx.Delete(faces.PendingTable, r.PhotoID)
		}
	}
	tx.Add(faces.Table(r.Mood), entryOf(&r, value, e.Type))
	return nil
}

// Recorded reports whether the face that an event tells of is in its mood's table.
func (m *Moods) Recorded(ctx context.Context, tenant string, r *animo.MoodRecord) (bool, error) {
	rows, err := m.tables.Read(ctx, tenant, table.Key{Table: faces.Table(r.Mood), Key: faces.KeyOf(r).Key})
	return err == nil && rows[0].Rev != 0, err
}

// entryOf is the row of a face, with what is counted and told of it. The value is the record as JSON. Only a face that is
// told for the first time has a place in the log.
func entryOf(r *animo.MoodRecord, value []byte, eventType string) table.Entry {
	e := table.Entry{Row: table.Row{Key: faces.KeyOf(r).Key, Value: value}, Tallies: talliesOf(r), Log: moodsLog}
	if strings.HasPrefix(eventType, againType) {
		e.Log = ""
	}
	return e
}

// Restate writes into a face's record, if there is one, who the face is, and reports whether there is one. It belongs into
// the transaction that changes who the face is; call Wake after it. It notes the record in the log, so that the feeds of
// all processes forget what the record said before.
func Restate(tx *table.Tx, k faces.Key, people []animo.Celebrity) (recorded bool, err error) {
	rows, err := tx.Read(table.Key{Table: faces.Table(k.Mood), Key: k.Key})
	if err != nil || rows[0].Rev == 0 {
		return false, err
	}
	var r animo.MoodRecord
	if err := table.Decode(faces.Table(k.Mood), rows[0], &r); err != nil {
		return true, err
	}
	if slices.Equal(r.ImageData.Celebrities, people) {
		return true, nil
	}
	r.ImageData.Celebrities = people
	if err := tx.PutJSON(faces.Table(k.Mood), k.Key, r); err != nil {
		return true, err
	}
	tx.Do(table.Append(moodsLog, restatedTable, string(k.Mood)+"/"+k.Key))
	return true, nil
}

// Wake makes this process's feed of a tenant, if there is one, look at the log at once.
func (m *Moods) Wake(tenant string) { m.feeds.wake(tenant) }

// RemoveOps are the operations that take a recorded face out of its mood's table and off the counts, while its row is as
// it was read.
func RemoveOps(mood animo.Mood, row table.Row) ([]table.Op, error) {
	var r animo.MoodRecord
	if err := table.Decode(faces.Table(mood), row, &r); err != nil {
		return nil, err
	}
	return append(table.CountAll(faces.Table(mood), -1, talliesOf(&r)...), table.DeleteAt(faces.Table(mood), row)), nil
}

// ReceiptOps are the operations that keep the receipt of an erasure, and note it in the log, so that followers are told of
// the erasure and feeds drop what was erased.
func ReceiptOps(r animo.Receipt) ([]table.Op, error) {
	op, err := table.PutJSON(receiptsTable, r.ID, r)
	return []table.Op{op, table.Append(moodsLog, receiptsTable, r.ID)}, err
}

// ReplacedOp is the operation that notes in the log that a photo has the faces of its row's analysis now, so that feeds
// drop the faces of the analyses before.
func ReplacedOp(p *faces.Photo) table.Op {
	return table.Append(moodsLog, faces.AnalysesTable, faces.AnalysisKey(p.ID, p.Round))
}

// ReceiptKey is where a receipt is kept.
func ReceiptKey(id string) table.Key { return table.Key{Table: receiptsTable, Key: id} }

// Receipts lists what was erased, the last first, at most limit of them, beginning after the receipt `after`,
// "" for the start. next is "" at the end.
func (m *Moods) Receipts(ctx context.Context, tenant, after string, limit int) (page []animo.Receipt, next string, err error) {
	rows, next, err := table.Newest(ctx, m.tables, tenant, receiptsTable, after, limit, scanMost, func(animo.Receipt) bool { return true })
	if err != nil {
		return nil, "", err
	}
	page = make([]animo.Receipt, len(rows))
	for i, row := range rows {
		page[i] = row.Value
	}
	return page, next, nil
}

// Say publishes an event for each of a photo's faces, with who they are, so that each is recorded. The photo's row is as it
// was read.
func (m *Moods) Say(ctx context.Context, tenant string, photo *faces.Photo, list []animo.Face, who []faces.Who) error {
	events := make([]animo.Event, 0, len(list))
	for i, face := range list {
		if face.NotFace() {
			continue
		}
		if who[i].Known {
			face.People = who[i].Celebrities()
		}
		r := RecordOf(tenant, photo.Photo, face)
		e, err := Event(&r, m.now(), photo.Rev, who[i], photo.Told)
		if err != nil {
			return err
		}
		if photo.Count == 1 {
			e.Basis = faces.OnlyFace(e.Basis)
		}
		events = append(events, e)
	}
	return m.events.Publish(ctx, events...)
}
