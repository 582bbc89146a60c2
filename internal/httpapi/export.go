package httpapi

import (
	"bufio"
	"cmp"
	"context"
	"encoding/csv"
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"animo"
	"animo/internal/photos"
)

// exportFormat is one way to write recorded faces as a file.
type exportFormat struct {
	name      string // as in ?format=, and the file's ending
	mediaType string // as the answer's header has it
	rows      func(*bufio.Writer) (write func(animo.MoodRecord) error, flush func() error)
}

var exportFormats = []exportFormat{
	{"csv", "text/csv; charset=utf-8", csvRows},
	{"jsonl", "application/jsonl", jsonRows},
}

// exportFormatOf chooses the format by its name or, without one, by the media types that the client accepts: CSV
// unless it prefers JSON.
func exportFormatOf(name, accept string) (exportFormat, error) {
	for _, f := range exportFormats {
		if f.name == strings.ToLower(name) {
			return f, nil
		}
	}
	if name != "" {
		return exportFormat{}, animo.Errorf(animo.Invalid, "there is no format %q; use csv or jsonl", "no existe el formato %q; use csv o jsonl", animo.Clip(name)).Of("format")
	}
	for kind := range strings.SplitSeq(accept, ",") {
		kind, _, _ = strings.Cut(strings.TrimSpace(kind), ";")
		switch strings.ToLower(kind) {
		case "application/jsonl", "application/x-ndjson", "application/json":
			return exportFormats[1], nil
		case "text/csv", "text/*", "*/*":
			return exportFormats[0], nil
		}
	}
	return exportFormats[0], nil
}

// emotionTypes are the emotions there are, each a column of its own.
var emotionTypes = animo.EmotionTypes()

// csvHeader names the columns of a CSV export.
var csvHeader = func() []string {
	h := []string{"tenant_id", "mood", "image_id", "celebrities", "celebrities_similarity", "emotion", "emotion_confidence", "face_id", "photo_id", "source", "leaned_to"}
	for _, e := range emotionTypes {
		h = append(h, "emotion_"+e)
	}
	return append(h, "box_left", "box_top", "box_width", "box_height", "confidence", "age", "gender", "gender_confidence", "taken_at", "accepted_at", "analysed_at", "measured_by")
}()

// csvRow is a face as a row under csvHeader. An emotion that the face has no figure for is an empty cell.
func csvRow(row []string, r animo.MoodRecord) []string {
	var names, similarities []string
	for _, c := range r.ImageData.Celebrities {
		names, similarities = append(names, c.Name), append(similarities, number(c.Similarity))
	}
	row = append(row, r.TenantID, string(r.Mood), freeText(r.ImageID), freeText(strings.Join(names, ";")), strings.Join(similarities, ";"),
		r.ImageData.Emotion.Type, number(r.ImageData.Emotion.Confidence), r.FaceID, r.PhotoID, freeText(r.Source), r.LeanedTo)
	for _, kind := range emotionTypes {
		cell := ""
		for _, e := range r.Emotions {
			if e.Type == kind {
				cell = number(e.Confidence)
			}
		}
		row = append(row, cell)
	}
	return append(row, number(r.Box.Left), number(r.Box.Top), number(r.Box.Width), number(r.Box.Height), number(r.Confidence), number(r.Age),
		r.Gender.Value, number(r.Gender.Confidence), moment(r.Taken), moment(r.Accepted), moment(r.Analysed), r.MeasuredBy)
}

func number(v float64) string { return strconv.FormatFloat(v, 'g', -1, 64) }

func moment(t time.Time) string { return t.UTC().Format(time.RFC3339Nano) }

// freeText is a text that people chose as a cell. Spreadsheets run a cell that begins like a formula; an apostrophe
// in front of it makes it a text (OWASP, CSV injection).
func freeText(s string) string {
	if s != "" && strings.ContainsRune("=+-@\t\r", rune(s[0])) {
		return "'" + s
	}
	return s
}

// byteOrderMark begins a CSV file, since Excel takes one without it for Windows-1252.
const byteOrderMark = "\ufeff"

func csvRows(out *bufio.Writer) (write func(animo.MoodRecord) error, flush func() error) {
	_, err := out.WriteString(byteOrderMark)
	w := csv.NewWriter(out)
	err = cmp.Or(err, w.Write(csvHeader))
	var row []string
	write = func(r animo.MoodRecord) error {
		if err != nil {
			return err
		}
		row = csvRow(row[:0], r)
		return w.Write(row)
	}
	return write, func() error {
		w.Flush()
		return w.Error()
	}
}

