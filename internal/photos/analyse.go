package photos

import (
	"bytes"
	"context"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"sync"
	"time"

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
	if row.Analysed.IsZero() {
		row.Status = animo.Analysing
		if err := f.save(ctx, e.Tenant, &row); err != nil {
			return err
		}
		if err := f.findFaces(ctx, e.Tenant, &row); err != nil {
			return err
		}
		if err := f.save(ctx, e.Tenant, &row); conflict(err) {
			return f.afterConflict(ctx, e.Tenant, row)
		} else if err != nil {
			return err
		}
	}
	if row.Count == 0 {
		return f.deleteRow(ctx, e.Tenant, pendingTable, row.ID)
	}
	return f.sayFaces(ctx, e.Tenant, row)
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

// findFaces analyses a photo and keeps the faces, their descriptors and a thumbnail. It fills the row in.
func (f *Flow) findFaces(ctx context.Context, tenant string, row *photoRow) error {
	img, release, err := f.picture(ctx, tenant, row.ID)
	defer release()
	if err != nil {
		return err
	}
	// The thumbnail is made and kept meanwhile, on another core where one is free.
	small := make(chan error, 1)
	go func() { small <- f.keepThumbnail(ctx, tenant, row.ID, img) }()
	thumbnailKept := sync.OnceValue(func() error { return <-small })
	defer func() { _ = thumbnailKept() }() // also when the engine panics: img is not free before
	found, err := f.engine.Find(ctx, tenant, img)
	if err != nil {
		return err
	}
	if err := thumbnailKept(); err != nil {
		return err
	}
	people, err := f.gallery(ctx, tenant)
	if err != nil {
		return err
	}
	faces := make([]animo.Face, len(found))
	var descriptors []table.Row
	for i, n := range found {
		faces[i] = n.Face
		face := &faces[i]
		face.ID = faceID(row.ID, i)
		face.Mood, face.LeanedTo = animo.MoodOf(face.Emotions, f.limits.MoodConfidence)
		if face.People == nil {
			face.People = []animo.Celebrity{}
		}
		if n.Descriptor == nil {
			continue
		}
		if m, ok := people.Match(*n.Descriptor, vision.MatchDistance); ok {
			face.People = append(face.People, animo.Celebrity{Name: m.Person, Similarity: round(m.Similarity, 2)})
		}
		if f.keep {
			descriptors = append(descriptors, table.Row{Key: face.ID, Value: encodeDescriptor(n.Descriptor)})
		}
	}
	if err := f.tables.Put(ctx, tenant, descriptorsTable, descriptors...); err != nil {
		return err
	}
	if len(faces) > 0 {
		if err := f.putJSON(ctx, tenant, facesTable, row.ID, faces); err != nil {
			return err
		}
	}
	row.Width, row.Height, row.Count, row.Analysed = img.W, img.H, len(faces), f.now().UTC().Truncate(time.Millisecond)
	if row.Count == 0 {
		row.Status = animo.Done
	}
	return nil
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
		_, _, err = f.objects.Put(ctx, tenant, thumbnailObject(id), bytes.NewReader(small))
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

// decode reads a picture when there is room for its pixels; release gives that room back, and may be called in
// any case.
func (f *Flow) decode(ctx context.Context, r io.Reader) (img vision.Image, release func(), err error) {
	var held int64
	limits := vision.Limits{MaxBytes: f.limits.PhotoBytes, MaxPixels: f.limits.Pixels, Admit: func(ctx context.Context, pixels int) error {
		err := f.pixels.Acquire(ctx, int64(pixels))
		if err == nil {
			held = int64(pixels)
		}
		return err
	}}
	background.Do(func() { img, err = vision.Decode(ctx, r, limits) })
	return img, func() { f.pixels.Release(held) }, err
}

// sayFaces publishes an event for each face of an analysed photo. Its data is what will be recorded.
func (f *Flow) sayFaces(ctx context.Context, tenant string, row photoRow) error {
	faces, err := f.faces(ctx, tenant, row.ID)
	if err != nil {
		return err
	}
	events := make([]animo.Event, len(faces))
	for i, face := range faces {
		events[i], err = animo.NewEvent(faceEventID(tenant, face.ID), source, FaceType(face.Mood), string(face.Mood), tenant, f.now(), recordOf(tenant, row.Photo, face))
		if err != nil {
			return err
		}
	}
	return f.events.Publish(ctx, events...)
}

// faces reads the faces of an analysed photo; none of one that has none.
func (f *Flow) faces(ctx context.Context, tenant, id string) (list []animo.Face, err error) {
	_, err = f.getJSON(ctx, tenant, facesTable, id, &list)
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

func faceID(photo string, i int) string { return fmt.Sprintf("%s-%d", photo, i) }

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
	case e.Type == PhotoStored && !row.Analysed.IsZero(): // all but the last step was done
		if err := f.sayFaces(ctx, e.Tenant, row); err != nil {
			return err
		}
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
	if err := f.save(ctx, e.Tenant, &row); err != nil {
		return err
	}
	f.log.Debug("photo failed", "tenant", e.Tenant, "photo", row.ID, "code", r.Code, "reason", r.EN)
	return f.deleteRow(ctx, e.Tenant, pendingTable, row.ID)
}

// encodeDescriptor writes a descriptor as 128 little-endian float32.
func encodeDescriptor(d *vision.Descriptor) []byte {
	b := make([]byte, 0, 4*len(d))
	for _, v := range d {
		b = binary.LittleEndian.AppendUint32(b, math.Float32bits(v))
	}
	return b
}

// round keeps some decimals of a figure that means no more than these.
func round(v float64, decimals int) float64 {
	scale := math.Pow10(decimals)
	return math.Round(v*scale) / scale
}
