package vision

import (
	"cmp"
	"context"
	"math"
	"slices"

	"animo/vision/internal/net"
)

// How large YuNet sees a picture. It finds faces from about 10 to 300 pixels.
const (
	ordinary     = 3_000_000 // pixels of an ordinary picture
	ordinaryLook = 1_000_000 // what it sees of one: a face of 20 pixels in 2 megapixels has 14. Smaller pictures it sees enlarged, up to twice
	largeLook    = 1600      // what it sees of a larger picture's longer side, so that a face of 1/150 of it has 10
	closeLook    = 320       // what it sees of the longer side for faces that fill the picture
	closeMargin  = 0.125     // of the picture's sides, on each side, because a face that fills the picture is cut by its edges
	closeFace    = 40        // pixels that a face has at least in the close look: smaller ones are placed badly there
	turnedLook   = 400_000   // what it sees of a picture that it turns, because nothing was found before
	leastFace    = 8         // pixels of the picture that a face has at least: nobody sees anything in a smaller one
)

// manner is how a picture is looked at: turned by quarters clockwise, and with other levels, as in net.View. doubt is how much
// more convincing a face must be, because pictures without one come to be looked at so, too.
type manner struct {
	turn        int
	black, gain float32
	doubt       float64
}

func (m manner) view(crop net.Crop, zoom float64) net.View {
	size := func(n int) int { return max(1, int(math.Round(float64(n)*zoom))) }
	return net.View{Crop: crop, W: size(crop.W), H: size(crop.H), Turn: m.turn, Black: m.black, Gain: m.gain}
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
	seen := c.shrunk()
	pixels := max(ordinaryLook, seen.W*seen.H)
	found, err := c.find(ctx, seen, manner{}, pixels)
	if levels, dark := stretched(seen); err == nil && len(found) == 0 && dark {
		found, err = c.find(ctx, seen, levels, pixels)
	}
	c.byProminence(found)
	switch {
	case err != nil:
		return nil, err
	case len(found) == 0:
		found, err = c.findTurned(ctx, seen)
	case c.lies(found):
		found, err = c.turnUpright(ctx, seen, found)
	}
	c.byProminence(found)
	return found, err
}

// shrunk is the picture as YuNet looks at it first, where it has more pixels than that needs.
func (c *call) shrunk() net.Image {
	img := net.Image(c.img)
	pixels, scale := float64(img.W)*float64(img.H), 1.0
	switch {
	case pixels > ordinary:
		scale = float64(max(img.W, img.H)) / largeLook
	case pixels > ordinaryLook:
		scale = math.Sqrt(pixels / ordinaryLook)
	}
	if scale <= 1 {
		return img
	}
	return img.Shrunk(c.ws, max(1, int(float64(img.W)/scale)), max(1, int(float64(img.H)/scale)))
}

// find looks at the whole picture, at a size of so many pixels, and, for faces that fill it, at a small copy with a margin.
func (c *call) find(ctx context.Context, seen net.Image, m manner, pixels int) ([]detection, error) {
	zoom := min(2, math.Sqrt(float64(pixels)/(float64(seen.W)*float64(seen.H))))
	list := c.look(seen, m.view(net.Crop{W: seen.W, H: seen.H}, zoom), unlikely)
	x, y := int(closeMargin*float64(seen.W)), int(closeMargin*float64(seen.H))
	near := c.look(seen, m.view(net.Crop{X: -x, Y: -y, W: seen.W + 2*x, H: seen.H + 2*y}, closeLook/float64(max(seen.W, seen.H))), unlikely)
	for _, d := range near {
		if d.size >= closeFace {
			list = append(list, d)
		}
	}
	return c.judge(ctx, together(list, 2*c.e.options.MaxFaces), m)
}

// Levels are stretched where hardly a pixel of a picture is bright.
const (
	darkLevel = 110  // of 255; the picture is dark when the brightest pixels have less
	brightest = 0.05 // the share of pixels that count as such, and become white
	darkest   = 0.02 // the share that becomes black
)

// stretched returns the levels with which a dark picture looks like one in good light.
func stretched(img net.Image) (manner, bool) {
	var count [256]int
	for i := 0; i+2 < len(img.Pix); i += 3 {
		p := img.Pix[i : i+3]
		count[(299*int(p[0])+587*int(p[1])+114*int(p[2]))/1000]++
	}
	level := func(share float64) int {
		left := int(share * float64(img.W) * float64(img.H))
		for v, n := range count {
			if left -= n; left < 0 {
				return v
			}
		}
		return 255
	}
	low, high := level(darkest), level(1-brightest)
	return manner{doubt: 0.05, black: float32(low), gain: 255 / float32(max(high-low, 8))}, high < darkLevel
}

// look lists what YuNet takes for a face in a view of img, which is the picture or a copy of another size.
func (c *call) look(img net.Image, v net.View, minScore float64) []detection {
	fx, fy := float64(c.img.W)/float64(img.W), float64(c.img.H)/float64(img.H)
	place := func(x, y float64) Point {
		x, y = v.Back(x, y)
		return Point{x * fx, y * fy}
	}
	var list []detection
	for _, p := range c.e.networks.yunet.Run(c.ws, img, v, minScore) {
		d := detection{box: between(place(p.X, p.Y), place(p.X+p.W, p.Y+p.H)), score: p.Score, first: p.Score, size: math.Sqrt(p.W * p.H)}
		for i, q := range p.Points {
			d.points[i] = place(q[0], q[1])
		}
		list = append(list, d)
	}
	return suppress(list, yunetOverlap, len(list))
}

// yunetOverlap is the overlap beyond which YuNet's authors take two boxes of one look for one face.
const yunetOverlap = 0.45

// between is the rectangle with two opposite corners.
func between(a, b Point) Rect {
	return Rect{min(a.X, b.X), min(a.Y, b.Y), math.Abs(a.X - b.X), math.Abs(a.Y - b.Y)}
}

// together leaves one detection of each face, the most certain one, and at most most of them.
func together(list []detection, most int) []detection {
	slices.SortStableFunc(list, func(a, b detection) int { return cmp.Compare(b.score, a.score) })
	var kept []detection
	for _, d := range list {
		if len(kept) < most && !slices.ContainsFunc(kept, func(k detection) bool { return sameFace(d, k) }) {
			kept = append(kept, d)
		}
	}
	return kept
}

// sameFace reports whether two detections show one face: their boxes overlap, one lies in the other, or eyes, nose and mouth
// are nearly at the same place. Two people's are at least half a face apart, even cheek to cheek.
func sameFace(a, b detection) bool {
	if iou(a.box, b.box) > 0.4 || covered(a.box, b.box) > 0.65 {
		return true
	}
	return distance(centre(a.points[:]), centre(b.points[:])) < 0.4*max(a.box.W, b.box.W)
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
	slices.SortStableFunc(list, func(a, b detection) int {
		return cmp.Compare(prominence(b.box, c.img.W, c.img.H), prominence(a.box, c.img.W, c.img.H))
	})
}

// prominence is how much a face stands out in a picture of w×h, in pixels of a face in the middle.
func prominence(box Rect, w, h int) float64 {
	dx, dy := (box.X+box.W/2)/float64(w)-0.5, (box.Y+box.H/2)/float64(h)-0.5
	return box.W * box.H * math.Pow(10, -4*(dx*dx+dy*dy))
}
