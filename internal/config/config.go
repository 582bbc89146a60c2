// Package config is everything a running Animo can be told, in one struct. Precedence, from weak to strong:
// the defaults written here, a YAML file, environment variables, flags.
package config

import (
	"cmp"
	"errors"
	"fmt"
	"net"
	"net/url"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/alecthomas/kong"

	"animo"
)

// Config is one Animo's settings. The tags give each its flag (also its name in the file), its environment
// variable, its default and its help.
type Config struct {
	Stores `embed:""`

	Listen    string   `default:"127.0.0.1:8080" env:"ANIMO_LISTEN" placeholder:"ADDR" help:"Address to serve on. Beyond loopback, a key must exist first (animo keys add). Port 0 takes a free one (default 127.0.0.1:8080)."`
	Functions []string `default:"${functions}" env:"ANIMO_FUNCTIONS" placeholder:"NAME" help:"What runs here: ${function_list}; all of them by default."`
	Inbox     string   `env:"ANIMO_INBOX" type:"path" placeholder:"DIR" help:"Folder to take files from: DIR/TENANT/photos/… and DIR/TENANT/training/…; what was taken moves to done/, what could not be to failed/ with the reason beside it."`

	InboxQuiet time.Duration `default:"2s" env:"ANIMO_INBOX_QUIET" help:"How long a file of the inbox must not have changed until it is taken; a picture whose end is missing is given a minute."`
	Log        string        `default:"text" enum:"text,json" env:"ANIMO_LOG" help:"Log format: text or json."`
	LogLevel   string        `default:"info" enum:"debug,info,warn,error" env:"ANIMO_LOG_LEVEL" help:"Least level that is logged: debug, info, warn or error."`

	MaxFile        int64   `default:"1073741824" env:"ANIMO_MAX_FILE" placeholder:"BYTES" help:"Largest training file."`
	MaxRows        int     `default:"10000000" env:"ANIMO_MAX_ROWS" placeholder:"N" help:"Most rows in a training file."`
	MaxRow         int     `default:"1048575" env:"ANIMO_MAX_ROW" placeholder:"BYTES" help:"Longest row of a training file; no more than the default."`
	MaxUnpacked    int64   `default:"4294967296" env:"ANIMO_MAX_UNPACKED" placeholder:"BYTES" help:"Largest training file once it is unpacked (gzip, zip, xlsx)."`
	MaxWhole       int64   `default:"67108864" env:"ANIMO_MAX_WHOLE" placeholder:"BYTES" help:"Largest training file of a kind that is read into memory as a whole: xlsx, zip, JSON by column."`
	MaxBroken      float64 `default:"20" env:"ANIMO_MAX_BROKEN" placeholder:"PERCENT" help:"How many rows of a training file may be broken before it is refused; those without a text, without a label or neutral are not broken (default 20)."`
	MaxModel       int64   `default:"268435456" env:"ANIMO_MAX_MODEL" placeholder:"BYTES" help:"Largest model that is uploaded as a file, packed and unpacked (default 268435456)."`
	MaxTexts       int     `default:"1000" env:"ANIMO_MAX_TEXTS" placeholder:"N" help:"Most texts in one call to classify."`
	MaxText        int     `default:"65536" env:"ANIMO_MAX_TEXT" placeholder:"BYTES" help:"Longest text to classify."`
	MaxMoods       int     `default:"1000" env:"ANIMO_MAX_MOODS" placeholder:"N" help:"Most faces measured by the client in one call."`
	MaxBody        int64   `default:"8388608" env:"ANIMO_MAX_BODY" placeholder:"BYTES" help:"Largest body of a request that is not an upload."`
	MaxRequests    int     `default:"256" env:"ANIMO_MAX_REQUESTS" placeholder:"N" help:"Requests of each kind (uploads, downloads, waits, others) served at once, half of them for one tenant; more are answered 429 or 503 with Retry-After. Live streams have max-streams; photos are drawn on two at once, one for a tenant."`
	MaxConnections int     `default:"0" env:"ANIMO_MAX_CONNECTIONS" placeholder:"N" help:"Connections open at once; one that is idle makes room for the next. 0, or more than that, means three quarters of the files that the process may have open."`
	MaxFiles       int     `default:"1000" env:"ANIMO_MAX_FILES" placeholder:"N" help:"Most photos in one form."`
	Reserve        int64   `default:"16777216" env:"ANIMO_RESERVE" placeholder:"BYTES" help:"Disk space that a file in the data folder keeps for erasing, and for a start, where the disk is full; 0 for none."`
	MinFree        int64   `default:"134217728" env:"ANIMO_MIN_FREE" placeholder:"BYTES" help:"Disk space to leave free; uploads, measured faces and corrections that would not are answered 507."`

	RequestTime    time.Duration   `default:"30s" env:"ANIMO_REQUEST_TIME" help:"Longest request that is not an upload."`
	UploadTime     time.Duration   `default:"15m" env:"ANIMO_UPLOAD_TIME" help:"Longest upload."`
	UploadPause    time.Duration   `default:"30s" env:"ANIMO_UPLOAD_PAUSE" help:"How long an upload may bring nothing before it is given up."`
	AnswerPause    time.Duration   `default:"10s" env:"ANIMO_ANSWER_PAUSE" help:"How long a client may take nothing of a download or a live stream before it is dropped."`
	IngestTime     time.Duration   `default:"1h" env:"ANIMO_INGEST_TIME" help:"Longest ingest of one file, each attempt."`
	TrainTime      time.Duration   `default:"2h" env:"ANIMO_TRAIN_TIME" help:"Longest training, each attempt."`
	BatchTime      time.Duration   `default:"1h" env:"ANIMO_BATCH_TIME" help:"Longest classifying of one batch, each attempt."`
	StopTime       time.Duration   `default:"20s" env:"ANIMO_STOP_TIME" help:"How long running work may take to end when Animo is asked to stop."`
	Pauses         []time.Duration `default:"1s,10s" env:"ANIMO_PAUSES" placeholder:"TIME" help:"Pauses before the second and the third attempt (default 1s,10s)."`
	Lease          time.Duration   `default:"30s" env:"ANIMO_LEASE" help:"How long a worker that is heard no more keeps its event from others."`
	SweepEvery     time.Duration   `default:"1m" env:"ANIMO_SWEEP_EVERY" help:"How often to look for work that was stored and never finished."`
	ClockGrace     time.Duration   `default:"1h" env:"ANIMO_CLOCK_GRACE" help:"How long the system's clock must run evenly after a jump until anything is removed for its age again; 0 trusts it always."`
	KeepVersions   int             `default:"5" env:"ANIMO_KEEP_VERSIONS" placeholder:"N" help:"Trained versions kept for each model, for rolling back."`
	Ingests        int             `default:"2" env:"ANIMO_INGESTS" placeholder:"N" help:"Files ingested at once on this machine."`
	Trainings      int             `default:"1" env:"ANIMO_TRAININGS" placeholder:"N" help:"Models trained at once on this machine."`
	MaxCorrections int             `default:"10000" env:"ANIMO_MAX_CORRECTIONS" placeholder:"N" help:"Corrections kept for each model, each of at most max-text bytes; a training holds them in memory."`
	MaxCompared    int             `default:"20000" env:"ANIMO_MAX_COMPARED" placeholder:"N" help:"Rows that one of two versions of a model does not know, about which it is asked before the newer one may answer."`
	Batches        int             `default:"1" env:"ANIMO_BATCHES" placeholder:"N" help:"Batches classified at once on this machine."`
	MaxBatches     int             `default:"1000" env:"ANIMO_MAX_BATCHES" placeholder:"N" help:"Batches (files to be classified) kept for each model."`
	KeepBatches    time.Duration   `default:"720h" env:"ANIMO_KEEP_BATCHES" placeholder:"TIME" help:"How long a batch and its result are kept after it ended (default 720h)."`
	KeepUsage      time.Duration   `default:"8760h" env:"ANIMO_KEEP_USAGE" placeholder:"TIME" help:"How long it is kept how many texts a model's versions answered in an hour, and how (default 8760h, a year)."`
	ModelsLoaded   int             `default:"64" env:"ANIMO_MODELS_LOADED" placeholder:"N" help:"Models held in memory for classifying."`

	Faces          string        `default:"vision" enum:"vision,rekognition" env:"ANIMO_FACES" help:"Who finds the faces: vision, the networks in this program; or rekognition, Amazon's service, to which every photo is sent then (credentials and region as AWS's own tools take them)."`
	Detector       string        `default:"ssd" enum:"ssd,tiny" env:"ANIMO_DETECTOR" help:"How vision finds faces: ssd misses fewer, tiny is faster."`
	MoodConfidence float64       `default:"50" env:"ANIMO_MOOD_CONFIDENCE" placeholder:"PERCENT" help:"Below it a face is OTHER, and says which emotion it leaned to (default 50)."`
	Analyses       int           `default:"0" env:"ANIMO_ANALYSES" placeholder:"N" help:"Photos analysed at once on this machine; 0 is one for each core."`
	AnalyseTime    time.Duration `default:"2m" env:"ANIMO_ANALYSE_TIME" help:"Longest analysis of one photo, each attempt."`
	MaxPhoto       int64         `default:"33554432" env:"ANIMO_MAX_PHOTO" placeholder:"BYTES" help:"Largest photo (default 33554432)."`
	MaxPixels      int           `default:"50000000" env:"ANIMO_MAX_PIXELS" placeholder:"N" help:"Most pixels of a photo; what is being decoded at once takes at most 4 bytes for each of them (default 50000000)."`
	MaxFaces       int           `default:"100" env:"ANIMO_MAX_FACES" placeholder:"N" help:"Most faces of a photo; the surest are kept (default 100)."`
	MaxStreams     int           `default:"4096" env:"ANIMO_MAX_STREAMS" placeholder:"N" help:"Live streams served at once, half of them for one tenant."`

	Purpose            string        `default:"event" env:"ANIMO_PURPOSE" placeholder:"PURPOSE" help:"What the tenant default analyses faces for: event, customers, research, health or safety (default event)."`
	AllowWorkEducation bool          `env:"ANIMO_ALLOW_WORK_EDUCATION" help:"Let tenants analyse emotions at work or in education. The EU AI Act forbids it (Article 5(1)(f)) but for medical or safety reasons; to say that one of these applies is up to you."`
	PhotosPerMinute    int           `default:"6000" env:"ANIMO_PHOTOS_PER_MINUTE" placeholder:"N" help:"Photos that a tenant may send in a minute, unless its own limit says otherwise (default 6000)."`
	FacesPerMinute     int           `default:"60000" env:"ANIMO_FACES_PER_MINUTE" placeholder:"N" help:"Faces measured by its clients that a tenant may send in a minute, unless its own limit says otherwise (default 60000)."`
	MaxPhotos          int           `default:"1000000" env:"ANIMO_MAX_PHOTOS" placeholder:"N" help:"Photos kept for a tenant, unless its own limit says otherwise (default 1000000)."`
	MaxPhotoBytes      int64         `default:"107374182400" env:"ANIMO_MAX_PHOTO_BYTES" placeholder:"BYTES" help:"Bytes of photos kept for a tenant, unless its own limit says otherwise (default 107374182400)."`
	KeepPhotos         time.Duration `default:"720h" env:"ANIMO_KEEP_PHOTOS" placeholder:"TIME" help:"How long pictures, thumbnails and descriptors are kept, unless the tenant's own time says otherwise (default 720h)."`
	KeepFaces          time.Duration `default:"8760h" env:"ANIMO_KEEP_FACES" placeholder:"TIME" help:"How long what was recorded of faces is kept, unless the tenant's own time says otherwise; not less than keep-photos (default 8760h)."`
	TimeZone           string        `default:"UTC" env:"ANIMO_TIME_ZONE" placeholder:"ZONE" help:"Where cameras and days are, as IANA calls it, such as America/Havana, unless the tenant's own zone says otherwise: for photos whose EXIF time has no offset, and summaries (default UTC)."`
	ClockSkew          time.Duration `default:"15m" env:"ANIMO_CLOCK_SKEW" placeholder:"TIME" help:"How far ahead of this machine's clock the time may be at which a photo was taken (default 15m)."`
	KeepDescriptors    bool          `default:"true" negatable:"" env:"ANIMO_KEEP_DESCRIPTORS" help:"Keep the 128 numbers by which a face is known again, as long as its photo. Without them a face that was recorded cannot be named later."`

	MaxSubscriptions     int           `default:"100" env:"ANIMO_MAX_SUBSCRIPTIONS" placeholder:"N" help:"Subscriptions of a tenant."`
	KeepDeliveries       int           `default:"1000" env:"ANIMO_KEEP_DELIVERIES" placeholder:"N" help:"Deliveries that the log of a subscription keeps after they were told, to be looked at and replayed."`
	MaxWaiting           int           `default:"1000000" env:"ANIMO_MAX_WAITING" placeholder:"N" help:"Deliveries that may wait for one subscriber that is down; what comes then is not told to it."`
	DeliveriesAtOnce     int           `default:"32" env:"ANIMO_DELIVERIES_AT_ONCE" placeholder:"N" help:"Subscribers told at once on this machine, half of them of one tenant."`
	DeliveryTime         time.Duration `default:"15s" env:"ANIMO_DELIVERY_TIME" help:"Longest attempt to tell a subscriber."`
	AllowPrivateWebhooks bool          `env:"ANIMO_ALLOW_PRIVATE_WEBHOOKS" help:"Let webhooks reach this machine and private networks, and be plain HTTP. Whoever may subscribe can then send requests there."`
	PublicURL            string        `env:"ANIMO_PUBLIC_URL" placeholder:"URL" help:"Where people reach this server from elsewhere, such as https://animo.example.com; mails link there. Needed for e-mail."`
	SMTPHost             string        `name:"smtp-host" env:"ANIMO_SMTP_HOST" placeholder:"HOST" help:"Server that mail is handed to; without it, nobody can subscribe by e-mail."`
	SMTPPort             int           `name:"smtp-port" default:"0" env:"ANIMO_SMTP_PORT" placeholder:"N" help:"Its port; 0 is 587, or 465 with smtp-tls tls."`
	SMTPTLS              string        `name:"smtp-tls" default:"starttls" enum:"starttls,tls,none" env:"ANIMO_SMTP_TLS" help:"How its connection is encrypted: starttls, tls (from the start), or none (for a server on this machine)."`
	SMTPUser             string        `name:"smtp-user" env:"ANIMO_SMTP_USER" placeholder:"NAME" help:"User to log in there as; needs encryption."`
	SMTPPassword         string        `name:"smtp-password" env:"ANIMO_SMTP_PASSWORD" placeholder:"PASSWORD" help:"The user's password. Put it into ANIMO_SMTP_PASSWORD or the settings file: others on this machine can see command lines."`
	SMTPFrom             string        `name:"smtp-from" env:"ANIMO_SMTP_FROM" placeholder:"ADDRESS" help:"Who mails are from, such as \"Animo <animo@example.com>\"."`

	Traces       string  `env:"ANIMO_TRACES" placeholder:"URL" help:"Where spans are sent, so that a trace shows what became of a request on every node: a collector of OpenTelemetry, such as http://localhost:4318/v1/traces (OTLP over HTTP). Without it none are kept."`
	TracesShare  float64 `default:"100" env:"ANIMO_TRACES_SHARE" placeholder:"PERCENT" help:"Share of the traces whose spans are sent (default 100)."`
	MetricsToken string  `env:"ANIMO_METRICS_TOKEN" placeholder:"TOKEN" help:"Bearer token for /metrics. Without it, it takes an administrator's key, or none while no key exists."`
}

