package photos

import (
	"context"
	"encoding/json"

	"animo"
	"animo/internal/table"
)

// record writes a face into its mood's table. The face's key comes from its photo, so a repeat changes nothing.
func (f *Flow) record(ctx context.Context, e animo.Event) error {
	var r animo.MoodRecord
	if err := json.Unmarshal(e.Data, &r); err != nil || r.FaceID == "" {
		return animo.Errorf(animo.Invalid, "the event's data is not a face's record", "los datos del evento no son el registro de un rostro").Because(err)
	}
	if r.MeasuredBy != "" {
		return f.recordMeasured(ctx, e, r)
	}
	_, round, ok := parseFaceID(r.FaceID)
	if !ok {
		return animo.Errorf(animo.Invalid, "%q is no face's id", "%q no es el id de un rostro", animo.Clip(r.FaceID))
	}
	row, err := f.photo(ctx, e.Tenant, r.PhotoID)
	if gone(err) || err == nil && row.Round != round {
		return nil // erased, or analysed again
	}
	if err != nil {
		return err
	}
	// Who it is may have changed since that was said: the person may be erased.
	value := []byte(e.Data)
	people, known, err := f.celebrities(ctx, e.Tenant, r.FaceID)
	if err == nil && known {
		r.ImageData.Celebrities = people
		value, err = json.Marshal(r)
	}
	if err != nil {
		return err
	}
	entry := entryOf(r, value)
	if row.Told {
		entry.Log = ""
	}
	if _, err := f.tables.Add(ctx, e.Tenant, moodTable(r.Mood), entry); err != nil {
		return err
	}
	// What is read from here on is read after the face was written. Whoever changes who it is restates it after
	// that; whoever erases the photo, or analyses it again, changes its row first and removes its faces then.
	if _, err := f.restate(ctx, e.Tenant, recordKey{r.Mood, entry.Key}); err != nil {
		return err
	}
	row, err = f.photo(ctx, e.Tenant, r.PhotoID)
	if gone(err) || err == nil && row.Round != round {
		_, err := f.tables.Remove(ctx, e.Tenant, moodTable(r.Mood), entry)
		return err
	}
	if err != nil {
		return err
	}
	f.feeds.wake(e.Tenant)
	return f.finish(ctx, e.Tenant, row)
}

// wasRecorded reports whether the face that e is about is in its mood's table, and ends its photo if it was the
// last one.
func (f *Flow) wasRecorded(ctx context.Context, e animo.Event, row photoRow) (bool, error) {
	var r animo.MoodRecord
	if err := json.Unmarshal(e.Data, &r); err != nil {
		return false, nil // record answered that
	}
	_, err := f.tables.Get(ctx, e.Tenant, moodTable(r.Mood), momentKey(r.Taken, r.FaceID))
	if gone(err) {
		return false, nil
	}
	if err == nil {
		err = f.finish(ctx, e.Tenant, row)
	}
	return err == nil, err
}

// entryOf is the row of a face, with what is counted and told of it. The value is the record as JSON.
func entryOf(r animo.MoodRecord, value []byte) table.Entry {
	return table.Entry{Row: table.Row{Key: momentKey(r.Taken, r.FaceID), Value: value}, Tallies: talliesOf(r), Log: moodsLog}
}

// finish ends a photo whose last face was recorded.
func (f *Flow) finish(ctx context.Context, tenant string, row photoRow) error {
	if row.Status == animo.Done || row.due() {
		return nil
	}
	recorded := 0
	for _, m := range animo.Moods() {
		n, err := f.tables.Count(ctx, tenant, moodTable(m), table.Range{Prefix: momentKey(row.Taken, facePrefix(row.ID, row.Round))})
		if err != nil {
			return err
		}
		recorded += n
	}
	if recorded < row.Count {
		return nil
	}
	row.Status, row.Failure = animo.Done, nil
	err := f.save(ctx, tenant, &row, notPending(&row))
	if conflict(err) { // another face's worker ended it, or it was erased; the sweeper sees to any other case
		return nil
	}
	return err
}
