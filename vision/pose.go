package vision

import "math"

// head are six points of an average head, in tenths of a millimetre: right, up, and towards the one who looks. They are the
// figures that tutorials on head pose have long used with these landmarks.
var head = [6]struct {
	landmark int
	at       [3]float64
}{
	{30, [3]float64{0, 0, 0}},          // tip of the nose
	{8, [3]float64{0, -330, -65}},      // chin
	{36, [3]float64{-225, 170, -135}},  // outer corners of the eyes
	{45, [3]float64{225, 170, -135}},   //
	{48, [3]float64{-150, -150, -125}}, // corners of the mouth
	{54, [3]float64{150, -150, -125}},  //
}

// headInverse takes the six points' places along an axis of the picture, less their mean, to the row of the
// matrix that projects the head onto that axis (the pseudo-inverse of the six points).
var headInverse = invertHead()

func invertHead() (inverse [6][3]float64) {
	var mean [3]float64
	for _, p := range head {
		for k, v := range p.at {
			mean[k] += v / float64(len(head))
		}
	}
	var m [3][3]float64 // the points' products
	for _, p := range head {
		for i := range 3 {
			for j := range 3 {
				m[i][j] += (p.at[i] - mean[i]) * (p.at[j] - mean[j])
			}
		}
	}
	var columns [3][3]float64
	for k := range 3 { // rows of the inverse: cross products of the others, over the determinant
		columns[k] = cross(m[(k+1)%3], m[(k+2)%3])
	}
	det := m[0][0]*columns[0][0] + m[0][1]*columns[0][1] + m[0][2]*columns[0][2]
	for i, p := range head {
		for j := range 3 {
			for k := range 3 {
				inverse[i][j] += columns[k][j] / det * (p.at[k] - mean[k])
			}
		}
	}
	return inverse
}

func cross(a, b [3]float64) [3]float64 {
	return [3]float64{a[1]*b[2] - a[2]*b[1], a[2]*b[0] - a[0]*b[2], a[0]*b[1] - a[1]*b[0]}
}

func length(a [3]float64) float64 { return math.Sqrt(a[0]*a[0] + a[1]*a[1] + a[2]*a[2]) }

// poseOf fits the average head to the landmarks as seen from afar (without perspective), and reads the angles
// from where its right side and its face point.
func poseOf(points *[68]Point) Pose {
	var right, up [3]float64
	for i, p := range head {
		q := points[p.landmark]
		for k := range 3 {
			right[k] += headInverse[i][k] * q.X
			up[k] -= headInverse[i][k] * q.Y
		}
	}
	a, b := length(right), length(up)
	if !(a > 0 && b > 0) {
		return Pose{}
	}
	for k := range 3 {
		right[k] /= a
		up[k] /= b
	}
	// The two are not quite at right angles: turn both by the same amount until they are.
	dot := right[0]*up[0] + right[1]*up[1] + right[2]*up[2]
	for k := range 3 {
		right[k], up[k] = right[k]-dot/2*up[k], up[k]-dot/2*right[k]
	}
	a, b = length(right), length(up)
	for k := range 3 {
		right[k] /= a
		up[k] /= b
	}
	// The line through the eyes tells the lean. Without it, the face points where it is turned to.
	roll := math.Atan2(-up[0], right[0])
	sin, cos := math.Sincos(roll)
	x, y, z := right[2]*cos-up[2]*sin, up[2]*cos+right[2]*sin, cross(right, up)[2]
	const degrees = 180 / math.Pi
	return Pose{
		Roll:  roll * degrees,
		Pitch: math.Asin(max(-1, min(1, y))) * degrees,
		Yaw:   math.Atan2(x, z) * degrees,
	}
}
