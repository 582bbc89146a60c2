package vision

// jpegBlock holds 8 × 8 coefficients, row by row.
type jpegBlock [64]int32

// The factors of the inverse transform, of which the names tell the meaning: cosines and sines of multiples
// of π/16, and 1/√2, each times 2¹⁸, 2¹⁴, 2¹² or 2⁸ and rounded. For a rotation by an angle with cosine c and
// sine s there are c, -(s+c) and s-c.
const (
	halfRoot8, halfRoot14 = 181, 11585 // 1/√2

	// By 6π/16 downwards, scaled by 1/√2.
	c6x18, s6x18 = 70936, -171254
	c6x12, s6x12 = 1108, -2676
	// By 3π/16 and by π/16 downwards.
	c3x12, s3x12 = 3406, -2276
	c1x12, s1x12 = 4017, -799
)

// rotate turns (x, y) by an angle, with three multiplications instead of four.
func rotate(x, y, cos, sin int32) (int32, int32) {
	both := cos * (x + y)
	return both + (sin-cos)*y, both - (cos+sin)*x
}

// idct transforms a block back and writes it, moved up by 128 and clamped, to dst; then b is zero. The bits
// of rows tell which rows are not all zero.
//
// Decoders may differ in the last bit, and a bit is enough to move a face by a pixel. This one follows
// image/jpeg: the algorithm is that of Loeffler, Ligtenberg and Moschytz ("Practical Fast 1-D DCT Algorithms
// with 11 Multiplications", ICASSP 1989), run backward over rows and then columns, in 32 bits which lose their
// lower ends at the same places.
func (b *jpegBlock) idct(rows uint8, dst []uint8, stride int) {
	if rows == 1 && b[1]|b[2]|b[3]|b[4]|b[5]|b[6]|b[7] == 0 {
		v := level((b[0]<<17 + 1<<19) >> 2)
		for y := range 8 {
			*(*[8]uint8)(dst[y*stride:]) = [8]uint8{v, v, v, v, v, v, v, v}
		}
		b[0] = 0
		return
	}
	for i := 0; i < 64; i += 8 {
		if rows&1 != 0 {
			idctRow((*[8]int32)(b[i:]))
		}
		rows >>= 1
	}
	_ = dst[7*stride+7]
	for i := range 8 {
		b.idctColumn(i, dst[i:], stride)
	}
	*b = jpegBlock{}
}

func idctRow(x *[8]int32) {
	// The even coefficients.
	a0, a1 := x[0]<<17+x[4]<<17, x[0]<<17-x[4]<<17
	a2, a3 := rotate(x[2], x[6], c6x18, s6x18)
	a1, a2 = a1+a2, a1-a2
	a0, a3 = a0+a3, a0-a3
	// The odd ones.
	b7, b4 := x[1]<<7+x[7]<<7, x[1]<<7-x[7]<<7
	b5, b6 := x[3]*halfRoot8, x[5]*halfRoot8
	b7, b5 = b7+b5, b7-b5
	b4, b6 = b4+b6, b4-b6
	b4, b7 = rotate(b4>>2, b7>>2, c3x12, s3x12)
	b5, b6 = rotate(b5>>2, b6>>2, c1x12, s1x12)

	*x = [8]int32{a0 + b7, a1 + b6, a2 + b5, a3 + b4, a3 - b4, a2 - b5, a1 - b6, a0 - b7}
}

func (b *jpegBlock) idctColumn(i int, dst []uint8, stride int) {
	i &= 7
	// Half of a step, which the shift at the end takes off.
	x0 := b[i] + 1<<19
	a0, a1 := (x0+b[32+i])>>2, (x0-b[32+i])>>2
	a2, a3 := rotate(b[16+i]>>13, b[48+i]>>13, c6x12, s6x12)
	a1, a2 = a1+a2, a1-a2
	a0, a3 = a0+a3, a0-a3

	b7, b4 := b[8+i]+b[56+i], b[8+i]-b[56+i]
	b5, b6 := b[24+i]>>13*halfRoot14, b[40+i]>>13*halfRoot14
	b7, b5 = b7+b5, b7-b5
	b4, b6 = b4+b6, b4-b6
	b4, b7 = rotate(b4>>14, b7>>14, c3x12, s3x12)
	b5, b6 = rotate(b5>>14, b6>>14, c1x12, s1x12)

	dst[0] = level(a0 + b7)
	dst[stride] = level(a1 + b6)
	dst[2*stride] = level(a2 + b5)
	dst[3*stride] = level(a3 + b4)
	dst[4*stride] = level(a3 - b4)
	dst[5*stride] = level(a2 - b5)
	dst[6*stride] = level(a1 - b6)
	dst[7*stride] = level(a0 - b7)
}

// level makes a sample of what the transform gives: times 2¹⁸, and around 0.
func level(v int32) uint8 {
	v = v>>18 + 128
	if uint32(v) > 255 {
		return uint8(^(v >> 31))
	}
	return uint8(v)
}

// reduce makes coefficients of 12-bit samples into those of 8-bit samples.
func (b *jpegBlock) reduce() {
	for i, v := range b {
		b[i] = (v + 8) >> 4
	}
}

// smallIDCT transforms a block back to side × side pixels, of which it takes no more coefficients than those many
// across and down; then b is zero. It is the transform of that size, scaled so that the mean stays.
func (b *jpegBlock) smallIDCT(side int, dst []uint8, stride int) {
	const half = 1 << 17 // of a step, because level rounds down
	switch side {
	case 1:
		dst[0] = level(b[0]<<15 + half)
	case 2:
		// Along each axis (a ± b)/√8, in all an eighth.
		left, right := b[0]+b[8], b[0]-b[8]
		leftOdd, rightOdd := b[1]+b[9], b[1]-b[9]
		dst[0], dst[1] = level((left+leftOdd)<<15+half), level((left-leftOdd)<<15+half)
		dst[stride], dst[stride+1] = level((right+rightOdd)<<15+half), level((right-rightOdd)<<15+half)
	case 4:
		for i := range 4 {
			b[i], b[8+i], b[16+i], b[24+i] = idct4(b[i], b[8+i], b[16+i], b[24+i], 2)
		}
		for y := range 4 {
			r := (*[4]int32)(b[8*y:])
			s := (*[4]uint8)(dst[y*stride:])
			v0, v1, v2, v3 := idct4(r[0], r[1], r[2], r[3], 6) // 11 bits behind the point, and 13 less 6
			s[0], s[1], s[2], s[3] = level(v0+half), level(v1+half), level(v2+half), level(v3+half)
		}
	}
	*b = jpegBlock{}
}

// idct4 transforms four coefficients back: times 2¹³, and then without the lower bits of shift.
func idct4(x0, x1, x2, x3 int32, shift uint) (y0, y1, y2, y3 int32) {
	// 1/√8, and the cosine and the sine of π/8, halved; each times 2¹³.
	const root8, cos, sin = 2896, 3784, 1567
	a, b := root8*(int64(x0)+int64(x2)), root8*(int64(x0)-int64(x2))
	c, d := cos*int64(x1)+sin*int64(x3), sin*int64(x1)-cos*int64(x3)
	return int32((a + c) >> shift), int32((b + d) >> shift), int32((b - d) >> shift), int32((a - c) >> shift)
}
