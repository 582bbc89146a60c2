package photos_test

import (
	"bytes"
	"context"
	"errors"
	"image"
	"image/color"
	"image/png"
	"io"
	"io/fs"
	"log/slog"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/iotest"
	"time"

	"go.uber.org/goleak"

	"animo"
	"animo/internal/bus"
	"animo/internal/erasures"
	"animo/internal/moods"
	"animo/internal/object"
	"animo/internal/people"
	"animo/internal/photos"
	"animo/internal/pictures"
	"animo/internal/scrub"
	"animo/internal/storetest"
	"animo/internal/table"
	"animo/vision"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const tenant = "sol"

// line is the flow over real stores, its functions run one event at a time by the test. Its engine sees as many
// faces as the picture has rows, whose emotions the test says; none where it says none.
type line struct {
	*storetest.House
	flow      *flow
	policy    animo.PhotoPolicy
	forbidden error    // what the policy answers, if anything
	emotions  []string // of the faces, in turn
	seven     bool     // the engine tells all of package vision's emotions, as the product's does
	unsure    animo.Code
	trouble   error  // what the engine answers, if anything
	disk      error  // what half of an object ends with when it is read, if anything
	full      error  // what a store answers to a commit that records a face, if anything
	erasures  string // file of the log of erasures

	mu       sync.Mutex // of what follows, because several goroutines look
	policies int        // how often the flow asked for the tenant's policy, which is a row of the tenants' and not among the calls
}

// flow is what one process runs: photos, people and moods.
type flow struct {
	photos *photos.Photos
	people *people.People
	moods  *moods.Moods
	rows   *table.Table
}

// options are what newLine may be told.
type options struct {
	photos.Options
	Pixels      int
	Subscribers func(*line) people.Subscribers
	Clock       func() time.Time // nil for the line's, which one goroutine reads at a time
}

func newLine(t testing.TB, o options) *line {
	t.Helper()
	l := &line{House: storetest.NewHouse(t), emotions: []string{"HAPPY"}, erasures: filepath.Join(t.TempDir(), "erasures.log")}
	l.flow = l.process(o)
	l.Declare(l.functions()...)
	return l
}

// process makes the flow of one process over the line's stores.
func (l *line) process(o options) *flow {
	l.T.Helper()
	tables, objects, events := l.Tables(l.refuse), &brokenDisk{l.Store(), l}, l.Events()
	o.Log = slog.New(slog.DiscardHandler)
	o.Spool, o.Now, o.Descriptors = l.T.TempDir(), o.Clock, true
	if o.Now == nil {
		o.Now = l.House.Clock
	}
	o.Erasures = erasures.New(l.erasures, l.Rows, erasures.Options{Now: o.Now, Log: o.Log, Tenant: func(_ context.Context, id string) (animo.Tenant, error) {
		return animo.Tenant{ID: id}, nil
	}})
	o.Policy = func(context.Context, string) (animo.PhotoPolicy, error) {
		l.mu.Lock()
		defer l.mu.Unlock()
		l.policies++
		return l.policy, l.forbidden
	}
	if o.Removed == nil {
		o.Removed = &scrub.Notes{}
	}
	reader := pictures.New(l, pictures.Limits{Bytes: o.Limits.PhotoBytes, Pixels: o.Pixels, AtOnce: o.Limits.Analyses})
	m := moods.New(tables, events, moods.Options{
		MoodConfidence: o.Limits.MoodConfidence, Room: o.Room, Policy: o.Policy, EraseTime: o.Limits.EraseTime(), Deliveries: o.Deliveries, Removed: o.Removed, Erasures: o.Erasures, Now: o.Now, Ages: o.Ages, Log: o.Log,
	})
	var subscribers people.Subscribers
	if o.Subscribers != nil {
		subscribers = o.Subscribers(l)
	}
	who := people.New(tables, objects, events, m, reader, people.Options{
		Descriptors: true, Policy: o.Policy, EraseTime: o.Limits.EraseTime(), Subscribers: subscribers, Removed: o.Removed, Erasures: o.Erasures, Now: o.Now, Log: o.Log,
	})
	return &flow{photos.New(tables, objects, events, m, who, reader, o.Options), who, m, l.Rows}
}

// functions are those of all three.
func (l *line) functions() []bus.Function {
	return slices.Concat(l.flow.photos.Functions(), l.flow.people.Functions())
}

// sweep sweeps as the program does, which passes over a tenant without rows in the tables that are swept.
func (f *flow) sweep(ctx context.Context, tenant string) (n int, err error) {
	var errs []error
	for _, s := range []struct {
		tables []string
		sweep  func(ctx context.Context, tenant string) error
	}{
		{photos.SweptTables(), func(ctx context.Context, tenant string) (err error) {
			n, err = f.photos.Sweep(ctx, tenant)
			return err
		}},
		{moods.SweptTables(), f.moods.Sweep},
		{people.SweptTables(), f.people.Sweep},
	} {
		busy, err := f.rows.Tenants(ctx, s.tables...)
		if err == nil && slices.Contains(busy, tenant) {
			err = s.sweep(ctx, tenant)
		}
		errs = append(errs, err)
	}
	return n, errors.Join(errs...)
}

// retire retires as the program does.
func (f *flow) retire(ctx context.Context, tenant string, most int) (more bool, err error) {
	more, err = f.photos.Retire(ctx, tenant, most)
	others, measuredErr := f.moods.Retire(ctx, tenant, most)
	return (more || others) && measuredErr == nil && err == nil, errors.Join(err, measuredErr)
}

// Find is pictures.Engine's.
func (l *line) Find(_ context.Context, _ string, img vision.Image) ([]pictures.Found, error) {
	if l.trouble != nil || l.emotions == nil {
		return nil, l.trouble
	}
	if img.W == portraitSide {
		return []pictures.Found{{Face: animo.Face{Box: animo.Box{Width: 1, Height: 1}, Quality: animo.Quality{Brightness: 50, Sharpness: 50}, Emotions: []animo.Emotion{{Type: "CALM", Confidence: 90}}},
			Descriptor: &vision.Descriptor{float32(img.Pix[0]) / 10}}}, nil
	}
	found := make([]pictures.Found, img.H)
	for i := range found {
		found[i].Emotions = []animo.Emotion{{Type: l.emotions[i%len(l.emotions)], Confidence: 90}, {Type: "CALM", Confidence: 10}}
		if l.seven {
			e, _ := pictures.ExpressionOf(l.emotions[i%len(l.emotions)])
			p := vision.Expressions{vision.Calm: 0.25, vision.Happy: 0.05}
			p[e] += 0.6
			p[(e+1)%7] += 0.1
			found[i].Emotions = pictures.EmotionsOf(p)
		}
		found[i].Unsure = l.unsure
		found[i].Box = animo.Box{Top: float64(i) / float64(img.H), Width: 1, Height: 1 / float64(img.H)}
		found[i].Descriptor = &vision.Descriptor{float32(i + 1)}
	}
	return found, nil
}

// refuse refuses what the test says that the tables have no room for.
func (l *line) refuse(c storetest.Call) error {
	if slices.ContainsFunc(c.Ops, func(op table.Op) bool { return op.Kind == table.OpCount && strings.HasPrefix(op.Table, "faces-") }) {
		return l.full
	}
	return nil
}

// brokenDisk ends each object that is read in its middle with the test's error, if there is one.
type brokenDisk struct {
	object.Store
	l *line
}

func (b *brokenDisk) Get(ctx context.Context, tenant, name string, part object.Range) (io.ReadCloser, object.Info, error) {
	body, info, err := b.Store.Get(ctx, tenant, name, part)
	if err == nil && b.l.disk != nil {
		body = struct {
			io.Reader
			io.Closer
		}{io.MultiReader(io.LimitReader(body, info.Size/2), iotest.ErrReader(b.l.disk)), body}
	}
	return body, info, err
}

// run runs everything that is queued.
func (l *line) run() {
	l.T.Helper()
	l.Run(l.functions()...)
}

func (l *line) tryTake(name string, content []byte) (animo.Photo, error) {
	p, _, err := l.flow.photos.Take(l.T.Context(), tenant, photos.Upload{Name: name, Source: "puerta", Size: -1}, bytes.NewReader(content))
	return p, err
}

func (l *line) take(name string, content []byte) animo.Photo {
	l.T.Helper()
	p, err := l.tryTake(name, content)
	if err != nil {
		l.T.Fatal(err)
	}
	return p
}

func (l *line) photo(id string) animo.Photo {
	l.T.Helper()
	p, err := l.flow.photos.Photo(l.T.Context(), tenant, id)
	if err != nil {
		l.T.Fatal(err)
	}
	return p
}

// recorded returns the records of the faces that are recorded, by their ids.
func (l *line) recorded() map[string]animo.MoodRecord {
	l.T.Helper()
	all := map[string]animo.MoodRecord{}
	for r, err := range l.flow.moods.All(l.T.Context(), tenant, moods.Query{}) {
		if err != nil {
			l.T.Fatal(err)
		}
		if _, twice := all[r.FaceID]; twice {
			l.T.Errorf("face %s is recorded twice", r.FaceID)
		}
		all[r.FaceID] = r
	}
	return all
}

// faces checks that what is counted and logged is what is recorded, and returns how many faces that is by mood.
func (l *line) faces() map[animo.Mood]int {
	l.T.Helper()
	byMood := map[animo.Mood]int{}
	for _, r := range l.recorded() {
		byMood[r.Mood]++
	}
	for _, every := range []time.Duration{time.Minute, time.Hour, 24 * time.Hour} {
		s, err := l.flow.moods.Summary(l.T.Context(), tenant, moods.SummaryQuery{Every: every})
		if err != nil {
			l.T.Fatal(err)
		}
		for _, m := range animo.Moods() {
			if s.Total[m].Faces != byMood[m] {
				l.T.Errorf("by %v, %d faces are %s; %d are recorded", every, s.Total[m].Faces, m, byMood[m])
			}
		}
	}
	return byMood
}

// told returns the places of the live stream's log at which a face was recorded or something was erased.
func (l *line) told() (places []table.Logged, err error) {
	all, err := l.Rows.Log(l.T.Context(), tenant, "moods", 0, 1000)
	for _, p := range all {
		if p.Table != "faces-restated" && p.Table != "photo-faces" {
			places = append(places, p)
		}
	}
	return places, err
}

// leftovers names what the stores hold of a photo.
func (l *line) leftovers(id string) (names []string) {
	l.T.Helper()
	tables := []string{"photos", "photo-pending", "pictures", "photo-faces", "photo-descriptors", "faces-happy", "faces-sad", "faces-surprised", "faces-other"}
	for _, tbl := range tables {
		for row, err := range l.Rows.Query(l.T.Context(), tenant, tbl, table.Range{}, false) {
			if err != nil {
				l.T.Fatal(err)
			}
			if strings.Contains(row.Key, id) {
				names = append(names, tbl)
			}
		}
	}
	for _, name := range []string{"picture", "thumbnail"} {
		if _, err := l.Objects.Stat(l.T.Context(), tenant, "photos/"+id+"/"+name); err == nil {
			names = append(names, name)
		}
	}
	return names
}

// receiptsAreNoted checks that what there is a receipt of is in the log of erasures, and returns how many receipts that are.
func (l *line) receiptsAreNoted() int {
	l.T.Helper()
	noted := map[string]bool{}
	if _, err := erasures.Read(l.erasures, func(e erasures.Entry) error { noted[e.ID] = true; return nil }); err != nil && !errors.Is(err, fs.ErrNotExist) {
		l.T.Fatal(err)
	}
	list, _, err := l.flow.moods.Receipts(l.T.Context(), tenant, "", 1000)
	if err != nil {
		l.T.Fatal(err)
	}
	for _, r := range list {
		if !noted[r.Erased] {
			l.T.Errorf("of %s there is a receipt, and a backup would bring it back", r.Erased)
		}
	}
	return len(list)
}

// depth counts the events in all queues, and the dead letters.
func (l *line) depth() (live, dead int) {
	l.T.Helper()
	depths, err := l.Queue.Depths(l.T.Context(), tenant)
	if err != nil {
		l.T.Fatal(err)
	}
	for _, d := range depths {
		live += d.Ready + d.Waiting + d.Running
		dead += d.Dead
	}
	return live, dead
}

// picture makes a PNG in which the line's engine sees so many faces, the more or less like no other.
func picture(faces int, shade uint8) []byte {
	m := image.NewGray(image.Rect(0, 0, 4, max(1, faces)))
	m.SetGray(0, 0, color.Gray{shade})
	var b bytes.Buffer
	if err := png.Encode(&b, m); err != nil {
		panic(err)
	}
	return b.Bytes()
}

// portraitSide is the side of a portrait, in pixels.
const portraitSide = 100

// portrait makes a PNG in which the line's engine sees one face: with 10 the same person's as the first of a
// picture, with 20 the second's, and with a few more or less a face that is somewhat like that.
func portrait(who uint8) []byte {
	m := image.NewGray(image.Rect(0, 0, portraitSide, portraitSide))
	m.SetGray(0, 0, color.Gray{who})
	var b bytes.Buffer
	if err := png.Encode(&b, m); err != nil {
		panic(err)
	}
	return b.Bytes()
}

func isGone(err error) bool     { return animo.CodeOf(err) == animo.NotFound }
func isConflict(err error) bool { return animo.CodeOf(err) == animo.Conflict }
