// Package config is everything a running Animo can be told, in one struct. Precedence, from weak to strong:
// the defaults written here, a YAML file, environment variables, flags.
package config

import (
	"errors"
	"fmt"
	"net"
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

	Listen    string   `default:"127.0.0.1:8080" env:"ANIMO_LISTEN" placeholder:"ADDR" help:"Address to serve on. Beyond loopback, a key must exist first (animo keys add). Port 0 takes a free one."`
	Functions []string `default:"api,ingest,train,publish" env:"ANIMO_FUNCTIONS" placeholder:"NAME,…" help:"What runs here: api, ingest, train, publish; all of them by default."`

	Log      string `default:"text" enum:"text,json" env:"ANIMO_LOG" help:"Log format: text or json."`
	LogLevel string `default:"info" enum:"debug,info,warn,error" env:"ANIMO_LOG_LEVEL" help:"Least level that is logged: debug, info, warn or error."`

	MaxFile     int64 `default:"1073741824" env:"ANIMO_MAX_FILE" placeholder:"BYTES" help:"Largest training file."`
	MaxRows     int   `default:"10000000" env:"ANIMO_MAX_ROWS" placeholder:"N" help:"Most rows in a training file."`
	MaxRow      int   `default:"1048575" env:"ANIMO_MAX_ROW" placeholder:"BYTES" help:"Longest row of a training file; no more than the default."`
	MaxTexts    int   `default:"1000" env:"ANIMO_MAX_TEXTS" placeholder:"N" help:"Most texts in one call to classify."`
	MaxText     int   `default:"65536" env:"ANIMO_MAX_TEXT" placeholder:"BYTES" help:"Longest text to classify."`
	MaxBody     int64 `default:"8388608" env:"ANIMO_MAX_BODY" placeholder:"BYTES" help:"Largest body of a request that is not an upload."`
	MaxRequests int   `default:"256" env:"ANIMO_MAX_REQUESTS" placeholder:"N" help:"Requests of each kind (uploads, waits, others) served at once, half of them for one tenant; more are answered 429 or 503 with Retry-After."`
	MinFree     int64 `default:"134217728" env:"ANIMO_MIN_FREE" placeholder:"BYTES" help:"Disk space to leave free; uploads that would not are answered 507."`

	RequestTime  time.Duration   `default:"30s" env:"ANIMO_REQUEST_TIME" help:"Longest request that is not an upload."`
	UploadTime   time.Duration   `default:"15m" env:"ANIMO_UPLOAD_TIME" help:"Longest upload."`
	IngestTime   time.Duration   `default:"1h" env:"ANIMO_INGEST_TIME" help:"Longest ingest of one file, each attempt."`
	TrainTime    time.Duration   `default:"2h" env:"ANIMO_TRAIN_TIME" help:"Longest training, each attempt."`
	StopTime     time.Duration   `default:"20s" env:"ANIMO_STOP_TIME" help:"How long running work may take to end when Animo is asked to stop."`
	Pauses       []time.Duration `default:"1s,10s" env:"ANIMO_PAUSES" help:"Pauses before the second and the third attempt."`
	Lease        time.Duration   `default:"30s" env:"ANIMO_LEASE" help:"How long a worker that is heard no more keeps its event from others."`
	SweepEvery   time.Duration   `default:"1m" env:"ANIMO_SWEEP_EVERY" help:"How often to look for work that was stored and never finished."`
	KeepVersions int             `default:"5" env:"ANIMO_KEEP_VERSIONS" placeholder:"N" help:"Trained versions kept for each model, for rolling back."`
	Ingests      int             `default:"2" env:"ANIMO_INGESTS" placeholder:"N" help:"Files ingested at once on this machine."`
	Trainings    int             `default:"1" env:"ANIMO_TRAININGS" placeholder:"N" help:"Models trained at once on this machine."`
	ModelsLoaded int             `default:"64" env:"ANIMO_MODELS_LOADED" placeholder:"N" help:"Models held in memory for classifying."`
	MetricsToken string          `env:"ANIMO_METRICS_TOKEN" placeholder:"TOKEN" help:"Bearer token for /metrics. Without it, only this machine may read it."`
}