// Stores are the settings that say where things are kept. Commands that work on the stores without a
// server take these alone.
type Stores struct {
	Data              string `default:"data" env:"ANIMO_DATA" type:"path" placeholder:"DIR" help:"Folder for everything that is kept (default data)."`
	Tables            string `default:"sqlite:" env:"ANIMO_TABLES" placeholder:"URL" help:"Where rows and queues are kept: sqlite: is one file in the data folder, sqlite:PATH another; postgres://USER@HOST/NAME is a PostgreSQL database, for several machines (put a password into ANIMO_TABLES or PGPASSWORD: others on this machine can see command lines); dynamodb:PREFIX?region=NAME is a table of Amazon DynamoDB, which needs the setting bus, and with endpoint=URL one of another server that speaks its API."`
	TablesConnections int    `default:"16" env:"ANIMO_TABLES_CONNECTIONS" placeholder:"N" help:"Connections to a PostgreSQL database that this process has open at once, at most (default 16, at least 4)."`
	Bus               string `env:"ANIMO_BUS" placeholder:"URL" help:"What wakes functions: nothing for the tables themselves, or nats://HOST:PORT,HOST:PORT for a NATS cluster with JetStream, or aws:PREFIX?region=NAME for a topic of Amazon SNS and queues of SQS. The events stay in the tables (put a password into ANIMO_BUS: others on this machine can see command lines)."`
	MasterKey         string `env:"ANIMO_MASTER_KEY" placeholder:"FILE|BASE64" help:"What the secrets of access keys are derived from: a file of at least 32 random bytes, or the bytes in base64 (put these into ANIMO_MASTER_KEY: others on this machine can see command lines). Without it, the file master.key in the data folder. All processes on one database need the same."`
	Erasures          string `env:"ANIMO_ERASURES" type:"path" placeholder:"FILE" help:"File in which it is noted, by ids alone, what was erased, so that a backup that is restored does not bring it back. Put it where the backups are; without it, erasures.log in the data folder."`
	Objects           string `default:"file:" env:"ANIMO_OBJECTS" placeholder:"URL" help:"Where files are kept: file: is a folder in the data folder, file:PATH another; s3://BUCKET/PREFIX?region=NAME is a bucket of Amazon S3, and with endpoint=URL one of another server that speaks its API (credentials are found as Amazon's tools find them, such as in AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY)."`
}

