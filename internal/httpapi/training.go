package httpapi

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"animo"
	"animo/internal/opinions"
	"animo/text"
	"animo/text/labelled"
)

// trainingView is how far the newest training of a model is.
type trainingView struct {
	Name        string             `json:"name" doc:"The training file's name, which is also the model's id." example:"DB_proyecto_SA.txt"`
	Version     string             `json:"version" doc:"The version of the model that this training makes."`
	Status      animo.Status       `json:"status" enum:"stored,ingesting,training,held,done,failed"`
	Message     string             `json:"message" doc:"The status in words, with how far it is." example:"training fold 3/10"`
	Progress    *progressView      `json:"progress,omitempty" doc:"While it runs."`
	Failure     *failureView       `json:"failure,omitempty" doc:"Why it failed."`
	Gate        *gateView          `json:"gate,omitempty" doc:"How it was judged before it could answer, once it ended."`
	Datasets    []animo.DatasetRef `json:"datasets"`
	Trainer     string             `json:"trainer"`
	Folds       int                `json:"folds"`
	Seed        uint64             `json:"seed"`
	Requested   time.Time          `json:"requested"`
	Finished    *time.Time         `json:"finished,omitempty"`
	Cause       animo.Cause        `json:"cause,omitempty" enum:"slot,new_rows,drift" doc:"Why it was trained by itself: it was time by the schedule, enough rows and corrections had come, or the texts had changed; absent where somebody asked for it."`
	Program     string             `json:"program,omitempty" doc:"The release of Animo that trained it."`
	Goal        string             `json:"goal,omitempty" doc:"What it shall be good at; none is to be right most often."`
	Corrections int                `json:"corrections" doc:"How many corrections of its model it learned from besides its datasets; 0 until it is trained."`
	Taken       bool               `json:"taken,omitempty" doc:"Whether it came as a file, and was trained elsewhere; its report is what that file says."`
	Learned     int                `json:"corrections_learned" doc:"How many of the corrections it says by itself. The model answers as corrected in any case."`
	Report      *text.Report       `json:"report,omitempty" doc:"The scores, once it is trained."`
	Without     *text.Figures      `json:"figures_without_corrections,omitempty" doc:"The report's figures on the rows that are no corrections, where there are some."`
	StatusURL   string             `json:"status_url" doc:"Where to ask how far it is."`
	ModelURL    string             `json:"model_url"`
}

type gateView struct {
	Against    string           `json:"against,omitempty" doc:"The version that answered then; none where there was none to compare with."`
	Comparison *text.Comparison `json:"comparison,omitempty" doc:"By how much this version is better than that one, on the rows that either was measured on: each row is judged by a version that did not learn from it."`
	Reasons    []failureView    `json:"reasons" doc:"Why it is held, or was until somebody published it; none where it answered by itself."`
}

type progressView struct {
	Stage   string    `json:"stage" doc:"ingesting, reading, choosing, fold or fitting"`
	Done    int       `json:"done" doc:"Of total: rows when ingesting, reading or fitting, folds when measuring, trainings when choosing."`
	Total   int       `json:"total" doc:"0 while it is not known."`
	Trainer string    `json:"trainer,omitempty" doc:"The trainer that is tried, measured or fitted."`
	Fold    int       `json:"fold,omitempty" doc:"When choosing: the fold for which the trainer is tried, 1 to folds."`
	Folds   int       `json:"folds,omitempty" doc:"When choosing: how many folds there are."`
	At      time.Time `json:"at"`
}

type failureView struct {
	Code    animo.Code `json:"code"`
	Message string     `json:"message"`
	Field   string     `json:"field,omitempty"`
	Line    int        `json:"line,omitempty"`
}

func viewFailure(ctx context.Context, r *animo.Reason) *failureView {
	if r == nil {
		return nil
	}
	v := &failureView{r.Code, r.EN, r.Field, r.Line}
	if callerOf(ctx).lang == "es" {
		v.Message = r.ES
	}
	return v
}

func viewGate(ctx context.Context, g opinions.Gate) *gateView {
	if g.Against == "" && len(g.Reasons) == 0 {
		return nil
	}
	v := &gateView{g.Against, g.Comparison, []failureView{}}
	for _, r := range g.Reasons {
		v.Reasons = append(v.Reasons, *viewFailure(ctx, &r))
	}
	return v
}

