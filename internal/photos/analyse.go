package photos

import (
	"bytes"
	"cmp"
	"context"
	"io"
	"sync"

	"animo"
	"animo/internal/background"
	"animo/internal/bus"
	"animo/internal/faces"
	"animo/internal/loop"
	"animo/internal/moods"
	"animo/internal/object"
	"animo/internal/people"
	"animo/internal/pictures"
	"animo/internal/table"
	"animo/vision"
)

// analyse finds the faces of a photo, names those whom the tenant introduced, and says of each face which mood
// it has. What the networks found is kept, and the photo is done, before the faces are said; an event that comes again
// after that has the same said and nothing computed. The photo stays noted as pending until all its faces are recorded.
func (p *Photos) analyse(ctx context.Context, e animo.Event) error {
	o, err := orderOf(e)
	if err != nil {
		return err
	}
	if _, err := p.policy(ctx, e.Tenant); animo.CodeOf(err) == animo.NotFound {
		return nil
	} else if err != nil { // what it may do may have changed since the upload
		return err
	}
	rows, err := p.tables.Read(ctx, e.Tenant, table.Key{Table: faces.PhotosTable, Key: o.Photo}, table.Key{Table: faces.PendingTable, Key: o.Photo},
		table.Key{Table: layersTable, Key: layerKey})
	if err != nil {
		return err
	}
	row, err := faces.PhotoOf(rows[0])
	if err != nil || row.Rev == 0 || row.Status == animo.Done && rows[1].Rev == 0 {
		return err
	}
	if err := p.takeUp(ctx, e.Tenant, &row); err != nil { // its dead letter was sent again
		return err
	}
	if !row.Due() {
		return p.sayAgain(ctx, e.Tenant, &row)
	}
	a, err := p.look(ctx, e.Tenant, &row, layerOf(p.tables, e.Tenant, rows[2]))
	if err != nil {
		return err
	}
	id, err := p.keepAnalysis(ctx, e.Tenant, &row, a)
	if animo.CodeOf(err) == animo.Conflict {
		return p.afterConflict(ctx, e.Tenant, row.ID)
	}
	if err != nil {
		return err
	}
	for _, face := range id.Settle {
		if err := p.people.Settle(ctx, e.Tenant, face); err != nil {
			return err
		}
	}
	return p.say(ctx, e.Tenant, &row, a.faces, id.Who)
}

// analysis is what the networks found in a photo.
type analysis struct {
	width, height int
	cut           *animo.Reason // where the picture's end is missing
	round         int
	faces         []animo.Face // with their ids and moods
	found         []pictures.Found
}

// look analyses a photo, through the tenant's layer where one is used, and keeps a thumbnail of it. While it does, the photo's row
// says so.
func (p *Photos) look(ctx context.Context, tenant string, row *faces.Photo, layer *layerRow) (a analysis, err error) {
	computed, err := p.pictures.Turn(ctx)
	if err != nil {
		return a, animo.Deferred{Err: err}
	}
	defer computed()
	begun := make(chan error, 1)
	row.Status = animo.Analysing
	analysing := *row
	go func() { begun <- loop.Recovered(func() error { return p.save(ctx, tenant, &analysing) }) }() // while the picture is decoded
	img, cut, release, err := p.picture(ctx, tenant, row.ID)
	defer release()
	if err := cmp.Or(<-begun, err); err != nil {
		return a, err
	}
	row.Rev = analysing.Rev
	// The thumbnail is made and kept meanwhile, on another core where one is free.
	small := make(chan error, 1)
	go func() { small <- loop.Recovered(func() error { return p.keepThumbnail(ctx, tenant, row.ID, img) }) }()
	thumbnailKept := sync.OnceValue(func() error { return <-small })
	defer func() { _ = thumbnailKept() }() // also when the engine panics: img is not free before
	if a.found, err = p.pictures.Find(ctx, tenant, img); err != nil {
		return a, err
	}
	if err := thumbnailKept(); err != nil {
		return a, err
	}
	a.width, a.height, a.cut, a.round, a.faces = img.W, img.H, cut, row.Round, make([]animo.Face, len(a.found))
	if !row.Analysed.IsZero() {
		a.round = row.Asked
	}
	for i, n := range a.found {
		a.faces[i] = n.Face
		face := &a.faces[i]
		face.ID = faces.ID(row.ID, a.round, i)
		if layer != nil {
			layer.read(face)
		}
		face.Mood, face.LeanedTo = animo.MoodOf(face.Emotions, face.Unsure, p.limits.MoodConfidence)
		if face.People == nil {
			face.People = []animo.Celebrity{}
		}
	}
	return a, nil
}

