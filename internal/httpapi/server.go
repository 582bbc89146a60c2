// Package httpapi is Animo over HTTP: the page, version 1 of its REST API with its live stream, the two endpoints of
// the opinion report, health, metrics, the OpenAPI description and its readable form. Begin at New, then routes, the
// table of all routes in routes.go. A handler decodes a request, calls one method of a flow, and encodes the answer.
package httpapi

import (
	"cmp"
	"context"
	"io"
	"io/fs"
	"iter"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"
	"go.opentelemetry.io/otel/trace"

	"animo"
	"animo/internal/bus"
	"animo/internal/moods"
	"animo/internal/opinions"
	"animo/internal/photos"
	"animo/internal/tracing"
	"animo/text"
	"animo/vision"
)

// Opinions is the opinion flow as the API needs it; *opinions.Flow is one.
type Opinions interface {
	Take(ctx context.Context, tenant, name string, r io.Reader, size int64, recipe opinions.Recipe) (animo.Version, error)
	Retrain(ctx context.Context, tenant, model string, datasets []string, recipe opinions.Recipe) (animo.Version, error)
	// AddFile accepts one more file of a model, AddDatasets has it learn from files that are there, RemoveDataset from one less; each asks for a version.
	AddFile(ctx context.Context, tenant, model, name string, r io.Reader, size int64, how opinions.FileRecipe) (animo.Version, error)
	AddDatasets(ctx context.Context, tenant, model string, names []string) (animo.Version, error)
	RemoveDataset(ctx context.Context, tenant, model, name string) (animo.Version, error)
	// Rows lists rows of a training file, those that hold all words of query and have the label, beginning after the number after. next is 0 at the end.
	Rows(ctx context.Context, tenant, name, query string, label *animo.Label, after, limit int) (page []opinions.Row, next int, err error)
	Serve(ctx context.Context, tenant, model, version string) (animo.Model, error)
	Alias(ctx context.Context, tenant, model, alias, version string) (animo.Model, error)
	// Experiment compares a version of a model with the one that answers, Trial tells what that has shown, EndExperiment ends it.
	Experiment(ctx context.Context, tenant, model, challenger string, share float64, automatic bool) (animo.Experiment, error)
	Trial(ctx context.Context, tenant, model string) (opinions.Trial, error)
	EndExperiment(ctx context.Context, tenant, model string) error
	// SetSchedule says when a model is trained by itself; the zero schedule is never.
	SetSchedule(ctx context.Context, tenant, model string, s animo.Schedule) error
	SetPolicy(ctx context.Context, tenant, model string, p animo.Policy) error
	Training(ctx context.Context, tenant, model string) (opinions.Training, error)
	Trainings(ctx context.Context, tenant string) ([]opinions.Training, error)
	Version(ctx context.Context, tenant, model, id string) (opinions.Training, error)
	Model(ctx context.Context, tenant, id string) (opinions.ModelHistory, error)
	Models(ctx context.Context, tenant string) ([]animo.Model, error)
	Dataset(ctx context.Context, tenant, name string) (animo.Dataset, error)
	Datasets(ctx context.Context, tenant string) ([]animo.Dataset, error)
	DeleteModel(ctx context.Context, tenant, id string) error
	DeleteDataset(ctx context.Context, tenant, name string) error
	// Correct keeps what texts say, for a model's answers and its later trainings.
	Correct(ctx context.Context, tenant, model, key string, list ...animo.Opinion) ([]opinions.Correction, error)
	// CorrectFrom does it with the rows of a file, and tells how many there were and how it was read.
	CorrectFrom(ctx context.Context, tenant, model string, r io.Reader, size int64, recipe opinions.FileRecipe) (int, animo.Reading, error)
	// MisjudgedRows lists rows that a version got wrong, suspect labels first, beginning at the place `after`.
	MisjudgedRows(ctx context.Context, tenant, model, version, after string, limit int) (page []opinions.Misjudged, next string, err error)
	// Life tells what a version answered since a moment, and what that says; "" is the version that answers.
	Life(ctx context.Context, tenant, model, named string, since time.Time) (l opinions.Life, version string, err error)
	// Compare tells how much better one version of a model is than another.
	Compare(ctx context.Context, tenant, model, this, other string) (text.Comparison, error)
	// Corrections lists a model's corrections by ID, beginning after the ID `after`. next is "" at the end.
	Corrections(ctx context.Context, tenant, model, after string, limit int) (page []opinions.Correction, next string, err error)
	DeleteCorrection(ctx context.Context, tenant, model, id string) error
	// Pack writes a version of a model as one file, "" for the one that answers; begin is told which before the first byte.
	Pack(ctx context.Context, tenant, model, version string, w io.Writer, begin func(version string)) error
	// TakeModel accepts a model that was packed, as a new version.
	TakeModel(ctx context.Context, tenant, model string, r io.Reader, size int64) (animo.Version, error)
	// TakeBatch accepts a file of texts to be classified.
	TakeBatch(ctx context.Context, tenant, model string, r io.Reader, size int64, recipe opinions.BatchRecipe) (opinions.Batch, error)
	// TakeDataset accepts a dataset's file in place of one.
	TakeDataset(ctx context.Context, tenant, model, dataset string, recipe opinions.BatchRecipe) (opinions.Batch, error)
	Batch(ctx context.Context, tenant, model, id string) (opinions.Batch, error)
	// Batches lists a model's batches, newest first, beginning after the ID `after`. next is "" at the end.
	Batches(ctx context.Context, tenant, model, after string, limit int) (page []opinions.Batch, next string, err error)
	// BatchResult opens the result of a batch that is done, and tells how many bytes it has.
	BatchResult(ctx context.Context, tenant, model, id string) (io.ReadCloser, int64, opinions.Batch, error)
	// BatchAspects returns what the texts of a batch that is done complain about.
	BatchAspects(ctx context.Context, tenant, model, id string) (text.AspectReport, opinions.Batch, error)
	DeleteBatch(ctx context.Context, tenant, model, id string) error
}

