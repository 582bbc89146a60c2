package main

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"time"

	"animo"
	"animo/internal/moods"
	"animo/samples"
	"animo/text"
)

// demo shows what Animo does over its API, and prints what happens as it happens.
type demo struct {
	c         *console
	client    *client
	ink       ink
	lost      func(error) // called when nothing more can be printed
	photos    []demoPhoto
	people    []samples.Person // to be recognised in them
	model     string           // that is trained
	nameWidth int              // of the column of photos
	lastName  string           // in it
}

// run shows people and photos, and then opinions.
func (d *demo) run(ctx context.Context) error {
	if err := d.showFaces(ctx); err != nil {
		return err
	}
	if err := d.showSummary(ctx); err != nil {
		return err
	}
	return d.showOpinions(ctx)
}

// showFaces introduces people, sends photos, and shows who is told of the first person.
func (d *demo) showFaces(ctx context.Context) error {
	if err := d.introduce(ctx); err != nil {
		return err
	}
	awaited := "" // everybody
	if len(d.people) > 0 {
		awaited = d.people[0].Name
	}
	receiver, err := d.subscribe(ctx, awaited)
	if err != nil {
		return err
	}
	defer d.unsubscribe(ctx, receiver)
	all, fresh, err := d.showPhotos(ctx)
	if err != nil {
		return err
	}
	d.recognised(all)
	told := 0
	for _, m := range fresh {
		if awaited == "" || shows(m, awaited) {
			told++
		}
	}
	return d.showWebhooks(ctx, receiver, awaited, told)
}

// introduce has Animo know people by a photo each.
func (d *demo) introduce(ctx context.Context) error {
	if len(d.people) == 0 {
		return nil
	}
	d.peopleHead()
	for _, p := range d.people {
		var known knownPerson
		if err := d.client.call(ctx, http.MethodPost, personPath(p.Name)+"/photos", bytesBody(p.JPEG), &known); err != nil {
			return err
		}
		d.person(p, known)
	}
	return nil
}

// shows reports whether a face was taken for a person's.
func shows(m animo.MoodRecord, person string) bool {
	return slices.ContainsFunc(m.ImageData.Celebrities, func(c animo.Celebrity) bool { return c.Name == person })
}

// demoUploads is how many photos are on their way at once.
const demoUploads = 4

// streamTime is how long the stream may take to tell of a face that is recorded.
const streamTime = 20 * time.Second

// showPhotos sends the photos and prints each face when the live stream tells of it. It returns all faces, and those
// that were recorded just now.
func (d *demo) showPhotos(ctx context.Context) (all, fresh []animo.MoodRecord, err error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	stream, err := d.client.moods(ctx, url.Values{"last_event_id": {"0"}})
	if err != nil {
		return nil, nil, err
	}
	d.photosHead()
	start := time.Now().Truncate(time.Millisecond) // as exact as a photo's times are
	ended := make(chan shownPhoto)
	go func() {
		defer close(ended)
		for _, p := range inOrder(ctx, len(d.photos), demoUploads, func(ctx context.Context, i int) shownPhoto { return d.send(ctx, d.photos[i]) }) {
			select {
			case ended <- p:
			case <-ctx.Done():
			}
		}
	}()

	told, untold := map[string]bool{}, map[string]bool{} // by the faces' ids
	var late <-chan time.Time                            // once every photo has ended
	for ended != nil || len(untold) > 0 {
		select {
		case m := <-stream:
			if m.err != nil {
				return nil, nil, m.err
			}
			if m.Accepted.Before(start) {
				continue // of an earlier demo on the same data
			}
			told[m.FaceID] = true
			delete(untold, m.FaceID)
			all, fresh = append(all, m.MoodRecord), append(fresh, m.MoodRecord)
			d.face(m.MoodRecord)
		case p, more := <-ended:
			switch {
			case !more:
				ended, late = nil, time.After(streamTime)
			case p.err != nil:
				return nil, nil, p.err
			case p.Failure != nil || len(p.Faces) == 0:
				d.faceless(p)
			}
			for _, f := range p.Faces {
				switch {
				case p.Accepted.Before(start):
					m := recordOf(p.name, f)
					all = append(all, m)
					d.face(m)
				case !told[f.ID]:
					untold[f.ID] = true
				}
			}
		case <-late:
			return nil, nil, animo.Errorf(animo.Timeout, "the live stream does not tell of every face", "la transmisión en vivo no cuenta todos los rostros")
		case <-ctx.Done():
			return nil, nil, ctx.Err()
		}
	}
	d.photosFoot(len(all), time.Since(start))
	return all, fresh, nil
}