func viewTraining(ctx context.Context, t opinions.Training) trainingView {
	v := trainingView{
		Name: t.Model, Version: t.ID, Status: t.Status, Failure: viewFailure(ctx, t.Failure), Datasets: t.Datasets,
		Trainer: t.Trainer, Folds: t.Folds, Seed: t.Seed, Requested: t.Requested, Cause: t.Cause, Program: t.Program, Goal: t.Goal, Corrections: t.Corrections, Learned: t.Learned, Taken: t.Taken,
		Report: t.Report, Without: t.Without, Gate: viewGate(ctx, t.Gate),
		StatusURL: path("v1", "training", t.Model), ModelURL: path("v1", "models", t.Model),
	}
	if !t.Finished.IsZero() {
		v.Finished = &t.Finished
	}
	if p := t.Progress; p != nil {
		v.Progress = &progressView{p.Stage, p.Done, p.Total, p.Trainer, p.Fold, p.Folds, p.At}
	}
	v.Message = message(callerOf(ctx).lang, v)
	return v
}

// message puts a training's status into words.
func message(lang string, v trainingView) string {
	say := func(en, es string) string {
		if lang == "es" {
			return es
		}
		return en
	}
	switch v.Status {
	case animo.Stored:
		return say("stored", "guardado")
	case animo.Held:
		return say("held: ", "retenido: ") + v.Gate.Reasons[0].Message
	case animo.Done:
		return say("done", "listo")
	case animo.Failed:
		if v.Failure == nil {
			return say("failed", "falló")
		}
		return say("failed: ", "falló: ") + v.Failure.Message
	}
	verb := say("ingesting", "ingiriendo")
	if v.Status == animo.Training {
		verb = say("training", "entrenando")
	}
	p := v.Progress
	if p == nil {
		return verb
	}
	switch p.Stage {
	case "ingesting":
	case "fold":
		verb += say(" fold", " pliegue")
	case "reading":
		verb += say(": reading", ": leyendo")
	case "choosing":
		verb += say(": choosing", ": eligiendo")
		if p.Fold > 0 {
			return fmt.Sprintf(say("%s, fold %d/%d, trying %s", "%s, pliegue %d/%d, probando %s"), verb, p.Fold, p.Folds, p.Trainer)
		}
	case "fitting":
		verb += say(": fitting", ": ajustando")
	}
	if p.Total == 0 {
		return verb
	}
	return fmt.Sprintf("%s %d/%d", verb, p.Done, p.Total)
}

// NameParam is the name in a path. It is exported because huma sets no field of an embedded type that is not.
type NameParam struct {
	Name string `path:"name" doc:"The training file's name." example:"DB_proyecto_SA.txt"`
}

// RecipeQuery is how to train, in a query. It is exported because huma sets no field of an embedded type that is not.
type RecipeQuery struct {
	Trainer string `query:"trainer" doc:"How to train; auto chooses by cross-validation." example:"auto"`
	Folds   int    `query:"folds" doc:"Parts of the cross-validation, 2 to 100; 10 if not said." example:"10"`
	Goal    string `query:"goal" doc:"What the model shall be good at: accuracy (the default), balanced, complaints (at least 85 of 100 negative opinions found), recall>=0.9 or precision>=0.6, both of Negativo." example:"accuracy"`
	Seed    uint64 `query:"seed" doc:"Start weights, shuffles and folds follow from it." example:"0"`
}

// FileQuery is what a file of opinions is, in a query. It is exported because huma sets no field of an embedded type that is not.
type FileQuery struct {
	Text   string `query:"text" doc:"Column or key of the text, by name or by number from 1; two are joined by +. Found if not said." example:"Comentario"`
	Label  string `query:"label" doc:"Column or key of the label. Found if not said." example:"Nota"`
	Scale  string `query:"scale" doc:"How the label's numbers are meant: the worst and the best, such as 1-5, 0-4, 1-2 or -1-1. Found if not said." example:"1-5"`
	Strict bool   `query:"strict" doc:"Refuse the file for any row that cannot be used. Otherwise such rows are left out and counted, up to the setting max-broken." example:"false"`
}

func (q FileQuery) recipe() opinions.FileRecipe {
	return opinions.FileRecipe{Told: labelled.Told{Text: q.Text, Label: q.Label, Scale: q.Scale}, Strict: q.Strict}
}

