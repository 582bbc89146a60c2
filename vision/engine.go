package vision

import (
	"context"
	"runtime"
	"sync"
	"sync/atomic"

	"animo"
	"animo/vision/internal/net"
)

// Engine finds faces. It is safe for concurrent use and holds no goroutine of its own.
type Engine struct {
	options  Options
	networks networks
	spaces   spare[*net.Workspace] // with one worker
	shared   spare[*net.Workspace] // with Options.Workers
	results  sync.Pool             // of *net.SSDResult
}

// New loads the networks that o asks for. The errors are animo.Errors: Invalid (an option without sense),
// Unavailable or NotFound (no weights; it says what to run), CorruptModel.
func New(o Options) (*Engine, error) {
	if o.Detector == "" {
		o.Detector = SSD
	}
	if o.MinScore == 0 {
		o.MinScore = 0.5
	}
	if o.MaxFaces == 0 {
		o.MaxFaces = 100
	}
	if o.Attributes == 0 {
		o.Attributes = AllAttributes
	}
	if o.TinySize == 0 {
		o.TinySize = 416
	}
	if o.Workers == 0 {
		o.Workers = runtime.GOMAXPROCS(0)
	}
	switch {
	case o.Detector != SSD && o.Detector != Tiny:
		return nil, animo.Errorf(animo.Invalid, "detector %q is not known; there are ssd and tiny", "el detector %q no se conoce; hay ssd y tiny", o.Detector)
	case !(o.MinScore > 0 && o.MinScore < 1):
		return nil, animo.Errorf(animo.Invalid, "the minimum score %g is not between 0 and 1", "la confianza mínima %g no está entre 0 y 1", o.MinScore)
	case o.MaxFaces < 0 || o.Workers < 0:
		return nil, animo.Errorf(animo.Invalid, "a negative number of faces or workers", "un número negativo de rostros o de tareas")
	case o.TinySize < 64 || o.TinySize > 1024 || o.TinySize%32 != 0:
		return nil, animo.Errorf(animo.Invalid, "the size %d is not a multiple of 32 from 64 to 1024", "el tamaño %d no es un múltiplo de 32 entre 64 y 1024", o.TinySize)
	}
	n, err := loadNetworks(o)
	if err != nil {
		return nil, err
	}
	e := &Engine{options: o, networks: n}
	e.results.New = func() any { return new(net.SSDResult) }
	return e, nil
}

// workspace returns a workspace that was used before, or makes one.
func workspace(s *spare[*net.Workspace], workers int) *net.Workspace {
	if ws, ok := s.take(); ok {
		return ws
	}
	return net.NewWorkspace(workers)
}

// maxSide bounds a picture's sides, so that places in it stay exact in the networks' float32.
const maxSide = 1 << 20

// check returns an Invalid error for what is no picture.
func (m Image) check() error {
	if m.W < 1 || m.H < 1 || m.W > maxSide || m.H > maxSide || len(m.Pix) != 3*m.W*m.H {
		return animo.Errorf(animo.Invalid, "a picture of %d×%d pixels with %d bytes is none",
			"una imagen de %d×%d píxeles con %d bytes no lo es", m.W, m.H, len(m.Pix))
	}
	return nil
}

// Analyze finds the faces in a picture, the most prominent first: large before small, those in the middle
// before those at the edge. With Options.Original or the detector Tiny they come by descending score. It looks
// at ctx between networks, some hundredths of a second apart, and returns its error; no result is given by
// halves.
func (e *Engine) Analyze(ctx context.Context, img Image) ([]Face, error) {
	if err := img.check(); err != nil {
		return nil, err
	}
	ws := workspace(&e.shared, e.options.Workers)
	defer e.shared.keep(ws)
	return e.analyze(ctx, img, ws, e.options.Workers)
}

// AnalyzeAll finds the faces in many pictures, several at a time. The results are in the order of the
// pictures, and the same as Analyze's. The first error ends it.
func (e *Engine) AnalyzeAll(ctx context.Context, images []Image) ([][]Face, error) {
	faces := make([][]Face, len(images))
	err := e.each(ctx, e.options.Workers, len(images), func(ctx context.Context, ws *net.Workspace, i int) error {
		err := images[i].check()
		if err == nil {
			faces[i], err = e.analyze(ctx, images[i], ws, 1)
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	return faces, nil
}

// each calls work for every number below n with a workspace of its own, from at most the given number of
// goroutines, and waits for all. The first error, or ctx's, ends it.
func (e *Engine) each(ctx context.Context, workers, n int, work func(ctx context.Context, ws *net.Workspace, i int) error) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var next atomic.Int64
	run := func() {
		ws := workspace(&e.spaces, 1)
		defer e.spaces.keep(ws)
		for i := int(next.Add(1)) - 1; i < n && ctx.Err() == nil; i = int(next.Add(1)) - 1 {
			if err := work(ctx, ws, i); err != nil {
				cancel(err)
			}
		}
	}
	var group sync.WaitGroup
	for range min(workers, n) - 1 {
		group.Go(run)
	}
	run()
	group.Wait()
	return context.Cause(ctx)
}