func jsonRows(out *bufio.Writer) (write func(animo.MoodRecord) error, flush func() error) {
	enc := json.NewEncoder(out)
	return func(r animo.MoodRecord) error { return enc.Encode(r) }, out.Flush
}

// attachment is an answer that is a file. Its headers are sent with its first bytes, so that what goes wrong
// before them can be answered as a problem.
type attachment struct {
	http.ResponseWriter
	mediaType, name string
	begun           bool
}

// Write is io.Writer's.
func (a *attachment) Write(p []byte) (int, error) {
	if !a.begun {
		a.begin()
	}
	return a.ResponseWriter.Write(p)
}

func (a *attachment) begin() {
	a.begun = true
	h := a.Header()
	h.Set("Content-Type", a.mediaType)
	h.Set("Content-Disposition", `attachment; filename="`+a.name+`"`)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Cache-Control", "private, no-store")
	a.WriteHeader(http.StatusOK)
}

// exportBuffer is how many bytes of an export are held.
const exportBuffer = 32 << 10

// exportBeat is how often it is asked whether who gets an export still may; it can go on for hours.
const exportBeat = time.Second

// exportName is what a file of those faces is called, but for its ending: moods-happy-from-2026-08-01-to-2026-08-02.
func exportName(q photos.MoodQuery) string {
	name := "moods"
	if q.Mood != "" {
		name += "-" + strings.ToLower(string(q.Mood))
	}
	if !q.From.IsZero() {
		name += "-from-" + q.From.UTC().Format(time.DateOnly)
	}
	if !q.To.IsZero() {
		name += "-to-" + q.To.UTC().Format(time.DateOnly)
	}
	return name
}

// export writes all the faces that q chooses.
func (s *server) export(w http.ResponseWriter, r *http.Request, f exportFormat, q photos.MoodQuery) {
	file := &attachment{ResponseWriter: w, mediaType: f.mediaType, name: exportName(q) + "." + f.name}
	if r.Method == http.MethodHead {
		file.begin()
		return
	}
	write, flush := f.rows(bufio.NewWriterSize(file, exportBuffer))
	asked := time.Now()
	for record, err := range s.Photos.AllMoods(r.Context(), tenantOf(r.Context()), q) {
		if err == nil && time.Since(asked) >= exportBeat {
			err, asked = s.stillTheirs(r), time.Now()
		}
		switch {
		case err != nil && file.begun:
			s.breakOff(r.Context(), err)
		case err != nil:
			writeProblem(w, r, s.Log, err)
			return
		}
		if err := write(record); err != nil {
			return // the client is gone
		}
	}
	if flush() == nil && !file.begun { // there was nothing to write; otherwise the client is gone
		file.begin()
	}
}

func (s *server) routeExport(tag string) {
	content := map[string]*huma.MediaType{}
	for _, f := range exportFormats {
		kind, _, _ := strings.Cut(f.mediaType, ";")
		content[kind] = &huma.MediaType{Schema: &huma.Schema{Type: "string"}}
	}
	register(s, huma.Operation{
		OperationID: "export-moods", Method: http.MethodGet, Path: "/v1/moods/export", Tags: []string{tag},
		Summary: "All that was recorded of faces as a file, the first taken first",
		Description: "CSV in UTF-8, with a byte order mark so that Excel reads it, and a header (" + strings.Join(csvHeader, ", ") + "), or JSONL with a record of /v1/moods a line; celebrities are joined by semicolons. " +
			"Texts that a spreadsheet would take for a formula have an apostrophe in front. When the file cannot be given whole, the connection breaks off.",
		Responses: map[string]*huma.Response{"200": {Description: "The file.", Content: content}},
		Errors:    []int{422},
	}, func(_ context.Context, in *struct {
		FacesQuery
		Format string `query:"format" doc:"csv or jsonl; by the header Accept, if not said." example:"csv"`
		Accept string `header:"Accept" hidden:"true"`
	}) (*huma.StreamResponse, error) {
		q, err := in.FacesQuery.read()
		if err != nil {
			return nil, err
		}
		f, err := exportFormatOf(in.Format, in.Accept)
		if err != nil {
			return nil, err
		}
		return &huma.StreamResponse{Body: func(ctx huma.Context) {
			r, w := humago.Unwrap(ctx)
			s.export(w, r, f, q)
		}}, nil
	})
}
