package httpapi

import (
	"context"
	"io"
	"mime"
	"net/http"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"animo"
	"animo/internal/opinions"
	"animo/internal/photos"
	"animo/text"
	"animo/text/labelled"
)

// batchView is how far a batch is.
type batchView struct {
	ID        string         `json:"id" doc:"Begins with the moment at which it was accepted." example:"20260801T211502.125Z-9f86d081"`
	Model     string         `json:"model" example:"DB_proyecto_SA.txt"`
	Name      string         `json:"name,omitempty" doc:"Of the file, as it was said." example:"mayo.csv"`
	Bytes     int64          `json:"bytes" doc:"Of the file."`
	Status    animo.Status   `json:"status" enum:"stored,classifying,done,failed"`
	Failure   *failureView   `json:"failure,omitempty" doc:"Why it failed."`
	Accepted  time.Time      `json:"accepted"`
	Finished  *time.Time     `json:"finished,omitempty" doc:"How long it is kept counts from then."`
	Version   string         `json:"version,omitempty" doc:"The version of the model that answers, one for all texts; starter- and a language of the starter model."`
	Neutral   *text.Band     `json:"neutral,omitempty" doc:"Between which probabilities of Positivo a text is Neutro."`
	Rows      int            `json:"rows" doc:"Of the file, answered so far."`
	Total     int            `json:"total" doc:"Rows of the file, as guessed from its size until it is done; 0 while nothing is known."`
	Labels    map[string]int `json:"labels,omitempty" doc:"How many texts say what: Positivo, Negativo, Neutro."`
	Guesses   int            `json:"guesses" doc:"Texts of which the model knew nothing."`
	Corrected int            `json:"corrected" doc:"Texts that answer as somebody corrected them."`
	Reading   *animo.Reading `json:"reading,omitempty" doc:"How the file was read, and what was left out. A row without a text (no_text) is in the result, without an answer."`
	StatusURL string         `json:"status_url" doc:"Where to ask how far it is."`
	ResultURL string         `json:"result_url,omitempty" doc:"The result, once it is done."`

	Dataset    string `json:"dataset,omitempty" doc:"The training file that it is made of, where it is one that the server has." example:"enero.csv"`
	AspectsURL string `json:"aspects_url,omitempty" doc:"What its texts complain about, once it is done."`
}

func viewBatch(ctx context.Context, b opinions.Batch) batchView {
	v := batchView{
		ID: b.ID, Model: b.Model, Name: b.Name, Bytes: b.Bytes, Status: b.Status, Failure: viewFailure(ctx, b.Failure), Accepted: b.Accepted,
		Version: b.Version, Rows: b.Rows, Total: b.Total, Labels: b.Labels, Guesses: b.Guesses, Corrected: b.Answered, Reading: b.Reading,
		StatusURL: path("v1", "models", b.Model, "batches", b.ID),
	}
	if !b.Finished.IsZero() {
		v.Finished = &b.Finished
	}
	if b.Dataset != nil {
		v.Dataset = b.Dataset.Name
	}
	if b.Neutral != (text.Band{}) {
		v.Neutral = &b.Neutral
	}
	if b.Status == animo.Done {
		v.ResultURL, v.AspectsURL = v.StatusURL+"/result", v.StatusURL+"/aspects"
	}
	return v
}

type batchOutput struct {
	Location string `header:"Location"`
	Body     batchView
}

// BatchParam is a batch in a path. It is exported because huma sets no field of an embedded type that is not.
type BatchParam struct {
	Batch string `path:"batch" doc:"The batch's id." example:"20260801T211502.125Z-9f86d081"`
}

