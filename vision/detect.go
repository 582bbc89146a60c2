package vision

import (
	"cmp"
	"context"
	"math"
	"slices"

	"animo/vision/internal/net"
)

// view is a part of a picture, perhaps with a margin round it, that the SSD detector looks at as a square.
type view struct {
	crop net.Crop
	side int // of the square
}

// The detector finds faces from about a fiftieth to a half of its square. Faces that fill the picture it
// misses or places badly; on a smaller square with a margin it sees them as they are in its training.
// The margin's size was chosen on portraits from LFW: of 265, the original's view loses 26 at a score of 0.5, this one
// none.
const (
	closeSide   = 320
	closeMargin = 0.125 // of the picture's sides, on each side
	// Where nothing was found, a wider margin is tried.
	wideMargin = 0.3
)

// A picture is looked at in tiles where faces that are too small for the whole may be expected: in large
// pictures, and in middling ones where the whole shows candidates that are small and uncertain.
const (
	middling    = 1024 // pixels of the longer side
	large       = 2400
	larger      = 4800
	tileOverlap = 0.25 // of a tile
	smallFace   = 16.0 / net.SSDSide
	doubtful    = 0.2 // the least score of a candidate that asks for a closer look
)

// vagueBelow is the size in a view's square, in pixels, below which boxes are placed badly.
const vagueBelow = 24

// withMargin is the whole picture with a share of its sides added on each side.
func withMargin(img Image, share float64) net.Crop {
	x, y := int(share*float64(img.W)), int(share*float64(img.H))
	return net.Crop{X: -x, Y: -y, W: img.W + 2*x, H: img.H + 2*y}
}

// detect finds the faces' boxes.
func (c *call) detect(ctx context.Context) ([]detection, error) {
	whole, o := net.Crop{W: c.img.W, H: c.img.H}, &c.e.options
	switch {
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case o.Detector == Tiny:
		return c.detectTiny(whole, o.MinScore, o.MaxFaces), nil
	case o.Original:
		return c.detectSSD(whole, net.SSDSide, o.MinScore, o.MaxFaces), nil
	}
	// candidates come from the whole alone: a few uncertain ones decide where to look again.
	candidates := c.detectSSD(whole, net.SSDSide, min(doubtful, o.MinScore), 4*o.MaxFaces)
	var found []detection
	add := func(index int, v view, list []detection) {
		for _, d := range list {
			if d.score > o.MinScore {
				d.view = index
				d.vague = max(d.box.W, d.box.H)*float64(v.side) < vagueBelow*float64(max(v.crop.W, v.crop.H))
				found = append(found, d)
			}
		}
	}
	views := []view{{whole, net.SSDSide}, {withMargin(c.img, closeMargin), closeSide}}
	views = append(views, c.tiles(candidates)...)
	add(0, views[0], candidates)
	for i, v := range views[1:] {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		add(i+1, v, c.detectSSD(v.crop, v.side, o.MinScore, o.MaxFaces))
	}
	if len(found) == 0 {
		v := view{withMargin(c.img, wideMargin), closeSide}
		add(0, v, c.detectSSD(v.crop, v.side, o.MinScore, o.MaxFaces))
	}
	found = merge(found, o.MaxFaces)
	c.byProminence(found)
	return found, nil
}

// tiles lists the parts of the picture to look at more closely.
func (c *call) tiles(candidates []detection) []view {
	longer := max(c.img.W, c.img.H)
	if longer < middling {
		return nil
	}
	n := 2
	if longer >= larger {
		n = 3
	}
	side := int(float64(longer) / (float64(n) - float64(n-1)*tileOverlap))
	limit := smallFace * float64(longer)
	var views []view
	for _, y := range starts(c.img.H, side) {
		for _, x := range starts(c.img.W, side) {
			crop := net.Crop{X: x, Y: y, W: min(side, c.img.W), H: min(side, c.img.H)}
			inside := func(d detection) bool {
				cx, cy := int(d.box.X+d.box.W/2)-crop.X, int(d.box.Y+d.box.H/2)-crop.Y
				return d.score <= c.e.options.MinScore && max(d.box.W, d.box.H) < limit && cx >= 0 && cy >= 0 && cx < crop.W && cy < crop.H
			}
			if longer >= large || slices.ContainsFunc(candidates, inside) {
				views = append(views, view{crop, net.SSDSide})
			}
		}
	}
	return views
}

// starts gives where tiles of the given side begin along n pixels, so that they cover them evenly and overlap.
func starts(n, side int) []int {
	if n <= side {
		return []int{0}
	}
	count := int(math.Ceil((float64(n) - tileOverlap*float64(side)) / ((1 - tileOverlap) * float64(side))))
	list := make([]int, max(2, count))
	for i := range list {
		list[i] = (n - side) * i / (len(list) - 1)
	}
	return list
}

// merge takes the detections of several views together. Where two views show the same face, the one that sees
// it large enough counts, else the more certain one.
func merge(list []detection, most int) []detection {
	slices.SortStableFunc(list, func(a, b detection) int {
		if a.vague != b.vague {
			if a.vague {
				return 1
			}
			return -1
		}
		return cmp.Compare(b.score, a.score)
	})
	var kept []detection
	for _, d := range list {
		if !slices.ContainsFunc(kept, func(k detection) bool { return sameFace(d, k) }) {
			kept = append(kept, d)
		}
	}
	slices.SortStableFunc(kept, func(a, b detection) int { return cmp.Compare(b.score, a.score) })
	return kept[:min(len(kept), most)]
}

// sameFace reports whether two detections show one face. Those of one view do not: it has been decided there.
// A box that is placed badly need not overlap the other by much.
func sameFace(a, b detection) bool {
	if a.view == b.view {
		return false
	}
	if a.vague || b.vague {
		return iou(a.box, b.box) > 0.15 || covered(a.box, b.box) > 0.4
	}
	return iou(a.box, b.box) > 0.4 || covered(a.box, b.box) > 0.65
}

// covered is the share of the smaller of two rectangles that lies in the other.
func covered(a, b Rect) float64 {
	w := min(a.X+a.W, b.X+b.W) - max(a.X, b.X)
	h := min(a.Y+a.H, b.Y+b.H) - max(a.Y, b.Y)
	smaller := min(a.W*a.H, b.W*b.H)
	if w <= 0 || h <= 0 || smaller <= 0 {
		return 0
	}
	return w * h / smaller
}

// byProminence puts the faces in the order in which a person would name them: large before small, those in the middle
// before those at the edge. A face at the picture's edge counts like one of a tenth of its area in the middle.
func (c *call) byProminence(list []detection) {
	w, h := float64(c.img.W), float64(c.img.H)
	weight := func(d detection) float64 {
		dx, dy := (d.box.X+d.box.W/2)/w-0.5, (d.box.Y+d.box.H/2)/h-0.5
		return d.box.W * d.box.H * math.Pow(10, -4*(dx*dx+dy*dy))
	}
	slices.SortStableFunc(list, func(a, b detection) int { return cmp.Compare(weight(b), weight(a)) })
}
