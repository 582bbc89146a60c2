package vision

import (
	"context"
	"math"

	"animo/vision/internal/net"
)

// call is one picture on its way through the networks.
type call struct {
	e   *Engine
	img Image
	ws  *net.Workspace // for the detector
	ssd *net.SSDResult
}

// analyze finds the faces in a picture with the given number of workers.
func (e *Engine) analyze(ctx context.Context, img Image, ws *net.Workspace, workers int) ([]Face, error) {
	c := &call{e: e, img: img, ws: ws, ssd: e.results.Get().(*net.SSDResult)}
	found, err := c.detect(ctx)
	e.results.Put(c.ssd)
	if err != nil {
		return nil, err
	}
	faces := make([]Face, len(found))
	for i, d := range found {
		faces[i].Box, faces[i].Score, faces[i].lean = d.box, d.score, d.lean()
	}
	if workers == 1 {
		for i := range faces {
			for _, step := range e.steps() {
				if err := ctx.Err(); err != nil {
					return nil, err
				}
				step(c, ws, &faces[i])
			}
		}
		return faces, nil
	}
	steps := e.steps()
	if len(steps) == 0 {
		return faces, nil
	}
	// The first step finds the landmarks, which the others need.
	err = e.each(ctx, workers, len(faces), func(_ context.Context, ws *net.Workspace, i int) error {
		steps[0](c, ws, &faces[i])
		return nil
	})
	if rest := steps[1:]; err == nil && len(rest) > 0 {
		err = e.each(ctx, workers, len(faces)*len(rest), func(_ context.Context, ws *net.Workspace, i int) error {
			rest[i%len(rest)](c, ws, &faces[i/len(rest)])
			return nil
		})
	}
	if err != nil {
		return nil, err
	}
	return faces, nil
}

// step computes one attribute of a face. Steps but the first may run at the same time.
type step func(c *call, ws *net.Workspace, f *Face)

// steps lists what the options ask for.
func (e *Engine) steps() []step {
	var list []step
	if e.networks.landmarks != nil {
		list = append(list, (*call).findLandmarks)
	}
	if e.networks.expressions != nil || e.networks.emotions != nil {
		list = append(list, (*call).readExpressions)
	}
	if e.networks.ageGender != nil {
		list = append(list, (*call).estimateAge)
	}
	if e.networks.descriptor != nil {
		list = append(list, (*call).describe)
	}
	if e.options.Attributes&WithQuality != 0 {
		list = append(list, func(c *call, _ *net.Workspace, f *Face) { f.Quality = measureQuality(c.img, f.Box) })
	}
	return list
}

// detectionCrop is what the landmarks' network sees.
func (c *call) detectionCrop(f *Face) net.Crop {
	return clip(relative(f.Box, c.img.W, c.img.H), c.img.W, c.img.H)
}

func (c *call) findLandmarks(ws *net.Workspace, f *Face) {
	if c.e.options.Original {
		c.findOriginalLandmarks(ws, f)
		return
	}
	c.findUprightLandmarks(ws, f)
	f.Pose = poseOf(&f.Landmarks)
}

func (c *call) findOriginalLandmarks(ws *net.Workspace, f *Face) {
	crop := c.detectionCrop(f)
	if empty(crop) {
		return
	}
	points := c.e.networks.landmarks.Run(ws, net.Image(c.img), crop)
	var inBox [68]Point
	for i := range f.Landmarks {
		inBox[i] = Point{float64(points[2*i]) * float64(crop.W), float64(points[2*i+1]) * float64(crop.H)}
		// It takes the box's corner, which is elsewhere when the box reaches beyond the picture.
		f.Landmarks[i] = Point{inBox[i].X + f.Box.X, inBox[i].Y + f.Box.Y}
	}
	f.Pose = originalPose(&inBox)
}

// findUprightLandmarks finds the landmarks in a square that is turned until the head is upright in it: the network has seen few
// that lean. It begins with what the detector saw.
func (c *call) findUprightLandmarks(ws *net.Workspace, f *Face) {
	middle, side := Point{f.Box.X + f.Box.W/2, f.Box.Y + f.Box.H/2}, landmarksShare*math.Sqrt(f.Box.W*f.Box.H)
	lean := f.lean
	if math.Abs(lean) < uprightEnough {
		lean = 0
	}
	for range 3 {
		square := squareRound(middle, side, lean, net.FaceSide)
		if !turned(square) {
			return
		}
		points := c.e.networks.landmarks.RunTurned(ws, net.Image(c.img), square)
		for i := range f.Landmarks {
			f.Landmarks[i] = Point{points[2*i], points[2*i+1]}
		}
		seen := lean
		if lean = leanOf(&f.Landmarks); math.Abs(math.Remainder(lean-seen, 2*math.Pi)) < uprightEnough {
			return
		}
	}
}

func (c *call) readExpressions(ws *net.Workspace, f *Face) {
	if c.e.options.Original {
		if crop := alignedCrop(&f.Landmarks, c.img.W, c.img.H); !empty(crop) {
			f.Expressions = Expressions(c.e.networks.expressions.Run(ws, net.Image(c.img), crop))
		}
		return
	}
	f.Expressions, f.Covered = c.e.networks.read(ws, net.Image(c.img), func(share, n float64) net.Similarity {
		return uprightSquare(&f.Landmarks, share, n)
	})
}

func (c *call) estimateAge(ws *net.Workspace, f *Face) {
	n := c.e.networks.ageGender
	var age, male float64
	if c.e.options.Original {
		crop := alignedCrop(&f.Landmarks, c.img.W, c.img.H)
		if empty(crop) {
			return
		}
		age, male = n.Run(ws, net.Image(c.img), crop)
	} else {
		square := uprightSquare(&f.Landmarks, ageShare, net.FaceSide)
		if !turned(square) {
			return
		}
		age, male = n.RunTurned(ws, net.Image(c.img), square)
	}
	f.Age, f.Gender, f.GenderProbability = age, Female, 1-male
	if male > 0.5 {
		f.Gender, f.GenderProbability = Male, male
	}
}

func (c *call) describe(ws *net.Workspace, f *Face) {
	n := c.e.networks.descriptor
	if c.e.options.Original {
		if crop := uprightCrop(&f.Landmarks, c.detectionCrop(f), c.img.W, c.img.H); !empty(crop) {
			f.Descriptor = n.Run(ws, net.Image(c.img), crop)
		}
		return
	}
	if square := chip(&f.Landmarks, net.DescriptorSide); turned(square) {
		f.Descriptor = averaged(n.RunTurned(ws, net.Image(c.img), square))
	}
}
