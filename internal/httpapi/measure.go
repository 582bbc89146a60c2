package httpapi

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"animo"
	"animo/internal/moods"
)

// measuredFace is a face that a client measured, as it is sent.
type measuredFace struct {
	ImageID    string          `json:"image_id" doc:"What the picture or the camera is called: 1 to 255 bytes without slashes and control characters." example:"webcam"`
	Source     string          `json:"source,omitempty" doc:"Which camera or stage it came from: at most 64 bytes." example:"puerta-norte"`
	Taken      time.Time       `json:"taken_at" doc:"When the face was seen; kept to the millisecond."`
	Emotions   []animo.Emotion `json:"emotions" doc:"At least one, each type once. The mood whose emotions add up to most is the face's."`
	Box        animo.Box       `json:"box,omitzero" doc:"Where the face was, as fractions of the picture's width and height, each from -1 to 2."`
	Age        float64         `json:"age,omitempty" doc:"In years, 0 to 150." example:"31.5"`
	Gender     animo.Gender    `json:"gender,omitzero" doc:"What the face looks like to the client's network."`
	Confidence float64         `json:"confidence,omitempty" doc:"In percent, that this is a face." example:"99"`
	Unsure     animo.Code      `json:"unsure,omitempty" enum:"small_face,covered_face,blurred_face,bad_light,turned_face" doc:"Why the face's expression cannot be read; it is OTHER then."`
}

// measured says what became of a face that was sent.
type measured struct {
	FaceID string     `json:"face_id" doc:"Under which it is recorded, and erased."`
	Mood   animo.Mood `json:"mood" enum:"HAPPY,SAD,SURPRISED,OTHER" doc:"The mood it is routed to."`
}

// valuesOfFace is how many JSON values a face has at most, as jsonValues counts them.
const valuesOfFace = 64

type measuredOutput struct {
	Body struct {
		Items []measured `json:"items" doc:"One for each face, in their order."`
	}
}

func (s *server) measureMoods(r route) {
	register(s, r, huma.Operation{
		OperationID: "measure-moods",
		Summary:     "Send faces that you measured yourself, without their picture",
		Description: "A page that looks at its visitor's camera sends what it measured, never the picture. Such a face is recorded as one of a photo is, in its mood's table, the counts, the live " +
			"stream, exports and subscriptions, with measured_by client and an empty photo_id; nobody is recognised. When the answer comes, the faces are on disk and will be recorded, whatever happens. " +
			"A face's id follows from all that is said of it: the same faces again change nothing. A face that was erased is refused with 409 for some minutes, so that a repeat on its way does not bring it back.",
		DefaultStatus: http.StatusAccepted, Errors: []int{400, 409, 422, 507},
	}, func(ctx context.Context, in *struct {
		Body struct {
			Items []measuredFace `json:"items"`
		}
	}) (*measuredOutput, error) {
		items := in.Body.Items
		if len(items) == 0 {
			return nil, animo.Errorf(animo.Invalid, "there is no face; send at least one", "no hay ningún rostro; envíe al menos uno").Of("items")
		}
		if len(items) > s.Limits.Moods {
			return nil, animo.Errorf(animo.TooLarge, "%d faces are more than the %d of one call; send them in several", "%d rostros son más que los %d de una llamada; envíelos en varias", len(items), s.Limits.Moods).Of("items")
		}
		faces := make([]moods.MeasuredFace, len(items))
		for i, f := range items {
			faces[i] = moods.MeasuredFace{
				Name: nameOf(f.ImageID), Source: nameOf(f.Source), Taken: f.Taken, Emotions: f.Emotions, Box: f.Box, Age: f.Age, Gender: f.Gender, Confidence: f.Confidence, Unsure: f.Unsure,
			}
		}
		records, err := s.Moods.Measure(ctx, tenantOf(ctx), faces)
		if err != nil {
			return nil, err
		}
		out := &measuredOutput{}
		out.Body.Items = make([]measured, len(records))
		for i, r := range records {
			out.Body.Items[i] = measured{r.FaceID, r.Mood}
		}
		return out, nil
	})
}

func (s *server) eraseMood(r route) {
	register(s, r, huma.Operation{
		OperationID: "erase-mood",
		Summary:     "Erase a face that a client measured",
		Description: "What was recorded of it, its counts, and its events and deliveries that wait. The answer says what was removed, and those who follow /v1/stream hear of it (event erased). " +
			"A photo's faces are erased with the photo.",
		DefaultStatus: http.StatusOK, Errors: []int{404},
	}, func(ctx context.Context, in *struct {
		Face string `path:"face" doc:"The face's id." example:"20260801T211502.125Z-m9f86d081884c7d65"`
	}) (*receiptOutput, error) {
		r, err := s.Moods.EraseMeasured(ctx, tenantOf(ctx), in.Face)
		if err != nil {
			return nil, err
		}
		return &receiptOutput{r}, nil
	})
}
