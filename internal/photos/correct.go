package photos

import (
	"context"
	"slices"
	"strings"

	"animo"
	"animo/internal/faces"
	"animo/internal/moods"
	"animo/internal/people"
	"animo/internal/table"
)

// correctionsTable holds what was said of faces, by the face's id, with a tally for each way in which an analysis was right or
// wrong; see checkOf.
const correctionsTable = "face-corrections"

// Correct keeps what somebody says of a face that the last analysis of a photo found, or that a client measured: that it is none,
// or which emotion it shows. A nil correction takes back what was said. The face's record, its mood's counts and the photo say so
// at once, and it holds for the face in the same place when the photo is analysed again. A face that is none has no record, and
// nothing is kept of who it was. Those who were told of the face are not told again; what waits for them is changed.
//
// It answers NotFound for a face that is not there, Invalid for an emotion that is none, and Conflict while the face
// is being recorded.
func (p *Photos) Correct(ctx context.Context, tenant, id string, c *animo.Correction) (animo.Face, error) {
	if _, err := p.policy(ctx, tenant); err != nil {
		return animo.Face{}, err
	}
	if c != nil {
		if err := checkCorrection(c); err != nil {
			return animo.Face{}, err
		}
		own := *c
		own.At = p.moment()
		c = &own
	}
	if faces.IsMeasured(id) {
		face, err := p.moods.CorrectMeasured(ctx, tenant, id, c)
		p.moods.Wake(tenant)
		if err == nil && p.corrected != nil {
			err = p.corrected.Correct(ctx, tenant, &face)
		}
		return face, err
	}
	none := animo.Errorf(animo.NotFound, "there is no face %q; if its photo was analysed again, its faces have other ids now", "no existe el rostro %q; si su foto se analizó de nuevo, sus rostros tienen ahora otros ids", animo.Clip(id)).Of("face")
	photo, round, ok := faces.ParseID(id)
	if !ok {
		return animo.Face{}, none
	}
	var face animo.Face
	var f people.Forgotten
	err := p.tables.Update(ctx, tenant, func(tx *table.Tx) error {
		analysis := table.Key{Table: faces.AnalysesTable, Key: faces.AnalysisKey(photo, round)}
		rows, err := tx.Read(table.Key{Table: faces.PhotosTable, Key: photo}, analysis, table.Key{Table: correctionsTable, Key: id})
		if err != nil {
			return err
		}
		row, err := faces.PhotoOf(rows[0])
		if err != nil {
			return err
		}
		list, err := faces.AnalysisOf(rows[1])
		if err != nil {
			return err
		}
		i := slices.IndexFunc(list, func(face animo.Face) bool { return face.ID == id })
		if row.Rev == 0 || row.Round != round || i < 0 {
			return none
		}
		before := list[i]
		list[i] = before.Corrected(c)
		face = list[i]
		if f, err = p.move(tx, tenant, &row, &before, &face); err != nil {
			return err
		}
		if err := tx.PutJSON(analysis.Table, analysis.Key, list); err != nil {
			return err
		}
		tx.Put(faces.PhotosTable, photo, rows[0].Value) // events that were said of the face before are decided anew
		return noteCorrection(tx, rows[2], &face)
	})
	if err == nil {
		_, err = p.people.Forgot(ctx, tenant, f)
	}
	p.moods.Wake(tenant)
	if err == nil && p.corrected != nil {
		err = p.corrected.Correct(ctx, tenant, &face)
	}
	if err == nil {
		one := []animo.Face{face}
		err = faces.NameFaces(p.plain(ctx, tenant), one)
		face = one[0]
	}
	return face, err
}

// checkCorrection answers Invalid for what cannot be said of a face.
func checkCorrection(c *animo.Correction) error {
	if c.NotFace == (c.Emotion != "") {
		return animo.Errorf(animo.Invalid, "say which emotion the face shows, or that it is no face", "diga qué emoción muestra el rostro, o que no es un rostro").Of("emotion")
	}
	if c.Emotion != "" && (c.Emotion == "UNKNOWN" || !slices.Contains(animo.EmotionTypes(), c.Emotion)) {
		known := strings.Join(slices.DeleteFunc(animo.EmotionTypes(), func(e string) bool { return e == "UNKNOWN" }), ", ")
		return animo.Errorf(animo.Invalid, "there is no emotion %q; use one of %s", "no existe la emoción %q; use una de %s", animo.Clip(c.Emotion), known).Of("emotion")
	}
	return nil
}