// TablesURL returns the address of the tables with the data folder filled in.
func (s *Stores) TablesURL() string { return s.fill(s.Tables, "sqlite:", "animo.db") }

// TablesFile returns the file that the tables are in; ok is false where they are on a server.
func (s *Stores) TablesFile() (path string, ok bool) {
	return strings.CutPrefix(s.TablesURL(), "sqlite:")
}

// ObjectsURL returns the address of the objects with the data folder filled in.
func (s *Stores) ObjectsURL() string { return s.fill(s.Objects, "file:", "objects") }

// ObjectsFolder returns the folder that the objects are in; ok is false where they are in a bucket.
func (s *Stores) ObjectsFolder() (path string, ok bool) {
	return strings.CutPrefix(s.ObjectsURL(), "file:")
}

// ErasuresPath returns the file of the log of erasures with the data folder filled in.
func (s *Stores) ErasuresPath() string {
	return cmp.Or(s.Erasures, filepath.Join(s.Data, "erasures.log"))
}

func (s *Stores) fill(url, scheme, name string) string {
	if url == scheme {
		return scheme + filepath.Join(s.Data, name)
	}
	return url
}

// Validate tells everything that is wrong with the addresses of the stores.
func (s *Stores) Validate() error {
	var errs []error
	if scheme, _, _ := strings.Cut(s.Tables, ":"); !slices.Contains([]string{"sqlite", "postgres", "postgresql", "dynamodb"}, scheme) { // the rest may hold a password
		errs = append(errs, wrong("tables", "%q: use sqlite:, sqlite:PATH, postgres://USER@HOST/NAME or dynamodb:PREFIX", "%q: use sqlite:, sqlite:RUTA, postgres://USUARIO@HOST/NOMBRE o dynamodb:PREFIJO", scheme))
	} else if scheme == "dynamodb" && s.Bus == "" {
		errs = append(errs, wrong("bus", "is empty; tables in DynamoDB need one: use aws:PREFIX or nats://HOST:PORT", "está vacío; las tablas en DynamoDB necesitan uno: use aws:PREFIJO o nats://HOST:PUERTO"))
	}
	if scheme, _, _ := strings.Cut(s.Bus, ":"); s.Bus != "" && !slices.Contains([]string{"nats", "tls", "aws"}, scheme) {
		errs = append(errs, wrong("bus", "%q: use nats://HOST:PORT,HOST:PORT, aws:PREFIX, or nothing", "%q: use nats://HOST:PUERTO,HOST:PUERTO, aws:PREFIJO, o nada", scheme))
	}
	if s.TablesConnections < 4 {
		errs = append(errs, wrong("tables-connections", "%d: at least 4", "%d: al menos 4", s.TablesConnections))
	}
	if scheme, rest, _ := strings.Cut(s.Objects, ":"); scheme != "file" && (scheme != "s3" || !strings.HasPrefix(rest, "//")) { // the rest may hold a secret
		errs = append(errs, wrong("objects", "%q: use file:, file:PATH or s3://BUCKET", "%q: use file:, file:RUTA o s3://DEPÓSITO", scheme))
	}
	if s.Data == "" {
		errs = append(errs, wrong("data", "is empty; name a folder", "está vacío; nombre una carpeta"))
	}
	return errors.Join(errs...)
}