// Layers is what was learned from corrections of faces; *photos.Layers is one.
type Layers interface {
	Info(ctx context.Context, tenant string) (photos.LayerInfo, error)
	// Use turns it on or off. It answers Conflict where there is none to turn on.
	Use(ctx context.Context, tenant string, on bool) (photos.LayerInfo, error)
}

// Photos is the photo flow as the API needs it; *photos.Photos is one.
type Photos interface {
	// Photo reads one photo with its faces.
	Photo(ctx context.Context, tenant, id string) (animo.Photo, error)
	// List lists photos without faces, newest first, beginning after the id `after`. A page may be short before
	// the end, where next is "".
	List(ctx context.Context, tenant string, q photos.Query, after string, limit int) (page []animo.Photo, next string, err error)
	// Take accepts a photo; known says that it is one that was kept before.
	Take(ctx context.Context, tenant string, u photos.Upload, r io.Reader) (p animo.Photo, known bool, err error)
	// Image returns a photo's bytes as they came, and what kind of picture they are. It answers NotFound once
	// their time is over.
	Image(ctx context.Context, tenant, id string) (io.ReadCloser, animo.Photo, vision.Format, error)
	// Thumbnail returns a photo as a small JPEG. It answers NotFound before the photo is analysed.
	Thumbnail(ctx context.Context, tenant, id string) (io.ReadCloser, animo.Photo, error)
	// Annotated returns a photo as a JPEG on which boxes, moods and names are drawn. It answers NotFound as Thumbnail does.
	Annotated(ctx context.Context, tenant, id, lang string) ([]byte, animo.Photo, error)
	// Erase removes everything of a photo.
	Erase(ctx context.Context, tenant, id string) (animo.Receipt, error)
	// Correct keeps what somebody says that a face shows, or that it is none; nil takes it back.
	Correct(ctx context.Context, tenant, face string, c *animo.Correction) (animo.Face, error)
	// Accuracy counts how often analyses were right, by what was said of faces.
	Accuracy(ctx context.Context, tenant string) (photos.Accuracy, error)
	// Reanalyse queues photos to be analysed again.
	Reanalyse(ctx context.Context, tenant string, q photos.AgainQuery) (photos.Again, error)
}

