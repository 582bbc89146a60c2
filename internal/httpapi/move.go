package httpapi

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"
)

const packedType = "application/zip"

const packedDoc = "A zip of vectorizer.json, network.safetensors, report.json and SHA256SUMS, which animo classify --model reads as it is."

// pack answers with a version of a model as one file.
func (s *server) pack(model, version string) *huma.StreamResponse {
	return &huma.StreamResponse{Body: func(ctx huma.Context) {
		r, w := humago.Unwrap(ctx)
		file := &attachment{ResponseWriter: w, mediaType: packedType}
		err := s.Opinions.Pack(r.Context(), tenantOf(r.Context()), model, version, file, func(version string) { file.name = "model-" + version + ".zip" })
		switch {
		case err != nil && file.begun:
			s.breakOff(r.Context(), err)
		case err != nil:
			writeProblem(w, r, s.Log, err)
		}
	}}
}

func packedResponses() map[string]*huma.Response {
	return map[string]*huma.Response{"200": {Description: "The file.", Content: map[string]*huma.MediaType{packedType: {Schema: binarySchema()}}}}
}

func (s *server) downloadVersion(r route) {
	register(s, r, huma.Operation{
		OperationID: "download-version",
		Summary:     "A version of a model as one file", Description: packedDoc, Responses: packedResponses(), Errors: []int{404, 409},
	}, func(_ context.Context, in *struct {
		ModelParam
		VersionParam
	}) (*huma.StreamResponse, error) {
		return s.pack(in.ID, in.Version), nil
	})
}

func (s *server) downloadModel(r route) {
	register(s, r, huma.Operation{
		OperationID: "download-model",
		Summary:     "The version of a model that answers as one file", Description: packedDoc, Responses: packedResponses(), Errors: []int{404, 409},
	}, func(_ context.Context, in *ModelParam) (*huma.StreamResponse, error) { return s.pack(in.ID, ""), nil })
}

func (s *server) uploadModel(r route) {
	register(s, r, huma.Operation{
		OperationID: "upload-model",
		Summary:     "Take a model that was downloaded, or that animo model push made of a folder, as a new version",
		Description: "It is read and checked as a whole, and published as one that was trained here. The file of the newest version once more is that version.",
		RequestBody: bytesBody(), DefaultStatus: http.StatusAccepted, Errors: []int{400, 413, 422, 507},
	}, func(ctx context.Context, in *struct {
		ModelParam
		BodyStream
	}) (*trainingOutput, error) {
		v, err := s.Opinions.TakeModel(ctx, tenantOf(ctx), nameOf(in.ID), in.reader, in.size)
		return trainingOf(ctx, v, err)
	})
}