// move makes a face's record, and the list of its person's faces, follow a correction, in the transaction that keeps it.
func (p *Photos) move(tx *table.Tx, tenant string, row *faces.Photo, before, face *animo.Face) (f people.Forgotten, err error) {
	from := faces.Key{Mood: before.Mood, Key: faces.MomentKey(row.Taken, face.ID)}
	who, err := faces.ReadWho(tx, face.ID)
	if err != nil {
		return f, err
	}
	var to *animo.MoodRecord
	if !face.NotFace() {
		named := *face
		if who[0].Known {
			named.People = who[0].Celebrities()
		}
		r := moods.RecordOf(tenant, row.Photo, named)
		to = &r
	}
	recorded, err := moods.Replace(tx, from, to)
	if err == nil && !recorded && !before.NotFace() {
		err = animo.Errorf(animo.Conflict, "the faces of this photo are being recorded at this moment; say it again when the photo is done", "los rostros de esta foto se están registrando en este momento; dígalo de nuevo cuando la foto esté lista").Of("face")
	}
	if err != nil {
		return f, err
	}
	if face.NotFace() {
		tx.Delete(faces.DescriptorsTable, face.ID)
		return p.people.Forget(tx, row.Taken, []string{face.ID})
	}
	if person := who[0].Person; person != "" {
		listed := faces.Listed(person, faces.KeyOf(to))
		tx.Put(faces.PersonFacesTable, listed.Key, listed.Value)
	}
	return f, nil
}

// noteCorrection keeps a face's correction, or forgets the one in its row, with the tally.
func noteCorrection(tx *table.Tx, row table.Row, face *animo.Face) error {
	if row.Rev != 0 {
		if err := removeCorrection(tx, row); err != nil {
			return err
		}
	}
	if face.Correction == nil {
		return nil
	}
	entry, err := correctionEntry(face)
	tx.Add(correctionsTable, entry)
	return err
}

// correctionEntry is the entry of a face's correction, which counts it.
func correctionEntry(face *animo.Face) (table.Entry, error) {
	row, err := table.Encode(face.ID, face.Correction)
	return table.Entry{Row: row, Tallies: []table.Tally{{Key: checkOf(face.Correction), N: 1}}}, err
}

// removeCorrection forgets a correction, in a transaction that has read its row.
func removeCorrection(tx *table.Tx, row table.Row) error {
	var c animo.Correction
	err := table.Decode(correctionsTable, row, &c)
	tx.Remove(correctionsTable, table.Entry{Row: row, Tallies: []table.Tally{{Key: checkOf(&c), N: 1}}})
	return err
}

// unsure stands for the mood of a face that leaned to one, in a tally.
const unsure = "UNSURE"

// checkOf is the tally that a correction counts in: the emotion that was found, that which it is, "" for no face, and the mood
// that was given.
func checkOf(c *animo.Correction) string {
	mood := string(c.Mood)
	if c.LeanedTo != "" {
		mood = unsure
	}
	return c.Was + "/" + c.Emotion + "/" + mood
}

// checkIn is checkOf backwards.
func checkIn(tally string) (was, is, mood string, ok bool) {
	parts := strings.Split(tally, "/")
	if len(parts) != 3 {
		return "", "", "", false
	}
	return parts[0], parts[1], parts[2], true
}

// carryCorrections carries what was said of the faces of one analysis to those of a new one in their places. A face that
// is none is not looked for among people. It returns the operations that keep and forget the corrections' rows.
func carryCorrections(old []animo.Face, a *analysis) (ops []table.Op, err error) {
	carried := map[int]bool{}
	for _, before := range old {
		if before.Correction == nil {
			continue
		}
		i := faces.Match(before.Box, a.faces, func(i int) bool { return carried[i] })
		if i < 0 {
			continue
		}
		carried[i] = true
		a.faces[i] = a.faces[i].Corrected(before.Correction)
		if a.faces[i].NotFace() {
			a.found[i].Descriptor = nil
		}
		entry, err := correctionEntry(&a.faces[i])
		if err != nil {
			return nil, err
		}
		ops = append(ops, table.AddOps(correctionsTable, entry)...)
	}
	return ops, nil
}
