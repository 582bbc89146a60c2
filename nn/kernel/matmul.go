package kernel

// MatMul sets C to A·B. Each element is a sum over A's columns in their order. C must not overlap A or B.
func MatMul(c, a, b Matrix) {
	if c.Rows != a.Rows || a.Cols != b.Rows || c.Cols != b.Cols {
		panic(badShape)
	}
	product(c, a, b, a.Stride, 1)
}

// MatMulTransA sets C to Aᵀ·B. Each element is a sum over A's rows in their order. C must not overlap A or B.
func MatMulTransA(c, a, b Matrix) {
	if c.Rows != a.Cols || a.Rows != b.Rows || c.Cols != b.Cols {
		panic(badShape)
	}
	product(c, a, b, 1, a.Stride)
}

func product(c, a, b Matrix, aRow, aCol int) {
	c.check()
	a.check()
	b.check()
	switch {
	case c.Rows == 0 || c.Cols == 0:
	case b.Rows == 0:
		for r := range c.Rows {
			clear(c.Row(r))
		}
	default:
		best.matMul(c, a, b, aRow, aCol)
	}
}

// matMulPlain is the definition: element (i, k) of the left matrix is a.Data[i*aRow+k*aCol], and no
// dimension is zero.
func matMulPlain(c, a, b Matrix, aRow, aCol int) {
	for i := range c.Rows {
		row := c.Row(i)
		clear(row)
		for k := range b.Rows {
			x := a.Data[i*aRow+k*aCol]
			for j, y := range b.Row(k) {
				row[j] += x * y
			}
		}
	}
}
