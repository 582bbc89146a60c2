package vision

import (
	"context"

	"animo/vision/internal/net"
)

// YuNet sees most faces that lie or stand on their heads, but less surely than upright ones, and places eyes and mouth as if
// they were upright. What turn suits a face best tells how it stands: on 185 portraits, turned in all four ways, that was always the right
// one.
const (
	surelyUpright = 0.93 // YuNet's score at first sight, which no face on its head reaches
	againUpright  = 0.91 // the same at the size at which it is asked; of 201 faces that lay to either side or stood on their heads, the best reached 0.902
	turnMargin    = 0.03 // by how much another turn must suit a face better
)

// turnOf returns by how many quarters clockwise the picture is to be turned so that a face is nearly upright, with the
// detection in that view.
func (c *call) turnOf(d detection) (turn int, best detection) {
	for t := range 4 {
		m := manner{turn: t}
		found := c.lookFor(d, c.round(d, m, againFace, againSide))
		if t == 0 || found.score > best.score+turnMargin {
			turn, best = t, found
		}
		if t == 0 && best.score >= againUpright {
			break
		}
	}
	return turn, best
}

// lies reports whether one of the two most prominent faces, which come first, is not upright. All faces of a photo that was taken
// or stored sideways are so.
func (c *call) lies(found []detection) bool {
	for _, d := range found[:min(2, len(found))] {
		if d.first >= surelyUpright {
			continue
		}
		if turn, _ := c.turnOf(d); turn != 0 {
			return true
		}
	}
	return false
}

// turnUpright finds the faces of a picture with faces that lie. Where most lie in the same way, the picture does, and is looked at anew from
// that side; else some people lie in it, each in their own way.
func (c *call) turnUpright(ctx context.Context, seen net.Image, found []detection) ([]detection, error) {
	var votes [4]int
	for i, d := range found[:min(maxTurned, len(found))] {
		turn, best := c.turnOf(d)
		votes[turn]++
		if turn != 0 {
			found[i].box, found[i].points = best.box, best.points
		}
	}
	for turn := 1; turn < 4; turn++ {
		if 2*votes[turn] > min(maxTurned, len(found)) {
			again, err := c.find(ctx, seen, manner{turn: turn}, max(ordinaryLook, seen.W*seen.H))
			if err != nil || len(again) >= len(found) {
				return again, err
			}
		}
	}
	return found, nil
}

// maxTurned is how many faces are asked how they stand, once one is known to lie.
const maxTurned = 20

// findTurned looks at a picture without upright faces from the other three sides. The side counts from which the faces' scores
// add up to most.
func (c *call) findTurned(ctx context.Context, seen net.Image) (best []detection, err error) {
	most := 0.0
	for turn := 1; turn < 4; turn++ {
		found, err := c.find(ctx, seen, manner{turn: turn, doubt: 0.1}, turnedLook)
		if err != nil {
			return nil, err
		}
		sum := 0.0
		for _, d := range found {
			sum += d.score
		}
		if sum > most {
			best, most = found, sum
		}
	}
	return best, nil
}