// Stores are the settings that say where things are kept. Commands that work on the stores without a
// server take these alone.
type Stores struct {
	Data    string `default:"data" env:"ANIMO_DATA" type:"path" placeholder:"DIR" help:"Folder for everything that is kept."`
	Tables  string `default:"sqlite:" env:"ANIMO_TABLES" placeholder:"URL" help:"Where rows and queues are kept: sqlite: is one file in the data folder, sqlite:PATH another."`
	Objects string `default:"file:" env:"ANIMO_OBJECTS" placeholder:"URL" help:"Where files are kept: file: is a folder in the data folder, file:PATH another."`
}

// FunctionNames are the names that Functions takes.
var FunctionNames = []string{"api", "ingest", "train", "publish"}

// TablesURL gives the address of the tables with the data folder filled in.
func (s *Stores) TablesURL() string { return s.fill(s.Tables, "sqlite:", "animo.db") }

// ObjectsURL gives the address of the objects with the data folder filled in.
func (s *Stores) ObjectsURL() string { return s.fill(s.Objects, "file:", "objects") }

func (s *Stores) fill(url, scheme, name string) string {
	if url == scheme {
		return scheme + filepath.Join(s.Data, name)
	}
	return url
}

// Validate tells everything that is wrong with the addresses of the stores.
func (s *Stores) Validate() error {
	var errs []error
	if !strings.HasPrefix(s.Tables, "sqlite:") {
		errs = append(errs, wrong("tables", "%q: use sqlite: or sqlite:PATH", "%q: use sqlite: o sqlite:RUTA", s.Tables))
	}
	if !strings.HasPrefix(s.Objects, "file:") {
		errs = append(errs, wrong("objects", "%q: use file: or file:PATH", "%q: use file: o file:RUTA", s.Objects))
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
		errs = append(errs, wrong("functions", "is empty; name at least one of %s", "está vacío; nombre al menos uno de %s", strings.Join(FunctionNames, ", ")))
	}
	for _, f := range c.Functions {
		if !slices.Contains(FunctionNames, f) {
			errs = append(errs, wrong("functions", "there is no %q; use %s", "no existe %q; use %s", f, strings.Join(FunctionNames, ", ")))
		}
	}
	for name, n := range map[string]int64{
		"max-file": c.MaxFile, "max-rows": int64(c.MaxRows), "max-row": int64(c.MaxRow), "max-texts": int64(c.MaxTexts),
		"max-text": int64(c.MaxText), "max-body": c.MaxBody, "max-requests": int64(c.MaxRequests), "request-time": int64(c.RequestTime),
		"upload-time": int64(c.UploadTime), "ingest-time": int64(c.IngestTime), "train-time": int64(c.TrainTime), "stop-time": int64(c.StopTime),
		"lease": int64(c.Lease), "sweep-every": int64(c.SweepEvery), "keep-versions": int64(c.KeepVersions), "ingests": int64(c.Ingests),
		"trainings": int64(c.Trainings), "models-loaded": int64(c.ModelsLoaded),
	} {
		if n <= 0 {
			errs = append(errs, wrong(name, "must be more than 0", "debe ser mayor que 0"))
		}
	}
	if c.MaxRow > maxRow {
		errs = append(errs, wrong("max-row", "is %d; a table's row holds at most %d bytes of text", "es %d; una fila de la tabla guarda como mucho %d bytes de texto", c.MaxRow, maxRow))
	}
	if c.MinFree < 0 {
		errs = append(errs, wrong("min-free", "must not be negative", "no puede ser negativo"))
	}
	if len(c.Pauses) != 2 {
		errs = append(errs, wrong("pauses", "names %d pauses; three attempts have 2", "nombra %d pausas; tres intentos tienen 2", len(c.Pauses)))
	}
	return errors.Join(errs...)
}

// maxRow is what a table takes (1 MiB) less the label's byte.
const maxRow = 1<<20 - 1

// Loopback reports whether Listen can be reached from this machine only.
func (c *Config) Loopback() bool {
	host, _, err := net.SplitHostPort(c.Listen)
	if err != nil {
		return false
	}
	if host == "localhost" {
		return true
	}
	ip := net.ParseIP(host)
	return ip != nil && ip.IsLoopback()
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
	if c.MetricsToken != "" {
		c.MetricsToken = "…"
	}
	type plain Config
	return fmt.Sprintf("%+v", plain(c))
}

// Default gives the settings that hold where nothing is said, whatever the environment says.
func Default() Config {
	var c Config
	parser, err := kong.New(&c, kong.PostBuild(func(k *kong.Kong) error {
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
