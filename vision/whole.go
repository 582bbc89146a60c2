package vision

import (
	"context"

	"animo/vision/internal/net"
)

// ReadWhole tells what the face shows that fills the picture, as those of FER2013 do: nothing is looked for, and the
// picture is taken for the square that the network for expressions sees. The engine needs WithExpressions; without it
// all are 0. It is for measuring that network alone.
func (e *Engine) ReadWhole(ctx context.Context, img Image) (Expressions, error) {
	if err := img.check(); err != nil {
		return Expressions{}, err
	}
	if err := ctx.Err(); err != nil || e.networks.expressions == nil {
		return Expressions{}, err
	}
	ws := workspace(&e.spaces, 1)
	defer e.spaces.keep(ws)
	return Expressions(e.networks.expressions.Run(ws, net.Image(img), net.Crop{W: img.W, H: img.H})), nil
}