func (s *server) addBatch(r route) {
	register(s, r, huma.Operation{
		OperationID: "add-batch",
		Summary:     "Have a file of texts classified",
		Description: "The body is the file, in any format that a training file may have, with labels or without, or a text a line. When the answer comes, the file is on disk and will be classified, " +
			"whatever happens, by the version that answers when that begins. A file sent twice is two batches. A form may have it as its first file. " +
			"Without a body, dataset names a training file that the server has, read as it was for the training; the batch is deleted with it. " +
			"Under the id starter the starter model answers, of who has trained no model of that name: it is a lexicon with three numbers, of Spanish, English or Portuguese as the texts are, for reviews of hotels, restaurants and the like.",
		DefaultStatus: http.StatusAccepted, RequestBody: bytesBody(), Errors: []int{400, 404, 409, 413, 422, 507},
	}, func(ctx context.Context, in *struct {
		ModelParam
		VersionQuery
		Name    string `query:"name" doc:"The file's name." example:"mayo.csv"`
		Text    string `query:"text" doc:"Column or key of the text, by name or by number from 1; two are joined by +. Found if not said." example:"Comentario"`
		Source  string `query:"source" doc:"Column or key that says where a text comes from, for the report of aspects. Found by its name if not said." example:"Fuente"`
		Time    string `query:"time" doc:"The same of when it was written." example:"Fecha"`
		Dataset string `query:"dataset" doc:"A training file that the server has, whose newest revision is taken in place of a body; name, text and strict do not go with it." example:"enero.csv"`
		Neutral string `query:"neutral" doc:"A third answer: texts whose probability of Positivo lies between the two are Neutro." example:"0.3-0.7"`
		Strict  bool   `query:"strict" doc:"Refuse the file for any row that cannot be read. Otherwise such rows are left out and counted, up to the setting max-broken." example:"false"`
		BodyStream
	}) (*batchOutput, error) {
		recipe := opinions.BatchRecipe{Name: nameOf(in.Name), File: opinions.FileRecipe{Told: labelled.Told{Text: in.Text}, Strict: in.Strict}, Source: in.Source, Time: in.Time, Version: in.Version}
		var err error
		if recipe.Neutral, err = text.ParseBand(in.Neutral); err != nil {
			return nil, err
		}
		var b opinions.Batch
		if in.Dataset != "" {
			if in.Name != "" || in.Text != "" || in.Strict || in.hasBody() {
				return nil, animo.Errorf(animo.Invalid, "dataset %q goes without a body, name, text and strict; it is read as it was for the training", "el conjunto %q va sin cuerpo, name, text ni strict; se lee como para el entrenamiento", animo.Clip(in.Dataset)).Of("dataset")
			}
			b, err = s.Opinions.TakeDataset(ctx, tenantOf(ctx), in.ID, nameOf(in.Dataset), recipe)
			if err != nil {
				return nil, err
			}
		} else if in.kind == multipartForm {
			f := newForm(in.reader, in.border, s.Limits, photos.Upload{})
			file, err := f.next()
			if err != nil {
				return nil, err
			}
			if name := nameOf(file.Name); recipe.Name == "" && opinions.CheckName(name) == nil { // otherwise the batch has none
				recipe.Name = name
			}
			if b, err = s.Opinions.TakeBatch(ctx, tenantOf(ctx), in.ID, f.part, -1, recipe); err != nil {
				return nil, f.cause(err)
			}
		} else if b, err = s.Opinions.TakeBatch(ctx, tenantOf(ctx), in.ID, in.reader, in.size, recipe); err != nil {
			return nil, err
		}
		view := viewBatch(ctx, b)
		return &batchOutput{view.StatusURL, view}, nil
	})
	s.describeForm(r, map[string]*huma.Schema{"file": binarySchema()})
}

func (s *server) listBatches(r route) {
	register(s, r, huma.Operation{
		OperationID: "list-batches",
		Summary:     "A model's batches, newest first", Errors: []int{404, 422},
	}, func(ctx context.Context, in *struct {
		ModelParam
		PageQuery
	}) (*pageOutput[batchView], error) {
		list, next, err := s.Opinions.Batches(ctx, tenantOf(ctx), in.ID, in.After, in.Limit)
		if err != nil {
			return nil, err
		}
		return pageOf(list, next, func(b opinions.Batch) batchView { return viewBatch(ctx, b) }), nil
	})
}

func (s *server) getBatch(r route) {
	register(s, r, huma.Operation{
		OperationID: "get-batch",
		Summary:     "How far a batch is", Errors: []int{404},
	}, func(ctx context.Context, in *struct {
		ModelParam
		BatchParam
		Wait int `query:"wait" minimum:"0" maximum:"60" doc:"Answer when it has ended, or after so many seconds." example:"0"`
	}) (*batchOutput, error) {
		b, err := await(ctx, s, time.Duration(in.Wait)*time.Second, func(ctx context.Context) (opinions.Batch, error) {
			return s.Opinions.Batch(ctx, tenantOf(ctx), in.ID, in.Batch)
		}, func(b opinions.Batch) bool { return b.Status.Ended() })
		if err != nil {
			return nil, err
		}
		return &batchOutput{Body: viewBatch(ctx, b)}, nil
	})
}