type trainingOutput struct {
	Location string `header:"Location"`
	Body     trainingView
}

type trainingsOutput struct {
	Body struct {
		Items []trainingView `json:"items"`
	}
}

type datasetOutput struct{ Body animo.Dataset }

type datasetsOutput struct {
	Body struct {
		Items []animo.Dataset `json:"items"`
	}
}

func (s *server) uploadTrainingFile(r route) {
	register(s, r, huma.Operation{
		OperationID: "upload-training-file",
		Summary:     "Upload a file of labelled opinions and train a model of it",
		Description: "The body is the file: CSV, TSV and text with ; or |, with or without a header; JSON by line, by object or by column; fastText; XLSX; also " +
			"packed by gzip or zip. What it is, its columns and the scale of its labels are found, or said in the query; the file's record tells them (reading). " +
			"When the answer comes, the file is on disk and will be trained, whatever happens. The same bytes under the same name, read the same way, are the same training.",
		DefaultStatus: http.StatusAccepted,
		RequestBody:   bytesBody(),
		Errors:        []int{400, 413, 422, 507},
	}, func(ctx context.Context, in *struct {
		NameParam
		RecipeQuery
		FileQuery
		BodyStream
	}) (*trainingOutput, error) {
		v, err := s.Opinions.Take(ctx, tenantOf(ctx), in.Name, in.reader, in.size, opinions.Recipe{Trainer: in.Trainer, Folds: in.Folds, Seed: in.Seed, Goal: in.Goal, File: in.recipe()})
		return trainingOf(ctx, v, err)
	})
}

func (s *server) getTraining(r route) {
	register(s, r, huma.Operation{
		OperationID: "get-training",
		Summary:     "How far the newest training of a model is", Errors: []int{404},
	}, func(ctx context.Context, in *struct {
		NameParam
		Wait int `query:"wait" minimum:"0" maximum:"60" doc:"Answer when it has ended, or after so many seconds." example:"0"`
	}) (*trainingOutput, error) {
		t, err := await(ctx, s, time.Duration(in.Wait)*time.Second, func(ctx context.Context) (opinions.Training, error) {
			return s.Opinions.Training(ctx, tenantOf(ctx), in.Name)
		}, func(t opinions.Training) bool { return t.Status.Ended() })
		if err != nil {
			return nil, err
		}
		return &trainingOutput{Body: viewTraining(ctx, t)}, nil
	})
}

func (s *server) listTrainings(r route) {
	register(s, r, huma.Operation{
		OperationID: "list-trainings",
		Summary:     "How far the newest training of each model is",
	}, func(ctx context.Context, _ *struct{}) (*trainingsOutput, error) {
		list, err := s.Opinions.Trainings(ctx, tenantOf(ctx))
		if err != nil {
			return nil, err
		}
		out := &trainingsOutput{}
		out.Body.Items = make([]trainingView, len(list))
		for i, t := range list {
			out.Body.Items[i] = viewTraining(ctx, t)
		}
		return out, nil
	})
}

func (s *server) listDatasets(r route) {
	register(s, r, huma.Operation{
		OperationID: "list-datasets",
		Summary:     "Every kept revision of every training file",
	}, func(ctx context.Context, _ *struct{}) (*datasetsOutput, error) {
		list, err := s.Opinions.Datasets(ctx, tenantOf(ctx))
		out := &datasetsOutput{}
		out.Body.Items = list
		return out, err
	})
}

func (s *server) getDataset(r route) {
	register(s, r, huma.Operation{
		OperationID: "get-dataset",
		Summary:     "The newest revision of a training file", Errors: []int{404},
	}, func(ctx context.Context, in *NameParam) (*datasetOutput, error) {
		d, err := s.Opinions.Dataset(ctx, tenantOf(ctx), in.Name)
		return &datasetOutput{d}, err
	})
}

func (s *server) deleteDataset(r route) {
	register(s, r, huma.Operation{
		OperationID: "delete-dataset",
		Summary:     "Forget a training file: bytes and rows, every revision", Description: "Models trained of it go on answering.", Errors: []int{404},
	}, func(ctx context.Context, in *NameParam) (*struct{}, error) {
		return nil, s.Opinions.DeleteDataset(ctx, tenantOf(ctx), in.Name)
	})
}
