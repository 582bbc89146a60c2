package text

import "math"

// A weighting turns the features of a text into numbers.
type weighting uint8

const (
	binary weighting = iota // 1 for a feature that occurs
	counts                  // how often the feature occurs
	unit                    // 1 for a feature that occurs, the text's vector scaled to length 1
	tfidf                   // (1 + ln count) times the feature's idf, the text's vector scaled to length 1
)

// idfOf returns each feature's inverse document frequency among some rows, ln((1+n)/(1+df)) + 1 as
// scikit-learn smooths it, and 0 for a feature that none of them has.
func idfOf(x *matrix, rows []int32) []float32 {
	df := make([]float64, x.width)
	for _, r := range rows {
		for _, id := range x.row(int(r)).ids {
			df[id]++
		}
	}
	idf := make([]float32, x.width)
	for id, d := range df {
		if d > 0 {
			idf[id] = float32(math.Log((1+float64(len(rows)))/(1+d)) + 1)
		}
	}
	return idf
}

// weigh appends the numbers of a text's features.
func (p *part) weigh(dst []float32, x vector) []float32 {
	switch p.weighting {
	case counts:
		return append(dst, x.counts...)
	case binary, unit:
		number := float32(1)
		if p.weighting == unit {
			number = scaleOf(len(x.ids))
		}
		for range x.ids {
			dst = append(dst, number)
		}
		return dst
	}
	begin := len(dst)
	square := float64(p.damp)
	for i, id := range x.ids {
		v := p.idf[id]
		if c := x.counts[i]; c > 1 {
			v *= float32(1 + math.Log(float64(c)))
		}
		square += float64(v) * float64(v)
		dst = append(dst, v)
	}
	if square > 0 {
		scale := float32(1 / math.Sqrt(square))
		for i := range dst[begin:] {
			dst[begin+i] *= scale
		}
	}
	return dst
}
