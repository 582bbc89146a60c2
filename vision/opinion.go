package vision

import (
	"context"
	"math"

	"animo/vision/internal/net"
)

// What YuNet takes for a face at first sight is looked at again, by itself at other sizes and by SSD, which was trained by other
// people in another way. An arm or a medal convinces one of them now and then, hardly ever all.
const (
	unlikely = 0.35 // YuNet's score from which a place is looked at again
	sure     = 0.85 // its score with which a face needs no other opinion
	agreed   = 0.8  // its mean score at three sizes with which SSD is not asked
	refuted  = 0.2  // its score on the second look below which there is no face
)

// The probability that a place shows a face is a logistic function of YuNet's mean score, a share of SSD's score, and the doubt. The
// figures were chosen on portraits, groups, and photos and parts of photos without a face; at even, half of the places show
// faces.
const (
	even      = 0.7
	steepness = 24
	ssdShare  = 0.4
)

// probability is that of a face.
func probability(sum float64) float64 { return 1 / (1 + math.Exp(-steepness*(sum-even))) }

// judge returns those of the candidates that are faces with more than the score that the options ask for.
func (c *call) judge(ctx context.Context, candidates []detection, m manner) ([]detection, error) {
	var faces []detection
	for _, d := range candidates {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		if d.box.W*d.box.H < leastFace*leastFace {
			continue
		}
		d = c.lookAgain(d, m)
		if d.score > c.e.options.MinScore && len(faces) < c.e.options.MaxFaces {
			faces = append(faces, d)
		}
	}
	// The second look may have moved the box of one face to that of another.
	return together(faces, len(faces)), nil
}

// How large a face is on the second looks, and the side of the squares that show it.
const (
	againFace, againSide = 64, 128
	largeFace, largeSide = 110, 224
)

// lookAgain returns a candidate with the probability that it is a face, and with the box of the look that shows it best.
func (c *call) lookAgain(d detection, m manner) detection {
	if d.score >= sure && d.size >= 24 {
		d.score = probability(d.score - m.doubt)
		return d
	}
	view := c.round(d, m, againFace, againSide)
	again := c.lookFor(d, view)
	if again.score < refuted {
		d.score = 0
		return d
	}
	large := c.lookFor(d, c.round(d, m, largeFace, largeSide))
	mean, ssd := (d.score+again.score+large.score)/3, 0.0
	if mean < agreed {
		ssd = c.askSSD(d, view)
	}
	if d.size < againFace/2 {
		d.box, d.points = again.box, again.points
	}
	d.score = probability(mean + ssdShare*ssd - m.doubt)
	return d
}

// round is a square view of the picture round a face, which has the given size there.
func (c *call) round(d detection, m manner, face, side float64) net.View {
	half := int(math.Ceil(math.Sqrt(d.box.W*d.box.H) / face * side / 2))
	x, y := int(d.box.X+d.box.W/2), int(d.box.Y+d.box.H/2)
	return m.view(net.Crop{X: x - half, Y: y - half, W: 2 * half, H: 2 * half}, side/float64(2*half))
}

// lookFor returns the best of YuNet's detections in a view that show what d shows; its score is 0 where there is none.
func (c *call) lookFor(d detection, v net.View) detection {
	best := detection{}
	for _, found := range c.look(net.Image(c.img), v, 0.02) {
		if found.score > best.score && iou(found.box, d.box) > 0.3 {
			best = found
		}
	}
	return best
}

// askSSD returns SSD's score for what d shows, in a view of againSide pixels.
func (c *call) askSSD(d detection, v net.View) float64 {
	square := v.Image(c.ws, net.Image(c.img))
	c.e.networks.ssd.Run(c.ws, square, net.Crop{W: square.W, H: square.H}, againSide, c.ssd)
	best := 0.0
	for i := range c.ssd.Boxes() {
		score := c.ssd.Score(i)
		if score <= best {
			continue
		}
		ymin, xmin, ymax, xmax := c.ssd.Box(i)
		ax, ay := v.Back(float64(xmin)*againSide, float64(ymin)*againSide)
		bx, by := v.Back(float64(xmax)*againSide, float64(ymax)*againSide)
		if iou(between(Point{ax, ay}, Point{bx, by}), d.box) > 0.25 {
			best = score
		}
	}
	return best
}
