package photos

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"slices"
	"sync"

	"animo"
	"animo/internal/background"
	"animo/internal/bus"
	"animo/internal/table"
	"animo/vision"
)

// analyse finds the faces of a photo, names those whom the tenant introduced, and says of each face which mood
// it has. A photo without faces is done. What the networks found is kept before it is said, so that an
// analysis that is run again after that says the same and computes nothing.
func (f *Flow) analyse(ctx context.Context, e animo.Event) error {
	o, err := orderOf(e)
	if err != nil {
		return err
	}
	if _, err := f.policy(ctx, e.Tenant); gone(err) {
		return nil
	} else if err != nil { // what it may do may have changed since the upload
		return err
	}
	row, err := f.photo(ctx, e.Tenant, o.Photo)
	if gone(err) || err == nil && row.Status == animo.Done {
		return nil
	}
	if err == nil {
		err = f.takeUp(ctx, e.Tenant, &row) // its dead letter was sent again
	}
	if err != nil {
		return err
	}
	if row.due() {
		said, faces, err := f.findFaces(ctx, e.Tenant, &row)
		if err != nil {
			return err
		}
		if err := f.save(ctx, e.Tenant, &row, faces...); conflict(err) {
			return f.afterConflict(ctx, e.Tenant, row)
		} else if err != nil {
			return err
		}
		for _, face := range said {
			if err := f.settle(ctx, e.Tenant, face); err != nil {
				return err
			}
		}
	}
	if err := f.sayFaces(ctx, e.Tenant, row); err != nil || row.Count > 0 {
		return err
	}
	return f.finish(ctx, e.Tenant, row)
}

// afterConflict removes what an analysis wrote of a photo that was erased meanwhile. Of one that somebody else
// analysed at the same time, both wrote the same.
func (f *Flow) afterConflict(ctx context.Context, tenant string, row photoRow) error {
	_, err := f.photo(ctx, tenant, row.ID)
	if gone(err) {
		_, err := f.clear(ctx, tenant, row.ID, row.remains())
		return err
	}
	if err == nil {
		err = animo.Errorf(animo.Conflict, "photo %q was analysed twice at once", "la foto %q se analizó dos veces a la vez", row.ID)
	}
	return err
}

// findFaces analyses a photo and keeps who its faces are, their descriptors and a thumbnail. It fills the row in, and
// gives the faces, to be kept with it, and the ids of those of which something was said in the analysis before.
func (f *Flow) findFaces(ctx context.Context, tenant string, row *photoRow) (said []string, keep []table.Op, err error) {
	if err := f.computing.Acquire(ctx, 1); err != nil {
		return nil, nil, bus.Later{Err: err}
	}
	computed := sync.OnceFunc(func() { f.computing.Release(1) })
	defer computed()
	begun := make(chan error, 1)
	row.Status = animo.Analysing
	analysing := *row
	go func() { begun <- f.save(ctx, tenant, &analysing) }() // while the picture is decoded
	img, release, err := f.picture(ctx, tenant, row.ID)
	defer release()
	if err := cmp.Or(<-begun, err); err != nil {
		return nil, nil, err
	}
	row.rev = analysing.rev
	// The thumbnail is made and kept meanwhile, on another core where one is free.
	small := make(chan error, 1)
	go func() { small <- f.keepThumbnail(ctx, tenant, row.ID, img) }()
	thumbnailKept := sync.OnceValue(func() error { return <-small })
	defer func() { _ = thumbnailKept() }() // also when the engine panics: img is not free before
	found, err := f.engine.Find(ctx, tenant, img)
	if err != nil {
		return nil, nil, err
	}
	if err := thumbnailKept(); err != nil {
		return nil, nil, err
	}
	computed()
	round := row.Round
	if !row.Analysed.IsZero() {
		round = row.Asked
	}
	faces := make([]animo.Face, len(found))
	var descriptors []table.Row
	for i, n := range found {
		faces[i] = n.Face
		face := &faces[i]
		face.ID = faceID(row.ID, round, i)
		face.Mood, face.LeanedTo = animo.MoodOf(face.Emotions, f.limits.MoodConfidence)
		if face.People == nil {
			face.People = []animo.Celebrity{}
		}
		if n.Descriptor != nil && f.keep {
			descriptors = append(descriptors, table.Row{Key: face.ID, Value: encodeDescriptor(n.Descriptor)})
		}
	}
	if err := f.tables.Put(ctx, tenant, descriptorsTable, descriptors...); err != nil {
		return nil, nil, err
	}
	if said, err = f.recogniseAll(ctx, tenant, row, facePrefix(row.ID, round), faces, found); err != nil {
		return nil, nil, err
	}
	if len(faces) > 0 {
		b, err := json.Marshal(faces)
		if err != nil {
			return nil, nil, err
		}
		keep = []table.Op{table.Put(facesTable, analysisKey(row.ID, round), b)}
	}
	row.Past, row.Round = row.Count, round
	row.Width, row.Height, row.Count, row.Analysed = img.W, img.H, len(faces), f.moment()
	return said, keep, nil
}

// keepThumbnail makes a thumbnail and keeps it. A panic is an error: nobody else would catch it.
func (f *Flow) keepThumbnail(ctx context.Context, tenant, id string, img vision.Image) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v", p)
		}
	}()
	var small []byte
	background.Do(func() { small, err = thumbnail(img) })
	if err == nil {
		err = f.objects.Put(ctx, tenant, thumbnailObject(id), bytes.NewReader(small))
	}
	return err
}

