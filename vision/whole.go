package vision

import (
	"context"

	"animo/vision/internal/net"
)

// ReadWhole tells what the face shows that fills the picture, as those of FER2013 do: nothing is looked for, and the
// picture is taken for the square that the network for expressions sees. It reads as Analyze does. The engine needs
// WithExpressions; without it all are 0. It is for measuring that network alone.
func (e *Engine) ReadWhole(ctx context.Context, img Image) (Expressions, error) {
	if err := img.check(); err != nil {
		return Expressions{}, err
	}
	if err := ctx.Err(); err != nil || e.options.Attributes&WithExpressions == 0 {
		return Expressions{}, err
	}
	ws := workspace(&e.spaces, 1)
	defer e.spaces.keep(ws)
	if e.options.Original {
		return Expressions(e.networks.expressions.Run(ws, net.Image(img), net.Crop{W: img.W, H: img.H})), nil
	}
	middle, side := Point{float64(img.W) / 2, float64(img.H) / 2}, float64(max(img.W, img.H))
	said, _ := e.networks.read(ws, net.Image(img), func(_, n float64) net.Similarity { return squareRound(middle, side, 0, n) })
	return said, nil
}
