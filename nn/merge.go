package nn

// merged are the columns of rows with equal columns made one. Columns that have the same values in every
// row have the same gradient in every step, and so the same moments and moves; only their start weights
// differ. Training therefore needs one weight for all of them, the mean of theirs, and in the forward pass
// as many times the value as there are columns. In texts most word pairs occur once, so that all pairs
// that only one text has are one column.
type merged struct {
	x     Rows      // rows of groups: the value that each column of the group has
	total []float32 // in the place of x.Value, the value times the group's number of columns
	group []int32   // of each column; −1 for one without values, whose weight has no gradient
	count []float32 // of each group's columns
}

// mergeColumns groups columns by going through the rows: those that share a group stay together where
// they have the same value in a row or none of them has one.
func mergeColumns(x *Rows) *merged {
	m := &merged{group: make([]int32, x.Width)}
	// Groups in the making; 0 is that of columns without values so far.
	part := make([]int32, x.Width)
	type split struct {
		row   int32 // the last row that took columns out of the group, plus one
		value float32
		to    int32 // the group of those with that value
	}
	splits := make([]split, 1, 1+len(x.Index))
	type key struct {
		part  int32
		value float32
	}
	others := map[key]int32{} // the groups of those with a second or third value in the same row; few
	for r := range x.Len() {
		clear(others)
		index, value := x.Row(r)
		for i, c := range index {
			v := value[i]
			s := &splits[part[c]]
			if s.row == int32(r)+1 && s.value == v {
				part[c] = s.to
				continue
			}
			to := int32(len(splits))
			if s.row == int32(r)+1 {
				k := key{part[c], v}
				if other, ok := others[k]; ok {
					part[c] = other
					continue
				}
				others[k] = to
			} else {
				*s = split{int32(r) + 1, v, to}
			}
			part[c] = to
			splits = append(splits, split{})
		}
	}
	// Number the groups that are left in the order of appearance, and make the rows.
	number := make([]int32, len(splits)) // plus one; 0 for none
	for c := range m.group {
		m.group[c] = -1
	}
	for _, c := range x.Index {
		if m.group[c] >= 0 {
			continue
		}
		n := &number[part[c]]
		if *n == 0 {
			m.count = append(m.count, 0)
			*n = int32(len(m.count))
		}
		m.group[c] = *n - 1
		m.count[*n-1]++
	}
	m.x = Rows{Start: make([]int32, 1, len(x.Start)), Width: len(m.count)}
	seen := make([]int32, len(m.count)) // the last row that has the group, plus one
	for r := range x.Len() {
		index, value := x.Row(r)
		for i, c := range index {
			g := m.group[c]
			if seen[g] == int32(r)+1 {
				continue
			}
			seen[g] = int32(r) + 1
			m.x.Index = append(m.x.Index, g)
			m.x.Value = append(m.x.Value, value[i])
			m.total = append(m.total, value[i]*m.count[g])
		}
		m.x.Start = append(m.x.Start, int32(len(m.x.Index)))
	}
	return m
}

// mean sets the rows of dst to the means of the rows of w, which has one for each column.
func (m *merged) mean(dst, w []float32, width int) {
	clear(dst)
	for c, g := range m.group {
		if g < 0 {
			continue
		}
		row := dst[int(g)*width:][:width]
		for j, x := range w[c*width:][:width] {
			row[j] += x / m.count[g]
		}
	}
}

// move moves each column's row of w as its group moved from one table to another.
func (m *merged) move(w, from, to []float32, width int) {
	for c, g := range m.group {
		if g < 0 {
			continue
		}
		at := int(g) * width
		for j := range width {
			w[c*width+j] += to[at+j] - from[at+j]
		}
	}
}