// picture reads a photo's picture as decode does.
func (f *Flow) picture(ctx context.Context, tenant, id string) (img vision.Image, release func(), err error) {
	body, err := f.open(ctx, tenant, pictureObject(id))
	if err != nil {
		return img, func() {}, err
	}
	defer body.Close()
	return f.decode(ctx, body)
}

// decode reads a picture when there is room for its pixels; release gives that room back, with
// the picture's memory, and may be called in any case.
func (f *Flow) decode(ctx context.Context, r io.Reader) (img vision.Image, release func(), err error) {
	var held int64
	limits := vision.Limits{MaxBytes: f.limits.PhotoBytes, MaxPixels: f.limits.Pixels, Memory: &f.memory, Admit: func(ctx context.Context, pixels int) error {
		err := f.pixels.Acquire(ctx, int64(pixels))
		if err == nil {
			held = int64(pixels)
		}
		return err
	}}
	background.Do(func() { img, err = vision.Decode(ctx, r, limits) })
	return img, func() {
		f.memory.Recycle(&img)
		f.pixels.Release(held)
	}, err
}

// sayFaces publishes an event for each face of an analysed photo, or for only one, after the faces of earlier analyses
// are removed. Its data is what will be recorded, with the names that there are then.
func (f *Flow) sayFaces(ctx context.Context, tenant string, row photoRow, only ...string) error {
	if row.Round > 0 {
		if err := f.dropPast(ctx, tenant, row); err != nil {
			return err
		}
	}
	faces, err := f.faces(ctx, tenant, row)
	if err != nil || len(faces) == 0 {
		return err
	}
	var events []animo.Event
	for _, face := range faces {
		if only != nil && !slices.Contains(only, face.ID) {
			continue
		}
		typ := FaceType(face.Mood)
		if row.Told {
			typ = againType(face.Mood)
		}
		e, err := animo.NewEvent(faceEventID(tenant, face.ID), source, typ, string(face.Mood), tenant, f.now(), recordOf(tenant, row.Photo, face))
		if err != nil {
			return err
		}
		events = append(events, e)
	}
	return f.events.Publish(ctx, events...)
}

// faces reads the faces of an analysed photo, with who they are; none of one that has none.
func (f *Flow) faces(ctx context.Context, tenant string, row photoRow) ([]animo.Face, error) {
	list, err := f.analysed(ctx, tenant, row.ID, row.Round)
	if err == nil && len(list) > 0 {
		err = f.nameFaces(ctx, tenant, row.ID, list)
	}
	return list, err
}

// analysed reads what one analysis of a photo found, without the people whom the tenant introduced.
func (f *Flow) analysed(ctx context.Context, tenant, id string, round int) (list []animo.Face, err error) {
	_, err = f.tables.GetJSON(ctx, tenant, facesTable, analysisKey(id, round), &list)
	if gone(err) {
		err = nil
	}
	return list, err
}

func recordOf(tenant string, p animo.Photo, face animo.Face) animo.MoodRecord {
	r := animo.MoodRecord{
		TenantID: tenant, Mood: face.Mood, ImageID: p.Name, ImageData: animo.ImageData{Celebrities: face.People},
		FaceID: face.ID, PhotoID: p.ID, Source: p.Source, LeanedTo: face.LeanedTo, Emotions: face.Emotions, Box: face.Box,
		Confidence: face.Confidence, Age: face.Age, Gender: face.Gender, Taken: p.Taken, Accepted: p.Accepted, Analysed: p.Analysed,
	}
	if len(face.Emotions) > 0 {
		r.ImageData.Emotion = face.Emotions[0]
	}
	return r
}

func faceEventID(tenant, face string) string { return animo.ID(faceType, tenant, face) }

func orderOf(e animo.Event) (order, error) {
	var o order
	if err := json.Unmarshal(e.Data, &o); err != nil || o.Photo == "" {
		return o, animo.Errorf(animo.Invalid, "the event's data does not name a photo", "los datos del evento no nombran una foto").Because(err)
	}
	return o, nil
}

// fail notes why a photo will not be analysed, or one of its faces not be recorded. It runs before the event
// becomes a dead letter, and prevents that where the photo is erased, or what the event asks for was done: its
// process may have died right after it.
func (f *Flow) fail(ctx context.Context, e animo.Event, r animo.Reason) error {
	o, err := orderOf(e)
	if err != nil {
		return nil // no photo to note it in
	}
	row, err := f.photo(ctx, e.Tenant, o.Photo)
	switch {
	case gone(err) || err == nil && row.Status == animo.Done:
		return bus.ErrDone
	case err != nil:
		return err
	case e.Type == PhotoStored && !row.due(): // all but the last step was done
		if err := f.sayFaces(ctx, e.Tenant, row); err != nil {
			return err
		}
		return bus.ErrDone
	case e.Type != PhotoStored && row.due(): // it is being analysed again; what this face was does not matter
		return bus.ErrDone
	}
	if e.Type != PhotoStored {
		switch done, err := f.wasRecorded(ctx, e, row); {
		case err != nil:
			return err
		case done:
			return bus.ErrDone
		}
	}
	row.Status, row.Failure = animo.Failed, &r
	if err := f.save(ctx, e.Tenant, &row, notPending(&row)); err != nil {
		return err
	}
	f.log.Debug("photo failed", "tenant", e.Tenant, "photo", row.ID, "code", r.Code, "reason", r.EN)
	return nil
}

// round keeps some decimals of a figure that means no more than these.
func round(v float64, decimals int) float64 {
	scale := math.Pow10(decimals)
	return math.Round(v*scale) / scale
}
