package kernel

// ByteLanes is the number of int8 values that rows of Distances8 come in multiples of.
const ByteLanes = 32

// Distances8 puts the squared Euclidean distance between x and each row of a table into dst: dst[i] =
// Σ (x[j] - table[i·len(x)+j])². The table has len(dst) rows of the length of x, which is a multiple of
// ByteLanes and at most 1 << 15, so that no sum overflows. All implementations give the same numbers.
func Distances8(dst []int32, x, table []int8) {
	if len(x)%ByteLanes != 0 || len(x) > 1<<15 {
		panic(badBytes)
	}
	if len(table) != len(dst)*len(x) {
		panic(badLength)
	}
	best.distances8(dst, x, table)
}

func distances8Plain(dst []int32, x, table []int8) {
	for i := range dst {
		row := table[i*len(x):][:len(x)]
		var s0, s1 int32 // which do not wait for each other's additions
		for j := 0; j+1 < len(x) && j+1 < len(row); j += 2 {
			d0, d1 := int32(x[j])-int32(row[j]), int32(x[j+1])-int32(row[j+1])
			s0 += d0 * d0
			s1 += d1 * d1
		}
		dst[i] = s0 + s1
	}
}