// keepAnalysis keeps what the networks found and who the faces are, with the photo's row, in one commit. The commit expects
// the photo as it was read, and the people among whom the faces were looked for. Where people changed meanwhile,
// keepAnalysis compares the faces with them again.
func (p *Photos) keepAnalysis(ctx context.Context, tenant string, row *faces.Photo, a analysis) (id people.Identified, err error) {
	var old []animo.Face
	if !row.Analysed.IsZero() {
		if old, err = faces.ReadAnalysis(p.plain(ctx, tenant), row.ID, row.Round); err != nil {
			return id, err
		}
	}
	carried, err := carryCorrections(old, &a)
	if err != nil {
		return id, err
	}
	next := *row
	next.Past, next.Round, next.Width, next.Height, next.Count, next.Analysed, next.Status = row.Count, a.round, a.width, a.height, len(a.faces), p.moment(), animo.Done
	next.Notice = a.cut
	var found []table.Op
	if len(a.faces) > 0 {
		op, err := table.PutJSON(faces.AnalysesTable, faces.AnalysisKey(row.ID, a.round), a.faces)
		if err != nil {
			return id, err
		}
		found = append(found, op)
	}
	for i, n := range a.found {
		if n.Descriptor != nil && p.keep {
			found = append(found, table.Put(faces.DescriptorsTable, a.faces[i].ID, people.EncodeDescriptor(n.Descriptor)))
		}
	}
	kept, err := table.ReplaceJSON(faces.PhotosTable, row.ID, row.Rev, next)
	if err != nil {
		return id, err
	}
	for { // Table.Update cannot do it: there is more to write than one commit takes, and another photo ends it
		rev := table.NewRev()
		if id, err = p.people.Identify(ctx, tenant, row, old, a.faces, a.found, rev); err != nil {
			return id, err
		}
		ops := append(id.Ops, kept)
		if len(a.faces) == 0 && next.Past == 0 {
			ops = append(ops, notPending(row))
		}
		err := p.tables.CommitAfter(ctx, tenant, rev, append(found, id.Before...), append(ops, carried...)...)
		if err == nil {
			*row, row.Rev = next, rev
			return id, nil
		}
		if animo.CodeOf(err) != animo.Conflict {
			return id, err
		}
		now, readErr := faces.ReadPhoto(p.plain(ctx, tenant), row.ID)
		if readErr != nil {
			return id, readErr
		}
		if now.Rev != row.Rev {
			return id, err
		}
	}
}

// afterConflict removes what an analysis wrote of a photo that was erased meanwhile. Where somebody else analysed the photo
// at the same time it answers Conflict and removes nothing: both wrote the same.
func (p *Photos) afterConflict(ctx context.Context, tenant, id string) error {
	rows, err := p.tables.Read(ctx, tenant, table.Key{Table: faces.PhotosTable, Key: id}, table.Key{Table: erasedTable, Key: id})
	if err != nil {
		return err
	}
	if rows[0].Rev != 0 {
		return animo.Errorf(animo.Conflict, "photo %q was analysed twice at once", "la foto %q se analizó dos veces a la vez", id)
	}
	var e erased
	if rows[1].Rev != 0 {
		if err := table.Decode(erasedTable, rows[1], &e); err != nil {
			return err
		}
	}
	_, err = p.removeRest(ctx, tenant, id, e.remains, true)
	return err
}

