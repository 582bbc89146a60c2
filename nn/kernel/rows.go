package kernel

// SumRows adds to dst the weighted sum of a table's rows: dst += Σ value[i]·row index[i], in the order
// of i. The table's rows have the length of dst, which is a multiple of Lanes. This is a sparse row times
// a dense matrix.
func SumRows(dst, table []float32, index []int32, value []float32) {
	if len(index) != len(value) {
		panic(badLength)
	}
	if len(dst)%Lanes != 0 {
		panic(badWidth)
	}
	best.sumRows(dst, table, index, value)
}

// AddToRows adds src, weighted, to rows of a table: row index[i] += value[i]·src, in the order of i. The
// table's rows have the length of src, which is a multiple of Lanes. This is the gradient of SumRows by
// its table. An index may repeat.
func AddToRows(table []float32, index []int32, value, src []float32) {
	if len(index) != len(value) {
		panic(badLength)
	}
	if len(src)%Lanes != 0 {
		panic(badWidth)
	}
	best.addToRows(table, index, value, src)
}

func sumRowsPlain(dst, table []float32, index []int32, value []float32) {
	for i, r := range index {
		x := value[i]
		for j, y := range table[int(r)*len(dst):][:len(dst)] {
			dst[j] += x * y
		}
	}
}

func addToRowsPlain(table []float32, index []int32, value, src []float32) {
	for i, r := range index {
		x := value[i]
		row := table[int(r)*len(src):][:len(src)]
		for j, y := range src {
			row[j] += x * y
		}
	}
}
