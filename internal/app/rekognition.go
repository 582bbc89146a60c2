package app

import (
	"net/http"

	"animo/internal/pictures"
	"animo/internal/rekognition"
)

// speakRekognition makes the server of Amazon Rekognition's protocol where vision finds the faces; nil where another engine does.
func (a *App) speakRekognition(engine pictures.Engine) *rekognition.Server {
	faces, ok := engine.(rekognition.Engine)
	if !ok {
		return nil
	}
	return rekognition.New(rekognition.Options{
		Engine: faces, Decode: a.pictures.Decode, Keys: a.stores.Tenants, Collections: a.collections, People: a.people, Photos: a.photos,
		Local: a.local.Check, Admit: a.photos.Admit, Now: a.now, Log: a.log,
		Limits: rekognition.Limits{Requests: min(a.config.MaxRequests, 64), Analyses: a.config.Analyses},
	})
}

// awsHandler returns the handler of AWS's protocol for the API; nil where the protocol is not served.
func (a *App) awsHandler() http.Handler {
	if a.rekognition == nil {
		return nil
	}
	return a.rekognition
}
