package vision

import (
	"math"
	"testing"
)

// turnedHead projects the average head, turned by the angles in degrees, into a picture.
func turnedHead(yaw, pitch, roll float64) *[68]Point {
	y, p, r := yaw*math.Pi/180, pitch*math.Pi/180, roll*math.Pi/180
	var points [68]Point
	for _, h := range head {
		x, u, z := h.at[0], h.at[1], h.at[2]
		u, z = u*math.Cos(p)+z*math.Sin(p), z*math.Cos(p)-u*math.Sin(p) // the nose goes up
		x = x*math.Cos(y) + z*math.Sin(y)                               // the nose goes right
		x, u = x*math.Cos(r)+u*math.Sin(r), u*math.Cos(r)-x*math.Sin(r) // the crown goes right
		points[h.landmark] = Point{400 + x/3, 300 - u/3}
	}
	return &points
}

func TestPose_of_a_turned_head(t *testing.T) {
	for _, want := range []Pose{
		{}, {Yaw: 30}, {Yaw: -40}, {Pitch: 20}, {Pitch: -15}, {Roll: 25}, {Roll: -70}, {Roll: 120},
		{Yaw: 20, Pitch: 10}, {Yaw: -35, Pitch: -12}, {Yaw: 25, Pitch: -10, Roll: 40}, {Yaw: -15, Pitch: 12, Roll: -100},
	} {
		got := poseOf(turnedHead(want.Yaw, want.Pitch, want.Roll))
		for i, d := range []float64{got.Yaw - want.Yaw, got.Pitch - want.Pitch, got.Roll - want.Roll} {
			if !(math.Abs(d) < 1e-6) {
				t.Errorf("got %+.2f, want %+v: angle %d is wrong", got, want, i)
			}
		}
	}
}

func TestPose_of_no_landmarks_is_zero(t *testing.T) {
	if got := poseOf(new([68]Point)); got != (Pose{}) {
		t.Errorf("got %+v", got)
	}
}