// shownPhoto is what became of a photo.
type shownPhoto struct {
	sentPhoto
	name string
	err  error
}

// send sends a photo and waits for its end.
func (d *demo) send(ctx context.Context, p demoPhoto) (s shownPhoto) {
	s.name = p.name
	query := url.Values{"source": {"demo"}}
	if p.ours {
		query.Set("taken_at", time.Now().UTC().Format(time.RFC3339Nano))
	}
	if s.sentPhoto, s.err = d.client.upload(ctx, p.name, query, p.open); s.err != nil {
		return s
	}
	s.sentPhoto, s.err = d.client.await(ctx, s.ID)
	return s
}

// recordOf is the part of what is recorded of a face that is printed.
func recordOf(photo string, f animo.Face) animo.MoodRecord {
	r := animo.MoodRecord{ImageID: photo, Mood: f.Mood, FaceID: f.ID, LeanedTo: f.LeanedTo, Age: f.Age, Gender: f.Gender}
	r.ImageData.Celebrities = f.People
	if len(f.Emotions) > 0 {
		r.ImageData.Emotion = f.Emotions[0]
	}
	return r
}

// showSummary prints how many faces of each mood there are.
func (d *demo) showSummary(ctx context.Context) error {
	var s moods.Summary
	if err := d.client.call(ctx, http.MethodGet, "/v1/moods/summary?every=1m", nil, &s); err != nil {
		return err
	}
	d.summary(s.Total)
	return nil
}

// newOpinions are some that the samples do not hold.
var newOpinions = []string{
	"El desayuno estaba buenísimo y el personal fue muy amable",
	"Habitación sucia, mucho ruido y nadie respondió",
	"Un sitio precioso para ir con niños, muy recomendable",
	"Caro, frío y sin sabor: no lo recomiendo",
}

// showOpinions trains a model of the sample opinions and asks it about new ones.
func (d *demo) showOpinions(ctx context.Context) error {
	d.opinionsHead(d.model)
	var t struct {
		Status  animo.Status
		Failure *struct {
			Code    animo.Code
			Message string
		}
		Report *text.Report
	}
	if err := d.client.call(ctx, http.MethodPut, "/v1/training/"+d.model, bytesBody(samples.Opinions()), &t); err != nil {
		return err
	}
	for asked := false; !asked || !t.Status.Ended(); asked = true { // an upload that is known is answered without its report
		if err := d.client.call(ctx, http.MethodGet, "/v1/training/"+d.model+"?wait=20", nil, &t); err != nil {
			return err
		}
	}
	if t.Failure != nil {
		return &animo.Error{Code: t.Failure.Code, EN: t.Failure.Message, ES: t.Failure.Message}
	}
	d.scores(t.Report)

	question, err := json.Marshal(map[string]any{"texts": newOpinions, "explain": 3})
	if err != nil {
		return err
	}
	var answer struct{ Results []classifiedOpinion }
	if err := d.client.call(ctx, http.MethodPost, "/v1/models/"+d.model+"/classify", bytesBody(question), &answer); err != nil {
		return err
	}
	for i, o := range answer.Results {
		o.Text = newOpinions[i]
		d.opinion(o)
	}
	return nil
}

// classifiedOpinion is an opinion and what the model says of it.
type classifiedOpinion struct {
	Text        string
	Label       string
	Probability float64
	Evidence    []text.Evidence
}
