package httpapi

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"animo"
	"animo/internal/photos"
)

// FaceParam is the face's id in a path. It is exported because huma sets no field of an embedded type that is not.
type FaceParam struct {
	Face string `path:"face" doc:"The face's id." example:"20260801T211502.125Z-9f86d081884c7d65-0"`
}

type faceOutput struct{ Body animo.Face }

const correctPromise = "The face's record and the counts of moods say so at once; it holds for the face in the same place when the photo is analysed again. A face that a client measured is corrected in the same way, and counted in no accuracy. Subscribers who were told " +
	"of the face are not told again; what waits for them is changed, and those who follow /v1/stream hear of what is no face (event erased). The answer is the face."

func (s *server) correctFace(r route) {
	register(s, r, huma.Operation{
		OperationID: "correct-face",
		Summary:     "Say what a recorded face shows, or that it is none",
		Description: "With emotion, the face shows that; where it is the one that was found most probable, that is kept as right. With not_a_face, it is recorded and counted no " +
			"more, and nothing is kept of who it was. " + correctPromise,
		Errors: []int{404, 409, 422},
	}, func(ctx context.Context, in *struct {
		FaceParam
		Body struct {
			Emotion string `json:"emotion,omitempty" doc:"What it shows: HAPPY, SAD, ANGRY, CONFUSED, DISGUSTED, SURPRISED, CALM or FEAR." example:"SAD"`
			NotFace bool   `json:"not_a_face,omitempty" doc:"That it is no face." example:"false"`
		}
	}) (*faceOutput, error) {
		face, err := s.Photos.Correct(ctx, tenantOf(ctx), in.Face, &animo.Correction{Emotion: in.Body.Emotion, NotFace: in.Body.NotFace})
		return &faceOutput{face}, err
	})
}

func (s *server) uncorrectFace(r route) {
	register(s, r, huma.Operation{
		OperationID: "uncorrect-face",
		Summary:     "Take back what was said of a face's emotion, or that it is none", Description: "The face is again as the analysis found it, or the client measured it.",
		DefaultStatus: http.StatusOK, Errors: []int{404, 409},
	}, func(ctx context.Context, in *FaceParam) (*faceOutput, error) {
		face, err := s.Photos.Correct(ctx, tenantOf(ctx), in.Face, nil)
		return &faceOutput{face}, err
	})
}

// ShareView is a share with an interval. It is exported because huma describes no field of an embedded type that is not.
type ShareView struct {
	Value float64 `json:"value" doc:"From 0 to 1; 0 of none." example:"0.8"`
	Of    int     `json:"of" doc:"Of how many." example:"40"`
	Low   float64 `json:"low" doc:"Where it lies with 95 % probability, by Wilson's score interval: from …" example:"0.652"`
	High  float64 `json:"high" doc:"… to." example:"0.895"`
}

func viewShare(s photos.Share) ShareView { return ShareView{s.Value, s.Of, s.Range[0], s.Range[1]} }

// accuracyView is how often analyses were right, of what people said of faces.
type accuracyView struct {
	Faces    ShareView     `json:"faces" doc:"Of all of which something was said: those that are faces."`
	Emotions ShareView     `json:"emotions" doc:"Of the faces of which the emotion was said: those of which it is the one that was found most probable."`
	Moods    ShareView     `json:"moods" doc:"Of these, without those that were left unsure: those that were given the emotion's mood."`
	Unsure   int           `json:"unsure" doc:"Of the faces of which the emotion was said: those that were OTHER for want of confidence."`
	Layer    layerView     `json:"layer" doc:"What was learned from what you said."`
	Each     []emotionView `json:"each" doc:"By what the faces show; emotions of which nothing was said or found are left out."`
}

type emotionView struct {
	Emotion   string         `json:"emotion" example:"SAD"`
	Found     map[string]int `json:"found" doc:"What was found most probable in faces that show it, and in how many: a row of the confusion matrix."`
	Recall    ShareView      `json:"recall" doc:"Of the faces that show it: those in which it was found."`
	Precision ShareView      `json:"precision" doc:"Of the faces in which it was found: those that show it."`
}

