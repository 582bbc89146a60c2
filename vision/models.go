package vision

import (
	"embed"
	"errors"
	"io/fs"

	"golang.org/x/sync/errgroup"

	"animo"
	"animo/vision/internal/net"
)

// embedded holds the weights that `make weights` has put there before the build, or a README only.
//
//go:embed model
var embedded embed.FS

// Weights returns the files of the networks that this build carries: of each network NAME_model-weights_manifest.json and
// NAME_model.bin, as face-api (npm package @vladmandic/face-api) reads them. There are none in a build without them.
func Weights() fs.FS {
	files, err := fs.Sub(embedded, "model")
	if err != nil {
		panic(err) // not with this name
	}
	return files
}

// networks are those that an Engine's options ask for; the others are nil.
type networks struct {
	ssd         *net.SSD
	tiny        *net.Tiny
	yunet       *net.YuNet
	landmarks   *net.Landmarks
	emotions    *net.Emotions
	expressions *net.Expressions // of Options.Original, and of a build without emotions
	ageGender   *net.AgeGender
	descriptor  *net.Descriptor
}

// loadNetworks reads what o asks for.
func loadNetworks(o Options) (networks, error) {
	files := o.Models
	if files == nil {
		files = Weights()
	}
	var n networks
	var loads errgroup.Group // side by side, because each takes some ten milliseconds
	read := func(wanted bool, load func() error) {
		if wanted {
			loads.Go(load)
		}
	}
	face := o.Attributes & (WithLandmarks | WithExpressions | WithAgeGender | WithDescriptor)
	read(face&WithDescriptor != 0, func() (err error) { n.descriptor, err = net.LoadDescriptor(files); return }) // the largest first
	read(o.Detector == SSD, func() (err error) { n.ssd, err = net.LoadSSD(files); return })
	read(o.Detector == SSD && !o.Original, func() (err error) { n.yunet, err = net.LoadYuNet(Weights()); return })
	read(o.Detector == Tiny, func() (err error) { n.tiny, err = net.LoadTiny(files); return })
	loadLandmarks := net.LoadLandmarks
	if o.TinyLandmarks {
		loadLandmarks = net.LoadLandmarksTiny
	}
	read(face != 0, func() (err error) { n.landmarks, err = loadLandmarks(files); return })
	read(face&WithExpressions != 0, func() (err error) {
		if !o.Original {
			n.emotions, err = loadEmotions(files)
		}
		if n.emotions == nil && err == nil {
			n.expressions, err = net.LoadExpressions(files)
		}
		return err
	})
	read(face&WithAgeGender != 0, func() (err error) { n.ageGender, err = net.LoadAgeGender(files); return })
	err := loads.Wait()
	switch {
	case err == nil:
		return n, nil
	case errors.Is(err, fs.ErrNotExist) && o.Models == nil:
		return networks{}, animo.Errorf(animo.Unavailable,
			"this build does not carry the face networks: run `make weights` (it needs Node's npm) and build again (%v)",
			"esta compilación no trae las redes de rostros: ejecute `make weights` (necesita npm, de Node) y compile de nuevo (%v)", err)
	case errors.Is(err, fs.ErrNotExist):
		return networks{}, animo.Errorf(animo.NotFound, "the folder lacks weights of a face network: %v", "a la carpeta le faltan pesos de una red de rostros: %v", err)
	}
	return networks{}, animo.Errorf(animo.CorruptModel, "a face network's weights cannot be read: %v", "los pesos de una red de rostros no se pueden leer: %v", err)
}

// loadEmotions reads our own network for expressions, which is not among face-api's: a folder that lacks it has the one that the
// build carries. Without either, it gives nil.
func loadEmotions(files fs.FS) (*net.Emotions, error) {
	n, err := net.LoadEmotions(files)
	if errors.Is(err, fs.ErrNotExist) {
		n, err = net.LoadEmotions(Weights())
	}
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	return n, err
}
