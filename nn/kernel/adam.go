package kernel

import "math"

// Adam holds the factors of one step of the Adam optimiser (Kingma and Ba, 2015, arXiv:1412.6980, in the
// form of the end of its section 2):
//
//	m ← Beta1·m + (1−Beta1)·g
//	v ← Beta2·v + (1−Beta2)·g²
//	w ← w − Rate·m / (√v + Eps)
type Adam struct {
	Beta1, Beta2 float32
	Rest1, Rest2 float32 // 1−Beta1 and 1−Beta2, rounded once
	Rate         float32 // the step's rate with the corrections of both biases
	Eps          float32
}

// AdamStep makes one step: weights w, first moments m and second moments v follow from gradients g. All
// four have one length.
func AdamStep(w, m, v, g []float32, c Adam) {
	if len(m) != len(w) || len(v) != len(w) || len(g) != len(w) {
		panic(badLength)
	}
	best.adam(w, m, v, g, c)
}

// AdamCatchUp moves rows of a table of weights by what they missed while their gradient was zero. For
// each i, with r = row[i], every weight of row r becomes w − shift[i]·m/(√v + eps[i]); the moments stay.
// The table has rows of the given width, a multiple of Lanes; row r of moments has the first moments of
// that row and then the second ones, so that a step visits two places in memory and not three. No row may
// repeat.
func AdamCatchUp(w, moments []float32, width int, row []int32, shift, eps []float32) {
	if len(moments) != 2*len(w) || len(shift) != len(row) || len(eps) != len(row) {
		panic(badLength)
	}
	if width%Lanes != 0 {
		panic(badWidth)
	}
	best.adamCatchUp(w, moments, width, row, shift, eps)
}

// AdamRows makes one step for some rows of a table, with moments as for AdamCatchUp. For each i, row row[i]
// steps by row i of g, with decay1[i] and decay2[i] in the place of c.Beta1 and c.Beta2. No row may repeat.
func AdamRows(w, moments, g []float32, width int, row []int32, decay1, decay2 []float32, c Adam) {
	if len(moments) != 2*len(w) || len(decay1) != len(row) || len(decay2) != len(row) || len(g) < len(row)*width {
		panic(badLength)
	}
	if width%Lanes != 0 {
		panic(badWidth)
	}
	best.adamRows(w, moments, g, width, row, decay1, decay2, c)
}

func adamPlain(w, m, v, g []float32, c Adam) {
	for i, x := range g {
		m[i] = c.Beta1*m[i] + c.Rest1*x
		v[i] = c.Beta2*v[i] + c.Rest2*x*x
		w[i] -= c.Rate * m[i] / (sqrt(v[i]) + c.Eps)
	}
}

func adamCatchUpPlain(w, moments []float32, width int, row []int32, shift, eps []float32) {
	for i, r := range row {
		m := moments[2*int(r)*width:][:2*width]
		v := m[width:]
		for j, x := range w[int(r)*width:][:width] {
			w[int(r)*width+j] = x - shift[i]*m[j]/(sqrt(v[j])+eps[i])
		}
	}
}

func adamRowsPlain(w, moments, g []float32, width int, row []int32, decay1, decay2 []float32, c Adam) {
	for i, r := range row {
		c.Beta1, c.Beta2 = decay1[i], decay2[i]
		m := moments[2*int(r)*width:][:2*width]
		adamPlain(w[int(r)*width:][:width], m[:width], m[width:], g[i*width:][:width], c)
	}
}

// sqrt rounds correctly: the square root of a float32 in float64 rounds to the float32 nearest to it.
func sqrt(x float32) float32 { return float32(math.Sqrt(float64(x))) }