// layerView is what was learned from corrections of emotions, and whether it is used.
type layerView struct {
	State   string     `json:"state" enum:"few,mistakes,no_better,off,on" doc:"Whether new analyses read emotions through it: few faces were said to show an emotion, nearly all that were said were mistakes, it is no better than the network beyond chance, you turned it off, or it is on."`
	Needs   int        `json:"needs" doc:"Of how many faces an emotion must have been said." example:"48"`
	Learned int        `json:"learned" doc:"Faces that it was fitted to." example:"120"`
	Before  float64    `json:"before" doc:"Share of them in which the network found what they show, from 0 to 1." example:"0.61"`
	After   float64    `json:"after" doc:"The same with what was learned, each face judged by what was learned without its photo and a fifth of the others." example:"0.7"`
	Fitted  *time.Time `json:"fitted_at,omitempty" doc:"When it was fitted."`
}

func viewLayer(i photos.LayerInfo) layerView {
	v := layerView{State: string(i.State), Needs: photos.LeastCorrections, Learned: i.Learned, Before: i.Before, After: i.After}
	if !i.Fitted.IsZero() {
		v.Fitted = &i.Fitted
	}
	return v
}

func viewAccuracy(a photos.Accuracy, layer photos.LayerInfo) accuracyView {
	v := accuracyView{viewShare(a.Faces), viewShare(a.Emotions), viewShare(a.Moods), a.Unsure, viewLayer(layer), []emotionView{}}
	for _, e := range a.Each {
		v.Each = append(v.Each, emotionView{e.Emotion, e.Found, viewShare(e.Recall), viewShare(e.Precision)})
	}
	return v
}

func (s *server) getAccuracy(r route) {
	register(s, r, huma.Operation{
		OperationID: "get-accuracy",
		Summary:     "How often the analysis was right, by what you said of faces",
		Description: "Counted are the faces that are kept and of which somebody said what they show (PUT /v1/faces/ID/correction), right ones too. Who corrects only what " +
			"is wrong sees how it is wrong, and not how often: for that, say of some photos what each of their faces shows.",
	}, func(ctx context.Context, _ *struct{}) (*struct{ Body accuracyView }, error) {
		a, err := s.Photos.Accuracy(ctx, tenantOf(ctx))
		if err != nil {
			return nil, err
		}
		layer, err := s.Layers.Info(ctx, tenantOf(ctx))
		return &struct{ Body accuracyView }{viewAccuracy(a, layer)}, err
	})
}

func (s *server) useLayer(r route) {
	register(s, r, huma.Operation{
		OperationID: "use-layer",
		Summary:     "Use what was learned from what you said of faces, or do not",
		Description: "Once enough faces were said to show an emotion, a small layer on the network's seven probabilities is fitted to them, and again when a tenth more were said. It is used " +
			"for photos that are analysed from then on only if it is better on photos that it did not learn from. A face says in network_emotions what the network alone found. Faces that " +
			"are recorded stay as they are until their photos are analysed again (POST /v1/photos:reanalyse).",
		Errors: []int{409},
	}, func(ctx context.Context, in *struct {
		Body struct {
			Use bool `json:"use" doc:"Whether new analyses read emotions through it."`
		}
	}) (*struct{ Body layerView }, error) {
		layer, err := s.Layers.Use(ctx, tenantOf(ctx), in.Body.Use)
		return &struct{ Body layerView }{viewLayer(layer)}, err
	})
}

func (s *server) removeExample(r route) {
	register(s, r, huma.Operation{
		OperationID: "remove-example",
		Summary:     "Forget one face that the person is known by, such as a wrong one",
		Description: "Its numbers and its small picture go, and recorded faces that were named by it are looked through again. Where somebody had said that a recorded face is the " +
			"person's, that is taken back. The answer is the person.",
		DefaultStatus: http.StatusOK, Errors: []int{404},
	}, func(ctx context.Context, in *struct {
		PersonParam
		Example string `path:"example" doc:"The example's id."`
	}) (*personOutput, error) {
		return knownOutput(s.People.RemoveExample(ctx, tenantOf(ctx), in.Name, in.Example))
	})
}
