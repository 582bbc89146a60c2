package nn

// Dropout sets a share of the values to zero while training and makes the others larger, so that their
// expected sum stays; a trained network leaves it out (inverted dropout, Srivastava et al., 2014, section 10).
type Dropout struct {
	rate uint64 // in 1/65536
	rng  random
	keep []float32 // what the last Forward multiplied by: 0 or 1/(1−rate)
}

// NewDropout makes a dropout for up to size values. The rate, at least 0 and below 1, is rounded to 1/65536;
// what is dropped follows from the seed.
func NewDropout(rate float64, size int, seed uint64) *Dropout {
	return &Dropout{uint64(rate*65536 + 0.5), newRandom(seed, 0x64726f70), make([]float32, size)}
}

// Forward drops some of x, drawn anew at every call.
func (d *Dropout) Forward(x []float32) {
	var bits uint64
	d.keep = d.keep[:len(x)]
	scale := float32(65536 / float64(65536-d.rate))
	for i := range x {
		if i%4 == 0 {
			bits = d.rng.Uint64()
		}
		k := scale
		if bits&0xffff < d.rate {
			k = 0
		}
		bits >>= 16
		d.keep[i] = k
		x[i] *= k
	}
}

// Backward turns the gradient by Forward's results into that by its arguments.
func (d *Dropout) Backward(dx []float32) {
	for i, k := range d.keep[:len(dx)] {
		dx[i] *= k
	}
}
