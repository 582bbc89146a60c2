package httpapi

import (
	"context"
	"net/http"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"animo"
	"animo/internal/export"
	"animo/internal/moods"
)

// exportFormatOf chooses the format by its name or, without one, by the media types that the client accepts: CSV
// unless it prefers JSON.
func exportFormatOf(name, accept string) (export.Format, error) {
	formats := export.Formats()
	for _, f := range formats {
		if f.Name == strings.ToLower(name) {
			return f, nil
		}
	}
	if name != "" {
		return export.Format{}, animo.Errorf(animo.Invalid, "there is no format %q; use csv or jsonl", "no existe el formato %q; use csv o jsonl", animo.Clip(name)).Of("format")
	}
	for kind := range strings.SplitSeq(accept, ",") {
		kind, _, _ = strings.Cut(strings.TrimSpace(kind), ";")
		switch strings.ToLower(kind) {
		case "application/jsonl", "application/x-ndjson", "application/json":
			return formats[1], nil
		case "text/csv", "text/*", "*/*":
			return formats[0], nil
		}
	}
	return formats[0], nil
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

// exportBeat is how often it is asked whether who gets an export still may; it can go on for hours.
const exportBeat = time.Second

// exportName is what a file of those faces is called, but for its ending: moods-happy-from-2026-08-01-to-2026-08-02.
func exportName(q moods.Query) string {
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

// export answers with all the faces that q chooses, as a file.
func (s *server) export(w http.ResponseWriter, r *http.Request, f export.Format, q moods.Query) {
	file := &attachment{ResponseWriter: w, mediaType: f.MediaType, name: exportName(q) + "." + f.Name}
	if r.Method == http.MethodHead {
		file.begin()
		return
	}
	var failed error // why the faces cannot all be read
	err := f.Write(file, func(yield func(animo.MoodRecord, error) bool) {
		asked := time.Now()
		for record, err := range s.Moods.All(r.Context(), tenantOf(r.Context()), q) {
			if err == nil && time.Since(asked) >= exportBeat {
				err, asked = s.stillTheirs(r), time.Now()
			}
			failed = err
			if !yield(record, err) || err != nil {
				return
			}
		}
	})
	switch {
	case failed != nil && file.begun:
		s.breakOff(r.Context(), failed)
	case failed != nil:
		writeProblem(w, r, s.Log, failed)
	case err == nil && !file.begun: // there was nothing to write; with an error, the client is gone
		file.begin()
	}
}

func (s *server) exportMoods(r route) {
	content := map[string]*huma.MediaType{}
	for _, f := range export.Formats() {
		kind, _, _ := strings.Cut(f.MediaType, ";")
		content[kind] = &huma.MediaType{Schema: &huma.Schema{Type: "string"}}
	}
	register(s, r, huma.Operation{
		OperationID: "export-moods",
		Summary:     "All that was recorded of faces as a file, the first taken first",
		Description: "CSV in UTF-8, with a byte order mark so that Excel reads it, and a header (" + strings.Join(export.Columns(), ", ") + "), or JSONL with a record of /v1/moods a line; celebrities are joined by semicolons. " +
			"Texts that a spreadsheet would take for a formula have an apostrophe in front. When the file cannot be given whole, the connection breaks off.",
		Responses: map[string]*huma.Response{"200": {Description: "The file.", Content: content}},
		Errors:    []int{422},
	}, func(_ context.Context, in *struct {
		FacesQuery
		Format string `query:"format" doc:"csv or jsonl; by the header Accept, if not said." example:"csv"`
		Accept string `header:"Accept" hidden:"true"`
	}) (*huma.StreamResponse, error) {
		q, err := in.FacesQuery.read(s.Now().UTC())
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