// Moods is what is recorded of faces as the API needs it; *moods.Moods is one.
type Moods interface {
	// List lists recorded faces, the last taken first. A page may be short before the end, where next is "".
	List(ctx context.Context, tenant string, q moods.Query, after string, limit int) (page []animo.MoodRecord, next string, err error)
	// All yields recorded faces, the first taken first.
	All(ctx context.Context, tenant string, q moods.Query) iter.Seq2[animo.MoodRecord, error]
	// Summary counts recorded faces by mood and interval.
	Summary(ctx context.Context, tenant string, q moods.SummaryQuery) (moods.Summary, error)
	// Follow yields faces as they are recorded, and photos and measured faces as they are erased: first the place from which on it
	// tells, a Told with neither, then what is after the ID `after`. Such a Told later on is a gap.
	Follow(ctx context.Context, tenant string, after int64) iter.Seq2[moods.Told, error]
	// Measure accepts faces that a client measured, and returns their records.
	Measure(ctx context.Context, tenant string, faces []moods.MeasuredFace) ([]animo.MoodRecord, error)
	// EraseMeasured removes everything of a measured face.
	EraseMeasured(ctx context.Context, tenant, face string) (animo.Receipt, error)
	// Receipts lists what was erased, newest first.
	Receipts(ctx context.Context, tenant, after string, limit int) (page []animo.Receipt, next string, err error)
}

// Queues is the part of the bus that people look after; bus.Queues is one.
type Queues interface {
	Depths(ctx context.Context, tenant string) ([]bus.Depth, error)
	DeadLetters(ctx context.Context, tenant, queue, after string, limit int) ([]bus.DeadLetter, error)
	DeadLetter(ctx context.Context, tenant, queue, id string) (bus.DeadLetter, error)
	Redrive(ctx context.Context, tenant, queue string, ids ...string) (int, error)
	RemoveDead(ctx context.Context, tenant, queue string, ids ...string) (int, error)
}

// Keys tells whose an API key is, and what its tenant may do with photos.
type Keys interface {
	// KeyOf tells which key a token is, or answers Unauthenticated.
	KeyOf(ctx context.Context, token string) (animo.Key, error)
	// Locked reports whether there is any key, so that a request must bring one.
	Locked(ctx context.Context) (bool, error)
	// Policy is what holds for a tenant. It answers Forbidden, too, for a tenant whose photos are refused.
	Policy(ctx context.Context, tenant string) (animo.PhotoPolicy, error)
}

// Limits bound one request. All but the last must be more than 0.
type Limits struct {
	BodyBytes   int64         // of a request that is not an upload
	PhotoBytes  int64         // of one photo
	Files       int           // photos in one form
	Texts       int           // in one call to classify
	Moods       int           // measured faces in one call
	Requests    int           // of each kind served at once: uploads, downloads, waits for an end, all others; drawings are two
	Streams     int           // live streams served at once
	RequestTime time.Duration // for a request that is none of an upload, a download and a stream
	UploadTime  time.Duration // for an upload
	UploadPause time.Duration // that an upload may bring nothing
	AnswerPause time.Duration // that a client may take nothing of a download or a stream
	Heartbeat   time.Duration // after which a stream says that it is still there; 0 means 15 s
}