// Validate tells everything that is wrong, before anything is opened.
func (c *Config) Validate() error {
	errs := []error{c.Stores.Validate()}
	if _, _, err := net.SplitHostPort(c.Listen); err != nil {
		errs = append(errs, wrong("listen", "%q is not an address like 127.0.0.1:8080", "%q no es una dirección como 127.0.0.1:8080", c.Listen))
	}
	if len(c.Functions) == 0 {
		errs = append(errs, wrong("functions", "is empty; name at least one of %s", "está vacío; nombre al menos uno de %s", strings.Join(functionNames, ", ")))
	}
	for _, f := range c.Functions {
		if !slices.Contains(functionNames, f) {
			errs = append(errs, wrong("functions", "there is no %q; use %s", "no existe %q; use %s", f, strings.Join(functionNames, ", ")))
		}
	}
	for name, n := range map[string]int64{
		"max-unpacked": c.MaxUnpacked, "max-whole": c.MaxWhole, "max-model": c.MaxModel,
		"max-file": c.MaxFile, "max-rows": int64(c.MaxRows), "max-row": int64(c.MaxRow), "max-texts": int64(c.MaxTexts), "max-moods": int64(c.MaxMoods), "max-corrections": int64(c.MaxCorrections), "max-compared": int64(c.MaxCompared),
		"max-text": int64(c.MaxText), "max-body": c.MaxBody, "max-requests": int64(c.MaxRequests), "request-time": int64(c.RequestTime),
		"upload-time": int64(c.UploadTime), "ingest-time": int64(c.IngestTime), "train-time": int64(c.TrainTime), "batch-time": int64(c.BatchTime), "batches": int64(c.Batches), "max-batches": int64(c.MaxBatches), "keep-batches": int64(c.KeepBatches), "keep-usage": int64(c.KeepUsage), "stop-time": int64(c.StopTime),
		"lease": int64(c.Lease), "sweep-every": int64(c.SweepEvery), "keep-versions": int64(c.KeepVersions), "ingests": int64(c.Ingests),
		"trainings": int64(c.Trainings), "models-loaded": int64(c.ModelsLoaded), "analyse-time": int64(c.AnalyseTime),
		"max-photo": c.MaxPhoto, "max-pixels": int64(c.MaxPixels), "max-faces": int64(c.MaxFaces), "max-streams": int64(c.MaxStreams),
		"photos-per-minute": int64(c.PhotosPerMinute), "faces-per-minute": int64(c.FacesPerMinute), "max-photos": int64(c.MaxPhotos), "max-photo-bytes": c.MaxPhotoBytes,
		"keep-photos": int64(c.KeepPhotos), "keep-faces": int64(c.KeepFaces), "clock-skew": int64(c.ClockSkew),
		"max-subscriptions": int64(c.MaxSubscriptions), "keep-deliveries": int64(c.KeepDeliveries), "max-waiting": int64(c.MaxWaiting),
		"deliveries-at-once": int64(c.DeliveriesAtOnce), "delivery-time": int64(c.DeliveryTime),
		"max-files": int64(c.MaxFiles), "upload-pause": int64(c.UploadPause), "answer-pause": int64(c.AnswerPause),
	} {
		if n <= 0 {
			errs = append(errs, wrong(name, "must be more than 0", "debe ser mayor que 0"))
		}
	}
	if c.MaxRow > maxRow {
		errs = append(errs, wrong("max-row", "is %d; a table's row holds at most %d bytes of text", "es %d; una fila de la tabla guarda como mucho %d bytes de texto", c.MaxRow, maxRow))
	}
	if !(c.MoodConfidence >= 0 && c.MoodConfidence <= 100) {
		errs = append(errs, wrong("mood-confidence", "%g is not a percentage", "%g no es un porcentaje", c.MoodConfidence))
	}
	if !(c.MaxBroken > 0 && c.MaxBroken <= 100) {
		errs = append(errs, wrong("max-broken", "%g is not a percentage above 0", "%g no es un porcentaje mayor que 0", c.MaxBroken))
	}
	if u, err := url.Parse(c.Traces); c.Traces != "" && (err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "") {
		errs = append(errs, wrong("traces", "use an address like http://localhost:4318/v1/traces", "use una dirección como http://localhost:4318/v1/traces")) // which may hold a password
	}
	if !(c.TracesShare >= 0 && c.TracesShare <= 100) {
		errs = append(errs, wrong("traces-share", "%g is not a percentage", "%g no es un porcentaje", c.TracesShare))
	}
	if c.MaxFaces > maxFaces {
		errs = append(errs, wrong("max-faces", "is %d; a table's row holds at most %d faces with their landmarks", "es %d; una fila de la tabla guarda como mucho %d rostros con sus puntos", c.MaxFaces, maxFaces))
	}
	if c.Analyses < 0 {
		errs = append(errs, wrong("analyses", "must not be negative", "no puede ser negativo"))
	}
	if !slices.Contains(animo.Purposes(), animo.Purpose(c.Purpose)) {
		errs = append(errs, wrong("purpose", "there is no %q; use one of %v", "no existe %q; use uno de %v", c.Purpose, animo.Purposes()))
	}
	if p := animo.Purpose(c.Purpose); (p == animo.ForWork || p == animo.ForEducation) && !c.AllowWorkEducation {
		errs = append(errs, wrong("purpose", "%q is not allowed without allow-work-education", "%q no se permite sin allow-work-education", c.Purpose))
	}
	if _, err := animo.LoadZone(c.TimeZone); err != nil {
		errs = append(errs, wrong("time-zone", "there is no %q; use a name like America/Havana, or UTC", "no existe %q; use un nombre como America/Havana, o UTC", c.TimeZone))
	}
	if c.KeepFaces < c.KeepPhotos {
		errs = append(errs, wrong("keep-faces", "%v is less than keep-photos, %v", "%v es menos que keep-photos, %v", c.KeepFaces, c.KeepPhotos))
	}
	if c.Reserve < 0 {
		errs = append(errs, wrong("reserve", "must not be negative", "no puede ser negativo"))
	}
	if c.MinFree < 0 {
		errs = append(errs, wrong("min-free", "must not be negative", "no puede ser negativo"))
	}
	errs = append(errs, c.validateMail()...)
	if len(c.Pauses) != 2 {
		errs = append(errs, wrong("pauses", "names %d pauses; three attempts have 2", "nombra %d pausas; tres intentos tienen 2", len(c.Pauses)))
	}
	return errors.Join(errs...)
}

