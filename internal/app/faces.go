package app

import (
	"context"
	"runtime"

	"animo/internal/pictures"
	"animo/internal/pictures/awsfaces"
	"animo/vision"
)

// faceEngine returns the engine that finds faces: the one that New was told, or else the one in the settings. It also decides
// how many photos are analysed at once.
func (a *App) faceEngine(ctx context.Context, told pictures.Engine) (pictures.Engine, error) {
	if a.config.Analyses == 0 {
		a.config.Analyses = runtime.GOMAXPROCS(0)
	}
	if told != nil {
		return told, nil
	}
	if a.config.Faces == "rekognition" {
		return awsfaces.New(ctx, awsfaces.Options{MaxFaces: a.config.MaxFaces})
	}
	return pictures.NewVision(vision.Options{
		Detector: vision.Detector(a.config.Detector), MaxFaces: a.config.MaxFaces,
		Workers: 1, // photos side by side keep the cores busier than sharing each among them
	})
}