// Options are what the API serves. All fields are required but Page, Stopping, AWS, MetricsToken, Observe and Tracer.
type Options struct {
	Version       string // of Animo, for the API's description
	Photos        Photos
	Layers        Layers
	Moods         Moods
	People        People
	Opinions      Opinions
	Classifier    Classifier
	Subscriptions Subscriptions
	Queues        Queues
	Functions     func() []bus.FunctionStats // what each function did in this process
	Keys          Keys
	Tenants       Tenants
	Limits        Limits
	Page          fs.FS                           // the built page, index.html at its root; nil where the program was built without
	Local         *Local                          // who may ask without a key while none exists
	Ready         func(ctx context.Context) error // nil while requests can be served
	ClockHeld     func() bool                     // whether the clock jumped and is not trusted yet; nil means that it never is
	Stopping      <-chan struct{}                 // closed when waits must end, as no more requests come; nil for never
	Metrics       http.Handler                    // what /metrics answers
	AWS           http.Handler                    // what a POST to / with an X-Amz-Target gets, which sees to its own access; nil for nothing
	MetricsToken  string                          // what /metrics asks for, or an administrator's key; "" lets in who may ask without a key, too, while none exists
	Observe       func(route, method string, status int, took time.Duration)
	Tracer        trace.Tracer     // of the requests' spans; nil means one whose spans are not kept
	Now           func() time.Time // what "so long ago" counts from; nil means time.Now
	Log           *slog.Logger
}

type server struct {
	Options
	mux         *http.ServeMux
	api         huma.API
	routes      map[string]*route // by pattern in mux
	metricNames map[string]bool
	docsBytes   func() ([]byte, error)
	slots       kindSlots
}

// New makes the handler of everything under the server's address.
func New(o Options) http.Handler {
	if o.Observe == nil {
		o.Observe = func(string, string, int, time.Duration) {}
	}
	if o.Tracer == nil {
		o.Tracer = tracing.IDs()
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	o.Limits.Heartbeat = cmp.Or(o.Limits.Heartbeat, heartbeat)
	s := &server{Options: o, mux: http.NewServeMux(), routes: map[string]*route{}, metricNames: map[string]bool{}, slots: newSlots(o.Limits)}
	config := huma.DefaultConfig("Animo", o.Version)
	config.Info.Description = "How an audience feels. Photos in, moods out: the faces in each photo, what they show and who they are, recorded " +
		"by mood and told live. Labelled opinions in, a classifier out."
	config.CreateHooks = nil // no $schema links in answers: the report's clients expect none
	config.DocsPath = ""     // served here, with nothing fetched from elsewhere
	config.SchemasPath = ""
	config.RejectUnknownQueryParameters = true
	config.Formats = map[string]huma.Format{
		"application/json": huma.DefaultJSONFormat, "json": huma.DefaultJSONFormat,
		formType: huma.DefaultJSONFormat, "text/plain": huma.DefaultJSONFormat,
	}
	config.Components.SecuritySchemes = map[string]*huma.SecurityScheme{
		"key":     {Type: "http", Scheme: "bearer", Description: "An API key (animo keys add). Not needed while no key exists."},
		"session": {Type: "apiKey", In: "cookie", Name: sessionCookie, Description: "The same key, in a browser's session (POST /v1/session)."},
	}
	config.Security = []map[string][]string{{"key": {}}, {"session": {}}, {}}
	s.api = humago.New(s.mux, config)
	s.docsBytes = s.docsOnce()

	for _, g := range routes() {
		for _, r := range g.rows {
			s.add(route{r, g.name})
		}
	}
	s.addPage()
	s.refuseOtherMethods()
	describeFields(s.api.OpenAPI().Components.Schemas.Map())

	crossOrigin := http.NewCrossOriginProtection() // pages of other sites must not act in the visitor's name
	crossOrigin.SetDenyHandler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		writeProblem(w, r, o.Log, errOtherSite())
	}))
	return composePath(s.find(s.observe(s.recoverPanics(s.cleanPath(s.deadline(crossOrigin.Handler(s.admit())))))))
}

// path names a thing in an answer's URL.
func path(parts ...string) string {
	var b strings.Builder
	for _, p := range parts {
		b.WriteByte('/')
		b.WriteString(url.PathEscape(p))
	}
	return b.String()
}