// keepThumbnail makes a thumbnail and keeps it.
func (p *Photos) keepThumbnail(ctx context.Context, tenant, id string, img vision.Image) (err error) {
	var small []byte
	background.Do(func() { small, err = pictures.Thumbnail(img) })
	if err == nil {
		err = p.objects.Put(ctx, tenant, faces.ThumbnailObject(id), bytes.NewReader(small))
	}
	return err
}

// picture reads a photo's picture; release gives its memory back, and may be called in any case. Of one whose end is missing
// there may be what comes before, and cut says so.
func (p *Photos) picture(ctx context.Context, tenant, id string) (img vision.Image, cut *animo.Reason, release func(), err error) {
	body, err := p.open(ctx, tenant, faces.PictureObject(id))
	if err != nil {
		return img, nil, func() {}, err
	}
	defer body.Close()
	img, release, err = p.pictures.Decode(ctx, body)
	if animo.CodeOf(err) == animo.TruncatedImage && img.Pix != nil && animo.MachineFault(err) == nil {
		why := animo.ReasonOf(err)
		return img, &why, release, nil
	}
	return img, nil, release, err
}

// open opens an object of a photo.
func (p *Photos) open(ctx context.Context, tenant, name string) (io.ReadCloser, error) {
	body, _, err := p.objects.Get(ctx, tenant, name, object.Range{})
	if animo.CodeOf(err) == animo.NotFound {
		err = animo.Errorf(animo.NotFound, "this picture is not there: it is not analysed yet, or it is not kept any more", "esta imagen no está: aún no se ha analizado, o ya no se guarda").Of("id")
	}
	return body, err
}

// say publishes an event for each face of an analysed photo, after it has removed the faces of earlier analyses.
func (p *Photos) say(ctx context.Context, tenant string, row *faces.Photo, list []animo.Face, who []faces.Who) error {
	if row.Round > 0 {
		if err := p.removePast(ctx, tenant, row); err != nil {
			return err
		}
	}
	if len(list) == 0 {
		return nil
	}
	return p.moods.Say(ctx, tenant, row, list, who)
}

// sayAgain is say for a photo whose analysis is kept, with the names that the faces have when it is called. Where all faces
// are recorded it ends the photo.
func (p *Photos) sayAgain(ctx context.Context, tenant string, row *faces.Photo) error {
	if row.Status != animo.Done {
		row.Status, row.Failure = animo.Done, nil
		if err := p.save(ctx, tenant, row, pending(row)); err != nil {
			return err
		}
	}
	list, err := faces.ReadAnalysis(p.plain(ctx, tenant), row.ID, row.Round)
	if err != nil {
		return err
	}
	ids := make([]string, len(list))
	for i := range list {
		ids[i] = list[i].ID
	}
	who, err := faces.ReadWho(p.plain(ctx, tenant), ids...)
	if err != nil {
		return err
	}
	if err := p.say(ctx, tenant, row, list, who); err != nil {
		return err
	}
	return p.finish(ctx, tenant, row)
}