func (s *server) getBatchResult(r route) {
	register(s, r, huma.Operation{
		OperationID: "get-batch-result",
		Summary:     "What a batch's texts say, as a CSV file",
		Description: "In UTF-8 with a byte order mark, so that Excel reads it: the columns of the file, then label, probability and evidence (the words that decided most, with their log-odds towards Positivo). " +
			"A text that a spreadsheet would take for a formula has an apostrophe in front.",
		Responses: map[string]*huma.Response{"200": {Description: "The file.", Content: map[string]*huma.MediaType{"text/csv": {Schema: &huma.Schema{Type: "string"}}}}},
		Errors:    []int{404},
	}, func(ctx context.Context, in *struct {
		ModelParam
		BatchParam
	}) (*huma.StreamResponse, error) {
		body, size, b, err := s.Opinions.BatchResult(ctx, tenantOf(ctx), in.ID, in.Batch)
		if err != nil {
			return nil, err
		}
		name := b.ID
		if b.Name != "" {
			name = strings.TrimSuffix(b.Name, filepath.Ext(b.Name))
		}
		return s.save(kept{body, size, "text/csv; charset=utf-8", name + "-classified.csv"}), nil
	})
}

// aspectsView is what the texts of a batch say of eight aspects.
type aspectsView struct {
	Model   string            `json:"model" example:"DB_proyecto_SA.txt"`
	Batch   string            `json:"batch" doc:"The batch's id." example:"20260801T211502.125Z-9f86d081"`
	Name    string            `json:"name,omitempty" doc:"Of the file." example:"mayo.csv"`
	Version string            `json:"version" doc:"Of the model that labelled the texts that have no label."`
	Starter *text.Words       `json:"starter,omitempty" doc:"What the starter model is and how often it is right, where it answered."`
	Report  text.AspectReport `json:"report"`
}

func (s *server) getBatchAspects(r route) {
	register(s, r, huma.Operation{
		OperationID: "get-batch-aspects",
		Summary:     "What a batch's texts complain about",
		Description: "How many texts praise and blame each of eight aspects (room, bathroom, food, staff, price, noise, location, facilities), the sentences that say so most clearly, and the words that stand out in bad and in good texts; " +
			"by source and by month where columns of the file tell them. A label that the file has counts, then a correction, then what the model says.",
		Errors: []int{404},
	}, func(ctx context.Context, in *struct {
		ModelParam
		BatchParam
	}) (*struct{ Body aspectsView }, error) {
		report, b, err := s.Opinions.BatchAspects(ctx, tenantOf(ctx), in.ID, in.Batch)
		if err != nil {
			return nil, err
		}
		v := aspectsView{Model: b.Model, Batch: b.ID, Name: b.Name, Version: b.Version, Report: report}
		if b.ByStarter() {
			card := text.StarterCard(report.Language)
			v.Starter = &card
		}
		return &struct{ Body aspectsView }{v}, nil
	})
}

func (s *server) deleteBatch(r route) {
	register(s, r, huma.Operation{
		OperationID: "delete-batch",
		Summary:     "Forget a batch: its file, its result and what is known of it", Errors: []int{404},
	}, func(ctx context.Context, in *struct {
		ModelParam
		BatchParam
	}) (*struct{}, error) {
		return nil, s.Opinions.DeleteBatch(ctx, tenantOf(ctx), in.ID, in.Batch)
	})
}

// kept is a stored file that is answered as one to be saved.
type kept struct {
	body      io.ReadCloser
	size      int64
	mediaType string
	name      string
}

// save answers with a stored file. One that breaks off half-way breaks the connection off.
func (s *server) save(k kept) *huma.StreamResponse {
	return &huma.StreamResponse{Body: func(ctx huma.Context) {
		defer k.body.Close()
		r, w := humago.Unwrap(ctx)
		h := w.Header()
		h.Set("Content-Type", k.mediaType)
		h.Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": k.name}))
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Cache-Control", "private, no-store")
		h.Set("Content-Length", strconv.FormatInt(k.size, 10))
		w.WriteHeader(http.StatusOK)
		body := &noting{Reader: k.body}
		if _, err := io.Copy(w, body); err != nil && body.err != nil { // not only a client that went away
			s.breakOff(r.Context(), body.err)
		}
	}}
}