// maxFaces of some 2 KiB each are what a table takes.
const maxFaces = 400

// maxRow is what a table takes (1 MiB) less the label's byte.
const maxRow = 1<<20 - 1

// Loopback reports whether Listen can be reached from this machine only.
func (c *Config) Loopback() bool {
	host, _, err := net.SplitHostPort(c.Listen)
	if err != nil {
		return false
	}
	return loopback(host)
}

// Runs reports whether a function, or the api, runs here.
func (c *Config) Runs(function string) bool { return slices.Contains(c.Functions, function) }

func wrong(field, en, es string, args ...any) error {
	e := animo.Errorf(animo.Invalid, field+": "+en, field+": "+es, args...)
	return e.Of(field)
}

// ErrNeedsKey is answered when Animo is told to listen beyond loopback and no key exists.
func ErrNeedsKey(listen string) error {
	return animo.Errorf(animo.Forbidden,
		"%s can be reached from other machines and no key exists, so anybody could use it; make one first: animo keys add",
		"a %s se llega desde otras máquinas y no existe ninguna clave, así que cualquiera podría usarlo; cree una antes: animo keys add", listen).Of("listen")
}

// String leaves out what must not be logged.
func (c Config) String() string {
	for _, secret := range []*string{&c.MetricsToken, &c.SMTPPassword, &c.MasterKey, &c.Bus, &c.Traces} {
		if *secret != "" {
			*secret = "…"
		}
	}
	type plain Config
	return fmt.Sprintf("%+v", plain(c))
}

// Default returns the settings that hold where nothing is said, whatever the environment says.
func Default() Config {
	var c Config
	parser, err := kong.New(&c, Vars(), kong.PostBuild(func(k *kong.Kong) error {
		for _, flag := range k.Model.Flags {
			flag.Envs, flag.Tag.Envs = nil, nil
		}
		return nil
	}))
	if err == nil {
		_, err = parser.Parse(nil)
	}
	if err != nil {
		panic(err) // the tags above are wrong
	}
	return c
}