// finish looks which of the photos that are done are finished: all their faces are recorded, and those of the analysis before
// removed. It takes these out of the pending ones. To the others it gives the status Analysing, in list and not in their
// rows, because a photo's row must stay as the events of its faces expect it.
func (p *Photos) finish(ctx context.Context, tenant string, list ...*faces.Photo) error {
	var keys []table.Key
	var open []*faces.Photo
	for _, row := range list {
		if row.Status == animo.Done && row.Count+row.Past > 0 {
			open = append(open, row)
			keys = append(keys, table.Key{Table: faces.PendingTable, Key: row.ID}, table.Key{Table: faces.AnalysesTable, Key: faces.AnalysisKey(row.ID, row.Round)},
				table.Key{Table: faces.AnalysesTable, Key: faces.AnalysisKey(row.ID, max(0, row.Round-1))})
		}
	}
	rows, err := p.tables.Read(ctx, tenant, keys...)
	if err != nil {
		return err
	}
	for i, row := range open {
		noted, analysed, past := rows[3*i], rows[3*i+1], rows[3*i+2]
		if noted.Rev == 0 {
			continue
		}
		if row.Round > 0 && past.Rev != 0 { // its faces are still to be removed
			row.Status = animo.Analysing
			continue
		}
		found, err := faces.AnalysisOf(analysed)
		if err != nil {
			return err
		}
		keys := make([]table.Key, 0, len(found))
		for _, face := range found {
			if !face.NotFace() {
				keys = append(keys, table.Key{Table: faces.Table(face.Mood), Key: faces.MomentKey(row.Taken, face.ID)})
			}
		}
		recorded, err := p.tables.Read(ctx, tenant, keys...)
		if err != nil {
			return err
		}
		for _, r := range recorded {
			if r.Rev == 0 {
				row.Status = animo.Analysing
			}
		}
		if row.Status != animo.Done {
			continue
		}
		err = p.tables.Commit(ctx, tenant, table.DeleteAt(faces.PendingTable, noted), table.Expect(faces.PhotosTable, table.Row{Key: row.ID, Rev: row.Rev}))
		if err != nil && animo.CodeOf(err) != animo.Conflict { // somebody else ended it, or queued it again
			return err
		}
	}
	return nil
}

// fail notes why a photo will not be analysed. It runs before the event becomes a dead letter, and prevents that where the
// photo is erased, or was analysed: a process may have died right after the analysis.
func (p *Photos) fail(ctx context.Context, e animo.Event, r animo.Reason) error {
	o, err := orderOf(e)
	if err != nil {
		return nil // no photo to note it in
	}
	row, err := p.photo(ctx, e.Tenant, o.Photo)
	switch {
	case animo.CodeOf(err) == animo.NotFound:
		return bus.ErrDone
	case err != nil:
		return err
	case !row.Due(): // all but the last step was done
		if err := p.sayAgain(ctx, e.Tenant, &row); err != nil {
			return err
		}
		return bus.ErrDone
	}
	return p.saveFailed(ctx, e.Tenant, &row, r)
}

// failRecord notes in a photo why one of its faces will not be recorded, as fail does for an analysis. A face that a client
// measured has no photo to note that in.
func (p *Photos) failRecord(ctx context.Context, e animo.Event, why animo.Reason) error {
	r, err := moods.ReadEvent(e)
	if err != nil {
		return nil
	}
	recorded, err := p.moods.Recorded(ctx, e.Tenant, &r)
	if err != nil {
		return err
	}
	if recorded {
		return bus.ErrDone
	}
	if r.MeasuredBy != "" {
		if err := p.moods.Measured(ctx, e.Tenant, r.FaceID); animo.CodeOf(err) == animo.NotFound {
			return bus.ErrDone
		} else {
			return err
		}
	}
	row, err := p.photo(ctx, e.Tenant, r.PhotoID)
	if animo.CodeOf(err) == animo.NotFound {
		return bus.ErrDone
	}
	if err != nil {
		return err
	}
	if _, round, _ := faces.ParseID(r.FaceID); row.Due() || row.Round != round { // what this face was does not matter any more
		return bus.ErrDone
	}
	return p.saveFailed(ctx, e.Tenant, &row, why)
}

func (p *Photos) saveFailed(ctx context.Context, tenant string, row *faces.Photo, r animo.Reason) error {
	row.Status, row.Failure = animo.Failed, &r
	if err := p.save(ctx, tenant, row, notPending(row)); err != nil {
		return err
	}
	p.log.DebugContext(ctx, "photo failed", "tenant", tenant, "photo", row.ID, "code", r.Code, "reason", r.EN)
	return nil
}
